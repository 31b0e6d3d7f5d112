"""When each step of the sample's story happened: a day counted from the loading, and an hour of that day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from .world import World

#: What opens a day, what fills it, what ends it after the deadlines.
MORNING, DAYTIME, EVENING = 0, 20, 90
MIDNIGHT = time(0, 0)
DEADLINE = time(17, 0)
OFFICE_OPENS, WORK_BEGINS = timedelta(hours=9), timedelta(hours=9, minutes=45)
WORKING = timedelta(hours=7)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Step:
    """One thing that somebody did.

    Parameters
    ----------
    key
        Names the step in every telling of the story: identifiers and times follow from it.
    day
        Counted from the day of loading, which is 0.
    do
        Does it, by verbs.
    rank
        Orders the steps of one day.
    """

    key: str
    day: int
    do: Callable[[World], None]
    rank: int = DAYTIME


@dataclass(frozen=True)
class Moment:
    """When a step happened, and its place among all."""

    at: datetime
    number: int


class Calendar:
    """Turns counted days into dates and instants of the hub's own time zone."""

    def __init__(self, today: date) -> None:
        self.today = today

    def day(self, day: int) -> date:
        return self.today + timedelta(days=day)

    def midnight(self, day: int) -> datetime:
        return datetime.combine(self.day(day), MIDNIGHT, timezone.get_default_timezone())

    def deadline(self, day: int) -> datetime:
        """The hour at which what is due on a day is due."""
        return datetime.combine(self.day(day), DEADLINE, timezone.get_default_timezone())

    def end_of_month(self, months: int) -> date:
        """The last day of the month so many months on."""
        year, month = divmod(self.today.year * 12 + self.today.month + months, 12)
        return date(year, month + 1, 1) - timedelta(days=1)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """As they happened; steps of one day and rank stay as they were told."""
    found = sorted(steps, key=lambda step: (step.day, step.rank))
    if len({step.key for step in found}) != len(found):
        raise ValueError("two steps of the sample's story have one key")
    return found


def timetable(steps: Iterable[Step], calendar: Calendar) -> dict[str, Moment]:
    """Give every step its instant: openings from nine, work until before five, closings after five."""
    days: dict[int, list[Step]] = defaultdict(list)
    for step in in_order(steps):
        days[step.day].append(step)
    found: dict[str, Moment] = {}
    for day, held in days.items():
        for step, after in zip(held, _hours(held), strict=True):
            at = calendar.midnight(day) + after
            if day >= 0:  # today's steps were done last night: nothing may lie in the future
                at = calendar.midnight(0) - timedelta(hours=6) + after / 4
            found[step.key] = Moment(at, len(found) + 1)
    return found


def _hours(steps: list[Step]) -> list[timedelta]:
    busy = [step for step in steps if DAYTIME <= step.rank < EVENING]
    apart = WORKING / (len(busy) + 1)
    found, morning, worked, evening = [], 0, 0, 0
    for step in steps:
        if step.rank < DAYTIME:
            found.append(OFFICE_OPENS + morning * MINUTE)
            morning += 1
        elif step.rank < EVENING:
            worked += 1
            found.append(timedelta(seconds=int((WORK_BEGINS + worked * apart).total_seconds())))
        else:
            evening += 1
            found.append(timedelta(hours=17) + evening * MINUTE)
    return found
