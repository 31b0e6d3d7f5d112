"""The report of a round: needs, responses, matches and awards, by industry, region and size class.

For the operator, who sees every organisation anyway: no cell is suppressed. Eight queries, whatever the round holds.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.organisations.reference import industries, regions
from rongtong.hub.organisations.size_class import SizeClass

from ..enums import ChallengeState
from ..models import Award, Challenge, ChallengeInvitation, Collaboration, Response, Round
from ..models.response import HANDED_IN

TOP = 10
RANKS = ((1, 3), (4, 10), (11, 20), (21, None))
ANSWERS = ((0, 0), (1, 2), (3, 4), (5, 6), (7, None))
SIZES = (SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO, SizeClass.UNCLASSIFIED)


@dataclass(frozen=True)
class Row:
    """One line of a table: how many of each along one dimension."""

    name: str
    needs: int
    responses: int
    awards: int


@dataclass(frozen=True)
class Report:
    """Everything the page and the file show.

    Parameters
    ----------
    ranked, in_top
        Awards whose rank among the matches is known, and those of them at rank 10 or better.
    """

    round: Round
    at: datetime
    needs: int
    published: int
    responses: int
    awarded: int
    firms: int
    amount: Decimal
    unanswered: int
    invited: int
    by_industry: list[Row]
    by_region: list[Row]
    by_size: list[tuple[str, int, int, int]]
    by_answers: list[tuple[str, int]]
    by_rank: list[tuple[str, int]]
    ranked: int
    in_top: int
    collaborations: int
    completed: int


def report_of(round: Round, actor: Actor) -> Report:
    """Count the round as this actor may see it."""
    needs = list(Challenge.visible_to(actor).filter(round=round))
    handed_in = Response.visible_to(actor).filter(challenge__round=round, state__in=HANDED_IN)
    responses = list(handed_in.select_related("organisation", "challenge"))
    awards = list(
        Award.visible_to(actor).filter(challenge__round=round).select_related("challenge", "response__organisation")
    )
    invited = list(ChallengeInvitation.visible_to(actor).filter(challenge__round=round).select_related("organisation"))
    published = [one for one in needs if one.is_published]
    work = Collaboration.visible_to(actor).filter(challenge__round=round)
    answers = Counter(one.challenge_id for one in responses)
    ranks = [one.match_rank for one in awards]
    return Report(
        round=round,
        at=timezone.now(),
        needs=len([one for one in needs if one.state != ChallengeState.WITHDRAWN]),
        published=len(published),
        responses=len(responses),
        awarded=len({one.challenge_id for one in awards}),
        firms=len({one.response.organisation_id for one in awards}),
        amount=Award.visible_to(actor).filter(challenge__round=round).aggregate(all=Sum("amount"))["all"] or Decimal(0),
        unanswered=len([one for one in published if not answers[one.pk]]),
        invited=len({one.organisation_id for one in invited}),
        by_industry=_along(published, responses, awards, lambda one: _industry(one.industry)),
        by_region=_along(published, responses, awards, lambda one: _region(one.region)),
        by_size=_sizes(
            {one.organisation for one in invited},
            {one.organisation for one in responses},
            {one.response.organisation for one in awards},
        ),
        by_answers=_bands(ANSWERS, [answers[one.pk] for one in published]),
        by_rank=[
            *_bands(RANKS, [rank for rank in ranks if rank is not None]),
            (_("未列出"), ranks.count(None)),
        ],
        ranked=len([rank for rank in ranks if rank is not None]),
        in_top=len([rank for rank in ranks if rank is not None and rank <= TOP]),
        collaborations=work.count(),
        completed=work.filter(state="completed").count(),
    )


def _along(
    needs: list[Challenge], responses: list[Response], awards: list[Award], of: Callable[[Challenge], str]
) -> list[Row]:
    """Needs, responses and awards along a dimension of the challenge, the most needs first."""
    asked = Counter(of(one) for one in needs)
    answered = Counter(of(one.challenge) for one in responses)
    given = Counter(of(one.challenge) for one in awards)
    return [Row(name, asked[name], answered[name], given[name]) for name, _count in asked.most_common()]


def _sizes(invited: Iterable[Any], answered: Iterable[Any], awarded: Iterable[Any]) -> list[tuple[str, int, int, int]]:
    counts = [Counter(one.size_class for one in firms) for firms in (invited, answered, awarded)]
    one, two, three = counts
    rows = [(str(size.label), one[size.value], two[size.value], three[size.value]) for size in SIZES]
    return [row for row in rows if any(row[1:])]


def _bands(bands: tuple[tuple[int, int | None], ...], values: list[int]) -> list[tuple[str, int]]:
    return [
        (_band(low, high), sum(low <= value and (high is None or value <= high) for value in values))
        for low, high in bands
    ]


def _band(low: int, high: int | None) -> str:
    if high is None:
        return _("%(low)s 及以上") % {"low": low}
    return str(low) if low == high else f"{low}–{high}"


def _industry(code: str) -> str:
    return industries.name(code) if code else _("未填")


def _region(code: str) -> str:
    return regions.name(code) if code else _("未填")
