"""A log in a folder: whatever is killed, and whenever, no acknowledged entry is lost and the tree is consistent."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rongtong.engines.translog import FileStore, FolderLog, Malformed, StoreBusy, StoreDamaged, Tree
from tests.engines.translog import made

SIZES = [3, 255, 256, 300, 800]
WRITER = """
import sys
from pathlib import Path
from rongtong.engines.translog import FileStore
with FileStore(Path(sys.argv[1])).appending() as appender:
    while True:
        size = appender.edge.size
        batch = appender.append([b"entry %d" % number for number in range(size, size + 70)])
        print(batch.size, flush=True)
"""


class Crash(BaseException):
    """The machine stops here."""


def crash_at(monkeypatch: pytest.MonkeyPatch, step: int) -> list[int]:
    """Stop at the n-th time that something is brought to the disk or renamed."""
    steps = [0]
    originals = {"fsync": lambda handle: None, "replace": Path.replace, "mkdir": Path.mkdir}  # no power fails here

    def counted(name: str) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            steps[0] += 1
            if steps[0] > step:
                raise Crash
            return originals[name](*arguments, **named)  # type: ignore[operator]  # each with its own arguments

        return call

    monkeypatch.setattr(os, "fsync", counted("fsync"))
    monkeypatch.setattr(Path, "replace", counted("replace"))
    monkeypatch.setattr(Path, "mkdir", counted("mkdir"))
    return steps


@pytest.mark.parametrize("begun", [0, 200])
def test_a_crash_at_any_step_leaves_the_batch_whole_or_absent(tmp_path: Path, begun: int) -> None:
    crashed, step = True, 0
    while crashed:
        store = FileStore(tmp_path / str(step))
        with FileStore(store.path, durable=False).appending() as appender:
            appender.append(made.entries(begun))
        with pytest.MonkeyPatch.context() as patch, store.appending() as appender:
            crash_at(patch, step)
            try:
                appender.append(made.entries(100, begun))
                crashed = False
            except Crash:
                crashed = True
        after = FileStore(store.path, durable=False)
        assert after.size in ({begun + 100} if not crashed else {begun, begun + 100})
        assert after.tree.root == made.mth(made.entries(after.size))
        with after.appending() as appender:  # it goes on, with other entries than those that were lost
            appender.append([b"another"])
        assert after.tree.root == made.mth([*made.entries(after.size - 1), b"another"])
        step += 1
    assert step > 8


def test_what_counts_is_on_the_disk_before_it_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should the power fail: contents before their names, names before the size, the size before it is acknowledged."""
    done: list[tuple[str, Path]] = []
    replace = Path.replace

    def renamed(new: Path, target: Path) -> Path:
        done.append(("rename", target))
        return replace(new, target)

    monkeypatch.setattr(os, "fsync", lambda handle: done.append(("sync", Path(f"/proc/self/fd/{handle}").readlink())))
    monkeypatch.setattr(Path, "replace", renamed)
    store = FileStore(tmp_path)
    with store.appending() as appender:
        appender.append(made.entries(300))
    places = {event: at for at, event in enumerate(done)}
    size = places["rename", tmp_path / ".size"]
    tiles = [path for kind, path in done if kind == "rename" and path.name != ".size"]
    assert {path.relative_to(tmp_path).as_posix() for path in tiles} == {
        "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44",
    }  # fmt: skip
    for path in [*tiles, tmp_path / ".size"]:
        assert places["sync", path.with_name(f"{path.name}.new")] < places["rename", path]
    for path in tiles:
        for folder in path.parents[: path.parents.index(tmp_path)]:
            assert places["rename", path] < done.index(("sync", folder)) < size
    assert done[size + 1 :] == [("sync", tmp_path)]


@pytest.mark.parametrize("seen", [1, 5])
def test_a_killed_writer_loses_nothing_it_had_acknowledged(tmp_path: Path, seen: int) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout is not None
        acknowledged = [int(process.stdout.readline()) for _ in range(seen)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout]
    store = FileStore(tmp_path)
    assert store.size >= acknowledged[-1] >= 70 * seen
    assert store.tree.root == made.mth(made.entries(store.size))
    assert store.tree.entries(0, store.size) == made.entries(store.size)


def test_every_published_size_stays_readable(tmp_path: Path) -> None:
    store = FileStore(tmp_path, durable=False)
    with store.appending() as appender:
        for before, size in zip([0, *SIZES], SIZES, strict=False):
            appender.append(made.entries(size - before, before))
            for earlier in SIZES[: SIZES.index(size) + 1]:
                assert Tree(store, earlier).root == made.mth(made.entries(earlier))
    assert not (tmp_path / "tile/0/000.p").exists()
    assert (tmp_path / "tile/0/003.p/32").stat().st_size == 32 * 32


def test_one_appends_at_a_time(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    with store.appending(), pytest.raises(StoreBusy), FileStore(tmp_path).appending():
        raise AssertionError
    with store.appending() as appender:
        appender.append([b"one"])
    assert store.size == 1


def test_no_other_file_is_served(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    store = FileStore(tmp_path / "log")
    for name in ("../secret", "tile/0/../../../secret", "/etc/passwd", ".size", "checkpoint/../.size"):
        with pytest.raises(Malformed):
            store.fetch([name])
    assert store.fetch(["tile/0/000", "checkpoint"]) == [None, None]


def test_a_log_that_does_not_continue_its_checkpoint_signs_nothing(tmp_path: Path) -> None:
    log = made.folder_log(tmp_path, 300)
    log.checkpoint()
    kept = log.store.checkpoint
    tile = tmp_path / "tile/0/001.p/44"
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    with pytest.raises(StoreDamaged, match="first 300 entries"):
        log.checkpoint()
    (tmp_path / ".size").write_text("299\n")
    with pytest.raises(StoreDamaged, match="300 entries is published, and the log has 299"):
        log.checkpoint()
    (tmp_path / ".size").unlink()
    with pytest.raises(StoreDamaged, match="restore it"):
        log.append([b"one"])
    assert log.store.checkpoint == kept


def test_a_key_signs_only_for_its_own_log(tmp_path: Path) -> None:
    made.folder_log(tmp_path, 3).checkpoint()
    other = type(made.LOG_KEY).generate("other.example/log")
    with pytest.raises(StoreDamaged, match=r"the key is of other\.example/log"):
        FolderLog.at(tmp_path, other).checkpoint()
