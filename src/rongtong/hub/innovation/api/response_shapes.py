"""What goes in and out of the API about responses and consortia."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Field

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Money, Out

from ..domain.responses import Draft, Promise, Step
from ..enums import Consent, ResponseState
from ..models import Partner, Response
from ..queries.responses import PromiseRow, whole
from .values import NO_NUL, Amount, Line, Months, Number, RowId, Words


class CommitmentIn(In):
    target_id: RowId
    value: Number | None = None
    value_high: Number | None = None
    note: Line = ""


class StepIn(In):
    title: Annotated[str, Field(max_length=120, pattern=NO_NUL)] = ""
    month: Months | None = None
    cost: Amount | None = None
    deliverable: Line = ""


class ResponseIn(In):
    """The whole draft. What is left out is emptied, but for ``commitments``: left out they stay."""

    summary: Words = ""
    team: Words = ""
    record: Words = ""
    plan: Words = ""
    months: Months | None = None
    readiness: Annotated[int, Field(ge=1, le=9)] | None = None
    cost: Amount | None = None
    commitments: Annotated[list[CommitmentIn], Field(max_length=60)] | None = None
    milestones: Annotated[list[StepIn], Field(max_length=12)] = []

    def draft(self) -> Draft:
        texts = {name: getattr(self, name) for name in ("summary", "team", "record", "plan")}
        promises = None
        if self.commitments is not None:
            promises = tuple(Promise(one.target_id, one.value, one.value_high, one.note) for one in self.commitments)
        return Draft(
            **texts,
            months=self.months,
            readiness=self.readiness,
            cost=self.cost,
            promises=promises,
            steps=tuple(Step(one.title, one.month, one.cost, one.deliverable) for one in self.milestones),
        )


class StartIn(In):
    challenge_id: UUID


class CommitmentOut(Out):
    target_id: int
    indicator: str
    required: str
    must_meet: bool
    value: Decimal | None
    value_high: Decimal | None
    note: str
    met: bool | None

    @classmethod
    def of(cls, row: PromiseRow) -> CommitmentOut:
        return cls(
            target_id=row.target.pk,
            indicator=row.row.indicator,
            required=f"{row.required} {row.row.unit}".strip(),
            must_meet=row.row.must_meet,
            value=row.promise.value if row.promise else None,
            value_high=row.promise.value_high if row.promise else None,
            note=row.promise.note if row.promise else "",
            met=row.met,
        )


class StepOut(Out):
    title: str
    month: int | None
    cost: Money | None
    deliverable: str


class PartnerOut(Out):
    id: UUID
    organisation_id: UUID
    organisation: str
    part: str
    share: Decimal | None
    consent: Consent
    reason: str
    version: int

    @classmethod
    def of(cls, row: Partner) -> PartnerOut:
        names = ("organisation_id", "part", "share", "reason", "version")
        given = {name: getattr(row, name) for name in names}
        return cls(id=row.pk, organisation=str(row.organisation), consent=Consent(row.consent), **given)


class ResponseOut(Out):
    """A response. ``commitments`` is null where the challenge closes its targets to the caller."""

    id: UUID
    challenge_id: UUID
    organisation_id: UUID
    organisation: str
    state: ResponseState
    state_label: str
    version: int
    summary: str
    team: str
    record: str
    plan: str
    months: int | None
    readiness: int | None
    cost: Money | None
    submitted_at: datetime | None
    feedback: str
    partners: list[PartnerOut]
    milestones: list[StepOut]
    commitments: list[CommitmentOut] | None

    @classmethod
    def of(cls, row: Response, actor: Actor, opened: bool | None = None) -> ResponseOut:
        """A visible response whose parts are loaded."""
        one = whole(row, actor, opened)
        names = ("challenge_id", "organisation_id", "version", "summary", "team", "record", "plan", "months")
        given = {name: getattr(row, name) for name in (*names, "readiness", "submitted_at", "feedback")}
        return cls(
            id=row.pk,
            organisation=str(row.organisation),
            state=ResponseState(row.state),
            state_label=str(row.get_state_display()),
            cost=Money.of(row.cost),
            partners=[PartnerOut.of(part) for part in one.partners],
            milestones=[
                StepOut(title=step.title, month=step.month, cost=Money.of(step.cost), deliverable=step.deliverable)
                for step in one.steps
            ],
            commitments=None if one.promises is None else [CommitmentOut.of(line) for line in one.promises],
            **given,
        )


class MissingOut(Out):
    """One thing that keeps a draft from being handed in."""

    field: str
    message: str
    code: str
    row: int | None


class PartIn(In):
    part: Line
    share: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2, allow_inf_nan=False)] | None = None


class PartnerIn(PartIn):
    organisation_id: UUID


class ReasonIn(In):
    reason: Line = ""
