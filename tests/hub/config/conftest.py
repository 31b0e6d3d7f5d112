"""Clusters and homes of their own, in short directories that the database's system user may enter."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rongtong.hub.config.database import Cluster


def short_directory() -> Path:
    # Not pytest's tmp_path: its parents are closed to other users, and its length leaves no room for a socket.
    path = Path(tempfile.mkdtemp(prefix="rt", dir="/tmp"))
    path.chmod(0o755)
    return path


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = short_directory()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One cluster for a file's tests; each finds it made but stopped or running as the last one left it."""
    path = short_directory()
    found = Cluster(path / "database", forgetful=True)
    yield found
    found.destroy()
    shutil.rmtree(path)


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can act as another system user")
