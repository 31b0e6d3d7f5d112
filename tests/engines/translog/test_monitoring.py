"""A monitor names whatever does not fit: each byte of each tile, a rewritten history, a rolled-back log."""

from pathlib import Path

import pytest

from rongtong.engines.translog import Checkpoint, Finding, FolderLog, KeyHistory, Signer, audit, succeed
from rongtong.engines.translog.tiles import bundles_of, tiles_of
from tests.engines.translog import made

SIZE = 560
KEYS = [made.LOG_KEY.verifier]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> FolderLog:
    log = made.folder_log(tmp_path_factory.mktemp("log"), SIZE)
    log.checkpoint()
    return log


def test_a_log_in_order_has_no_findings(log: FolderLog) -> None:
    found = audit(log.store, KEYS)
    assert (found.good, found.entries, found.tiles) == (True, SIZE, len(list(tiles_of(SIZE))))
    assert found.checkpoint is not None
    assert found.checkpoint.root == log.store.tree.root


@pytest.mark.parametrize("name", [one.name for one in [*tiles_of(SIZE), *bundles_of(SIZE)]])
@pytest.mark.parametrize("at", [3, 0.5, -1])
def test_each_tile_is_checked(log: FolderLog, name: str, at: float) -> None:
    path = log.store.path / name
    kept = path.read_bytes()
    place = int(len(kept) * at) if isinstance(at, float) else at
    changed = bytearray(kept)
    changed[place] ^= 1
    try:
        path.write_bytes(changed)
        first = audit(log.store, KEYS).findings
        path.unlink()
        second = audit(log.store, KEYS).findings
    finally:
        path.write_bytes(kept)
    # What a bundle says decides what its tile must be: a changed entry shows as a tile and a root that do not follow.
    assert first
    assert {one.name for one in first} & {name, "checkpoint", name.replace("entries", "0")}
    assert name in {one.name for one in second}


def test_a_rewritten_history_is_named(log: FolderLog, tmp_path: Path) -> None:
    previous = Checkpoint(made.ORIGIN, 300, bytes(32))
    [finding] = audit(log.store, KEYS, previous).findings
    assert finding.told.startswith("history was rewritten: at size 300 the log had the root AAAA")
    for size in (0, 1, 256, 300, SIZE):
        root = made.mth([made.commitment(number) for number in range(size)])
        assert audit(log.store, KEYS, Checkpoint(made.ORIGIN, size, root)).good
    longer = Checkpoint(made.ORIGIN, SIZE + 1, bytes(32))
    assert [one.told for one in audit(log.store, KEYS, longer).findings] == [
        "the log has 560 entries; it had 561: it was rolled back"
    ]
    other = Checkpoint("other.example", 0, made.mth([]))
    assert audit(log.store, KEYS, other).findings[0].told.startswith("the log calls itself")


def test_a_checkpoint_that_nobody_trusts_is_not_believed(log: FolderLog, tmp_path: Path) -> None:
    stranger = Signer.generate(made.ORIGIN).verifier
    assert audit(log.store, [stranger]).findings == (
        Finding("checkpoint", f"none of the trusted keys signed it ({made.ORIGIN})"),
    )
    assert audit(FolderLog.at(tmp_path, made.LOG_KEY).store, KEYS).findings[0].told == "the log serves no checkpoint"


def test_a_succeeded_key_is_followed(tmp_path: Path) -> None:
    after = Signer.generate(made.ORIGIN)
    log = made.folder_log(tmp_path, 5)
    note = succeed(made.LOG_KEY, after, Checkpoint(made.ORIGIN, 5, log.store.tree.root))
    FolderLog.at(tmp_path, after).checkpoint()
    assert not audit(log.store, KEYS).good
    assert audit(log.store, KeyHistory.through(KEYS, [note])).good


def test_a_checkpoint_of_other_entries_is_named(tmp_path: Path) -> None:
    log = made.folder_log(tmp_path, 5)
    log.store.put_checkpoint(str(Checkpoint(made.ORIGIN, 5, bytes(32)).signed_by(made.LOG_KEY)))
    [finding] = audit(log.store, KEYS).findings
    assert "the log signed another for size 5" in finding.told
