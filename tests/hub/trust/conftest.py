"""A challenge that is open, and a folder of its own for the files of each test."""

import pytest

from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.innovation.models import Challenge
from tests.factories import a_challenge


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def challenge() -> Challenge:
    return a_challenge(ChallengeState.OPEN)
