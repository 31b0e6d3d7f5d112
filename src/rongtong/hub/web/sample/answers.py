"""The parts of the sample that answer a challenge: targets, questions, responses, reviews, awards, collaborations."""

from __future__ import annotations

from decimal import Decimal

from rongtong.hub.innovation.enums import Comparison, ConflictState, Consent, MilestoneState, ResponseState

from .reading import Row
from .records import (
    Amendment,
    Award,
    Collaboration,
    Invitation,
    Milestone,
    Partner,
    Question,
    Response,
    Reviewer,
    Sheet,
    Step,
    Target,
    Value,
)

LONG_AGO, LONG_AFTER = -1000, 1000


def budget(row: Row) -> tuple[Decimal, Decimal] | None:
    """The least and the most the challenger pays, in yuan; None where it is to be agreed."""
    if not row.has("budget"):
        return None
    low, high = row.numbers("budget", 2, 0)
    if low > high:
        raise row.fail("budget", f"{low} is more than {high}")
    return Decimal(low), Decimal(high)


def target(row: Row) -> Target:
    comparison = row.choice("is", Comparison.values)
    between = comparison == Comparison.BETWEEN
    value = row.decimal("low" if between else "value")
    high = row.decimal("high") if between else None
    if high is not None and high <= value:
        raise row.fail("high", f"{high} is not above {value}")
    found = Target(
        indicator=row.text("indicator", 40, least=2),
        comparison=comparison,
        value=value,
        value_high=high,
        unit=row.text("unit", 20),
        best_today=row.text("best", 40),
        method=row.text("method", 80),
        must_meet=row.flag("must"),
    )
    row.done()
    return found


def question(row: Row) -> Question:
    found = Question(
        challenge=row.text("challenge", 40),
        organisation=row.text("by", 40),
        text=row.text("text", 300, least=15),
        asked=row.number("asked", LONG_AGO, 0),
        answer=row.text("answer", 400, least=15) if row.has("answer") else "",
        answered=row.maybe_number("answered", LONG_AGO, 0),
        to_all=row.flag("all"),
    )
    if bool(found.answer) != (found.answered is not None):
        raise row.fail("answered", "an answer has a day, and a day an answer")
    row.done()
    return found


def amendment(row: Row) -> Amendment:
    found = Amendment(
        challenge=row.text("challenge", 40),
        made=row.number("made", LONG_AGO, 0),
        before=row.number("before", 1, 120),
        reason=row.text("reason", 300, least=15),
    )
    row.done()
    return found


def invitation(row: Row) -> Invitation:
    found = Invitation(
        challenge=row.text("challenge", 40),
        organisations=row.texts("organisations", 40, required=True),
        sent=row.number("sent", LONG_AGO, 0),
    )
    row.done()
    return found


def response(row: Row) -> Response:
    found = Response(
        key=row.text("key", 40),
        challenge=row.text("challenge", 40),
        organisation=row.text("by", 40),
        state=row.choice("state", ResponseState.values),
        submitted=row.maybe_number("submitted", LONG_AGO, 0),
        summary=row.text("summary", 300, least=25),
        team=row.text("team", 400, least=30),
        record=row.text("record", 400, least=30),
        plan=row.text("plan", 800, least=40),
        readiness=row.number("trl", 1, 9),
        months=row.number("months", 1, 36),
        steps=tuple(_step(each) for each in row.columns("steps", ("title", "month", "cost", "deliverable"))),
        promises=_values(row, "promises"),
        partners=tuple(
            _partner(each) for each in row.columns("partners", ("organisation", "part", "share", "consent"))
        ),
        feedback=row.text("feedback", 400, least=20) if row.has("feedback") else "",
    )
    row.done()
    return found


def _step(row: Row) -> Step:
    return Step(
        row.text("title", 60, least=2), row.number("month", 1, 36), row.yuan("cost"), row.text("deliverable", 80)
    )


def _partner(row: Row) -> Partner:
    return Partner(
        organisation=row.text("organisation", 40),
        part=row.text("part", 60, least=4),
        share=Decimal(row.number("share", 1, 99)),
        consent=row.choice("consent", Consent.values),
    )


def _values(row: Row, name: str) -> tuple[Value, ...]:
    """Each entry is a value with a note, or a span with one; an empty text is no value yet."""
    return tuple(
        Value(each.maybe_decimal("value"), each.maybe_decimal("high"), each.text("note", 80, least=0))
        for each in row.columns(name, ("value", "note"), ("value", "high", "note"))
    )


def reviewer(row: Row) -> Reviewer:
    found = Reviewer(
        challenge=row.text("challenge", 40),
        person=row.text("person", 40),
        conflict=row.choice("conflict", ConflictState.values),
        reason=row.maybe_text("reason", 200),
        handed_in=row.flag("handed_in"),
    )
    if (found.conflict == ConflictState.CONFLICT) != bool(found.reason):
        raise row.fail("reason", "stands with a conflict of interest, and only there")
    row.done()
    return found


def sheet(row: Row) -> Sheet:
    points = row.take("points", list)
    found = Sheet(
        reviewer=row.text("reviewer", 40),
        response=row.text("response", 40),
        points=tuple(Row(row.where, {"points": each}).number("points", 0, 100) for each in points),
        reasons=row.texts("reasons", 200),
    )
    if len(found.points) != len(found.reasons) or not 1 <= len(found.points) <= 4:
        raise row.fail("points", f"{len(found.points)} points with {len(found.reasons)} reasons")
    row.done()
    return found


def award(row: Row) -> Award:
    found = Award(row.text("response", 40), row.yuan("amount_wan"), row.text("reason", 400, least=20))
    row.done()
    return found


def collaboration(row: Row) -> Collaboration:
    found = Collaboration(
        response=row.text("response", 40),
        starts=row.number("starts", LONG_AGO, 0),
        milestones=tuple(_milestone(each) for each in row.tables("milestones")),
        concluded=row.maybe_number("concluded", LONG_AGO, 0),
        achieved=_values(row, "achieved"),
        conclusion=row.text("conclusion", 400, least=20) if row.has("conclusion") else "",
    )
    row.done()
    return found


def _milestone(row: Row) -> Milestone:
    found = Milestone(
        state=row.choice("state", MilestoneState.values),
        delivered=row.maybe_number("delivered", LONG_AGO, 0),
        decided=row.maybe_number("decided", LONG_AGO, 0),
        delivery=row.maybe_text("delivery", 300),
        acceptance=row.maybe_text("acceptance", 300),
    )
    decided = found.state in (MilestoneState.ACCEPTED, MilestoneState.RETURNED)
    delivered = decided or found.state == MilestoneState.DELIVERED
    if bool(found.delivery) != delivered or (found.delivered is not None) != delivered:
        raise row.fail("delivery", f"does not fit the state {found.state}")
    if bool(found.acceptance) != decided or (found.decided is not None) != decided:
        raise row.fail("acceptance", f"does not fit the state {found.state}")
    row.done()
    return found
