"""Score sheets: kept as drafts, handed in all at once, unreadable to others until all have."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.verbs import verb

from ..enums import ResponseState, SheetState
from ..models import Challenge, Criterion, Response, Reviewer, Score, ScoreSheet
from .opening import open_scores_if_all_handed_in
from .reviewers import ensure_selecting, interested, is_interested

SHORTEST_REASON = 10
LONGEST_REASON, LONGEST_COMMENT = 500, 2000


@dataclass(frozen=True)
class Point:
    """What one criterion is given."""

    criterion_id: int
    points: int | None = None
    reason: str = ""


@verb("reviewer.save_sheet", on="reviewer")
def save_sheet(
    *, reviewer: Reviewer, response: Response, points: Sequence[Point], version: int, comment: str = "", by: Actor
) -> ScoreSheet:
    """Keep the scores of one response as they stand.

    Parameters
    ----------
    version
        The version of the sheet the scores were made from, 0 for none.

    Raises
    ------
    Stale
        The same reviewer saved another version meanwhile, in another window.
    """
    ensure_selecting(reviewer)
    _ensure_not_handed_in(reviewer)
    if response.challenge_id != reviewer.challenge_id or not response.is_visible_to(by):
        raise NotVisible
    sheet = ScoreSheet._base_manager.filter(reviewer=reviewer, response=response).first()
    theirs = sheet_snapshot(sheet) if sheet else {"comment": "", "points": []}
    yours = _as_mapping(points, comment)
    if yours == theirs and sheet is not None:
        return sheet
    _check(reviewer, points, comment)
    if sheet is None:
        sheet = ScoreSheet._base_manager.create(reviewer=reviewer, response=response, comment=comment)
    elif sheet.version != version:
        raise Stale(theirs=theirs, yours=yours, version=sheet.version)
    else:
        sheet.comment = comment
        sheet.touch("comment")
    sheet.scores.all().delete()
    Score._base_manager.bulk_create(
        Score(sheet=sheet, **vars(point)) for point in points if point.points is not None or point.reason
    )
    audit.note(response=str(response.pk), version=sheet.version)
    return sheet


def _check(reviewer: Reviewer, points: Sequence[Point], comment: str) -> None:
    known = set(Criterion._base_manager.filter(challenge_id=reviewer.challenge_id).values_list("pk", flat=True))
    faults = []
    if len({one.criterion_id for one in points}) != len(points):
        faults.append(Fault("points", _("每个评分项只填一次。"), "duplicate"))
    for row, one in enumerate(points, 1):
        if one.criterion_id not in known:
            faults.append(Fault("points", _("没有这个评分项。"), "unknown_criterion", row=row))
        if one.points is not None and not 0 <= one.points <= 100:
            faults.append(Fault("points", _("每项 0–100 分。"), "out_of_range", row=row, column="points"))
        if len(one.reason) > LONGEST_REASON:
            faults.append(Fault("points", _("理由不超过 500 个字。"), "too_long", row=row, column="reason"))
    if len(comment) > LONGEST_COMMENT:
        faults.append(Fault("comment", _("不超过 2000 个字。"), "too_long"))
    if faults:
        raise Invalid(faults)


def sheet_snapshot(sheet: ScoreSheet) -> dict[str, Any]:
    """The content of a sheet as plain values."""
    scores = sheet.scores.order_by("criterion_id").values("criterion_id", "points", "reason")
    return {"comment": sheet.comment, "points": [dict(one) for one in scores]}


def _as_mapping(points: Sequence[Point], comment: str) -> dict[str, Any]:
    filled = sorted((one for one in points if one.points is not None or one.reason), key=lambda one: one.criterion_id)
    return {"comment": comment, "points": [dict(vars(one)) for one in filled]}


def _ensure_not_handed_in(reviewer: Reviewer) -> None:
    if reviewer.handed_in_at is not None:
        raise Refusal(
            "reviewer.already_handed_in",
            what=_("您已提交评分。"),
            why=_("提交后不能修改。"),
            cure=_("全部评审提交后即可查看汇总。"),
        )


@verb("reviewer.hand_in", on="reviewer")
def hand_in(*, reviewer: Reviewer, by: Actor) -> Reviewer:
    """Hand in the sheets of every response. They cannot be changed afterwards.

    Raises
    ------
    Invalid
        Names every response with scores or reasons missing.
    """
    challenge = ensure_selecting(reviewer)
    _ensure_not_handed_in(reviewer)
    if is_interested(reviewer.account_id, challenge):
        raise interested()
    faults = unfinished(reviewer)
    if faults:
        raise Invalid(faults)
    reviewer.handed_in_at = Now()
    reviewer.touch("handed_in_at")
    reviewer.refresh_from_db(fields=["handed_in_at"])
    ScoreSheet._base_manager.filter(reviewer=reviewer).update(
        state=SheetState.SUBMITTED, submitted_at=reviewer.handed_in_at
    )
    open_scores_if_all_handed_in(Challenge._base_manager.select_for_update().get(pk=challenge.pk), by)
    return reviewer


def unfinished(reviewer: Reviewer) -> list[Fault]:
    """Every response that lacks a score or a reason of this reviewer. Three queries."""
    criteria = list(Criterion._base_manager.filter(challenge_id=reviewer.challenge_id))
    responses = list(
        Response._base_manager.filter(challenge_id=reviewer.challenge_id, state=ResponseState.SUBMITTED)
        .select_related("organisation")
        .order_by("submitted_at", "id")
    )
    given = {
        (one.sheet.response_id, one.criterion_id): one
        for one in Score._base_manager.filter(sheet__reviewer=reviewer).select_related("sheet")
    }
    if not responses:
        return [Fault("sheets", _("没有需要评分的揭榜书。"), "reviewer.nothing")]
    faults = []
    for response in responses:
        for criterion in criteria:
            score = given.get((response.pk, criterion.pk))
            name = str(response.organisation)
            if score is None or score.points is None:
                message = _("「%(name)s」的「%(criterion)s」还没有打分。")
            elif len(score.reason.strip()) < SHORTEST_REASON:
                message = _("「%(name)s」的「%(criterion)s」还没有写理由（至少 10 个字）。")
            else:
                continue
            text = message % {"name": name, "criterion": criterion}
            faults.append(Fault(f"sheet-{response.pk}", text, "reviewer.unfinished"))
    return faults
