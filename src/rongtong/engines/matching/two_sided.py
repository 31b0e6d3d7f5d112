"""Both directions in one score, and lists in which no organisation stands everywhere.

    score = (1 - s) · forward + s · backward

`forward` is what an organisation's offer scores for the need, `backward` what the need scores for the organisation,
and s is ``SHARE``. The score grows with either side. Where a backward side is unknown the median of the known ones
takes its place, so that nobody gains or loses by it; where none is known the forward score stands as it is. Every part
of the forward score is scaled with it, and all parts together are the score, to the tenth.

`cap_exposure` then fills the fronts of many lists at once: no organisation in more than so many, every front as full as
can be, and the sum of the scores in the fronts as high as any filling's. That is a transport problem; OR-Tools'
minimum-cost flow solves it exactly. For n lists of m candidates it takes O(n·m) memory and, as measured, a little more
than linear time: about a second for 500 lists of 200.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
from ortools.graph.python import min_cost_flow

SHARE = Decimal("0.25")
#: A best score below this is weak: what comes near it is not made to look like a perfect fit.
STRONG = Decimal("40.0")
FULL = Decimal("100.0")
_TENTH = Decimal("0.1")
_TENTHS = 10


@dataclass(frozen=True, slots=True)
class TwoSided:
    """A combined score and what it is made of.

    Parameters
    ----------
    score
        The sum of `parts` and `other`.
    parts
        The forward score's parts, scaled, in the order given.
    other
        The other side's points; 0 where no backward side is known.
    known
        Whether `other` is this organisation's own and not the median of the others.
    """

    score: Decimal
    parts: tuple[Decimal, ...]
    other: Decimal
    known: bool


def combine(
    parts: Sequence[Decimal], backward: Decimal | None, middle: Decimal | None, share: Decimal = SHARE
) -> TwoSided:
    """Combine a forward score with the other side's.

    Parameters
    ----------
    parts
        Points of the forward score, 0 or more each.
    backward
        The other side's score, 0 to 100; None where it is unknown.
    middle
        What stands in for an unknown one, as `middle_of` gives it; None where none is known.

    Examples
    --------
    >>> found = combine([Decimal("40.0"), Decimal("20.0")], Decimal("90.0"), Decimal("50.0"))
    >>> found.score, found.parts, found.other
    (Decimal('67.5'), (Decimal('30.0'), Decimal('15.0')), Decimal('22.5'))
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share is 0 to 1, not {share}")
    side = middle if backward is None else backward
    if side is None:
        alone = _rounded(parts)
        return TwoSided(sum(alone, Decimal("0.0")), tuple(alone), Decimal("0.0"), known=False)
    *scaled, other = _rounded([*(part * (1 - share) for part in parts), side * share])
    return TwoSided(sum(scaled, other), tuple(scaled), other, known=backward is not None)


def blend(score: Decimal, backward: Decimal | None, middle: Decimal | None, share: Decimal = SHARE) -> Decimal:
    """Return the score that `combine` gives for parts that sum to `score`: enough to rank by, without any part."""
    side = middle if backward is None else backward
    if side is None:
        return score.quantize(_TENTH, ROUND_HALF_UP)
    return (score * (1 - share) + side * share).quantize(_TENTH, ROUND_HALF_UP)


def middle_of(backwards: Iterable[Decimal | None]) -> Decimal | None:
    """Return the lower median of the known values, None where there is none."""
    known = sorted(value for value in backwards if value is not None)
    return known[(len(known) - 1) // 2] if known else None


def relative(score: Decimal, best: Decimal) -> Decimal:
    """Return a need's score for an organisation as a share of the best of all needs for it, 0 to 100.

    Scores of different organisations are not comparable: who describes much scores little of each need. How near a
    need comes to an organisation's best one is. Where even the best is weak it is measured against ``STRONG``.
    """
    share = FULL * score / max(best, STRONG)
    return min(FULL, share.quantize(_TENTH, ROUND_HALF_UP))


def _rounded(values: Sequence[Decimal]) -> list[Decimal]:
    """Round to tenths by largest remainder: the rounded values sum to the sum, rounded half up."""
    tenths = [value * _TENTHS for value in values]
    floors = [int(value) for value in tenths]
    missing = int(sum(tenths, Decimal(0)).to_integral_value(ROUND_HALF_UP)) - sum(floors)
    order = sorted(range(len(tenths)), key=lambda place: (floors[place] - tenths[place], place))
    for place in order[:missing]:
        floors[place] += 1
    return [Decimal(value).scaleb(-1) for value in floors]


@dataclass(frozen=True, slots=True)
class Placed:
    """An organisation in a list after exposure was capped.

    Parameters
    ----------
    before
        Its rank by score alone, from 1; its place in the list is its rank now.
    fronts
        In how many fronts it stands now, over all lists.
    gives_way
        Whether it would stand in this front by score alone, and does not.
    """

    organisation: str
    score: Decimal
    before: int
    fronts: int
    gives_way: bool


@dataclass(frozen=True)
class Exposure:
    """Lists with fronts filled under the cap.

    Parameters
    ----------
    lists
        Need to organisations: the front by score, then the rest by score.
    front
        How many of each list are its front at most.
    loss
        Points that the fronts hold less than by score alone.
    unfilled
        Places in fronts for which there was nobody below the cap; what follows there stands above it.
    """

    lists: Mapping[str, tuple[Placed, ...]]
    front: int
    loss: Decimal
    unfilled: int

    def counts(self) -> dict[str, int]:
        """Return in how many fronts each organisation of any list stands."""
        return {one.organisation: one.fronts for placed in self.lists.values() for one in placed}


def cap_exposure(lists: Mapping[str, Sequence[tuple[str, Decimal]]], cap: int | None, *, front: int = 10) -> Exposure:
    """Fill the fronts of many lists so that no organisation stands in more than `cap` of them.

    Every front is filled as far as the cap lets it be; among all such fillings the sum of the scores in the fronts is
    the greatest, and among those the ranks by score alone are the best. The same lists give the same answer, in
    whatever order they come.

    Parameters
    ----------
    lists
        Need to (organisation, score), each organisation at most once a list; equal scores keep the order given.
    cap
        Fronts an organisation may stand in; None for as many as it likes.
    front
        How many places at the head of a list are its front.
    """
    if front < 1 or (cap is not None and cap < 1):
        raise ValueError("a front has one place or more, and a cap is 1 or more")
    ranked = {need: sorted(lists[need], key=lambda one: -one[1]) for need in sorted(lists)}
    for need, rows in ranked.items():
        if len({organisation for organisation, _ in rows}) < len(rows):
            raise ValueError(f"list {need} holds an organisation twice")
    plain = {need: set(range(min(front, len(rows)))) for need, rows in ranked.items()}
    chosen = plain if _within(ranked, plain, cap) else _assigned(ranked, cap or 1, front)
    return _placed(ranked, plain, chosen, front)


def gini(counts: Iterable[int]) -> float:
    """Return how unequally exposure is spread: 0 when all have the same, near 1 when one has all."""
    values = np.sort(np.fromiter(counts, np.float64))
    total = values.sum()
    if not total:
        return 0.0
    places = np.arange(1, len(values) + 1)
    return float((2 * (places * values).sum() / (len(values) * total)) - (len(values) + 1) / len(values))


_Lists = Mapping[str, Sequence[tuple[str, Decimal]]]
_Fronts = Mapping[str, set[int]]


def _counts(ranked: _Lists, fronts: _Fronts) -> dict[str, int]:
    found: dict[str, int] = {}
    for need, places in fronts.items():
        for place in places:
            organisation = ranked[need][place][0]
            found[organisation] = found.get(organisation, 0) + 1
    return found


def _within(ranked: _Lists, fronts: _Fronts, cap: int | None) -> bool:
    return cap is None or max(_counts(ranked, fronts).values(), default=0) <= cap


def _assigned(ranked: _Lists, cap: int, front: int) -> dict[str, set[int]]:
    """Choose the fronts: a flow from needs through organisations, as great as can be and then as cheap as can be."""
    needs = list(ranked)
    organisations = sorted({organisation for rows in ranked.values() for organisation, _ in rows})
    number = {organisation: len(needs) + place for place, organisation in enumerate(organisations)}
    source, sink = len(needs) + len(organisations), len(needs) + len(organisations) + 1
    edges = [
        (at, place, number[organisation], int(score * _TENTHS))
        for at, need in enumerate(needs)
        for place, (organisation, score) in enumerate(ranked[need])
    ]
    # a tenth of a point weighs more than all ranks together: they decide between equal sums only
    tenth = 1 + sum(min(front, len(rows)) * len(rows) for rows in ranked.values())
    flow = min_cost_flow.SimpleMinCostFlow()
    offered = flow.add_arcs_with_capacity_and_unit_cost(
        np.array([edge[0] for edge in edges], np.int64),
        np.array([edge[2] for edge in edges], np.int64),
        np.ones(len(edges), np.int64),
        np.array([place - points * tenth for _, place, _, points in edges], np.int64),
    )
    for at, need in enumerate(needs):
        flow.add_arc_with_capacity_and_unit_cost(source, at, min(front, len(ranked[need])), 0)
    for node in number.values():
        flow.add_arc_with_capacity_and_unit_cost(node, sink, cap, 0)
    places = sum(min(front, len(rows)) for rows in ranked.values())
    flow.set_node_supply(source, places)
    flow.set_node_supply(sink, -places)
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the solver gave up with status {status}")
    chosen: dict[str, set[int]] = {need: set() for need in needs}
    for (at, place, _, _), used in zip(edges, flow.flows(offered).tolist(), strict=True):
        if used:
            chosen[needs[at]].add(place)
    return chosen


def _placed(ranked: _Lists, plain: _Fronts, chosen: _Fronts, front: int) -> Exposure:
    counts = _counts(ranked, chosen)
    lists, loss, unfilled = {}, Decimal("0.0"), 0
    for need, rows in ranked.items():
        inside = chosen[need]
        order = sorted(range(len(rows)), key=lambda place: (place not in inside, place))
        lists[need] = tuple(
            Placed(
                organisation=rows[place][0],
                score=rows[place][1],
                before=place + 1,
                fronts=counts.get(rows[place][0], 0),
                gives_way=place in plain[need] and place not in inside,
            )
            for place in order
        )
        loss += sum((rows[place][1] for place in plain[need]), Decimal("0.0"))
        loss -= sum((rows[place][1] for place in inside), Decimal("0.0"))
        unfilled += len(plain[need]) - len(inside)
    return Exposure(lists, front, loss, unfilled)
