"""Conditions: met, not met, unknown; the index filters exactly what the comparison says."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.matching import Constraint, Listing, Need, Outcome, Searcher
from rongtong.engines.matching.constraints import judge
from tests.engines.matching.made import filled, listings

CONDITIONS = [
    Constraint("region", ("440300",), required=True),
    Constraint("region", ("32", "4403"), required=True),
    Constraint("industry", ("C34",), required=True),
    Constraint("certificates", ("ISO9001", "AS9100"), required=True),
    Constraint("size_class", ("small", "micro"), required=True),
    Constraint("readiness", 6, required=True),
]


@pytest.mark.parametrize(
    ("constraint", "facet", "outcome"),
    [
        (Constraint("region", ("440300",)), {"region": "440305"}, Outcome.MET),
        (Constraint("region", ("440300",)), {"region": "440000"}, Outcome.UNKNOWN),
        (Constraint("region", ("440300",)), {"region": "440100"}, Outcome.NOT_MET),
        (Constraint("region", ("440300",)), {}, Outcome.UNKNOWN),
        (Constraint("industry", ("c34",)), {"industry": "C3421"}, Outcome.MET),
        (Constraint("certificates", ("ISO9001",)), {"certificates": frozenset()}, Outcome.NOT_MET),
        (Constraint("certificates", ("ISO9001",)), {}, Outcome.UNKNOWN),
        (Constraint("languages", ("en", "zh")), {"languages": frozenset({"zh"})}, Outcome.MET),
        (Constraint("readiness", 6), {"readiness": 6}, Outcome.MET),
        (Constraint("readiness", 6), {"readiness": 5}, Outcome.NOT_MET),
        (Constraint("price", Decimal("100.00")), {"price": Decimal("100.001")}, Outcome.NOT_MET),
        (Constraint("price", Decimal("100.00")), {"price": Decimal("100")}, Outcome.MET),
    ],
)
def test_outcome(constraint: Constraint, facet: dict[str, object], outcome: Outcome) -> None:
    listing = Listing("1", "a", "capability", "", {0: ""}, **facet)  # type: ignore[arg-type]  # one facet of any type
    assert judge(constraint, listing).outcome is outcome


@settings(max_examples=25, deadline=None)
@given(
    st.lists(listings(), max_size=25, unique_by=lambda listing: listing.id),
    st.lists(st.sampled_from(CONDITIONS), max_size=2),
    st.sampled_from([frozenset(), frozenset({"challenge"})]),
    st.sampled_from([0, 1]),
)
def test_filters_equal_brute_force(
    content: list[Listing], conditions: list[Constraint], kinds: frozenset[str], level: int
) -> None:
    need = Need("", constraints=tuple(conditions), kinds=kinds)
    found = {
        match.listing.id for match in filled(content).search(need, Searcher(level), limit=100, group_by_owner=False)
    }
    expected = {
        listing.id
        for listing in content
        if listing.visible_at(level)
        and (not kinds or listing.kind in kinds)
        and all(judge(condition, listing.seen_at(level)).outcome is Outcome.MET for condition in conditions)
    }
    assert found == expected


@pytest.mark.parametrize(
    "arguments", [("colour", ("red",)), ("region", ()), ("region", ("",)), ("readiness", True), ("price", 5)]
)
def test_what_cannot_be_compared_is_refused(arguments: tuple[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — each case has its own words
        Constraint(*arguments)  # type: ignore[arg-type]  # wrong on purpose
