"""Reads of a selection: one reviewer's own board, the challenger's overview, the ranking once all have handed in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible

from ..enums import ConflictState, SheetState
from ..models import Challenge, Criterion, Response, Reviewer, Score, ScoreSheet
from ..models.response import HANDED_IN
from ..models.selection import STANDARD
from ..ranking import Line, exact, rank, weighted
from .standings import lines_of


@dataclass(frozen=True)
class Cell:
    """What one criterion was given on one sheet."""

    criterion: Criterion
    score: Score | None

    @property
    def points(self) -> int | None:
        return self.score.points if self.score else None

    @property
    def reason(self) -> str:
        return self.score.reason if self.score else ""


@dataclass(frozen=True)
class BoardRow:
    """One response on a reviewer's board."""

    response: Response
    sheet: ScoreSheet | None
    cells: list[Cell]
    total: Decimal | None
    rank: int | None

    @property
    def done(self) -> bool:
        return self.total is not None


@dataclass(frozen=True)
class Board:
    """What one reviewer scores."""

    reviewer: Reviewer
    criteria: list[Criterion]
    rows: list[BoardRow]

    @property
    def scored(self) -> int:
        return sum(row.done for row in self.rows)

    @property
    def ranking(self) -> list[BoardRow]:
        """The own ranking, best first."""
        return sorted((row for row in self.rows if row.rank is not None), key=lambda row: row.rank or 0)

    @property
    def lead(self) -> Decimal | None:
        """How far the first is ahead of the second."""
        first = self.ranking[:2]
        return first[0].total - first[1].total if len(first) == 2 and first[0].total and first[1].total else None


def criteria_of(challenge: Challenge) -> list[Criterion]:
    """The criteria; the programme's while the challenger has set none (these have no row yet)."""
    found = list(Criterion._base_manager.filter(challenge=challenge))
    return found or [
        Criterion(challenge=challenge, position=number, name=name, weight=weight)
        for number, (name, weight) in enumerate(STANDARD, 1)
    ]


def reviews_of(actor: Actor) -> QuerySet[Reviewer]:
    """What this person is asked to review, newest first."""
    rows = Reviewer.visible_to(actor).select_related("challenge__round", "challenge__organisation")
    if actor.account_id is None:
        return rows.none()
    return rows.filter(account_id=actor.account_id).annotate(
        scored=Count("sheets", filter=Q(sheets__state=SheetState.SUBMITTED), distinct=True)
    )


def board_of(reviewer: Reviewer, actor: Actor) -> Board:
    """A reviewer's own sheets beside the responses to score. Seven queries, however many responses."""
    criteria = criteria_of(reviewer.challenge)
    responses = (
        Response.visible_to(actor)
        .filter(challenge_id=reviewer.challenge_id, state__in=HANDED_IN)
        .select_related("organisation", "challenge")
        .prefetch_related("partners__organisation")
        .order_by("submitted_at", "id")
    )
    sheets = {
        one.response_id: one
        for one in ScoreSheet.visible_to(actor).filter(reviewer=reviewer).prefetch_related("scores")
    }
    weights = {one.pk: one.weight for one in criteria}
    rows = [_board_row(response, sheets.get(response.pk), criteria) for response in responses]
    points = [(row.response.pk, {c.criterion.pk: c.points for c in row.cells}) for row in rows if _is_full(row.cells)]
    places = rank([key for key, _given in points], points, weights)  # type: ignore[arg-type]  # full rows hold no None
    ranks = {line.key: line for line in places}
    return Board(
        reviewer,
        criteria,
        [
            BoardRow(row.response, row.sheet, row.cells, line.score if (line := ranks.get(row.response.pk)) else None,
                     line.rank if line else None)
            for row in rows
        ],
    )  # fmt: skip


def _board_row(response: Response, sheet: ScoreSheet | None, criteria: list[Criterion]) -> BoardRow:
    given = {one.criterion_id: one for one in sheet.scores.all()} if sheet else {}
    return BoardRow(response, sheet, [Cell(one, given.get(one.pk)) for one in criteria], None, None)


def _is_full(cells: list[Cell]) -> bool:
    return bool(cells) and all(cell.points is not None for cell in cells)


@dataclass(frozen=True)
class Progress:
    """How far a reviewer is: what the challenger may know while all are blind."""

    reviewer: Reviewer
    begun: int


@dataclass(frozen=True)
class Overview:
    """A selection as its challenger, the operator, or a reviewer sees it. ``lines`` is None while all are blind."""

    challenge: Challenge
    criteria: list[Criterion]
    reviewers: list[Progress]
    responses: dict[UUID, Response]
    lines: list[Line[UUID]] | None

    @property
    def waiting(self) -> int:
        """Reviewers without a conflict who have still to hand in."""
        return sum(
            one.reviewer.handed_in_at is None and one.reviewer.conflict != ConflictState.CONFLICT
            for one in self.reviewers
        )


def can_see_selection(challenge: Challenge, actor: Actor) -> bool:
    """The challenger's people and the operator, unless in conflict; reviewers without a conflict."""
    own = Reviewer.visible_to(actor).filter(Q(account_id=actor.account_id), challenge=challenge).first()
    if own is not None and own.conflict == ConflictState.CONFLICT:
        return False
    if own is not None and own.conflict == ConflictState.NONE:
        return True
    return actor.acts_for(challenge.organisation_id) or "operator.viewer" in actor.roles


def overview_of(challenge: Challenge, actor: Actor) -> Overview:
    """Everything about a selection that this reader may know.

    Raises
    ------
    NotVisible
        For everybody who has no part in it.
    """
    if not can_see_selection(challenge, actor):
        raise NotVisible
    reviewers = (
        Reviewer.visible_to(actor)
        .filter(challenge=challenge)
        .select_related("account", "organisation", "challenge")
        .annotate(begun=Count("sheets"))
        .order_by("created_at", "id")
    )
    responses = (
        Response.visible_to(actor)
        .filter(challenge=challenge, state__in=HANDED_IN)
        .select_related("organisation")
        .prefetch_related("partners__organisation")
        .order_by("submitted_at", "id")
    )
    return Overview(
        challenge=challenge,
        criteria=criteria_of(challenge),
        reviewers=[Progress(one, one.begun) for one in reviewers],
        responses={one.pk: one for one in responses},
        lines=lines_of(challenge) if challenge.scores_open else None,
    )


@dataclass(frozen=True)
class Opinion:
    """One reviewer's sheet on a response, readable once all have handed in."""

    id: UUID
    version: int
    reviewer: Reviewer
    comment: str
    total: Decimal | None
    cells: list[Cell]


def opinions_of(challenge: Challenge, actor: Actor) -> dict[UUID, list[Opinion]]:
    """The sheets that this reader may see, by response, of reviewers without a conflict. Three queries."""
    criteria = list(Criterion._base_manager.filter(challenge=challenge))
    weights = {one.pk: one.weight for one in criteria}
    sheets = (
        ScoreSheet.visible_to(actor)
        .filter(reviewer__challenge=challenge, state=SheetState.SUBMITTED, reviewer__conflict=ConflictState.NONE)
        .select_related("reviewer__account")
        .prefetch_related("scores")
        .order_by(F("reviewer__created_at"), "id")
    )
    found: dict[UUID, list[Opinion]] = {}
    for sheet in sheets:
        given = {one.criterion_id: one for one in sheet.scores.all()}
        points = {key: one.points for key, one in given.items() if one.points is not None}
        total = exact(weighted(points, weights)) if weights.keys() <= points.keys() else None
        cells = [Cell(one, given.get(one.pk)) for one in criteria]
        found.setdefault(sheet.response_id, []).append(
            Opinion(sheet.pk, sheet.version, sheet.reviewer, sheet.comment, total, cells)
        )
    return found
