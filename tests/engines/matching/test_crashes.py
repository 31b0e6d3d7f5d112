"""A writer killed at any moment loses nothing: the index catches up from the change log, as if nothing had happened."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rongtong.engines.matching import Index, Listing, Need, Searcher
from tests.engines.matching.made import filled, offer

MEMBER = Searcher(1)
#: Follows a log of 400 entries in commits of 40, and says before each step of a commit which one comes.
WRITER = """
import sys
from rongtong.engines.matching import Index, Listing
from rongtong.engines.matching import changes, shelf, writer as writing

def stop_before(owner, name):
    step = getattr(owner, name)
    def told(*arguments, **named):
        print(name, flush=True)
        sys.stdin.readline()
        return step(*arguments, **named)
    setattr(owner, name, told)

stop_before(changes.Changes, "put")
stop_before(changes.Changes, "close")
stop_before(shelf.ShelfWriter, "commit")
stop_before(writing.Writer, "_publish")
index = Index.open(sys.argv[1])
while index.position < 400:
    start = index.position
    with index.writer() as writer:
        for entry in range(start, start + 40):
            if entry % 9 == 8:
                writer.remove([str((entry - 8) % 120)])
            else:
                texts = {entry % 3 % 2: f"轴承 型号{entry}"}
                writer.upsert([Listing(str(entry % 120), f"o{entry % 7}", "capability", "", texts)])
        writer.commit(position=start + 40)
print("done", flush=True)
"""


def followed(path: Path, kill_at: int) -> bool:
    """Follow the log in a process of its own that is killed at a step; says whether it came to the end."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for step in range(kill_at):
            if process.stdout.readline() == "done\n":
                return True
            if step + 1 < kill_at:
                process.stdin.write("\n")
                process.stdin.flush()
        process.send_signal(signal.SIGKILL)
    return False


def test_killed_again_and_again_the_index_gets_there(tmp_path: Path) -> None:
    """Each life is killed at another step of its commits; in between a reader finds a whole state."""
    Index.create(tmp_path / "index").close()
    reader, positions = Index.open(tmp_path / "index"), [0]
    for kill_at in (1, 3, 2, 9, 4, 14, 5, 11, 7, 1000):
        finished = followed(tmp_path / "index", kill_at)
        positions.append(reader.position)
        matches = reader.search(Need("轴承"), MEMBER, limit=200, group_by_owner=False)
        assert all(match.score == match.reasons.total for match in matches)
        if finished:
            break
    assert finished
    assert positions == sorted(positions)
    kept: dict[str, Listing] = {}
    for entry in range(400):
        if entry % 9 == 8:
            kept.pop(str((entry - 8) % 120), None)
        else:
            key = str(entry % 120)
            kept[key] = offer(key, f"轴承 型号{entry}", f"o{entry % 7}", entry % 3 % 2)
    expected = filled(list(kept.values()))
    for text in ("轴承", "型号361 型号362", "轴承 型号399"):
        for searcher in (Searcher(0), MEMBER, Searcher(0, "o3")):
            assert reader.search(Need(text), searcher) == expected.search(Need(text), searcher)
    assert (reader.count(0), reader.count(1)) == (expected.count(0), expected.count(1))


@pytest.mark.parametrize("moment", [0.05, 0.2])
def test_killed_at_any_moment(tmp_path: Path, moment: float) -> None:
    """By the clock, without being told where it is; whatever was committed is there, and the rest is written again."""
    Index.create(tmp_path / "index").close()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    freely = WRITER.replace("sys.stdin.readline()", "pass")
    with subprocess.Popen(
        [sys.executable, "-c", freely, str(tmp_path / "index")], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
    index = Index.open(tmp_path / "index")
    assert index.position % 40 == 0
    while not followed(tmp_path / "index", 1000):
        pass
    assert index.position == 400
    with index.writer() as writer:
        writer.commit()
    assert index.search(Need("型号399"), MEMBER)[0].listing.id == "39"
