"""What goes in and out of the API about responses, selection and collaboration."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Field

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Money, Out

from ..domain.awards import Choice
from ..domain.collaborations import Result
from ..domain.criteria import Weight
from ..domain.milestones import Change
from ..domain.responses import Draft, Promise, Step
from ..domain.scoring import Point
from ..enums import CollaborationState, ConflictState, Consent, MilestoneState, ResponseState
from ..models import Collaboration, Criterion, Milestone, Partner, Response, Reviewer, ScoreSheet
from ..queries.collaborations import ResultRow
from ..queries.responses import PromiseRow, whole
from ..queries.selection import Overview

NO_NUL = r"^[^\x00]*$"
Line = Annotated[str, Field(max_length=300, pattern=NO_NUL)]
Words = Annotated[str, Field(max_length=8000, pattern=NO_NUL)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2, allow_inf_nan=False)]
Number = Annotated[Decimal, Field(max_digits=18, decimal_places=6, allow_inf_nan=False)]
RowId = Annotated[int, Field(ge=1, le=2**62)]
Months = Annotated[int, Field(ge=1, le=120)]


# ---- responses ------------------------------------------------------------------------------------------------------


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


# ---- selection ------------------------------------------------------------------------------------------------------


class CriterionIn(In):
    name: Annotated[str, Field(max_length=60, pattern=NO_NUL)]
    weight: Annotated[int, Field(ge=1, le=100)]
    guidance: Line = ""


class CriteriaIn(In):
    criteria: Annotated[list[CriterionIn], Field(max_length=20)]

    def weights(self) -> list[Weight]:
        return [Weight(one.name, one.weight, one.guidance) for one in self.criteria]


class CriterionOut(Out):
    """``id`` is null while the programme's criteria have not been written for this challenge."""

    id: int | None
    name: str
    weight: int
    guidance: str

    @classmethod
    def of(cls, row: Criterion) -> CriterionOut:
        return cls(id=row.pk, name=str(row), weight=row.weight, guidance=row.guidance)


class ReviewerIn(In):
    email: Annotated[str, Field(max_length=254, pattern=NO_NUL)]


class ReviewerOut(Out):
    id: UUID
    challenge_id: UUID
    name: str
    organisation: str
    conflict: ConflictState
    declared_at: datetime | None
    handed_in_at: datetime | None
    version: int

    @classmethod
    def of(cls, row: Reviewer) -> ReviewerOut:
        names = ("challenge_id", "declared_at", "handed_in_at", "version")
        given: dict[str, Any] = {name: getattr(row, name) for name in names}
        conflict = ConflictState(row.conflict)
        return cls(id=row.pk, name=str(row.account), organisation=str(row.organisation), conflict=conflict, **given)


class DeclarationIn(In):
    conflict: bool
    reason: Line = ""


class PointIn(In):
    criterion_id: RowId
    points: Annotated[int, Field(ge=0, le=100)] | None = None
    reason: Annotated[str, Field(max_length=500, pattern=NO_NUL)] = ""


class SheetIn(In):
    comment: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = ""
    points: Annotated[list[PointIn], Field(max_length=20)] = []

    def given(self) -> list[Point]:
        return [Point(one.criterion_id, one.points, one.reason) for one in self.points]


class PointOut(Out):
    criterion_id: int
    points: int | None
    reason: str


class SheetOut(Out):
    id: UUID
    response_id: UUID
    reviewer_id: UUID
    state: str
    version: int
    comment: str
    points: list[PointOut]

    @classmethod
    def of(cls, row: ScoreSheet) -> SheetOut:
        points = [
            PointOut(criterion_id=one.criterion_id, points=one.points, reason=one.reason) for one in row.scores.all()
        ]
        names = ("response_id", "reviewer_id", "state", "version", "comment")
        return cls(id=row.pk, points=points, **{name: getattr(row, name) for name in names})


class PlaceOut(Out):
    response_id: UUID
    organisation: str
    rank: int
    tied: bool
    score: Decimal | None
    spread: float
    sheets: int


class SelectionOut(Out):
    """``ranking`` is null until every reviewer has handed in."""

    challenge_id: UUID
    state: str
    scores_open: bool
    criteria: list[CriterionOut]
    reviewers: list[ReviewerOut]
    waiting: int
    responses: list[UUID]
    ranking: list[PlaceOut] | None

    @classmethod
    def of(cls, one: Overview) -> SelectionOut:
        return cls(
            challenge_id=one.challenge.pk,
            state=str(one.challenge.state),
            scores_open=one.challenge.scores_open,
            criteria=[CriterionOut.of(row) for row in one.criteria],
            reviewers=[ReviewerOut.of(row.reviewer) for row in one.reviewers],
            waiting=one.waiting,
            responses=list(one.responses),
            ranking=None if one.lines is None else _places(one),
        )


def _places(one: Overview) -> list[PlaceOut]:
    return [
        PlaceOut(
            response_id=line.key,
            organisation=str(one.responses[line.key].organisation),
            rank=line.rank,
            tied=line.tied,
            score=line.score,
            spread=float(line.spread),
            sheets=line.sheets,
        )
        for line in one.lines or []
        if line.key in one.responses
    ]


Feedback = Annotated[str, Field(max_length=2000, pattern=NO_NUL)]


class ChoiceIn(In):
    response_id: UUID
    reason: Feedback
    amount: Amount | None = None


class AwardIn(In):
    choices: Annotated[list[ChoiceIn], Field(max_length=50)]
    feedback: dict[UUID, Feedback] = {}

    def chosen(self) -> list[Choice]:
        return [Choice(one.response_id, one.reason, one.amount) for one in self.choices]


class CloseIn(In):
    feedback: dict[UUID, Feedback] = {}


# ---- collaborations -------------------------------------------------------------------------------------------------


class ChangeIn(In):
    title: Annotated[str, Field(max_length=120, pattern=NO_NUL)]
    due_on: date
    cost: Amount | None = None
    deliverable: Line = ""

    def change(self) -> Change:
        return Change(self.title, self.due_on, self.cost, self.deliverable)


class NoteIn(In):
    note: Feedback = ""


class ConclusionIn(In):
    conclusion: Annotated[str, Field(max_length=4000, pattern=NO_NUL)]


class ResultIn(In):
    target_id: RowId
    value: Number
    value_high: Number | None = None
    note: Line = ""


class ResultsIn(In):
    results: Annotated[list[ResultIn], Field(max_length=60)]

    def given(self) -> list[Result]:
        return [Result(one.target_id, one.value, one.value_high, one.note) for one in self.results]


class MilestoneOut(Out):
    id: UUID
    collaboration_id: UUID
    position: int
    title: str
    due_on: date
    cost: Money | None
    deliverable: str
    state: MilestoneState
    delivery_note: str
    delivered_at: datetime | None
    acceptance_note: str
    decided_at: datetime | None
    proposal: dict[str, Any] | None
    proposed_by: UUID | None
    version: int

    @classmethod
    def of(cls, row: Milestone) -> MilestoneOut:
        names = ("collaboration_id", "position", "title", "due_on", "deliverable", "delivery_note", "delivered_at")
        given = {name: getattr(row, name) for name in (*names, "acceptance_note", "decided_at", "proposal", "version")}
        state = MilestoneState(row.state)
        return cls(id=row.pk, cost=Money.of(row.cost), state=state, proposed_by=row.proposed_by_id, **given)


class ResultOut(Out):
    target_id: int
    indicator: str
    required: str
    promised: str
    value: Decimal | None
    value_high: Decimal | None
    note: str
    kept: bool | None
    reached: bool | None

    @classmethod
    def of(cls, row: ResultRow) -> ResultOut:
        one = row.achievement
        return cls(
            target_id=row.promise.target.pk,
            indicator=row.promise.row.indicator,
            required=f"{row.promise.required} {row.promise.row.unit}".strip(),
            promised=row.promise.promised,
            value=one.value if one else None,
            value_high=one.value_high if one else None,
            note=one.note if one else "",
            kept=row.kept,
            reached=row.reached,
        )


class CollaborationOut(Out):
    """``results`` is null where the challenge closes its targets to the caller."""

    id: UUID
    challenge_id: UUID
    response_id: UUID
    challenger_id: UUID
    challenger: str
    leader_id: UUID
    leader: str
    state: CollaborationState
    state_label: str
    starts_on: date
    ends_on: date | None
    ended_at: datetime | None
    conclusion: str
    version: int
    milestones: list[MilestoneOut]
    results: list[ResultOut] | None

    @classmethod
    def of(cls, row: Collaboration, results: list[ResultRow] | None) -> CollaborationOut:
        names = (
            "challenge_id",
            "response_id",
            "leader_id",
            "starts_on",
            "ends_on",
            "ended_at",
            "conclusion",
            "version",
        )
        given = {name: getattr(row, name) for name in names}
        return cls(
            id=row.pk,
            challenger_id=row.organisation_id,
            challenger=str(row.organisation),
            leader=str(row.leader),
            state=CollaborationState(row.state),
            state_label=str(row.get_state_display()),
            milestones=[MilestoneOut.of(one) for one in row.milestones.all()],
            results=None if results is None else [ResultOut.of(one) for one in results],
            **given,
        )


class RecordOut(Out):
    """Finished work in an organisation's record; ``other`` is empty where it stays unnamed."""

    challenge_id: UUID
    title: str
    leads: bool
    other: str
    state: CollaborationState
    starts_on: date
    ended_at: datetime | None
    promised: int
    kept: int
