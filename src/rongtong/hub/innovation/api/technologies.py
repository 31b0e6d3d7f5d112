"""Technologies through the API: as far as they are open to the caller."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status
from pydantic import Field

from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, paged, tagged, version_asked
from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import visible

from ..domain import technologies as verbs
from ..enums import TechnologyKind
from ..forms.technologies import read_share
from ..models import Technology
from ..queries.hits import Hit
from ..queries.technologies import (
    GROUPS,
    DisclosedTechnology,
    disclosed_technologies,
    disclosed_technology,
    with_parts,
)
from ..queries.technology_users import own_technology, users_of
from .values import Plain

PATH, NOUN = "/technologies", "technology"
router = Router(tags=["technologies"])
Level = Literal[0, 1, 2, 3]


class TechnologyOwnerIn(In):
    """An owner and its exact share: 1/3, 40%, 0.4. An organisation of the hub by its id, others by name."""

    name: Plain = ""
    organisation_id: UUID | None = None
    share: Plain = Field(max_length=24)


class TechnologyIn(In):
    title: Plain
    kind: Plain = "patent"
    teaser: Plain = ""
    industry: Plain = ""
    fields_of_use: list[Plain] = []
    readiness: int | None = None
    ways: list[Plain] = []
    legal_status: Plain = "none"
    patent_number: Plain = ""
    filed_on: date | None = None
    granted_on: date | None = None
    expires_on: date | None = None
    inventors: list[Plain] = []
    application: Plain = ""
    advantage: Plain = ""
    details: Plain = ""
    secret: Plain = ""
    terms: Plain = ""
    contact_name: Plain = ""
    contact_phone: Plain = ""
    contact_email: Plain = ""
    owners: list[TechnologyOwnerIn] | None = None
    owners_level: Level = 1
    inventors_level: Level = 0
    application_level: Level = 0
    advantage_level: Level = 1
    details_level: Level = 2
    secret_level: Level = 3
    terms_level: Level = 1
    contact_level: Level = 1

    def values(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in verbs.EDITABLE if name != "fields"}
        return found | {"fields": self.fields_of_use}


class TechnologyOwnerOut(Out):
    name: str
    organisation_id: UUID | None
    share: str
    percent: str


class TechnologyContactOut(Out):
    name: str
    phone: str
    email: str


class TechnologyOut(Out):
    """A group that is closed to the caller is null and named in ``hidden``; ``levels`` tells what opens it."""

    id: UUID
    organisation_id: UUID
    kind: str
    state: str
    title: str
    teaser: str
    industry: str
    fields_of_use: list[str]
    readiness: int | None
    ways: list[str]
    legal_status: str
    patent_number: str
    filed_on: date | None
    granted_on: date | None
    expires_on: date | None
    published_at: datetime | None
    owners: list[TechnologyOwnerOut] | None
    inventors: list[str] | None
    application: str | None
    advantage: str | None
    details: str | None
    secret: str | None
    terms: str | None
    contact: TechnologyContactOut | None
    levels: dict[str, int]
    hidden: list[str]

    @classmethod
    def of(cls, one: DisclosedTechnology) -> TechnologyOut:
        shown: dict[str, Any] = {name: getattr(one, name) for name in GROUPS if name not in one.hidden}
        owners, contact = shown.get("owners"), shown.get("contact")
        return cls(
            id=one.id,
            organisation_id=one.keeper.id,
            kind=one.kind,
            state=one.state,
            title=one.title,
            teaser=one.teaser,
            industry=one.industry,
            fields_of_use=list(one.fields),
            readiness=one.readiness,
            ways=list(one.ways),
            legal_status=one.legal_status,
            patent_number=one.patent_number,
            filed_on=one.filed_on,
            granted_on=one.granted_on,
            expires_on=one.expires_on,
            published_at=one.published_at,
            owners=None if owners is None else [_owner(each) for each in owners],
            inventors=None if "inventors" in one.hidden else list(shown["inventors"]),
            application=shown.get("application"),
            advantage=shown.get("advantage"),
            details=shown.get("details"),
            secret=shown.get("secret"),
            terms=shown.get("terms"),
            contact=None
            if contact is None
            else TechnologyContactOut(name=contact.name, phone=contact.phone, email=contact.email),
            levels=one.levels,
            hidden=list(one.hidden),
        )


def _owner(one: Any) -> TechnologyOwnerOut:
    return TechnologyOwnerOut(
        name=one.name, organisation_id=one.organisation_id, share=str(one.share), percent=f"{one.percent:.2f}"
    )


class TechnologyUserOut(Out):
    """An open challenge or an organisation that could use a technology, with what was found."""

    challenge_id: UUID | None
    organisation_id: UUID | None
    title: str
    score: str
    words: list[str]
    excerpt: str

    @classmethod
    def of(cls, hit: Hit) -> TechnologyUserOut:
        return cls(
            challenge_id=hit.challenge.id if hit.challenge else None,
            organisation_id=hit.organisation.pk if hit.organisation else None,
            title=hit.challenge.title if hit.challenge else str(hit.organisation),
            score=str(hit.score),
            words=[word for word, _points in hit.top_words],
            excerpt="".join(piece for piece, _matched in hit.excerpt),
        )


class TechnologyUsersOut(Out):
    challenges: list[TechnologyUserOut]
    organisations: list[TechnologyUserOut]


@router.get("", response=Page[TechnologyOut], operation_id="list_technologies")
def list_technologies(
    request: HttpRequest,
    organisation: UUID | None = None,
    kind: TechnologyKind | None = None,
    cursor: str = "",
    limit: int = 50,
) -> dict[str, Any]:
    """Technologies the caller may know of; of one organisation or kind if asked."""
    actor = actor_of(request)
    rows = with_parts(Technology.visible_to(actor))
    if organisation is not None:
        rows = rows.filter(organisation_id=organisation)
    if kind is not None:
        rows = rows.filter(kind=kind)
    found = paged(request, rows, lambda row: row, order=("id",), cursor=cursor, limit=limit)
    found["items"] = [TechnologyOut.of(one) for one in disclosed_technologies(found["items"], actor)]
    return found


@router.post("", response={201: TechnologyOut}, operation_id="create_technology")
def create(request: HttpRequest, payload: TechnologyIn) -> Status[TechnologyOut]:
    """Write a draft."""
    actor = actor_of(request)
    needs(actor, "account")
    made = verbs.create_technology(values=payload.values(), owners=_parts(request, payload), by=actor)
    return Status(201, TechnologyOut.of(disclosed_technology(made, actor)))


@router.get("/{uuid:pk}", response=TechnologyOut, operation_id="get_technology")
def get(request: HttpRequest, response: HttpResponse, pk: UUID) -> TechnologyOut:
    """One technology as it is open to the caller."""
    return _shown(request, _find(request, pk), response)


@router.put("/{uuid:pk}", response=TechnologyOut, operation_id="edit_technology")
def edit(request: HttpRequest, response: HttpResponse, pk: UUID, payload: TechnologyIn) -> TechnologyOut:
    """Change it; If-Match guards against overwriting somebody else's version."""
    row = verbs.edit_technology(
        technology=_find(request, pk),
        values=payload.values(),
        owners=_parts(request, payload),
        version=version_asked(request),
        by=actor_of(request),
    )
    return _shown(request, row, response)


@router.post("/{uuid:pk}/publish", response=TechnologyOut, operation_id="publish_technology")
def publish(request: HttpRequest, pk: UUID) -> TechnologyOut:
    """Show its teaser to everybody and list it for matching."""
    return _shown(request, verbs.publish_technology(technology=_find(request, pk), by=actor_of(request)))


@router.post("/{uuid:pk}/withdraw", response=TechnologyOut, operation_id="withdraw_technology")
def withdraw(request: HttpRequest, pk: UUID) -> TechnologyOut:
    """Take it off the lists."""
    return _shown(request, verbs.withdraw_technology(technology=_find(request, pk), by=actor_of(request)))


@router.delete("/{uuid:pk}", response={204: None}, operation_id="delete_technology")
def delete(request: HttpRequest, pk: UUID) -> Status[None]:
    """Delete what is not shown any more and nobody has negotiated about."""
    verbs.delete_technology(technology=_find(request, pk), by=actor_of(request))
    return Status(204, None)


@router.get("/{uuid:pk}/users", response=TechnologyUsersOut, operation_id="list_technology_users")
def users(request: HttpRequest, pk: UUID) -> TechnologyUsersOut:
    """Who could use it: open challenges, and organisations whose capabilities are near; for its owners."""
    actor = actor_of(request)
    found = users_of(own_technology(pk, actor), actor)
    return TechnologyUsersOut(
        challenges=[TechnologyUserOut.of(hit) for hit in found.challenges],
        organisations=[TechnologyUserOut.of(hit) for hit in found.organisations],
    )


def _parts(request: HttpRequest, payload: TechnologyIn) -> list[verbs.Part] | None:
    if payload.owners is None:
        return None
    asked = [one.organisation_id for one in payload.owners if one.organisation_id]
    names = dict(Organisation.visible_to(actor_of(request)).filter(pk__in=asked).values_list("pk", "name"))
    parts, faults = [], []
    for row, one in enumerate(payload.owners, 1):
        if one.organisation_id is not None and one.organisation_id not in names:
            faults.append(Fault("owners", _("没有这家机构。"), "unknown", row=row, column="organisation_id"))
        share = _share(one.share)
        if share is None:
            faults.append(Fault("owners", _("份额写成 40%、0.4 或 1/3。"), "share", row=row, column="share"))
        name = names.get(one.organisation_id, one.name) if one.organisation_id else one.name
        parts.append(verbs.Part(name, share or Fraction(0), one.organisation_id))
    if faults:
        raise Invalid(faults)
    return parts


def _share(text: str) -> Fraction | None:
    try:
        return read_share("".join(text.split()))
    except (ValueError, ArithmeticError):
        return None


def _shown(request: HttpRequest, row: Technology, response: HttpResponse | None = None) -> TechnologyOut:
    actor = actor_of(request)
    shown = disclosed_technology(row, actor)
    if response is not None:
        tagged(response, shown, actor)
    return TechnologyOut.of(shown)


def _find(request: HttpRequest, pk: UUID) -> Technology:
    return visible(Technology, actor_of(request), pk, "organisation")
