"""The ranking of a challenge's responses, from the sheets that count."""

from collections import defaultdict
from uuid import UUID

from ..enums import ConflictState, SheetState
from ..models import Challenge, Criterion, Response, Score
from ..models.response import HANDED_IN
from ..ranking import Line, rank


def lines_of(challenge: Challenge) -> list[Line[UUID]]:
    """Rank every response handed in, by sheets handed in by reviewers without a conflict. Three queries.

    Whether the reader may see it is the caller's to check: nobody may before the scores are open.
    """
    weights = dict(Criterion._base_manager.filter(challenge=challenge).values_list("pk", "weight"))
    keys = Response._base_manager.filter(challenge=challenge, state__in=HANDED_IN).order_by("submitted_at", "id")
    points: dict[object, dict[int, int]] = defaultdict(dict)
    of: dict[object, UUID] = {}
    scores = Score._base_manager.filter(
        sheet__reviewer__challenge=challenge,
        sheet__reviewer__conflict=ConflictState.NONE,
        sheet__state=SheetState.SUBMITTED,
        points__isnull=False,
    )
    for sheet, response, criterion, given in scores.values_list(
        "sheet_id", "sheet__response_id", "criterion_id", "points"
    ):
        points[sheet][criterion] = int(given or 0)
        of[sheet] = response
    return rank(keys.values_list("pk", flat=True), [(of[sheet], points[sheet]) for sheet in points], weights)
