"""Reads of challenges: found, narrowed and ordered only by what the reader may see on every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.matching.demands import MET, own_standing
from rongtong.hub.organisations.models import Certificate, Organisation
from rongtong.hub.organisations.reference import regions
from rongtong.hub.organisations.size_class import SizeClass

from ..enums import PUBLISHED, CapabilityState, ChallengeState, Stage
from ..models import Capability, Challenge, ChallengeInvitation, Question, Response, Target, Watch
from ..models.response import HANDED_IN
from .acting import own_id
from .disclosure import DisclosedChallenge, agreements_of

Condition = tuple[str, str]


# ---- Which rows say what to whom -------------------------------------------------------------------------------


def inside(actor: Actor) -> Q:
    """Rows of which this reader knows everything: those of the own side, all for the operator."""
    if actor.system or "operator.viewer" in actor.roles:
        return Q(pk__isnull=False)
    if actor.role is not None and actor.organisation_id is not None:
        return Q(organisation_id=actor.organisation_id)
    return Q(pk__isnull=True)


def open_group(group: str, actor: Actor) -> Q:
    """Rows whose group of fields this reader may read; the condition every search in that group carries."""
    condition = inside(actor) | Q(**{f"{group}_level__lte": actor.level})
    if actor.is_member:
        condition |= Q(Exists(agreements_of(actor).filter(subject_id=OuterRef("pk"))))
    return condition


def published(actor: Actor) -> QuerySet[Challenge]:
    """The catalogue: every published challenge."""
    return Challenge.visible_to(actor).filter(state__in=PUBLISHED)


def found_by(rows: QuerySet[Challenge], q: str, actor: Actor) -> QuerySet[Challenge]:
    """Those in whose title, number, open targets or named publisher every word is found; pinyin and initials count."""
    named = Q(anonymous=False) | inside(actor)
    for word in q.lower().split():
        indicators = Target._base_manager.filter(challenge_id=OuterRef("pk"), indicator__icontains=word)
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(search_keys__contains=word)
            | Q(number__icontains=word)
            | (open_group("targets", actor) & Q(Exists(indicators)))
            | (named & Q(organisation__search_keys__contains=word))
        )
    return rows


def with_shown_budget(rows: QuerySet[Challenge], actor: Actor) -> QuerySet[Challenge]:
    """Add ``shown_budget``: the upper end, or the lower, where this reader may read it; nothing elsewhere."""
    shown = Case(When(open_group("budget", actor) & Q(budget_max__isnull=False), then=F("budget_max")))
    lower = Case(When(open_group("budget", actor), then=F("budget_min")))
    return rows.annotate(shown_budget=Case(When(budget_max__isnull=False, then=shown), default=lower))


def may_lead_by_size(actor: Actor) -> bool:
    """Whether the programme is for organisations like the actor's own: a large enterprise only ever challenges."""
    large = Organisation.visible_to(actor).filter(pk=own_id(actor), kind="enterprise", size_class=SizeClass.LARGE)
    return not large.exists()


def leadable(actor: Actor) -> Q:
    """Rows that the actor's organisation may lead an answer to, by its size class and the round's rule."""
    own = Organisation.visible_to(actor).filter(pk=own_id(actor)).values_list("size_class", "kind").first()
    if own is None or own[1] != "enterprise":
        return Q(pk__isnull=True)
    return (
        Q(state=ChallengeState.OPEN, round__state=Stage.RESPOND, round__leader_size_classes__contains=[own[0]])
        & (Q(size_classes=[]) | Q(size_classes__contains=[own[0]]))
        & Q(deadline__gt=timezone.now())
        & ~Q(organisation_id=actor.organisation_id)
    )


def invited(actor: Actor) -> Q:
    """Rows that the actor's organisation was asked to answer."""
    rows = ChallengeInvitation._base_manager.filter(challenge_id=OuterRef("pk"), organisation_id=own_id(actor))
    return Q(Exists(rows))


def watched(actor: Actor) -> Q:
    """Rows that the person keeps in view."""
    return Q(Exists(Watch.visible_to(actor).filter(challenge_id=OuterRef("pk"))))


# ---- One challenge and its reader ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Profile:
    """What the reader's organisation has stated, as far as conditions ask for it."""

    name: str
    kind: str
    size_class: str
    region: str
    certificates: frozenset[str]
    readiness: int | None
    #: How it stands to names that other rooms judge.
    demands: Mapping[str, str] = field(default_factory=dict)


def profile_of(actor: Actor) -> Profile | None:
    """The reader's organisation for comparing with conditions. Three queries and what judges ask, none for visitors."""
    if actor.organisation_id is None or actor.role is None:
        return None
    own = Organisation.visible_to(actor).filter(pk=own_id(actor)).first()
    if own is None:
        return None
    held = Certificate.visible_to(actor).filter(organisation=own).exclude(expires__lt=timezone.localdate())
    best = Capability.visible_to(actor).filter(organisation=own, state=CapabilityState.PUBLISHED)
    return Profile(
        name=own.short,
        kind=str(own.kind),
        size_class=str(own.size_class),
        region=own.region,
        certificates=frozenset(code.casefold() for code in held.values_list("code", flat=True)),
        readiness=best.aggregate(best=Max("readiness"))["best"],
        demands=own_standing(actor),
    )


def conditions(shown: DisclosedChallenge, profile: Profile | None) -> list[Condition]:
    """Who may answer, each condition met, not met or unknown for this reader: ``("met" | "not" | "unk", text)``."""
    found = [_size(shown.leader_size_classes, gettext("牵头单位为%(wanted)s企业"), profile)]
    if set(shown.size_classes) and not set(shown.size_classes) >= set(shown.leader_size_classes):
        # what the round asks of the leader is said above; only a narrower wish is worth a second line
        found.append(_size(shown.size_classes, gettext("发榜方希望牵头的是%(wanted)s企业"), profile))
    if shown.regions:
        found.append(_region(shown.regions, profile))
    found += [_certificate(code, profile) for code in shown.certificates]
    if shown.readiness is not None:
        found.append(_readiness(shown.readiness, profile))
    return found


def _size(wanted: tuple[str, ...], text: str, profile: Profile | None) -> Condition:
    words = joined(str(SizeClass(code).label) for code in wanted if code in SizeClass.values)
    said = text % {"wanted": words}
    if profile is None or profile.kind != "enterprise" or profile.size_class == SizeClass.UNCLASSIFIED:
        return "unk" if profile is None or profile.kind == "enterprise" else "not", said
    own = gettext("（贵单位：%(own)s）") % {"own": SizeClass(profile.size_class).label}
    return "met" if profile.size_class in wanted else "not", said + own


def _region(wanted: tuple[str, ...], profile: Profile | None) -> Condition:
    said = gettext("位于%(regions)s") % {"regions": joined(regions.full_name(code) for code in wanted)}
    if profile is None or not profile.region:
        return "unk", said
    own = gettext("（贵单位：%(own)s）") % {"own": regions.full_name(profile.region)}
    return "met" if any(regions.is_within(profile.region, code) for code in wanted) else "not", said + own


def _certificate(code: str, profile: Profile | None) -> Condition:
    if profile is not None and code in profile.demands:
        said = gettext("符合标准 %(name)s") % {"name": code}
        return "met" if profile.demands[code] == MET else "not", said
    said = gettext("持有 %(name)s") % {"name": code}
    if profile is None:
        return "unk", said
    return ("met", said) if code.casefold() in profile.certificates else ("unk", said + gettext("（未填）"))


def _readiness(wanted: int, profile: Profile | None) -> Condition:
    said = gettext("技术就绪度 ≥ %(level)s") % {"level": wanted}
    if profile is None:
        return "unk", said
    if profile.readiness is None:
        return "unk", said + gettext("（未填）")
    own = gettext("（贵单位：%(own)s）") % {"own": profile.readiness}
    return "met" if profile.readiness >= wanted else "not", said + own


@dataclass(frozen=True)
class Standing:
    """How a reader stands to a challenge. Counts of answers are for those inside alone."""

    watched: bool
    invitation: ChallengeInvitation | None
    questions: int
    answers: int | None


def standing(challenge: Challenge, actor: Actor, *, knows_answers: bool) -> Standing:
    """At most four queries."""
    own = ChallengeInvitation.visible_to(actor).filter(challenge=challenge, organisation_id=own_id(actor))
    return Standing(
        watched=actor.account_id is not None and Watch.visible_to(actor).filter(challenge=challenge).exists(),
        invitation=own.first() if actor.role is not None else None,
        questions=Question.visible_to(actor).filter(challenge=challenge).count() if actor.account_id else 0,
        answers=answers_to(challenge) if knows_answers else None,
    )


def answers_to(challenge: Challenge) -> int:
    """How many answers were handed in. For the challenger and the operator."""
    return Response._base_manager.filter(challenge=challenge, state__in=HANDED_IN).count()


@dataclass(frozen=True)
class ShownQuestion:
    """A question as one reader may see it; who asked is known to the asker, the challenger and the operator."""

    id: UUID
    version: int
    text: str
    asked_at: datetime
    asker: str
    own: bool
    answer: str
    to_all: bool
    answered_at: datetime | None
    may_answer: bool


def questions_of(challenge: Challenge, actor: Actor, *, inside: bool, may_answer: bool) -> list[ShownQuestion]:
    """The questions this reader may read, oldest first. One query."""
    rows = Question.visible_to(actor).filter(challenge=challenge).select_related("organisation")
    return [
        ShownQuestion(
            id=row.pk,
            version=row.version,
            text=row.text,
            asked_at=row.created_at,
            asker=str(row.organisation) if inside or actor.acts_for(row.organisation_id) else "",
            own=actor.acts_for(row.organisation_id),
            answer=row.answer,
            to_all=row.to_all,
            answered_at=row.answered_at,
            may_answer=may_answer,
        )
        for row in rows.order_by("created_at", "pk")
    ]
