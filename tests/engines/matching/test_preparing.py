"""Many listings at once give the same terms, vectors and index as one after another, in this process or in others."""

import json
import os
import signal
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rongtong.engines.matching import Index, Listing, Need, Searcher
from rongtong.engines.matching.bulk import cut
from rongtong.engines.matching.preparing import prepare
from rongtong.engines.matching.tokens import terms
from rongtong.engines.matching.vectorise import TermVectors, term_hash
from rongtong.engines.matching.workers import Preparation
from tests.engines.matching.made import WORDS, filled, offer

MEMBER = Searcher(1)
odd = st.one_of(
    st.text(),
    st.text(alphabet="轴承數機Ａb3-.'_/ \x1e\n\x00ΣﬁЁé乾㐀𠀀，"),
    st.lists(st.sampled_from(["x-ray", "GB/T", "0.01", "the", "軸承", "数控机床", "发", "5G手机", "——", "ΑΣ"])).map(
        "".join
    ),
)


@example(["ΑΣ", "ΑΣ", "x\x1ey", "", "轴承"])
@example(["，e", "\u0301", "机（１）", "㐀𠀀乾、機"])
@given(st.lists(odd, max_size=8))
def test_many_texts_give_the_terms_of_each(several: list[str]) -> None:
    words, vectors = cut(several)
    expected = [terms(text) for text in several]
    assert [Counter(one.split()) for one in words] == [Counter(each) for each in expected]
    assert vectors.parts() == TermVectors.of(expected).parts()
    assert json.loads(f'["{" ".join(words)}"]') == [" ".join(words)]


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=12), max_size=5))
def test_vectors_count_terms(texts: list[list[str]]) -> None:
    vectors = TermVectors.of(texts)
    assert vectors.lengths.tolist() == [len(text) for text in texts]
    for text, (hashes, counts) in zip(texts, vectors.parts(), strict=True):
        found = np.frombuffer(hashes, np.int64).tolist()
        assert found == sorted(set(map(term_hash, text)))
        assert dict(zip(found, counts, strict=True)) == {term_hash(term): text.count(term) for term in text}
    again = TermVectors.stored(*zip(*vectors.parts(), strict=True)) if texts else vectors
    np.testing.assert_array_equal(again.owners, vectors.owners)


def test_a_term_repeated_without_end_is_counted_to_a_limit() -> None:
    assert TermVectors.of([["a"] * 1000, []]).counts.tolist() == [255]


def many(count: int) -> list[Listing]:
    return [offer(str(place), f"{WORDS[place % 12]} 型号{place}", f"o{place % 97}") for place in range(count)]


@pytest.fixture(scope="module")
def expected() -> Index:
    return filled(many(2_000))


def test_other_processes_prepare_the_same(tmp_path: Path, expected: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rongtong.engines.matching.writer._BATCH", 200)
    monkeypatch.setattr("rongtong.engines.matching.writer._ALONE", 400)
    index = Index.create(tmp_path / "index")
    with index.writer(workers=2) as writer:
        writer.upsert(many(1_500))
        writer.remove(["3", "1400"])  # after they were put, wherever they are being prepared
        writer.upsert(many(2_000)[1_400:])
        writer.upsert([many(4)[3]])
        writer.commit(position=1)
    for text in ("轴承", "spindle 型号1400", "数控机床 陶瓷"):
        assert index.search(Need(text), MEMBER).items == expected.search(Need(text), MEMBER).items
    assert index.count(1) == 2_000


def test_a_worker_that_is_killed_costs_no_listing() -> None:
    preparation = Preparation(1, 0)
    batches = [many(40)[start : start + 10] for start in range(0, 40, 10)]
    found = [one for part in preparation.add(batches[0]) for one in part]
    found += [one for part in preparation.rest() for one in part]
    process = preparation._idle[0]._process
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    found += [one for batch in batches[1:] for part in preparation.add(batch) for one in part]
    found += [one for part in preparation.rest() for one in part]
    preparation.close()
    assert found == prepare(many(40))
