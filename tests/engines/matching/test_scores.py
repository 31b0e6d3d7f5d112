"""Scores against two oracles: bm25s, and a twin that scores every listing by the formula as it is written."""

import math
from collections import Counter
from decimal import Decimal

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.matching import Constraint, Listing, Need, Searcher
from rongtong.engines.matching.glossary import glossary
from rongtong.engines.matching.reasons import round_together, rounded
from rongtong.engines.matching.store import Statistics
from rongtong.engines.matching.tokens import columns, fold, is_chinese, terms, tokenize
from rongtong.engines.matching.vectorise import TermVectors, term_hash
from rongtong.engines.matching.words import SATURATION, SMOOTHING, TRANSLATED, word_query, word_scores
from tests.engines.matching.made import LetterEncoder, filled, listings, offer, texts

CORPUS = [
    "high speed spindle bearing for machine tools", "ceramic bearing", "battery pack with thermal control",
    "高精度数控机床主轴轴承", "轴承检测设备与轴承润滑", "动力电池检测", "spindle spindle spindle",
    "real-time control of spindle temperature",
]  # fmt: skip
NEEDS = ["spindle bearing", "轴承检测", "battery thermal control and battery tests", "数控机床 spindle"]


@pytest.mark.parametrize("text", NEEDS)
def test_words_score_as_bm25s_does(text: str) -> None:
    documents = [terms(document) for document in CORPUS]
    vectors = TermVectors.of(documents)
    counts = Counter(term for document in documents for term in set(document))
    statistics = Statistics(len(documents), sum(map(len, documents)))
    query = word_query(text, statistics, lambda hashes: {term_hash(term): count for term, count in counts.items()})
    model = bm25s.BM25(method="lucene", k1=SATURATION, b=1.0)
    model.index(documents, show_progress=False)
    unfaded = np.zeros(len(documents))
    for term in query.terms:
        unfaded += term.frequency * model.get_scores([term.term])
    parts, _ = word_scores(query, vectors)
    assert parts.sum(axis=1) == pytest.approx(unfaded, rel=1e-5)


def twin(content: list[Listing], text: str) -> dict[str, float]:
    """Return the points of every listing that shares a word, from the formula alone."""
    documents = {listing.id: terms(listing.full_text(1)) for listing in content}
    mean = max(1.0, sum(map(len, documents.values())) / len(documents)) if documents else 1.0
    power, fade = (1.0, 0.003) if is_chinese(fold(text)) else (0.75, 0.001)
    counts: dict[str, float] = {}
    for place, term in enumerate(terms(text)):
        counts[term] = counts.get(term, 0.0) + 1 / (1 + fade * place)
    places = {token.start: place for place, token in reversed(list(enumerate(tokenize(fold(text)))))}
    own = set(counts)
    for term, _, start, _ in glossary().translations(fold(text), columns(fold(text))):
        if term not in own:
            counts[term] = counts.get(term, 0.0) + TRANSLATED / (1 + fade * places[start])
    holding = {term: sum(term in document for document in documents.values()) for term in counts}
    counts = {term: count**power for term, count in counts.items() if holding[term]}
    idf = {term: math.log(1 + (len(documents) - holding[term] + 0.5) / (holding[term] + 0.5)) for term in counts}

    def most(values: dict[str, float]) -> float:
        return max(sum(v for term, v in values.items() if (term in own) == kind) for kind in (True, False))

    scores = {}
    for key, document in documents.items():
        length = len(document) / mean
        tf = {term: document.count(term) for term in counts if term in document}
        share = sum(counts[term] * idf[term] * n / (n + SATURATION * length) for term, n in tf.items())
        likelihood = sum(
            counts[term] * math.log(1 + n * len(documents) / (SMOOTHING * holding[term])) for term, n in tf.items()
        )
        if tf:
            ratio = likelihood / most(counts) - math.log(1 + length / SMOOTHING)
            attainable = most({term: count * idf[term] for term, count in counts.items()})
            scores[key] = 100 * math.sqrt(min(1, share / attainable)) / (1 + math.exp(-ratio))
    return scores


@settings(max_examples=25, deadline=None)
@given(st.lists(listings(), max_size=25, unique_by=lambda listing: listing.id), texts)
def test_search_is_the_formula(content: list[Listing], text: str) -> None:
    expected = twin(content, text)
    matches = filled(content).search(Need(text), Searcher(1), limit=100, group_by_owner=False)
    if not terms(text):
        assert matches.found == (0 if text.strip() else len(content))
        return
    assert {match.listing.id: float(match.score) for match in matches} == pytest.approx(expected, abs=0.051)
    scores = [match.score for match in matches]
    assert scores == sorted(scores, reverse=True)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(listings(), max_size=20, unique_by=lambda listing: listing.id),
    texts,
    st.sampled_from([None, LetterEncoder()]),
)
def test_reasons_add_up(content: list[Listing], text: str, encoder: LetterEncoder | None) -> None:
    wanted = (Constraint("region", ("4403",)), Constraint("certificates", ("ISO9001",)), Constraint("readiness", 6))
    for match in filled(content, encoder).search(Need(text, constraints=wanted), Searcher(1)):
        bars = [reason.points for reason in match.reasons.words] + [
            reason.points for reason in match.reasons.constraints
        ]
        if match.reasons.meaning:
            bars.append(match.reasons.meaning.points)
        assert sum(bars) == match.score
        assert 0 <= match.score <= 100
        assert all(bar >= 0 for bar in bars)
        assert all(reason.points == 0 or reason.outcome == "met" for reason in match.reasons.constraints)


@given(st.lists(st.floats(0, 100, allow_nan=False), max_size=30))
def test_rounding_keeps_the_sum(values: list[float]) -> None:
    total = rounded(math.fsum(values))
    parts = round_together(values, total)
    assert sum(parts, Decimal("0.0")) == total
    assert float(total) == pytest.approx(sum(values), abs=0.0501)
    assert all(abs(float(one) - other) < 0.1 + 1e-9 for one, other in zip(parts, values, strict=True))


def test_overlapping_terms_show_as_one_word() -> None:
    index = filled([offer("1", "高精度数控机床"), offer("2", "电池")])
    reasons = index.search(Need("数控机床的主轴"), Searcher(0))[0].reasons
    assert [reason.words for reason in reasons.words] == ["数控机床"]


def test_a_term_that_did_not_match_joins_nothing() -> None:
    """What is shown as matched stands in the listing; 重载 and 载齿 do not join 齿轮 to a word that is not there."""
    index = filled([offer("1", "齿轮加工"), offer("2", "渗碳淬火"), offer("3", "重载"), offer("4", "载齿")])
    first = index.search(Need("重载齿轮渗碳淬火"), Searcher(0), limit=4, group_by_owner=False)
    shown = {match.listing.id: [reason.words for reason in match.reasons.words] for match in first}
    assert shown == {"1": ["齿轮"], "2": ["渗碳淬火"], "3": ["重载"], "4": ["载齿"]}


def test_grouping_shows_the_best_and_counts_the_others() -> None:
    index = filled([offer("1", "轴承"), offer("2", "轴承 陶瓷"), offer("3", "陶瓷", "b"), offer("4", "电池", "b")])
    grouped = index.search(Need("轴承 陶瓷"), Searcher(0))
    assert [(match.listing.id, match.owner, match.others) for match in grouped] == [("2", "a", 1), ("3", "b", 0)]
    assert grouped.found == 3
    assert len(index.search(Need("轴承 陶瓷"), Searcher(0), exclude_owner="a")) == 1


def test_one_owner_with_hundreds_does_not_hide_the_others() -> None:
    many = [offer(f"{place:04}", "轴承 陶瓷") for place in range(600)]
    others = [offer(f"z{place}", "轴承 电池 检测 设备", owner=f"o{place}") for place in range(5)]
    matches = filled(many + others).search(Need("轴承 陶瓷"), Searcher(0), limit=6)
    assert {match.owner for match in matches} == {"a", "o0", "o1", "o2", "o3", "o4"}
    assert matches[0].others == 599


def test_frame_has_a_row_a_match() -> None:
    frame = (
        filled([offer("1", "轴承")])
        .search(Need("轴承", constraints=(Constraint("readiness", 3),)), Searcher(0))
        .to_frame()
    )
    assert frame.select("rank", "id", "words", "conditions").rows() == [(1, "1", "轴承", "readiness:unknown")]
    assert filled([]).search(Need("轴承"), Searcher(0)).to_frame().height == 0


def test_offer_finds_challenges() -> None:
    mine = offer("mine", "陶瓷轴承 检测")
    index = filled([mine, offer("c1", "需要陶瓷轴承", "big", kind="challenge"), offer("c2", "陶瓷", "x")])
    found = index.search(Need.of(mine, frozenset({"challenge"})), Searcher(1, "a"), exclude_owner="a")
    assert [match.listing.id for match in found] == ["c1"]


def test_what_a_match_tells_later_is_what_was_found() -> None:
    """Reasons and listing are worked out when they are asked for, from the moment of the search."""
    index = filled([offer("1", "陶瓷轴承 检测"), offer("2", "轴承", "b")])
    at_once, later = (index.search(Need("轴承检测"), Searcher(0)) for _ in range(2))
    told = [(match.listing, match.reasons) for match in at_once]
    with index.writer() as writer:
        writer.upsert([offer("1", "电池")])
        writer.remove(["2"])
        writer.commit()
    assert [(match.listing, match.reasons) for match in later] == told
    assert [(match.id, match.owner, match.score) for match in later] == [
        (listing.id, listing.owner, reasons.total) for listing, reasons in told
    ]
    assert later[0].reasons is later[0].reasons
    with pytest.raises(AttributeError):
        later[0].score = Decimal(0)  # type: ignore[misc]  # that it cannot be set is what is tested
