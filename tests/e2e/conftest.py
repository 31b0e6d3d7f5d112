"""Hubs to try: one with the sample cluster for the whole session, made once and copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.copies import sample_copy, template_copy
from tests.e2e.house import House


@pytest.fixture(scope="session")
def sample_house(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[House]:
    """A hub with the sample cluster. Tests leave it as they found it, or add what no other test looks at."""
    with sample_copy(tmp_path_factory.mktemp("sample"), f"sample{worker_id}", indexer=True) as house:
        house.django("from rongtong.hub.trust.domain.log_keeping import keep_log\nkeep_log()")
        yield house


@pytest.fixture
def empty_house(tmp_path: Path, worker_id: str) -> Iterator[House]:
    """A hub without anything in it."""
    with template_copy(tmp_path, f"empty{worker_id}") as house:
        yield house


@pytest.fixture(scope="session")
def furnished_house(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[House]:
    """A hub with the sample cluster and what else a hub in use holds: files, imports under way, kept searches."""
    with sample_copy(tmp_path_factory.mktemp("furnished"), f"furnished{worker_id}") as house:
        house.django("from tests.e2e.cast import furnish\nfurnish()")
        yield house
