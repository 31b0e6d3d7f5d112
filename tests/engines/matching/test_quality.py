"""Quality may not fall: development sets that take seconds, by words alone."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "benchmarks"))

quality = pytest.importorskip("matching_quality")
crossfit = pytest.importorskip("matching_crossfit")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no evaluation data at {DATA}")


@needs_data
@pytest.mark.parametrize(
    ("name", "small", "gain", "recall", "queries"),
    [
        ("needs-to-awards", True, 0.85, 0.98, 170),
        ("policy-passages-zh", False, 0.48, 0.84, 123),
        ("abstracts-zh", False, 0.98, 0.99, 200),
    ],
)
def test_words_alone_reach_the_bar(name: str, *, small: bool, gain: float, recall: float, queries: int) -> None:
    test = quality.load(DATA / name, small=small)
    some = {key: test.queries[key] for key in list(test.queries)[:queries]}
    gains, recalls = quality.measure(
        quality.TestSet(name, test.documents, some, test.answers), quality.ours(quality.filled(test))
    )
    assert len(gains) >= min(queries, 61)
    assert sum(gains) / len(gains) >= gain
    assert sum(recalls) / len(recalls) >= recall


def test_a_need_in_the_other_language_finds_its_offer_by_words() -> None:
    for test in quality.cross_language():
        gains, recalls = quality.measure(test, quality.ours(quality.filled(test)))
        assert sum(gains) / len(gains) >= 0.65
        assert sum(recalls) / len(recalls) >= 0.75


def test_plain_and_fused_rankings_are_what_they_say() -> None:
    documents = {"a": "ceramic bearing", "b": "battery pack", "c": "bearing test bench with bearing"}
    test = quality.TestSet("three", documents, {"q": "bearing"}, {"q": {"c": 1}})
    plain = quality.PlainBM25(test, segmented=True)
    assert set(plain.rank("bearing")) == {"a", "c"}
    assert plain.rank("bearing bench")[0] == plain.rank_by_best_terms("bearing bench")[0] == "c"
    one, other = ["a", "b", "c"], ["c", "a"]
    assert quality.fused(lambda _: one, lambda _: other)("x") == ["a", "c", "b"]
    assert quality.measure(test, lambda _: ["a", "c"])[0] == [pytest.approx(0.6309, abs=1e-4)]


def test_cross_fitting_scores_no_need_with_a_setting_chosen_on_it() -> None:
    """Each setting is perfect on the needs of one part alone: whoever chose on the need itself would score 1."""
    part = crossfit.np.random.default_rng(3).permutation(50) % crossfit.PARTS
    figures = crossfit.np.array([[[float(own == one)] * 2 for own in part] for one in range(crossfit.PARTS)])
    found, chosen = crossfit.cross_fitted(figures, seed=3)
    assert found.sum() == 0
    assert len(chosen) == crossfit.PARTS
