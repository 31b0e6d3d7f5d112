"""What the home page says. Seven queries, whatever there is."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.cache import cache
from django.db.models import Case, Count, Q, QuerySet, When

from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import Challenge, Round
from rongtong.hub.innovation.queries.disclosure import DisclosedChallenge, disclosed_many, with_parts
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.size_class import SizeClass

SHOWN = 5
FIGURES_KEY, FIGURES_SECONDS = "web.figures", 300


@dataclass(frozen=True)
class Figures:
    """Public totals, as every visitor may count them on the lists."""

    organisations: int
    enterprises: int
    smes: int
    challenges: int
    open: int
    concluded: int
    rounds: int
    at: datetime


def open_challenges(actor: Actor) -> QuerySet[Challenge]:
    return Challenge.visible_to(actor).filter(state=ChallengeState.OPEN)


def closing_soon(actor: Actor) -> list[DisclosedChallenge]:
    """The open challenges that close next, as this reader may see them."""
    rows = with_parts(open_challenges(actor).order_by("deadline", "pk"))[:SHOWN]
    return disclosed_many(rows, actor)


def current_round() -> Round | None:
    """The round that takes answers, else the one under way, else the newest. One query."""
    answering = Case(When(state=Stage.RESPOND, then=0), When(state=Stage.CONCLUDE, then=2), default=1)
    return Round.visible_to(VISITOR).order_by(answering, "-publish_at", "-pk").first()


def figures() -> Figures:
    """Totals of what is public; counted at most every five minutes."""
    known: Figures | None = cache.get(FIGURES_KEY)
    if known is None:
        known = _count()
        cache.set(FIGURES_KEY, known, FIGURES_SECONDS)
    return known


def _count() -> Figures:
    enterprise = Q(kind=OrganisationKind.ENTERPRISE)
    sme = enterprise & Q(size_class__in=[SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO])
    firms = Organisation.visible_to(VISITOR).aggregate(
        all=Count("pk"), enterprises=Count("pk", filter=enterprise), smes=Count("pk", filter=sme)
    )
    needs = Challenge.visible_to(VISITOR).aggregate(
        all=Count("pk"),
        open=Count("pk", filter=Q(state=ChallengeState.OPEN)),
        concluded=Count("pk", filter=Q(state=ChallengeState.CONCLUDED)),
        rounds=Count("round", distinct=True),
    )
    return Figures(
        organisations=firms["all"],
        enterprises=firms["enterprises"],
        smes=firms["smes"],
        challenges=needs["all"],
        open=needs["open"],
        concluded=needs["concluded"],
        rounds=needs["rounds"],
        at=datetime.now(UTC),
    )
