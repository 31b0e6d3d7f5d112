"""One writer, whole commits, nothing lost: incremental equals rebuilt, a killed writer leaves a good index."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.matching import Index, IndexBusy, IndexDamaged, Listing, Need, Searcher
from tests.engines.matching.made import LetterEncoder, filled, listings, offer, texts

MEMBER = Searcher(1)
changes = st.lists(
    st.one_of(listings(), st.integers(0, 30).map(str), st.just("commit")),
    max_size=40,
)


@settings(max_examples=25, deadline=None)
@given(changes, texts, st.sampled_from([None, LetterEncoder()]))
def test_incremental_equals_rebuilt(steps: list[Listing | str], text: str, encoder: LetterEncoder | None) -> None:
    index, kept = Index.in_memory(encoder), dict[str, Listing]()
    with index.writer() as writer:
        for step in steps:
            if step == "commit":
                writer.commit()
                index.encode_pending()
            elif isinstance(step, str):
                writer.remove([step])
                kept.pop(step, None)
            else:
                writer.upsert([step])
                kept[step.id] = step
        writer.commit()
    index.encode_pending()
    rebuilt = filled(list(kept.values()), encoder)
    for searcher in (Searcher(0), MEMBER, Searcher(0, "a")):
        assert index.search(Need(text), searcher) == rebuilt.search(Need(text), searcher)
        assert index.count(searcher.level) == rebuilt.count(searcher.level)


def test_a_removed_listing_is_gone_and_may_be_removed_again(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        writer.upsert([offer("1", "轴承"), offer("2", "轴承", "b")])
        writer.commit(position=2)
        writer.remove(["1", "never"])
        writer.commit(position=3)
    assert [match.listing.id for match in index.search(Need("轴承"), MEMBER)] == ["2"]
    assert index.position == 3
    assert Index.open(tmp_path / "index").search(Need("轴承"), MEMBER).found == 1


def test_what_is_not_committed_is_given_up(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index")
    with index.writer() as writer:
        writer.upsert([offer(str(place), "轴承") for place in range(6_000)])  # more than is held back
    assert index.search(Need("轴承"), MEMBER).found == 0
    with index.writer() as writer:
        writer.upsert([offer("x", "电池")])
        writer.commit()
    assert (index.search(Need("轴承"), MEMBER).found, index.search(Need("电池"), MEMBER).found) == (0, 1)


def test_two_writers_at_once_are_refused_in_words(tmp_path: Path) -> None:
    for index in (Index.create(tmp_path / "index"), Index.in_memory()):
        with index.writer(), pytest.raises(IndexBusy, match="another process is writing"):
            index.writer().__enter__()
        with index.writer() as writer:
            writer.commit()


def test_another_reader_sees_each_commit_at_once(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index")
    reader = Index.open(tmp_path / "index")
    for number in range(3):
        with index.writer() as writer:
            writer.upsert([offer(str(number), "轴承", owner=str(number))])
            writer.commit(position=number)
        assert reader.search(Need("轴承"), MEMBER).found == number + 1
        assert reader.position == number


def test_what_is_no_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="no index"):
        Index.open(tmp_path)
    (tmp_path / "something").touch()
    with pytest.raises(FileExistsError, match="not empty"):
        Index.create(tmp_path)


WRITER = """
import os, sys
from rongtong.engines.matching import Index, Listing
from rongtong.engines.matching.shelf import ShelfWriter
index = Index.open(sys.argv[1])
with index.writer() as writer:
    writer.upsert([Listing(f"a{place}", "a", "capability", "", {0: "轴承"}) for place in range(50)])
    writer.commit(position=50)
    writer.upsert([Listing(f"b{place}", "b", "capability", "", {0: "电池"}) for place in range(50)])
    writer.remove(["a0"])
    if sys.argv[2] == "between":
        ShelfWriter.commit = lambda self: print("ready", flush=True) or sys.stdin.read()
        writer.commit(position=101)
    writer._flush()
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("moment", ["before", "between"])
def test_a_killed_writer_loses_nothing_committed(tmp_path: Path, moment: str) -> None:
    """Killed with changes uncommitted, or between the store's commit and that of the text index."""
    Index.create(tmp_path / "index").close()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", WRITER, str(tmp_path / "index"), moment]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)
    index = Index.open(tmp_path / "index")
    assert index.position == 50  # the caller replays from here
    found = index.search(Need("轴承"), MEMBER, limit=1000, group_by_owner=False)
    assert found.found == (50 if moment == "before" else 49)  # the store is never behind a withdrawal
    assert [match.score for match in found] == [
        match.score for match in index.search(Need("轴承"), MEMBER, 1000, None, False)
    ]
    with index.writer() as writer:  # opening it finishes what the other had begun
        if moment == "between":
            assert index.search(Need("电池"), MEMBER, group_by_owner=False).found == 50
        writer.upsert([offer(f"b{place}", "电池", "b") for place in range(50)])
        writer.remove(["a0"])
        writer.commit(position=101)
    expected = filled(
        [offer(f"a{place}", "轴承") for place in range(1, 50)]
        + [offer(f"b{place}", "电池", "b") for place in range(50)]
    )
    for text in ("轴承", "电池", "轴承 电池"):
        assert index.search(Need(text), MEMBER) == expected.search(Need(text), MEMBER)
    assert index.position == 101


def test_searching_goes_on_while_others_write(tmp_path: Path) -> None:
    """Every answer is one of the committed states: never half a commit, never an error."""
    index = Index.create(tmp_path / "index", LetterEncoder())
    with index.writer() as writer:
        writer.upsert([offer(f"old{place}", "轴承", owner=f"o{place}") for place in range(20)])
        writer.commit()
    done = threading.Event()

    def ask() -> list[int]:
        found = []
        while not done.is_set():
            found.append(index.search(Need("轴承"), MEMBER, limit=200).found)
        return found

    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(ask) for _ in range(3)]
        for number in range(10):
            with index.writer() as writer:
                writer.upsert(
                    [offer(f"new{number}.{place}", "轴承", owner=f"n{number}.{place}") for place in range(10)]
                )
                writer.commit()
            index.encode_pending()
        done.set()
        found = [answer for future in answers for answer in future.result()]
    assert set(found) <= {20 + 10 * number for number in range(11)}
    assert index.search(Need("轴承"), MEMBER, limit=200).found == 120
