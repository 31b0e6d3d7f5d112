"""Encoding goes on where it was, asks for nothing twice, and another encoder takes over while searches go on."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rongtong.engines.matching import EncoderError, Index, Need, Searcher, VectorStore
from rongtong.engines.matching.encoders import Side, Vectors
from tests.engines.matching.made import LetterEncoder, filled, offer

MEMBER = Searcher(1)
CONTENT = [offer(str(place), f"轴承 型号{place}", f"o{place}") for place in range(60)]


class Other(LetterEncoder):
    """Another model: other vectors under another name."""

    name = "letters-reversed"

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        return super().encode(texts, side)[:, ::-1].copy()


class Counting(LetterEncoder):
    """Counts what it is asked for, and may be away."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        if self.away:
            raise EncoderError("away")
        self.asked += texts if side == "passage" else []
        return super().encode(texts, side)


def stored(path: Path, encoder: LetterEncoder) -> Index:
    index = Index.create(path, encoder)
    with index.writer() as writer:
        writer.upsert(CONTENT)
        writer.commit(position=60)
    return index


def test_encoding_goes_on_where_it_was(tmp_path: Path) -> None:
    encoder = Counting()
    index = stored(tmp_path / "index", encoder)
    assert (index.encode_pending(limit=25, batch=10), index.encoded()) == (25, (25, 60))
    encoder.away = True
    with pytest.raises(EncoderError):
        index.encode_pending()
    encoder.away = False
    again = Index.open(tmp_path / "index", encoder)  # after a restart, before which another went on too
    assert (index.encode_pending(limit=5), again.encode_pending(), index.encode_pending()) == (5, 30, 0)
    assert sorted(encoder.asked) == sorted(listing.full_text(1).strip() for listing in CONTENT)
    with index.writer() as writer:
        writer.upsert([offer("3", "陶瓷 新"), offer("new", "轴承 型号7")])  # the second text has its vector already
        writer.remove(["4"])
        writer.commit()
    assert (index.encode_pending(), index.encode_pending(), index.encoded(), index.pending()) == (1, 0, (60, 60), 0)


def test_a_look_for_what_is_not_encoded_does_not_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = stored(tmp_path / "index", LetterEncoder())
    index.encode_pending(1_000)
    looked: list[bytes] = []
    contains = VectorStore.__contains__

    def noted(store: VectorStore, key: bytes) -> bool:
        looked.append(key)
        return contains(store, key)

    monkeypatch.setattr(VectorStore, "__contains__", noted)
    assert index.encode_pending() == 0
    assert looked == []
    with index.writer() as writer:
        writer.upsert([offer("9", "陶瓷")])
        writer.commit()
    assert index.encode_pending() == 1
    assert len(looked) <= 4


def test_another_encoder_takes_over_while_searches_go_on(tmp_path: Path) -> None:
    """Words answer from the first moment, meaning joins as its vectors come, and going back costs nothing."""
    before = stored(tmp_path / "index", LetterEncoder())
    before.encode_pending(1_000)
    old = before.search(Need("轴承 型号7"), MEMBER)
    index, done = Index.open(tmp_path / "index", Other()), threading.Event()

    def ask() -> list[tuple[int, bool]]:
        answers = []
        while not done.is_set():
            matches = index.search(Need("轴承 型号7"), MEMBER, limit=100)
            answers.append((matches.found, matches.meaning))
        return answers

    assert not index.search(Need("轴承 型号7"), MEMBER).meaning
    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask) for _ in range(2)]
        while index.encode_pending(limit=7):
            assert before.search(Need("轴承 型号7"), MEMBER) == old  # a process with the old setting is not disturbed
        done.set()
        answers = [answer for future in asking for answer in future.result()]
    assert {found for found, _ in answers} == {60}
    assert index.search(Need("轴承 型号7"), MEMBER) == filled(CONTENT, Other()).search(Need("轴承 型号7"), MEMBER)
    assert index.search(Need("轴承 型号7"), MEMBER).meaning
    back = Index.open(tmp_path / "index", LetterEncoder())
    assert back.encode_pending() == 0
    assert back.search(Need("轴承 型号7"), MEMBER) == old
