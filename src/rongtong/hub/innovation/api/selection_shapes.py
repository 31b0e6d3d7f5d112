"""What goes in and out of the API about selections and reviewing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Field

from rongtong.hub.foundation.api import In, Out

from ..domain.awards import Choice
from ..domain.criteria import Weight
from ..domain.scoring import Point
from ..enums import ConflictState
from ..models import Criterion, Reviewer, ScoreSheet
from ..queries.selection import Overview
from .values import NO_NUL, Amount, Feedback, Line, RowId


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
