"""Plans of matchmaking days, beside a twin that tries everything and a checker that shares nothing with the search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rongtong.engines.matching import meeting_search
from rongtong.engines.matching.meetings import (
    ANNOUNCED_POINTS,
    Attendee,
    Meeting,
    MeetingDay,
    Pair,
    Progress,
    changes,
    faults,
    plan,
    replan,
    two_sided,
)

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Seats = tuple[tuple[tuple[str, str], int], ...]


@st.composite
def days(draw: st.DrawFn, most_slots: int = 3) -> MeetingDay:
    """Small days with every kind of limit."""
    slots = draw(st.integers(1, most_slots))
    names = [f"o{number}" for number in range(draw(st.integers(2, 5)))]
    times = st.frozensets(st.integers(0, slots - 1))
    attendees = tuple(
        Attendee(name, draw(times), draw(st.integers(0, slots)), draw(st.integers(0, 2))) for name in names
    )
    scores = st.integers(0, 100).map(float)
    pairs = tuple(
        Pair(one, other, draw(scores), draw(scores), draw(st.integers(0, 2)))
        for place, one in enumerate(names)
        for other in names[place + 1 :]
        if draw(st.booleans())
    )
    tables = draw(st.integers(0, 2))
    seats = st.tuples(st.integers(0, max(tables - 1, 0)), st.integers(0, slots - 1))
    return MeetingDay(
        attendees=attendees,
        pairs=pairs,
        slots=slots,
        tables=tables,
        closed=draw(st.frozensets(seats, max_size=2)),
        pauses=draw(st.frozensets(st.integers(0, slots - 1), max_size=1)),
        refusals=frozenset(pair.key for pair in pairs if draw(st.integers(0, 9)) == 0),
    )


def every_plan(day: MeetingDay) -> Iterator[Seats]:
    """The twin: every way to give pairs slots, kept where the checker finds no fault."""

    def go(number: int, taken: Seats) -> Iterator[Seats]:
        if number == len(day.pairs):
            yield taken
            return
        yield from go(number + 1, taken)
        for slot in range(day.slots):
            more = (*taken, (day.pairs[number].key, slot))
            if not faults(day, seated(day, more)):
                yield from go(number + 1, more)

    yield from go(0, ())


def seated(day: MeetingDay, seats: Seats) -> list[Meeting]:
    """Any table that is open; where there is none, one that is not."""
    free = {slot: day.open_tables(slot) for slot in range(day.slots)}
    return [Meeting(*key, slot, free[slot].pop() if free[slot] else day.tables) for key, slot in seats]


def points(day: MeetingDay, seats: Seats) -> float:
    worth = {pair.key: round(pair.points, 1) for pair in day.pairs}
    return sum(worth[key] for key, _slot in seats)


@FEW
@given(days())
def test_a_plan_keeps_every_limit_and_none_is_better(day: MeetingDay) -> None:
    found = plan(day, workers=1)

    assert faults(day, found) == []
    assert found.total == pytest.approx(sum(one.points for one in found)) and found.greedy <= found.total
    best = max(points(day, seats) for seats in every_plan(day))
    assert found.proven and found.total == pytest.approx(best, abs=0.05 * len(day.pairs))
    assert best <= found.bound + 0.05 * len(day.pairs)


@FEW
@given(days())
def test_the_bounds_of_the_relaxations_hold(day: MeetingDay) -> None:
    from rongtong.engines.matching.meeting_bounds import select, timetable
    from rongtong.engines.matching.meeting_model import model_of

    model = model_of(day)
    best = max(points(day, seats) for seats in every_plan(day))
    some = [number for number in range(len(model.worth)) if number % 2]
    for bound in (select(model).bound, *(timetable(model, edges).bound for edges in _arrays(some, len(model.worth)))):
        assert bound / 10 >= best - 0.05 * len(day.pairs)


def _arrays(some: list[int], count: int):
    import numpy as np

    return np.array(some, dtype=np.int64), np.arange(count, dtype=np.int64)


@FEW
@given(days(), st.data())
def test_a_changed_day_keeps_as_much_as_any_plan_could(day: MeetingDay, data: st.DataObject) -> None:
    announced = plan(day, workers=1).meetings
    gone = data.draw(st.sampled_from([one.id for one in day.attendees]))
    late = data.draw(st.sampled_from([one.id for one in day.attendees]))
    closed = frozenset((0, slot) for slot in range(day.slots)) if data.draw(st.booleans()) else frozenset()
    changed = replace(
        day,
        attendees=tuple(
            replace(one, slots=frozenset() if one.id == gone else one.slots - {0} if one.id == late else one.slots)
            for one in day.attendees
        ),
        closed=day.closed | closed,
    )

    again = replan(changed, announced, workers=1)

    assert faults(changed, again) == []
    told = {(one.key, one.slot) for one in announced}
    steady = {(one.key, one.slot) for one in announced if (one.table, one.slot) not in changed.closed}

    def kept(seats: Seats) -> tuple[int, int]:
        return len(steady & set(seats)), len(told & set(seats))

    mine = tuple((one.key, one.slot) for one in again)
    assert kept(mine) == max(kept(seats) for seats in every_plan(changed))
    assert again.changes == changes(announced, again.meetings)
    assert len(again.changes.kept) == len(steady & set(mine))


def test_what_is_over_stays_and_nothing_is_added_to_it() -> None:
    people = tuple(Attendee(name, frozenset({0, 1, 2}), 3) for name in "abcd")
    pairs = tuple(Pair(one, other, 50, 50) for one, other in ("ab", "cd", "ac", "bd", "ad", "bc"))
    day = MeetingDay(people, pairs, slots=3, tables=2)
    announced = plan(day).meetings
    assert len(announced) == 6

    left = replace(people[0], slots=frozenset())
    again = replan(replace(day, attendees=(left, *people[1:]), from_slot=1), announced)

    assert [one for one in again if one.slot == 0] == [one for one in announced if one.slot == 0]
    assert not [one for one in again if one.slot > 0 and "a" in one.key]
    assert len(again.changes.dropped) == 2 and not again.changes.moved


def test_a_meeting_that_was_asked_for_goes_before_a_better_score() -> None:
    people = tuple(Attendee(name, frozenset({0}), 1) for name in "abc")
    pairs = (Pair("a", "b", 70, 70), Pair("a", "c", 40, 40, requests=1))
    found = plan(MeetingDay(people, pairs, slots=1, tables=1))
    assert [one.key for one in found] == [("a", "c")] and found.total == 80


def test_an_announced_meeting_that_must_move_goes_before_a_new_one() -> None:
    people = (Attendee("a", frozenset({1}), 1), Attendee("b", frozenset({0, 1}), 2), Attendee("c", frozenset({1}), 1))
    pairs = (Pair("a", "b", 40, 40), Pair("a", "c", 60, 60))
    day = MeetingDay(people, pairs, slots=2, tables=1)
    before = (Meeting("a", "b", 0, 0),)

    again = replan(day, before)

    assert [(one.key, one.slot, one.points) for one in again] == [(("a", "b"), 1, 40 + ANNOUNCED_POINTS)]
    assert len(again.changes.moved) == 1
    assert [one.key for one in plan(day)] == [("a", "c")]


def test_a_table_that_closes_moves_its_own_meeting_and_no_other() -> None:
    people = tuple(Attendee(name, frozenset({0, 1}), 2) for name in "abcdef")
    pairs = tuple(Pair(one, other, 50, 50) for one, other in ("ab", "cd", "ef"))
    day = MeetingDay(people, pairs, slots=2, tables=3)
    before = tuple(Meeting(*pair.key, 0, table) for table, pair in enumerate(pairs))

    again = replan(replace(day, closed=frozenset({(1, 0)})), before)

    assert {one.key for one in again.changes.kept} == {("a", "b"), ("e", "f")}
    assert [(was.key, now.slot) for was, now in again.changes.moved] == [(("c", "d"), 1)]


def test_a_pause_begins_a_new_row() -> None:
    people = (Attendee("a", frozenset(range(4)), 4, in_a_row=2), *(Attendee(n, frozenset(range(4)), 1) for n in "bcde"))
    pairs = tuple(Pair("a", other, 50, 50) for other in "bcde")
    day = MeetingDay(people, pairs, slots=4, tables=1)
    assert len(plan(day)) == 3
    assert len(plan(replace(day, pauses=frozenset({1})))) == 4


def _busy_day() -> MeetingDay:
    people = tuple(Attendee(f"o{n:02d}", frozenset({(n + k) % 8 for k in range(6)}), 5) for n in range(40))
    pairs = tuple(
        Pair(people[one].id, people[other].id, (one * 37 + other * 61) % 101, (one * 53 + other * 29) % 101)
        for one in range(20)
        for other in range(20, 40)
    )
    return MeetingDay(people, pairs, slots=8, tables=9)


def test_the_way_through_the_relaxation_finds_what_the_exact_way_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    day = _busy_day()
    exact = plan(day, seconds=60)
    monkeypatch.setattr(meeting_search, "EXACT", 0)

    relaxed = plan(day, seconds=20, gap=0.0)

    assert faults(day, exact) == [] and faults(day, relaxed) == []
    assert exact.proven and relaxed.gap <= 0.005
    assert relaxed.total <= exact.total <= relaxed.bound and exact.greedy < relaxed.total


def test_progress_is_told_and_may_end_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    class Enough(Exception):
        pass

    told: list[Progress] = []

    def tell(now: Progress) -> None:
        told.append(now)
        if now.stage != "relaxing":
            raise Enough

    with pytest.raises(Enough):
        plan(_busy_day(), progress=tell)
    assert told[0].stage == "relaxing" and 0 < told[0].total <= told[0].bound


def test_a_meeting_that_one_side_gains_from_is_worth_little() -> None:
    assert (two_sided(80, 80), two_sided(80, 40), two_sided(80, 0)) == (80, 50, 20)


def test_what_is_wrong_with_a_plan_is_told() -> None:
    people = (
        Attendee("a", frozenset({0}), 1, in_a_row=1),
        Attendee("b", frozenset({0, 1}), 2),
        Attendee("c", frozenset(), 0),
    )
    day = MeetingDay(people, (), slots=2, tables=1, closed=frozenset({(0, 1)}), refusals=frozenset({("b", "a")}))
    meetings = [Meeting("a", "b", 0, 0), Meeting("a", "c", 0, 0), Meeting("a", "b", 1, 0)]
    found = " ".join(faults(day, meetings))
    for word in (
        "meet twice",
        "taken twice",
        "is closed",
        "must not meet",
        "two places",
        "is away",
        "wants",
        "in a row",
    ):
        assert word in found


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Pair("a", "a", 1, 1),
        lambda: Pair("a", "b", 101, 1),
        lambda: Attendee("a", frozenset(), -1),
        lambda: MeetingDay((Attendee("a", frozenset({3}), 1),), (), slots=2, tables=1),
        lambda: MeetingDay((), (Pair("a", "b", 1, 1),), slots=2, tables=1),
        lambda: MeetingDay((), (), slots=0, tables=1),
        lambda: MeetingDay((Attendee("a", frozenset(), 1),) * 2, (), slots=1, tables=1),
    ],
)
def test_a_day_that_makes_no_sense_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"."):
        wrong()


def test_a_plan_tells_itself() -> None:
    day = _busy_day()
    found = plan(replace(day, tables=1), seconds=20)
    assert "meetings in 8 slots at 1 tables" in repr(found)
    frame = found.to_frame()
    assert frame.height == len(found) and frame["points"].sum() == pytest.approx(found.total)
    someone = found.meetings[0].first
    assert [one.slot for one in found.agenda(someone)] == sorted(
        frame.filter((frame["first"] == someone) | (frame["second"] == someone))["slot"].to_list()
    )


def test_the_documents_example_runs() -> None:
    text = (Path(__file__).parents[3] / "docs/matchmaking.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(compile(example, "docs/matchmaking.md", "exec"), {})
