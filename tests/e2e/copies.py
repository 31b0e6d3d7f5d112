"""Hubs on copies of prepared databases: the sample cluster is loaded once, each hub takes a copy in a second."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import database
from tests.conftest import TEMPLATE_VARIABLE
from tests.e2e.house import House, served

LOAD = "from rongtong.hub.web.sample import load\nload(secrets={secrets})"
INDEX = (
    "from rongtong.hub.matching.catching_up import catch_up\n"
    "from rongtong.hub.matching.live import live_index\n"
    "catch_up(live_index())"
)


@contextmanager
def template_copy(home: Path, name: str) -> Iterator[House]:
    """An empty hub, served with its indexer."""
    cluster = database.own_cluster()
    with (
        database.database_copy(cluster, os.environ[TEMPLATE_VARIABLE], name) as copy,
        served(cluster.url(copy), home) as house,
    ):
        yield house


@contextmanager
def sample_copy(
    home: Path, name: str, *, secrets: bool = True, indexer: bool = False, settings: str = ""
) -> Iterator[House]:
    """A hub with the sample cluster, or with the same world without what a rival may not know.

    Parameters
    ----------
    indexer
        Whether the indexer runs; without it the index is written once, before the first test asks.
    settings
        Another settings module, for a hub with a fault planted in it.
    """
    cluster = database.own_cluster()
    label = "sample" if secrets else "plain"
    prepared = database.filled(cluster, os.environ[TEMPLATE_VARIABLE], label, LOAD.format(secrets=secrets))
    with (
        database.database_copy(cluster, prepared, name) as copy,
        served(cluster.url(copy), home, indexer=indexer, settings=settings) as house,
    ):
        if not indexer:
            house.django(INDEX)
        yield house
