"""The timetable of a matchmaking day: who meets whom, when and at which table, with the most points in all.

>>> day = MeetingDay(
...     attendees=(Attendee("buyer", frozenset({0, 1}), most=2), Attendee("maker", frozenset({0}), most=1)),
...     pairs=(Pair("buyer", "maker", forward=80, backward=60, requests=1),),
...     slots=2,
...     tables=1,
... )
>>> plan(day)
1 meetings in 2 slots at 1 tables, 105.0 points, the best there is; greedy 105.0, 0.0 s

Importing this module loads OR-Tools, which takes a second: a server does so inside its background work.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rongtong.engines.matching.meeting_day import (
    ANNOUNCED_POINTS,
    REQUEST_POINTS,
    Attendee,
    Changes,
    Meeting,
    MeetingDay,
    MeetingPlan,
    Pair,
    changes,
    key_of,
    two_sided,
)
from rongtong.engines.matching.meeting_model import TENTHS, Model, Seat, model_of
from rongtong.engines.matching.meeting_search import Found, Progress, Search, Tell, most_kept
from rongtong.engines.matching.meeting_tables import seat

__all__ = [
    "ANNOUNCED_POINTS", "REQUEST_POINTS", "Attendee", "Changes", "Meeting", "MeetingDay", "MeetingPlan", "Pair",
    "Progress", "changes", "faults", "plan", "replan", "two_sided",
]  # fmt: skip

SECONDS, GAP, WORKERS = 30.0, 0.001, 2


def plan(
    day: MeetingDay,
    *,
    seconds: float = SECONDS,
    gap: float = GAP,
    workers: int = WORKERS,
    progress: Tell | None = None,
) -> MeetingPlan:
    """Plan a day.

    Parameters
    ----------
    seconds
        The search ends then at the latest, with the best plan found and the proof of how good it is.
    gap
        The search ends earlier where the plan is at most this part below the bound. Days of up to 6,000 seats
        (pairs × slots they share) are solved to the end.
    progress
        Called several times a second; what it raises ends the search and is passed on.

    Returns
    -------
    MeetingPlan
        Nobody in two places at once, every limit kept, nobody refused.
    """
    model = model_of(day)
    search = Search(model, seconds=seconds, gap=gap, workers=workers, tell=progress)
    return _result(day, model, search.run(), search.seconds)


def replan(
    day: MeetingDay,
    announced: Sequence[Meeting],
    *,
    seconds: float = SECONDS,
    gap: float = GAP,
    workers: int = WORKERS,
    progress: Tell | None = None,
) -> MeetingPlan:
    """Plan a day anew after something changed, with as few changes to what was announced as possible.

    First as many announced meetings as possible stay as they are, then as many as possible in their slot (among as
    many, those with the most points). Then the rest is planned for the most points; an announced meeting that has to
    move counts ``ANNOUNCED_POINTS`` more. Slots before ``day.from_slot`` stay as they are: the pairs of their meetings
    must be among ``day.pairs``. ``bound``, ``gap`` and ``proven`` speak of plans that keep the same meetings.
    """
    model = model_of(day, announced)
    places = {pair.key: number for number, pair in enumerate(model.pairs)}
    seats = [(places[one.key], one.slot) for one in announced if one.key in places and one.slot < day.slots]
    past = [one for one in seats if one[1] < day.from_slot]
    closed = {
        (places[one.key], one.slot) for one in announced if one.key in places and (one.table, one.slot) in day.closed
    }
    kept = most_kept(model.holding(past), seats, closed)
    staying = {model.pairs[edge].key for edge, _slot in kept}
    to_move = {one.key for one in announced} - staying
    model = model_of(day, announced, to_move).holding(kept)
    search = Search(model, seconds=seconds, gap=gap, workers=workers, tell=progress)
    return _result(day, model, search.run(), search.seconds, announced)


def _result(
    day: MeetingDay, model: Model, found: Found, seconds: float, announced: Sequence[Meeting] = ()
) -> MeetingPlan:
    """Give every meeting its table."""
    meetings = seat(day, [_meeting(model, one) for one in found.plan], announced)
    return MeetingPlan(
        meetings=meetings,
        total=found.total / TENTHS,
        bound=found.bound / TENTHS,
        greedy=found.greedy / TENTHS,
        seconds=seconds,
        proven=found.bound == found.total,
        slots=day.slots,
        tables=day.tables,
        changes=changes(tuple(announced), meetings) if announced else Changes(),
    )


def _meeting(model: Model, one: Seat) -> Meeting:
    edge, slot = one
    pair = model.pairs[edge]
    return Meeting(pair.first, pair.second, slot, -1, int(model.worth[edge]) / TENTHS)


def faults(day: MeetingDay, meetings: Iterable[Meeting]) -> list[str]:
    """Say in words what a plan does wrong; nothing for a plan that keeps every limit. Independent of the search."""
    found, held = [], list(meetings)
    people = {one.id: one for one in day.attendees}
    slots: dict[str, list[int]] = defaultdict(list)
    seats: set[tuple[int, int]] = set()
    met: set[tuple[str, str]] = set()
    for one in held:
        if one.key in met:
            found.append(f"{one.key} meet twice")
        if (one.table, one.slot) in seats:
            found.append(f"table {one.table} is taken twice in slot {one.slot}")
        if one.slot >= day.from_slot and one.table not in day.open_tables(one.slot):
            found.append(f"table {one.table} is closed in slot {one.slot}")
        if one.slot >= day.from_slot and not day.may_meet(one.first, one.second):
            found.append(f"{one.key} must not meet")
        met.add(key_of(*one.key))
        seats.add((one.table, one.slot))
        for who in one.key:
            slots[who].append(one.slot)
    for who, taken in slots.items():
        found += _faults_of(day, people[who], sorted(taken))
    return found


def _faults_of(day: MeetingDay, who: Attendee, taken: list[int]) -> list[str]:
    found = [
        f"{who.id} is in two places in slot {one}" for one in sorted({one for one in taken if taken.count(one) > 1})
    ]
    found += [f"{who.id} is away in slot {one}" for one in taken if one not in who.slots and one >= day.from_slot]
    if len(taken) > who.most:
        found.append(f"{who.id} has {len(taken)} meetings, wants {who.most}")
    row = 0
    for slot in range(day.slots if who.in_a_row else 0):
        row = row + 1 if slot in taken else 0
        if row > who.in_a_row:
            found.append(f"{who.id} has {row} meetings in a row at slot {slot}")
        if slot in day.pauses:
            row = 0
    return found
