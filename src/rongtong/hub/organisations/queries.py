"""Reads about those who take part that more than one caller needs."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Count, Prefetch, Q, QuerySet

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.models import Entity

from .enums import InvitationState, Role, VerificationState
from .models import (
    Account,
    Certificate,
    Invitation,
    Member,
    Organisation,
    Token,
    Webhook,
    WebhookDelivery,
    YearFigures,
)
from .reference import Entry, Register, industries, regions

E = TypeVar("E", bound=Entity)
#: Region options are offered level by level while there are no more of them than this.
FEW_OPTIONS = 40


def visible(model: type[E], actor: Actor, pk: UUID, *related: str) -> E:
    """The row, or the one answer for hidden and absent. One query."""
    row = model.visible_to(actor).filter(pk=pk).select_related(*related).first()
    if row is None:
        raise NotVisible
    return row


def account_at(address: str, actor: Actor) -> Account | None:
    """The account with this address, as sign-in name or as a proved further one. One query."""
    proved = EmailAddress.objects.filter(email__iexact=address, verified=True).values("user_id")
    return Account.visible_to(actor).filter(Q(email__iexact=address) | Q(pk__in=proved)).first()


def own_organisation(actor: Actor) -> Organisation:
    """The organisation the actor acts for now. One query."""
    if actor.organisation_id is None or actor.role is None:
        raise NotVisible
    return visible(Organisation, actor, actor.organisation_id)


def found_by(rows: QuerySet[Organisation], q: str) -> QuerySet[Organisation]:
    """Those whose name (in either language), pinyin, initials or beginning of the number fit every word."""
    for word in q.lower().split():
        rows = rows.filter(Q(search_keys__contains=word) | Q(identifier__istartswith=word))
    return rows


def figures_of(organisation: Organisation, actor: Actor) -> list[YearFigures]:
    """The yearly figures, newest first; nothing for those who may not see them. One query."""
    return list(YearFigures.visible_to(actor).filter(organisation=organisation).order_by("-year"))


def certificates_of(organisation: Organisation, actor: Actor) -> list[Certificate]:
    return list(Certificate.visible_to(actor).filter(organisation=organisation).order_by("code"))


def members_of(organisation: Organisation, actor: Actor) -> list[Member]:
    """The active members, owners first. One query."""
    rows = (
        Member.visible_to(actor).filter(organisation=organisation, until=None).select_related("account", "organisation")
    )
    rank = {role: place for place, role in enumerate((Role.OWNER, Role.MANAGER, Role.CONTRIBUTOR, Role.VIEWER))}
    return sorted(rows, key=lambda member: (rank[Role(member.role)], member.since))


def open_invitations(organisation: Organisation, actor: Actor) -> list[Invitation]:
    """Invitations of an organisation that can still be accepted. One query."""
    rows = Invitation.visible_to(actor).filter(organisation=organisation, state=InvitationState.OPEN)
    return list(rows.select_related("organisation").order_by("-created_at", "pk"))


def invitations_for(account: Account, actor: Actor) -> list[Invitation]:
    """Open invitations of the addresses the person proved to own. One query."""
    addresses = EmailAddress.objects.filter(user=account, verified=True).values("email")
    rows = Invitation.visible_to(actor).filter(
        state=InvitationState.OPEN, expires_at__gt=datetime.now(UTC), email__in=addresses
    )
    return list(rows.select_related("organisation").order_by("-created_at", "pk"))


def tokens_of(actor: Actor) -> list[Token]:
    """Tokens the actor may see that can still be used. One query."""
    rows = Token.visible_to(actor).filter(revoked_at=None, expires_at__gt=datetime.now(UTC))
    return list(rows.select_related("account", "organisation").order_by("-created_at", "pk"))


def webhooks_of(actor: Actor) -> list[Webhook]:
    """The organisation's webhooks, the oldest first. One query."""
    return list(Webhook.visible_to(actor).order_by("created_at", "pk"))


def deliveries_of(webhook: Webhook, actor: Actor, most: int) -> list[WebhookDelivery]:
    """The last messages to a webhook. One query."""
    rows = WebhookDelivery.visible_to(actor).filter(webhook=webhook).select_related("webhook")
    return list(rows.order_by("-created_at", "-id")[:most])


def queue(actor: Actor) -> QuerySet[Organisation]:
    """Organisations that wait for verification, with their owner and how many others claim the same number."""
    owners = Member._base_manager.filter(role=Role.OWNER, until=None).select_related("account").order_by("since")
    return (
        Organisation.visible_to(actor)
        .filter(state=VerificationState.PENDING)
        .prefetch_related("years", Prefetch("members", queryset=owners, to_attr="owners"))
    )


def same_number(organisation: Organisation, actor: Actor) -> list[Organisation]:
    """Others with the same number: two claims, or a claim beside a verified one. One query."""
    rows = Organisation.visible_to(actor).filter(
        scheme=organisation.scheme, country=organisation.country, identifier=organisation.identifier
    )
    return list(rows.exclude(pk=organisation.pk).order_by("created_at")[:10])


def count_people(organisations: Iterable[Organisation]) -> dict[UUID, int]:
    """How many people act for each organisation. One query."""
    rows = Member._base_manager.filter(organisation__in=list(organisations), until=None)
    return dict(rows.values_list("organisation_id").annotate(people=Count("pk")))


# ---- Codes as conditions and options ---------------------------------------------------------------------------------


def in_region(code: str) -> Q:
    """Organisations in a region or below it: codes nest by their digits."""
    short = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return Q(region__startswith=short)


def in_industry(code: str) -> Q:
    """Organisations of an industry or below it. A section (a letter) holds a range of divisions."""
    if not code.isalpha():
        return Q(industry__startswith=code)
    divisions = [entry.code for entry in industries.children(code)]
    return Q(industry=code) | (Q(industry__gte=min(divisions), industry__lt=f"{max(divisions)}~") if divisions else Q())


def region_options(actor: Actor) -> list[tuple[str, str]]:
    """The regions of organisations the actor sees, as deep as the choice stays readable. One query."""
    codes = set(
        Organisation.visible_to(actor).exclude(region="").order_by().values_list("region", flat=True).distinct()
    )
    paths = [regions.path(code) for code in codes]
    found: list[Entry] = []
    for depth in range(3):
        level = {path[depth].code: path[depth] for path in paths if len(path) > depth}
        if found and len(found) + len(level) > FEW_OPTIONS:
            break
        found += level.values()
    return [(entry.code, _indented(regions, entry)) for entry in sorted(found, key=lambda entry: entry.code)]


def industry_options() -> list[tuple[str, str]]:
    """The sections of the national classification and the divisions of manufacturing."""
    sections = [(entry.code, f"{entry.code} {entry.label()}") for entry in industries.children()]
    return sections + [(entry.code, f"{entry.code} {entry.label()}") for entry in industries.children("C")]


def _indented(register: Register, entry: Entry) -> str:
    """Below the first level a name stands with what it lies in: 西湖区 is in many towns."""
    above = register.get(entry.parent) if entry.parent else None
    return entry.label() if above is None else f"{above.label()} · {entry.label()}"
