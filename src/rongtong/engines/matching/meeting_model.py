"""A matchmaking day as arrays: edges between attendees, the slots each may use, and the limits."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from rongtong.engines.matching.meeting_day import ANNOUNCED_POINTS, Meeting, MeetingDay, Pair

#: Points are counted in tenths, so that every sum is exact.
TENTHS = 10
#: An edge at a slot.
Seat: TypeAlias = tuple[int, int]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Model:
    """Edges that are worth something, and what limits them.

    Parameters
    ----------
    ends
        (edges, 2) places of the two attendees.
    worth
        (edges,) tenths of points, all above 0 but for edges that are held.
    allowed
        (edges, slots) where both are free, the slot is not over and a table is open.
    most, free, room
        (attendees,) meetings at most; (attendees, slots) availability; (slots,) open tables.
    runs
        (attendee, slots, most): no more than so many meetings of the attendee within these slots.
    held
        Seats that stay.
    """

    pairs: tuple[Pair, ...]
    ends: Ints
    worth: Ints
    allowed: Bools
    most: Ints
    free: Bools
    room: Ints
    runs: tuple[tuple[int, tuple[int, ...], int], ...]
    held: frozenset[Seat]

    @property
    def slots(self) -> int:
        return int(self.room.shape[0])

    def value(self, seats: Iterable[Seat]) -> int:
        """Tenths of points of a plan."""
        return sum(int(self.worth[edge]) for edge, _slot in seats)

    def seats(self, edges: Iterable[int] | None = None) -> list[Seat]:
        """Every seat of these edges (of all when none are named), without those that a held edge could also have."""
        fixed = {edge for edge, _slot in self.held}
        chosen = (int(edge) for edge in (range(len(self.worth)) if edges is None else edges))
        found = [
            (edge, int(slot)) for edge in chosen if edge not in fixed for slot in np.flatnonzero(self.allowed[edge])
        ]
        return found + sorted(self.held)

    def holding(self, seats: Iterable[Seat]) -> "Model":
        """The same day with further seats that stay. Where a limit was lowered since, it is as wide as what stays."""
        held = self.held | frozenset(seats)
        free, most, room = self.free.copy(), self.most.copy(), self.room.copy()
        meetings, taken = np.zeros_like(most), np.zeros_like(room)
        for edge, slot in held:
            free[self.ends[edge], slot] = True
            meetings[self.ends[edge]] += 1
            taken[slot] += 1
        busy = {(int(who), slot) for edge, slot in held for who in self.ends[edge]}
        runs = tuple(
            (who, window, max(limit, sum((who, slot) in busy for slot in window))) for who, window, limit in self.runs
        )
        return replace(
            self, held=held, free=free, most=np.maximum(most, meetings), room=np.maximum(room, taken), runs=runs
        )


def model_of(
    day: MeetingDay, announced: Sequence[Meeting] = (), to_move: Collection[tuple[str, str]] = frozenset()
) -> Model:
    """Lay a day out.

    Parameters
    ----------
    announced
        Meetings that were announced: their pairs take part whatever they score.
    to_move
        Announced pairs that cannot stay in their slot; they count ``ANNOUNCED_POINTS`` more.
    """
    place = {one.id: number for number, one in enumerate(day.attendees)}
    free = np.zeros((len(place), day.slots), dtype=np.bool_)
    for number, one in enumerate(day.attendees):
        free[number, sorted(one.slots)] = True
    room = np.array([len(day.open_tables(slot)) for slot in range(day.slots)], dtype=np.int64)
    told = {one.key for one in announced}
    over = {one.key for one in announced if one.slot < day.from_slot}
    pairs = tuple(pair for pair in day.pairs if pair.key in over or _counts(day, pair, told))
    ends = np.array([(place[pair.first], place[pair.second]) for pair in pairs], dtype=np.int64).reshape(-1, 2)
    points = [pair.points + ANNOUNCED_POINTS * (pair.key in to_move) for pair in pairs]
    allowed = free[ends[:, 0]] & free[ends[:, 1]] & (room > 0)
    allowed[:, : day.from_slot] = False
    allowed[[number for number, pair in enumerate(pairs) if not day.may_meet(*pair.key)]] = False
    return Model(
        pairs=pairs,
        ends=ends,
        worth=np.array([round(TENTHS * one) for one in points], dtype=np.int64),
        allowed=allowed,
        most=np.array([one.most for one in day.attendees], dtype=np.int64),
        free=free,
        room=room,
        runs=tuple(_runs(day)),
        held=frozenset(),
    )


def _counts(day: MeetingDay, pair: Pair, told: Collection[tuple[str, str]]) -> bool:
    return day.may_meet(*pair.key) and (pair.points > 0 or pair.key in told)


def _runs(day: MeetingDay) -> Iterator[tuple[int, tuple[int, ...], int]]:
    for number, one in enumerate(day.attendees):
        width = one.in_a_row + 1
        for start in range(day.slots - one.in_a_row if one.in_a_row else 0):
            window = tuple(range(start, start + width))
            if not day.pauses & set(window[:-1]):
                yield number, window, one.in_a_row


class Ledger:
    """What is taken while a plan is made by hand: refuses a seat that breaks a limit."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.busy = np.zeros_like(model.free)
        self.left = model.most.copy()
        self.room = model.room.copy()
        self.met: set[int] = set()
        self._runs: dict[int, list[tuple[tuple[int, ...], int]]] = {}
        for who, window, most in model.runs:
            self._runs.setdefault(who, []).append((window, most))

    def fits(self, edge: int, slot: int) -> bool:
        one, other = (int(end) for end in self.model.ends[edge])
        return (
            edge not in self.met
            and self.room[slot] > 0
            and all(self.left[who] > 0 and not self.busy[who, slot] and self._rests(who, slot) for who in (one, other))
        )

    def _rests(self, who: int, slot: int) -> bool:
        return all(
            slot not in window or int(self.busy[who, list(window)].sum()) < most
            for window, most in self._runs.get(who, ())
        )

    def take(self, edge: int, slot: int) -> None:
        for who in self.model.ends[edge]:
            self.busy[who, slot] = True
            self.left[who] -= 1
        self.room[slot] -= 1
        self.met.add(edge)


def greedy(model: Model) -> list[Seat]:
    """Take the best pair first and give it the first slot that fits: what a diligent person does by hand."""
    ledger, plan = Ledger(model), []
    for edge, slot in sorted(model.held):
        ledger.take(edge, slot)
        plan.append((edge, slot))
    for edge in np.argsort(-model.worth, kind="stable").tolist():
        for slot in np.flatnonzero(model.allowed[edge]).tolist():
            if ledger.fits(edge, slot):
                ledger.take(edge, slot)
                plan.append((edge, slot))
                break
    return plan
