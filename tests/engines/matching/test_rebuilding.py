"""A rebuilt index takes the place of the old one at once: searches go on, nothing is lost, nothing comes back."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from rongtong.engines.matching import Index, IndexBusy, IndexDamaged, Listing, Need, Searcher, preparing, store
from tests.engines.matching.made import LetterEncoder, filled, offer

MEMBER = Searcher(1)


class Log:
    """The change log of a database: what each position put or took away."""

    def __init__(self) -> None:
        self.entries: list[Listing | str] = []

    def fill(self, index: Index) -> None:
        """Bring an index up to date from its position on."""
        if index.position == len(self.entries):
            return
        with index.writer() as writer:
            for entry in self.entries[index.position :]:
                if isinstance(entry, str):
                    writer.remove([entry])
                else:
                    writer.upsert([entry])
            writer.commit(position=len(self.entries))


@contextmanager
def asking(index: Index, text: str) -> Iterator[list[int]]:
    """Search without pause in other threads; gives how many were found each time."""
    done, found = threading.Event(), list[int]()

    def ask() -> None:
        while not done.is_set():
            found.append(index.search(Need(text), MEMBER, limit=500, group_by_owner=False).found)

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(ask) for _ in range(2)]
        yield found
        while len(found) < 4 and not any(future.done() for future in futures):
            threading.Event().wait(0.001)
        done.set()
        for future in futures:
            future.result()


def places(path: Path) -> list[str]:
    return sorted(folder.name for folder in path.iterdir() if folder.name.isdigit())


@pytest.mark.parametrize("encoder", [None, LetterEncoder()])
def test_searches_go_on_while_an_index_is_rebuilt(tmp_path: Path, encoder: LetterEncoder | None) -> None:
    log, index = Log(), Index.create(tmp_path / "index", encoder)
    log.entries += [offer(str(place), "轴承", f"o{place}") for place in range(50)]
    log.fill(index)
    index.encode_pending(1_000)
    elsewhere = Index.open(tmp_path / "index", encoder)
    with asking(elsewhere, "轴承") as found:
        for _ in range(3):
            index.rebuild(log.fill)
    assert set(found) == {50}
    assert places(tmp_path / "index") == ["3", "4"]  # the one before may still be read
    expected = filled([entry for entry in log.entries if isinstance(entry, Listing)], encoder)
    for each in (index, elsewhere, Index.open(tmp_path / "index", encoder)):
        assert each.search(Need("轴承"), MEMBER) == expected.search(Need("轴承"), MEMBER)
        assert (each.position, each.encoded()) == (50, (50 if encoder else 0, 50))


def test_what_changes_during_a_rebuild_is_in_the_new_index(tmp_path: Path) -> None:
    """A listing withdrawn meanwhile does not come back, one that was added does not go away."""
    log, index = Log(), Index.create(tmp_path / "index")
    log.entries += [offer("1", "轴承"), offer("2", "轴承", "b")]
    log.fill(index)
    writing, fills = Index.open(tmp_path / "index"), list[int]()

    def fill(fresh: Index) -> None:
        fills.append(fresh.position)
        log.fill(fresh)
        if len(fills) == 1:
            log.entries.extend(["1", offer("3", "轴承", "c")])
            log.fill(writing)
        else:
            log.entries.append("2")
            with pytest.raises(IndexBusy):
                log.fill(writing)

    index.rebuild(fill)
    assert fills == [0, 2]
    log.fill(writing)  # the one that was refused writes into the new index
    assert [match.listing.id for match in index.search(Need("轴承"), MEMBER)] == ["3"]
    assert index.position == len(log.entries) == 5


def test_a_process_that_never_searches_follows_too(tmp_path: Path) -> None:
    """An indexer reads positions, one that encodes reads texts: both in the index that is current."""
    log, index = Log(), Index.create(tmp_path / "index", LetterEncoder())
    log.entries.append(offer("1", "轴承"))
    log.fill(index)
    beside = Index.open(tmp_path / "index", LetterEncoder())
    log.entries.append(offer("2", "电池"))
    index.rebuild(log.fill)
    assert (beside.position, beside.count(1), beside.encode_pending()) == (2, 2, 2)


def test_a_rebuild_that_fails_changes_nothing(tmp_path: Path) -> None:
    log, index = Log(), Index.create(tmp_path / "index")
    log.entries.append(offer("1", "轴承"))
    log.fill(index)

    def fill(fresh: Index) -> None:
        log.fill(fresh)
        with pytest.raises(IndexBusy, match="rebuilding"):
            Index.open(tmp_path / "index").rebuild(log.fill)
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        index.rebuild(fill)
    assert places(tmp_path / "index") == ["1"]
    assert index.search(Need("轴承"), MEMBER).found == 1


def test_what_a_killed_rebuild_left_behind_is_removed(tmp_path: Path) -> None:
    log, index = Log(), Index.create(tmp_path / "index")
    (tmp_path / "index" / "2" / "public").mkdir(parents=True)
    index.rebuild(log.fill)
    assert places(tmp_path / "index") == ["1", "2"]
    assert index.count(1) == 0


def test_a_writer_opened_before_the_change_is_refused(tmp_path: Path) -> None:
    log, index = Log(), Index.create(tmp_path / "index")
    late = Index.open(tmp_path / "index").writer()
    index.rebuild(log.fill)
    with pytest.raises(IndexBusy, match="ask again"):
        late.__enter__()


def test_an_index_in_memory_is_rebuilt_too() -> None:
    log, index = Log(), Index.in_memory(LetterEncoder())
    log.entries.append(offer("1", "轴承"))
    log.fill(index)
    index.rebuild(log.fill)
    assert index.search(Need("轴承"), MEMBER).found == 1


def test_an_index_filled_by_other_rules_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, index = Log(), Index.create(tmp_path / "index")
    assert not index.outdated
    log.entries.append(offer("1", "轴承"))
    log.fill(index)
    assert not index.outdated
    monkeypatch.setattr(preparing, "_PROBE", "cut in another way")
    assert index.outdated
    assert index.search(Need("轴承"), MEMBER).found == 1
    index.rebuild(log.fill)
    assert not index.outdated


def test_another_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Index.create(tmp_path / "index").close()
    monkeypatch.setattr(store, "FORMAT", 99)
    with pytest.raises(IndexDamaged, match="another format"):
        Index.open(tmp_path / "index")
