"""Reads the matchmaking days of the sample: who was invited, what they wish, what they said afterwards."""

from __future__ import annotations

from rongtong.hub.matching.enums import DayState, NextStep, ParticipationState, RequestKind, Usefulness

from .reading import Row
from .records import Guest, MatchmakingDay, Said

FURTHEST = 1000
STATES = (DayState.INVITING.value, DayState.PUBLISHED.value, DayState.HELD.value)
GUEST = ("organisation", "answer", "away", "presents", "contact")


def day(row: Row) -> MatchmakingDay:
    """One day. Who is named must be a guest that takes part."""
    found = MatchmakingDay(
        key=row.text("key", 40),
        title=row.text("title", 60, least=6),
        title_en=row.text("title_en", 100, least=8),
        place=row.text("place", 60),
        notice=row.text("notice", 1000),
        state=row.choice("state", STATES),
        opens=row.number("opens", -FURTHEST, 0),
        answers_until=row.number("answers_until", -FURTHEST, FURTHEST),
        planned=row.number("planned", -FURTHEST, FURTHEST),
        held=row.number("held", -FURTHEST, FURTHEST),
        slots=row.number("slots", 1, 24),
        tables=row.number("tables", 1, 100),
        most=row.number("most", 1, 24),
        in_a_row=row.number("in_a_row", 0, 24),
        guests=tuple(_guest(each) for each in row.columns("guests", GUEST, GUEST[:2])),
        scores=tuple(_score(each) for each in row.columns("scores", ("one", "other", "forward", "backward"))),
        wishes=tuple(_wish(each) for each in row.columns("wishes", ("who", "whom", "kind"))),
        feedback=tuple(
            _said(each) for each in row.columns("feedback", ("organisation", "other", "useful", "next_step", "note"))
        ),
    )
    _check(row, found)
    row.done()
    return found


def _guest(row: Row) -> Guest:
    answered = row.has("presents")
    return Guest(
        organisation=row.text("organisation", 40),
        answer=row.choice("answer", ParticipationState.values),
        away=tuple(int(one) for one in row.take("away", list)) if answered else (),
        presents=row.text("presents", 120) if answered else "",
        contact=row.text("contact", 40) if answered else "",
    )


def _score(row: Row) -> tuple[str, str, int, int]:
    names = (row.text("one", 40), row.text("other", 40))
    return (*names, row.number("forward", 0, 100), row.number("backward", 0, 100))


def _wish(row: Row) -> tuple[str, str, str]:
    return row.text("who", 40), row.text("whom", 40), row.choice("kind", RequestKind.values)


def _said(row: Row) -> Said:
    return Said(
        organisation=row.text("organisation", 40),
        other=row.text("other", 40),
        useful=row.choice("useful", Usefulness.values),
        next_step=row.choice("next_step", NextStep.values),
        note=str(row.take("note", str)),
    )


def _check(row: Row, found: MatchmakingDay) -> None:
    coming = {one.organisation for one in found.guests if one.answer == ParticipationState.ACCEPTED}
    named = {name for one in (*found.scores, *found.wishes) for name in one[:2]}
    named |= {name for one in found.feedback for name in (one.organisation, one.other)}
    if not named <= coming:
        raise row.fail("guests", f"{sorted(named - coming)} do not take part")
    if not found.opens < found.answers_until < found.held or not found.answers_until <= found.planned < found.held:
        raise row.fail("held", "the days do not follow one another")
