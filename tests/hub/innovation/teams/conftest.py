"""An index of each test's own, on words alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rongtong.hub.matching import live


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path: Path) -> Iterator[None]:
    settings.INDEX_ROOT = tmp_path
    settings.MATCHING_ENCODER = "none"
    live.forget()
    yield
    live.forget()
