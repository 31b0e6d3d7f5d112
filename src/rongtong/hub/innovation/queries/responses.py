"""Reads of responses: lists, the table of targets beside promises, what is done and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Text
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.organisations.models import Organisation

from ..enums import Consent, ResponseState
from ..models import Challenge, Commitment, Partner, PlannedMilestone, Response, Target
from ..promises import meets
from ..targets import TargetRow, plain
from .disclosure import Hidden, disclosed_many
from .missing import missing, targets_open_to

#: Sections of the form in its order: anchor, label, and the fields whose faults belong to it.
SECTIONS: tuple[tuple[str, Text, frozenset[str]], ...] = (
    ("members", _("牵头单位与联合体"), frozenset({"partners"})),
    ("team", _("团队"), frozenset({"team"})),
    ("record", _("研发基础"), frozenset({"record"})),
    ("plan", _("攻关方案"), frozenset({"summary", "plan"})),
    ("targets", _("指标承诺"), frozenset({"commitments"})),
    ("milestones", _("里程碑与经费"), frozenset({"milestones", "cost", "months"})),
    ("files", _("附件"), frozenset()),
)


@dataclass(frozen=True)
class PromiseRow:
    """One target beside what was promised."""

    target: Target
    row: TargetRow
    promise: Commitment | None
    met: bool | None

    @property
    def promised(self) -> str:
        """The promised value or span, without trailing zeros."""
        if self.promise is None or self.promise.value is None:
            return ""
        low = plain(self.promise.value)
        return low if self.promise.value_high is None else f"{low}–{plain(self.promise.value_high)}"

    @property
    def required(self) -> str:
        """What is asked for: ≥ 6.0."""
        return " ".join(part for part in (self.row.sign, self.row.amount) if part)


@dataclass(frozen=True)
class Section:
    """One line of the form's table of contents."""

    id: str
    label: Text
    state: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Whole:
    """Everything of one response that its reader may see. Targets are None where the challenge closes them."""

    response: Response
    challenge: Challenge
    partners: list[Partner]
    steps: list[PlannedMilestone]
    promises: list[PromiseRow] | None

    @property
    def total(self) -> Decimal:
        return sum((one.cost for one in self.steps if one.cost is not None), Decimal(0))

    @property
    def short_of(self) -> list[PromiseRow]:
        """Must-meet targets that are promised below what is asked for."""
        return [one for one in self.promises or [] if one.row.must_meet and one.met is False]


def with_parts(rows: QuerySet[Response]) -> QuerySet[Response]:
    """Load what a page of a response needs, in a fixed number of queries."""
    return rows.select_related("challenge__round", "challenge__organisation", "organisation").prefetch_related(
        "partners__organisation", "milestones", "commitments", "challenge__targets"
    )


def with_open_targets(challenges: Iterable[Challenge], actor: Actor) -> set[UUID]:
    """The challenges whose targets this actor may read. One query for all of them."""
    return {one.id for one in disclosed_many(challenges, actor) if not isinstance(one.targets, Hidden)}


def whole(response: Response, actor: Actor, opened: bool | None = None) -> Whole:
    """A visible response with its parts. The targets keep the level that the challenge gives them.

    Parameters
    ----------
    opened
        Whether the targets are open to the actor, where that is known already for a whole list.
    """
    if opened is None:
        opened = targets_open_to(response.challenge, actor)
    return Whole(
        response=response,
        challenge=response.challenge,
        partners=list(response.partners.all()),
        steps=list(response.milestones.all()),
        promises=promise_rows(response) if opened else None,
    )


def promise_rows(response: Response) -> list[PromiseRow]:
    """Every target with what is promised against it."""
    promises = {one.target_id: one for one in response.commitments.all()}
    rows = []
    for target in response.challenge.targets.all():
        promise = promises.get(target.pk)
        met = meets(target, promise.value, promise.value_high) if promise else None
        rows.append(PromiseRow(target, TargetRow.of(target), promise, met))
    return rows


def sections(response: Response, actor: Actor) -> list[Section]:
    """How far each section of a draft is."""
    faults = missing(response, actor)
    found = []
    for key, label, fields in SECTIONS:
        own = tuple(fault for fault in faults if fault.field in fields)
        found.append(Section(key, label, "bad" if own else "ok", own))
    return found


def own_responses(actor: Actor) -> QuerySet[Response]:
    """Those the actor's organisation leads, is asked to join or has joined; newest first."""
    part = Q(partners__organisation_id=actor.organisation_id)
    rows = Response.visible_to(actor)
    if actor.organisation_id is None:
        return rows.none()
    own = rows.filter(Q(organisation_id=actor.organisation_id) | part).values("pk")
    return rows.filter(pk__in=own)


def for_list(rows: QuerySet[Response]) -> QuerySet[Response]:
    """Load what a line of a list shows."""
    return rows.select_related("challenge", "organisation").annotate(
        members=Count("partners", distinct=True),
        unconfirmed=Count("partners", filter=Q(partners__consent=Consent.ASKED), distinct=True),
    )


def live_response(challenge_id: UUID, actor: Actor) -> Response | None:
    """The response to a challenge that the actor's organisation leads now, if any. One query."""
    if actor.organisation_id is None:
        return None
    rows = Response.visible_to(actor).exclude(state=ResponseState.WITHDRAWN)
    return rows.filter(Q(organisation_id=actor.organisation_id), challenge__pk=challenge_id).first()


def may_start(challenge: Challenge, actor: Actor) -> bool:
    """Whether to offer 「揭榜」: the challenge takes responses, the actor may, and none is under way."""
    if not challenge.takes_responses or not allowed(actor, "response.start", challenge):
        return False
    return not actor.acts_for(challenge.organisation_id) and live_response(challenge.pk, actor) is None


def asked_parts(actor: Actor) -> QuerySet[Partner]:
    """What the actor's organisation is asked to join and has not answered."""
    rows = Partner.visible_to(actor).filter(consent=Consent.ASKED)
    if actor.organisation_id is None:
        return rows.none()
    own = rows.filter(organisation_id=actor.organisation_id)
    return own.select_related("response__challenge", "response__organisation", "organisation")


def partner_candidates(q: str, response: Response, actor: Actor, limit: int = 10) -> list[Organisation]:
    """Verified organisations whose name, pinyin or code fits what was typed; those already in are left out."""
    q = q.strip().lower()
    if not q:
        return []
    known = [response.organisation_id, *response.partners.values_list("organisation_id", flat=True)]
    rows = Organisation.visible_to(actor).filter(state="verified").exclude(pk__in=known)
    for word in q.split():
        rows = rows.filter(Q(name__icontains=word) | Q(search_keys__contains=word) | Q(identifier__iexact=word))
    return list(rows.order_by("sort_key", "id")[:limit])


def by_section(faults: Iterable[Fault]) -> dict[str, list[Fault]]:
    """Faults under the anchor of the section that mends them."""
    found: dict[str, list[Fault]] = {}
    for fault in faults:
        place = next((key for key, _label, fields in SECTIONS if fault.field in fields), "members")
        found.setdefault(place, []).append(fault)
    return found
