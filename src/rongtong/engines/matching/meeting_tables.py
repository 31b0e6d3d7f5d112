"""Tables for meetings whose slots are settled: nobody walks without need."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rongtong.engines.matching.meeting_day import Meeting, MeetingDay


def seat(day: MeetingDay, meetings: Iterable[Meeting], announced: Sequence[Meeting] = ()) -> tuple[Meeting, ...]:
    """Give every meeting a table.

    An announced meeting in its slot keeps its table where that is open. Others sit where one of the two sat in the
    slot before, else at the first free table.
    """
    before = {(one.key, one.slot): one.table for one in announced}
    by_slot: dict[int, list[Meeting]] = {}
    for one in meetings:
        by_slot.setdefault(one.slot, []).append(one)
    seated: list[Meeting] = []
    sat: dict[str, int] = {}
    for slot in sorted(by_slot):
        sat = _seat_slot(day, slot, sorted(by_slot[slot], key=lambda one: one.key), before, sat, seated)
    return tuple(sorted(seated, key=lambda one: (one.slot, one.table)))


def _seat_slot(
    day: MeetingDay,
    slot: int,
    meetings: list[Meeting],
    before: dict[tuple[tuple[str, str], int], int],
    sat: dict[str, int],
    seated: list[Meeting],
) -> dict[str, int]:
    over = slot < day.from_slot
    free = dict.fromkeys(range(day.tables) if over else day.open_tables(slot))
    waiting: list[Meeting] = []
    given: list[Meeting] = []
    for one in meetings:
        table = before.get((one.key, slot))
        if table is not None and (table in free or over):
            free.pop(table, None)
            given.append(replace(one, table=table))
        else:
            waiting.append(one)
    near = [(one, [sat[who] for who in one.key if who in sat]) for one in waiting]
    for one, tables in sorted(near, key=lambda each: -len(each[1])):
        table = next((table for table in tables if table in free), None)
        if table is None:
            table = next(iter(free))
        free.pop(table)
        given.append(replace(one, table=table))
    seated += given
    return {who: one.table for one in given for who in one.key}
