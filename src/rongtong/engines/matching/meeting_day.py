"""A matchmaking day as data: who comes when, which pairs could meet, and what a plan of it looks like."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


REQUEST_POINTS = 40.0
ANNOUNCED_POINTS = 30.0


@dataclass(frozen=True, slots=True)
class Attendee:
    """An organisation that takes part.

    Parameters
    ----------
    slots
        The slots in which it can sit at a table, counted from 0.
    most
        How many meetings it wants at most over the whole day.
    in_a_row
        How many meetings it wants at most one after another; 0 for no limit. A pause of the day begins anew.
    """

    id: str
    slots: frozenset[int]
    most: int
    in_a_row: int = 0

    def __post_init__(self) -> None:
        if self.most < 0 or self.in_a_row < 0:
            raise ValueError(f"{self.id}: a number of meetings is not negative")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two organisations that could meet.

    Parameters
    ----------
    forward, backward
        What the meeting is worth for the first and for the second, 0 to 100.
    requests
        How many of the two asked for the meeting: 0, 1 or 2.
    """

    first: str
    second: str
    forward: float
    backward: float
    requests: int = 0

    def __post_init__(self) -> None:
        if self.first == self.second:
            raise ValueError(f"{self.first}: nobody meets itself")
        if not (0 <= self.forward <= 100 and 0 <= self.backward <= 100 and 0 <= self.requests <= 2):
            raise ValueError(f"{self.first} and {self.second}: scores are 0 to 100, requests 0 to 2")

    @property
    def key(self) -> tuple[str, str]:
        """The two in an order that does not depend on who was named first."""
        return key_of(self.first, self.second)

    @property
    def points(self) -> float:
        """What the meeting counts: the two-sided score and the points of the requests."""
        return two_sided(self.forward, self.backward) + REQUEST_POINTS * self.requests


def two_sided(forward: float, backward: float) -> float:
    """Combine what a meeting is worth for each side.

    The mean of the average and of the lower of the two: 80 and 80 give 80, 80 and 40 give 50, 80 and 0 give 20. A
    meeting that only one side gains from is worth little, but more than nothing.
    """
    return ((forward + backward) / 2 + min(forward, backward)) / 2


def key_of(first: str, second: str) -> tuple[str, str]:
    """The two in one order."""
    return (first, second) if first < second else (second, first)


@dataclass(frozen=True)
class MeetingDay:
    """Everything a plan must respect.

    Parameters
    ----------
    slots, tables
        How many there are; both are counted from 0.
    closed
        (table, slot) at which nobody can sit.
    pauses
        Slots after which the day pauses, so that a row of meetings ends there.
    refusals
        Pairs that must not meet, whatever their scores.
    from_slot
        Slots before it are over: what was planned there stays, nothing is added.
    """

    attendees: tuple[Attendee, ...]
    pairs: tuple[Pair, ...]
    slots: int
    tables: int
    closed: frozenset[tuple[int, int]] = frozenset()
    pauses: frozenset[int] = frozenset()
    refusals: frozenset[tuple[str, str]] = frozenset()
    from_slot: int = 0

    def __post_init__(self) -> None:
        known = {one.id for one in self.attendees}
        if len(known) != len(self.attendees):
            raise ValueError("an attendee is named twice")
        keys = [pair.key for pair in self.pairs]
        if len(set(keys)) != len(keys):
            raise ValueError("a pair is named twice")
        strangers = {name for key in keys for name in key} - known
        if strangers:
            raise ValueError(f"pairs name who does not attend: {sorted(strangers)[:3]}")
        if self.slots < 1 or self.tables < 0:
            raise ValueError("a day has at least one slot and no negative number of tables")
        for one in self.attendees:
            if one.slots and not (min(one.slots) >= 0 and max(one.slots) < self.slots):
                raise ValueError(f"{one.id}: slots are 0 to {self.slots - 1}")

    def may_meet(self, first: str, second: str) -> bool:
        return (first, second) not in self.refusals and (second, first) not in self.refusals

    def open_tables(self, slot: int) -> list[int]:
        return [table for table in range(self.tables) if (table, slot) not in self.closed]


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two organisations at a table in a slot."""

    first: str
    second: str
    slot: int
    table: int
    points: float = 0.0

    @property
    def key(self) -> tuple[str, str]:
        return key_of(self.first, self.second)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new plan does to an announced one.

    Parameters
    ----------
    kept
        Same pair, slot and table.
    reseated
        Same pair and slot at another table.
    moved
        Same pair in another slot: (before, after).
    """

    kept: tuple[Meeting, ...] = ()
    reseated: tuple[tuple[Meeting, Meeting], ...] = ()
    moved: tuple[tuple[Meeting, Meeting], ...] = ()
    dropped: tuple[Meeting, ...] = ()
    added: tuple[Meeting, ...] = ()

    @property
    def announced(self) -> int:
        """How many announced meetings are not as they were."""
        return len(self.reseated) + len(self.moved) + len(self.dropped)


def changes(before: tuple[Meeting, ...], after: tuple[Meeting, ...]) -> Changes:
    """Set two plans side by side."""
    old = {one.key: one for one in before}
    new = {one.key: one for one in after}
    both = [(old[key], new[key]) for key in old if key in new]
    same_slot = [(was, now) for was, now in both if was.slot == now.slot]
    return Changes(
        kept=tuple(now for was, now in same_slot if was.table == now.table),
        reseated=tuple((was, now) for was, now in same_slot if was.table != now.table),
        moved=tuple((was, now) for was, now in both if was.slot != now.slot),
        dropped=tuple(one for key, one in old.items() if key not in new),
        added=tuple(one for key, one in new.items() if key not in old),
    )


@dataclass(frozen=True)
class MeetingPlan:
    """A plan with the proof of how good it is.

    Parameters
    ----------
    total, bound
        Points of this plan, and what no plan of this day can exceed.
    greedy
        Points of the plan that takes the best pair first, each at the first slot that fits.
    proven
        Whether no better plan exists.
    changes
        Beside the announced plan, where there was one.
    """

    meetings: tuple[Meeting, ...]
    total: float
    bound: float
    greedy: float
    seconds: float
    proven: bool
    slots: int
    tables: int
    changes: Changes = field(default_factory=Changes)

    @property
    def gap(self) -> float:
        """How much better a plan could be at the very most, as a part of the bound."""
        return (self.bound - self.total) / self.bound if self.bound > 0 else 0.0

    def __len__(self) -> int:
        return len(self.meetings)

    def __iter__(self) -> Iterator[Meeting]:
        return iter(self.meetings)

    def __repr__(self) -> str:
        best = "the best there is" if self.proven else f"at most {self.gap:.2%} below the best"
        return (
            f"{len(self)} meetings in {self.slots} slots at {self.tables} tables, {self.total:,.1f} points, {best};"
            f" greedy {self.greedy:,.1f}, {self.seconds:.1f} s"
        )

    def agenda(self, attendee: str) -> list[Meeting]:
        """The meetings of one attendee, in order."""
        return sorted((one for one in self if attendee in one.key), key=lambda one: one.slot)

    def to_frame(self) -> "pl.DataFrame":
        """Return a row a meeting."""
        import polars as pl  # here: loading it takes longer than making a proposal, and the hub never asks for a frame

        kinds: Mapping[str, type[pl.DataType]] = {
            "slot": pl.Int64, "table": pl.Int64, "first": pl.String, "second": pl.String, "points": pl.Float64,
        }  # fmt: skip
        rows = [(one.slot, one.table, one.first, one.second, one.points) for one in self]
        return pl.DataFrame(rows, schema=kinds, orient="row")
