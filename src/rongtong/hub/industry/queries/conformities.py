"""Reads of assessments, and of results: who is known to conform to what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.trust.models import Document
from rongtong.hub.trust.queries import rows_of

from ..models import Answer, Conformity, Standard
from ..models.standard import published_by
from ..standard_enums import ConformityState, StandardState


def with_parts(rows: QuerySet[Conformity]) -> QuerySet[Conformity]:
    """With what lists and pages name."""
    return rows.select_related("organisation", "standard__chain", "standard__organisation")


def answers_of(conformity: Conformity, actor: Actor) -> list[Answer]:
    """The answers this reader may see, in the order of the standard. One query."""
    return list(Answer.visible_to(actor).filter(conformity=conformity).select_related("requirement"))


def evidence_of(conformity: Conformity, actor: Actor) -> dict[UUID, Document]:
    """The documents this reader may open, by id. One query."""
    return {one.pk: one for one in rows_of(conformity, actor)}


def own_of(standard: Standard, actor: Actor) -> Conformity | None:
    """The reader's own latest assessment against any edition. One query."""
    own = Conformity.visible_to(actor).filter(organisation_id=actor.firm, standard__family=standard.family)
    return own.select_related("standard").order_by("-created_at").first()


def editions_of(standard: Standard, actor: Actor) -> list[Standard]:
    """All editions this reader may see, the newest first. One query."""
    return list(Standard.visible_to(actor).filter(family=standard.family).order_by("-edition"))


def holding(today: dt.date | None = None) -> Q:
    """Results that hold today. A withdrawn standard's hold no more."""
    day = today or timezone.localdate()
    in_time = Q(valid_until__gt=day) & (Q(renew_by=None) | Q(renew_by__gt=day))
    standing = Q(standard__state__in=(StandardState.PUBLISHED, StandardState.SUPERSEDED))
    return Q(state=ConformityState.ACCEPTED) & in_time & standing


def known_results(actor: Actor) -> QuerySet[Conformity]:
    """Results that hold and that this reader may know of: as a party, or because the supplier shows them to members.

    Of a result only that it holds, for which standard and until when may be told.
    """
    own = Conformity.visible_to(actor).filter(holding())
    if not actor.is_member:
        return own
    shown = Conformity._base_manager.filter(holding(), shown=True, standard__in=Standard.visible_to(actor))
    return Conformity._base_manager.filter(Q(pk__in=own.values("pk")) | Q(pk__in=shown.values("pk")))


def results_of(organisation: Organisation, actor: Actor) -> list[Conformity]:
    """What an organisation is known to conform to, for its page. One query."""
    rows = known_results(actor).filter(organisation=organisation)
    return list(rows.select_related("standard").order_by("standard__number"))


def current_numbers(actor: Actor, numbers: Collection[str]) -> dict[str, Standard]:
    """The standards in force among these numbers, as far as this reader may know of them. One query."""
    rows = Standard.visible_to(actor).filter(state=StandardState.PUBLISHED, number__in=list(numbers))
    return {one.number: one for one in rows.select_related("chain")}


def current_families(actor: Actor) -> list[tuple[str, UUID]]:
    """(number, family) of every standard in force that this reader may know of. One query."""
    rows = Standard.visible_to(actor).filter(state=StandardState.PUBLISHED)
    return list(rows.order_by("number").values_list("number", "family"))


def audited_by(actor: Actor, standards: Collection[Standard]) -> set[UUID]:
    """The families of those whose assessments this actor sees whole: what is not there, is not there."""
    if actor.system or "operator.viewer" in actor.roles:
        return {one.family for one in standards}
    if not actor.is_member:
        return set()
    rows = Standard.visible_to(actor).filter(pk__in=[one.pk for one in standards])
    return set(rows.filter(published_by(actor.firm) | Q(auditor_id=actor.firm)).values_list("family", flat=True))


def holders(actor: Actor, families: Collection[UUID], organisations: Collection[UUID]) -> Mapping[UUID, set[UUID]]:
    """Family → which of the organisations are known to conform to it. One query."""
    found: dict[UUID, set[UUID]] = {}
    rows = known_results(actor).filter(standard__family__in=families, organisation_id__in=organisations)
    for family, organisation in rows.values_list("standard__family", "organisation_id"):
        found.setdefault(family, set()).add(organisation)
    return found
