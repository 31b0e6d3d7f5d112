"""From an account to the actor that verbs and queries take."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.notices import addresses_by
from rongtong.hub.foundation.outbox import actors_by

from ..enums import OrganisationKind, VerificationState
from ..models import Account, Member


def actor_for(
    account: Account,
    member: Member | None,
    *,
    ip: str = "",
    request_id: str = "",
    scopes: frozenset[str] | None = None,
) -> Actor:
    """The actor of a person in one membership, or of a person without any."""
    if member is None:
        return Actor(account_id=account.pk, name=account.name, ip=ip, request_id=request_id, scopes=scopes)
    organisation = member.organisation
    suspended = organisation.state == VerificationState.SUSPENDED
    return Actor(
        account_id=account.pk,
        organisation_id=organisation.pk,
        role=None if suspended else member.role,
        verified=organisation.state == VerificationState.VERIFIED,
        operator=organisation.kind == OrganisationKind.OPERATOR and organisation.state == VerificationState.VERIFIED,
        name=account.name,
        organisation_name=organisation.short_name or organisation.name,
        ip=ip,
        request_id=request_id,
        scopes=scopes,
    )


def active_members(account_id: UUID) -> list[Member]:
    """The person's memberships that have not ended, oldest first. One query."""
    rows = Member._base_manager.filter(account_id=account_id, until=None)
    return list(rows.select_related("organisation").order_by("since", "id"))


def actor_of_session(request: HttpRequest) -> Actor:
    """The signed-in person, acting for the organisation chosen in this session, else for the first one."""
    account = request.user
    assert isinstance(account, Account)
    members = active_members(account.pk)
    chosen = request.session.get("organisation")
    usable = [one for one in members if one.organisation.state != VerificationState.SUSPENDED] or members
    member = next((one for one in members if str(one.organisation_id) == chosen), usable[0] if usable else None)
    request.memberships = members  # type: ignore[attr-defined]  # for the organisation switch in the header
    return actor_for(
        account,
        member,
        ip=request.META.get("REMOTE_ADDR", ""),
        request_id=getattr(request, "request_id", ""),
    )


def actor_by_id(account_id: UUID, organisation_id: UUID | None) -> tuple[Actor, str] | None:
    """The actor and language of an account as its rights stand now; None when it may act no more."""
    account = Account._base_manager.filter(pk=account_id, is_active=True).first()
    if account is None:
        return None
    members = active_members(account_id)
    if organisation_id is not None:
        members = [one for one in members if one.organisation_id == organisation_id]
        if not members:
            return None
    return actor_for(account, members[0] if members else None), account.language


def mail_addresses(accounts: Iterable[UUID]) -> dict[UUID, str]:
    """Addresses of active accounts."""
    rows = Account._base_manager.filter(pk__in=list(accounts), is_active=True)
    return dict(rows.values_list("pk", "email"))


def person_id(actor: Actor) -> UUID:
    """The account of an actor whose verb needs a person; the rights table lets nobody else so far."""
    if actor.account_id is None:
        raise NotVisible
    return actor.account_id


def people_of(organisation_id: UUID, *roles: str) -> list[UUID]:
    """The accounts acting for an organisation now, in the given roles (all when none is given)."""
    rows = Member._base_manager.filter(organisation_id=organisation_id, until=None, account__is_active=True)
    if roles:
        rows = rows.filter(role__in=roles)
    return list(rows.values_list("account_id", flat=True))


def operators() -> list[UUID]:
    """The people who run the hub: contributors and above of every verified operator."""
    rows = Member._base_manager.filter(
        organisation__kind=OrganisationKind.OPERATOR,
        organisation__state=VerificationState.VERIFIED,
        until=None,
        account__is_active=True,
    )
    return list(rows.exclude(role="viewer").values_list("account_id", flat=True))


addresses_by(mail_addresses)
actors_by(actor_by_id)
