"""Hubs to try: one with the sample cluster for the whole session, made once and copied."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import database
from tests.conftest import TEMPLATE_VARIABLE
from tests.e2e.house import House, served

LOAD = "from rongtong.hub.web.sample import load\nload()"


@pytest.fixture(scope="session")
def sample_house(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[House]:
    """A hub with the sample cluster. Tests leave it as they found it, or add what no other test looks at."""
    with _house(tmp_path_factory.mktemp("sample"), f"sample{worker_id}", LOAD) as house:
        yield house


@pytest.fixture
def empty_house(tmp_path: Path, worker_id: str) -> Iterator[House]:
    """A hub without anything in it."""
    with _house(tmp_path, f"empty{worker_id}", "") as house:
        yield house


@contextmanager
def _house(home: Path, name: str, fill: str) -> Iterator[House]:
    """A copy of the template, filled, served, and dropped again."""
    cluster = database.test_cluster()
    template = os.environ[TEMPLATE_VARIABLE]
    with database.database_copy(cluster, template, name) as copy, served(cluster.url(copy), home) as house:
        if fill:
            house.django(fill)
        yield house
