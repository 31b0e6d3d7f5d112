"""An answer that is given again is the one that asking anew would give; another searcher's is never given."""

from dataclasses import replace
from pathlib import Path

import pytest

from rongtong.engines.matching import Constraint, Index, Need, Searcher
from rongtong.engines.matching.answers import Answers
from rongtong.engines.matching.search import Request, search
from tests.engines.matching.made import LetterEncoder, filled, offer

NEED = Need("主轴轴承", constraints=(Constraint("region", ("4403",)),))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Searcher]:
    """Who really asked the index."""
    found: list[Searcher] = []

    def noted(connection, on, request, vector):
        found.append(request.searcher)
        return search(connection, on, request, vector)

    monkeypatch.setattr("rongtong.engines.matching.index.search", noted)
    return found


def test_an_equal_question_is_read_once(asked):
    index = filled([offer("1", "高速主轴轴承")])
    first = index.search(NEED, Searcher(0))
    assert index.search(Need("主轴轴承", constraints=(Constraint("region", ("4403",)),)), Searcher(0)) is first
    assert len(asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"need": replace(NEED, constraints=())},
        {"searcher": Searcher(1)},
        {"searcher": Searcher(0, "firm")},
        {"limit": 7},
        {"exclude_owner": "firm"},
        {"group_by_owner": False},
    ],
)
def test_another_question_is_another(asked, other):
    index = filled([offer("1", "高速主轴轴承")])
    question = {"need": NEED, "searcher": Searcher(0)}
    index.search(**question)
    index.search(**question | other)
    assert len(asked) == 2


def test_what_is_committed_is_found_at_once(asked):
    index = filled([offer("1", "高速主轴轴承")])
    assert [match.id for match in index.search(NEED, Searcher(0))] == ["1"]
    with index.writer() as writer:
        writer.upsert([offer("2", "精密主轴轴承", owner="b")])
        writer.commit(position=2)
    assert {match.id for match in index.search(NEED, Searcher(0))} == {"1", "2"}
    with index.writer() as writer:
        writer.remove(["1"])
        writer.commit(position=3)
    assert [match.id for match in index.search(NEED, Searcher(0))] == ["2"]
    assert len(asked) == 3


def test_a_commit_of_whoever_writes_counts_too(tmp_path: Path):
    writing, reading = Index.create(tmp_path / "index"), Index.open(tmp_path / "index")
    assert not reading.search(NEED, Searcher(0)).items
    with writing.writer() as writer:
        writer.upsert([offer("1", "高速主轴轴承")])
        writer.commit(position=1)
    assert len(reading.search(NEED, Searcher(0))) == 1


def test_a_new_vector_counts_too(asked):
    index = Index.in_memory(LetterEncoder())
    with index.writer() as writer:
        writer.upsert([offer("1", "高速主轴轴承"), offer("2", "大型铸件")])
        writer.commit()
    assert not index.search(NEED, Searcher(0)).meaning
    while index.encode_pending():
        pass
    assert index.search(NEED, Searcher(0)).meaning


def test_only_so_many_are_kept(monkeypatch: pytest.MonkeyPatch):
    answers = Answers()
    monkeypatch.setattr("rongtong.engines.matching.answers._MOST", 2)
    moment = (object(),)
    index = filled([offer("1", "轴承")])
    found = index.search(NEED, Searcher(0))
    requests = [Request(NEED, Searcher(0), limit, None, True) for limit in (1, 2, 3)]
    for request in requests:
        answers.keep(request, moment, found)
    assert [answers.get(request, moment) is found for request in requests] == [False, True, True]
    assert answers.get(requests[-1], (object(),)) is None
