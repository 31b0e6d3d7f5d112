"""Planning a matchmaking day: how good, how fast, how few changes. Writes ``benchmarks/out/matchmaking.json``.

    python benchmarks/matchmaking.py [--quick]

Days of 200 organisations, 12 slots and 40 tables. Half of a day's organisations buy and half make, each comes in three
slots of four and wants three to eight meetings; seven pairs of ten have scores, a few of each hundred were asked for.
One day has no two sides: anybody may meet anybody. Every plan is checked by code that shares nothing with the search.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from figures import figure, report

from rongtong.engines.matching.meetings import Attendee, MeetingDay, MeetingPlan, Pair, faults, plan, replan

ORGANISATIONS, SLOTS, TABLES = 200, 12, 40
GAP_BAR, SECONDS_BAR = 1.0, 30.0


def invented_day(seed: int, *, sides: bool = True, in_a_row: int = 0) -> MeetingDay:
    """Invent a day; the same for the same seed."""
    chance = np.random.default_rng(seed)
    names = [f"o{number:03d}" for number in range(ORGANISATIONS)]
    attendees = tuple(
        Attendee(
            id=name,
            slots=frozenset(np.flatnonzero(chance.random(SLOTS) > 0.25).tolist()),
            most=int(chance.integers(3, 9)),
            in_a_row=in_a_row,
        )
        for name in names
    )
    half = ORGANISATIONS // 2
    pairs = []
    for one in range(half if sides else ORGANISATIONS):
        for other in range(half if sides else one + 1, ORGANISATIONS):
            forward, backward = (round(float(score), 1) for score in chance.beta(2, 5, 2) * 100)
            requests = int(chance.choice([0, 1, 2], p=[0.96, 0.035, 0.005]))
            if chance.random() < 0.7:
                pairs.append(Pair(names[one], names[other], forward, backward, requests))
    return MeetingDay(attendees, tuple(pairs), SLOTS, TABLES, pauses=frozenset({5}))


def rows(days: int) -> Iterator[dict[str, object]]:
    """Yield the figures of each day, then of one that changes after it was announced."""
    kinds = [
        *((f"two sides, day {seed}", invented_day(seed)) for seed in range(1, days + 1)),
        ("anybody with anybody", invented_day(11, sides=False)),
        ("two sides, three in a row at most", invented_day(12, in_a_row=3)),
    ]
    first: tuple[MeetingDay, MeetingPlan] | None = None
    for name, day in kinds:
        found = plan(day, seconds=SECONDS_BAR - 1)
        _check(day, found)
        first = first or (day, found)
        yield figure(f"gap to the proven bound, {name}", found.gap * 100, "%", GAP_BAR, _greedy_gap(found))
        yield figure(f"time, {name}", found.seconds, "s", SECONDS_BAR)
        yield figure(f"points of {found.bound:,.1f} possible, {name}", found.total, "", None, found.greedy)
    assert first is not None
    yield from _changed(*first)


def _changed(day: MeetingDay, announced: MeetingPlan) -> Iterator[dict[str, object]]:
    """Three organisations drop out, one arrives late, a table closes for the afternoon; the first slot is over."""
    gone, late = {"o003", "o050", "o150"}, "o007"
    attendees = tuple(
        replace(one, slots=frozenset() if one.id in gone else one.slots - {1, 2, 3} if one.id == late else one.slots)
        for one in day.attendees
    )
    changed = replace(day, attendees=attendees, closed=frozenset((7, slot) for slot in range(6, SLOTS)), from_slot=1)
    lost = [
        one
        for one in announced
        if one.slot >= 1
        and (
            {one.first, one.second} & gone or (late in one.key and one.slot <= 3) or (one.table == 7 and one.slot >= 6)
        )
    ]
    again = replan(changed, announced.meetings, seconds=SECONDS_BAR - 1)
    _check(changed, again)
    anew = plan(changed, seconds=SECONDS_BAR - 1)
    both = {(one.key, one.slot) for one in announced} & {(one.key, one.slot) for one in anew}
    name = "after three drop out, one comes late, a table closes"
    yield figure(
        f"announced meetings changed, {name} ({len(lost)} can not stay as they are)",
        again.changes.announced,
        "",
        float(len(lost)),
        len(announced) - len(both),
    )
    yield figure(f"time to plan again, {name}", again.seconds, "s", SECONDS_BAR)
    yield figure(f"gap to the bound of plans that keep as much, {name}", again.gap * 100, "%", GAP_BAR)


def _check(day: MeetingDay, found: MeetingPlan) -> None:
    wrong = faults(day, found)
    if wrong or found.total > found.bound:
        raise SystemExit(f"a plan breaks its limits: {wrong[:3]}")


def _greedy_gap(found: MeetingPlan) -> float:
    return round((found.bound - found.greedy) / found.bound * 100, 4)


if __name__ == "__main__":
    raise SystemExit(report("matchmaking", __doc__, "one day of two sides", lambda quick: rows(1 if quick else 3)))
