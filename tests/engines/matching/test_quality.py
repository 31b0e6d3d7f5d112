"""Quality may not fall: the Chinese development sets, which take seconds."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
sys.path.insert(0, str(ROOT / "benchmarks"))

quality = pytest.importorskip("matching_quality")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no evaluation data at {DATA}")


@pytest.mark.parametrize(
    ("name", "gain", "recall", "queries"), [("policy-passages-zh", 0.46, 0.82, 61), ("abstracts-zh", 0.98, 0.99, 200)]
)
def test_words_alone_reach_the_bar(name: str, gain: float, recall: float, queries: int) -> None:
    test = quality.load(DATA / name)
    some = {key: test.queries[key] for key in list(test.queries)[:queries]}
    gains, recalls = quality.measure(
        quality.TestSet(name, test.documents, some, test.answers), quality.ours(quality.filled(test))
    )
    assert len(gains) == queries
    assert sum(gains) / queries >= gain
    assert sum(recalls) / queries >= recall
