"""Organisations through the API."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, paged, tagged

from ..domain import invitations, organisations, verification
from ..enums import OrganisationKind, VerificationState
from ..models import Certificate, Organisation, YearFigures
from ..queries import certificates_of, figures_of, found_by, in_industry, in_region, visible
from ..size_class import SizeClass
from .shapes import (
    CertificateIn,
    CertificateOut,
    FiguresIn,
    InviteIn,
    MemberInvitationOut,
    OrganisationOut,
    ProfileIn,
    VerificationReasonIn,
    YearOut,
    required_version,
)

PATH, NOUN = "/organisations", "organisation"
router = Router(tags=["organisations"])


def _shown(row: Organisation, actor: Actor, response: HttpResponse) -> OrganisationOut:
    tagged(response, row, actor)
    return OrganisationOut.of(row)


@router.get("", response=Page[OrganisationOut])
def list_organisations(
    request: HttpRequest,
    q: str = "",
    kind: OrganisationKind | None = None,
    size_class: SizeClass | None = None,
    region: str = "",
    industry: str = "",
    state: VerificationState | None = None,
    cursor: str = "",
    limit: int = 50,
) -> Any:
    """Organisations in the order of their names. ``q`` finds names, pinyin, initials and beginnings of numbers."""
    rows = found_by(Organisation.visible_to(actor_of(request)), q.replace("\x00", "")[:100])
    plain = {"kind": kind, "size_class": size_class, "state": state}
    rows = rows.filter(**{name: value for name, value in plain.items() if value is not None})
    if region.isascii() and region.isdigit() and len(region) == 6:
        rows = rows.filter(in_region(region))
    elif region:
        rows = rows.none()
    if industry:
        rows = rows.filter(in_industry(industry)) if industry.isascii() and industry.isalnum() else rows.none()
    return paged(request, rows, OrganisationOut.of, order=("sort_key", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: OrganisationOut})
def register(request: HttpRequest, payload: ProfileIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    made = organisations.register_organisation(values=payload.values(), by=actor)
    return Status(201, _shown(made, actor, response))


@router.get("/{uuid:pk}", response=OrganisationOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    return _shown(visible(Organisation, actor, pk), actor, response)


@router.patch("/{uuid:pk}", response=OrganisationOut)
def edit(request: HttpRequest, pk: UUID, payload: ProfileIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    one = visible(Organisation, actor, pk)
    version = required_version(request)
    saved = organisations.edit_organisation(organisation=one, values=payload.values(), version=version, by=actor)
    return _shown(saved, actor, response)


@router.get("/{uuid:pk}/figures", response=list[YearOut])
def read_figures(request: HttpRequest, pk: UUID) -> Any:
    """The yearly figures; an empty list for those who may not see them, as for those who have none."""
    actor = actor_of(request)
    one = visible(Organisation, actor, pk)
    return [YearOut.of(row) for row in figures_of(one, actor)]


@router.put("/{uuid:pk}/figures", response=list[YearOut])
def set_figures(request: HttpRequest, pk: UUID, payload: FiguresIn) -> Any:
    """Replace the yearly figures; the size class follows."""
    actor = actor_of(request)
    one = visible(Organisation, actor, pk)
    organisations.set_figures(organisation=one, years=[row.year_of() for row in payload.years], by=actor)
    return [YearOut.of(row) for row in YearFigures.visible_to(actor).filter(organisation=one).order_by("-year")]


@router.get("/{uuid:pk}/certificates", response=list[CertificateOut])
def read_certificates(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    return [CertificateOut.of(row) for row in certificates_of(visible(Organisation, actor, pk), actor)]


@router.post("/{uuid:pk}/certificates", response={201: CertificateOut})
def add_certificate(request: HttpRequest, pk: UUID, payload: CertificateIn) -> Any:
    actor = actor_of(request)
    one = visible(Organisation, actor, pk)
    made = organisations.add_certificate(
        organisation=one, code=payload.code, number=payload.number, expires=payload.expires, by=actor
    )
    return Status(201, CertificateOut.of(made))


@router.delete("/{uuid:pk}/certificates/{uuid:certificate}", response={204: None})
def remove_certificate(request: HttpRequest, pk: UUID, certificate: UUID) -> Any:
    actor = actor_of(request)
    visible(Organisation, actor, pk)
    organisations.remove_certificate(certificate=visible(Certificate, actor, certificate), by=actor)
    return Status(204, None)


@router.post("/{uuid:pk}/submit", response=OrganisationOut)
def submit(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    done = organisations.submit_organisation(organisation=visible(Organisation, actor, pk), by=actor)
    return _shown(done, actor, response)


@router.post("/{uuid:pk}/verify", response=OrganisationOut)
def verify(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    done = verification.verify_organisation(organisation=visible(Organisation, actor, pk), by=actor)
    return _shown(done, actor, response)


@router.post("/{uuid:pk}/return", response=OrganisationOut)
def give_back(request: HttpRequest, pk: UUID, payload: VerificationReasonIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    one = visible(Organisation, actor, pk)
    done = verification.return_organisation(organisation=one, reason=payload.reason, by=actor)
    return _shown(done, actor, response)


@router.post("/{uuid:pk}/suspend", response=OrganisationOut)
def suspend(request: HttpRequest, pk: UUID, payload: VerificationReasonIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    one = visible(Organisation, actor, pk)
    done = verification.suspend_organisation(organisation=one, reason=payload.reason, by=actor)
    return _shown(done, actor, response)


@router.post("/{uuid:pk}/restore", response=OrganisationOut)
def restore(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    done = verification.restore_organisation(organisation=visible(Organisation, actor, pk), by=actor)
    return _shown(done, actor, response)


@router.post("/{uuid:pk}/invitations", response={201: MemberInvitationOut})
def invite(request: HttpRequest, pk: UUID, payload: InviteIn) -> Any:
    """Invite an address. A token may not: it is done by a person who is signed in."""
    actor = actor_of(request)
    one = visible(Organisation, actor, pk)
    made = invitations.invite_member(organisation=one, email=payload.email, role=payload.role, by=actor)
    return Status(201, MemberInvitationOut.of(made))
