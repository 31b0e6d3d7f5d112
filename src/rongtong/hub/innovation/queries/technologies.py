"""What of a technology is shown to whom. Every door reads technologies through here: pages, API, files, listings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from rongtong.engines.fairness import split
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Text
from rongtong.hub.organisations.reference import industries
from rongtong.hub.trust.enums import Level
from rongtong.hub.trust.models import NonDisclosureAgreement

from ..enums import LegalStatus, TechnologyKind, TechnologyState
from ..models import Technology, TechnologyOwner
from ..models.technology import SUBJECT
from .disclosure import Contact, Hidden, Publisher

GROUPS = ("owners", "inventors", "application", "advantage", "details", "secret", "terms", "contact")
PROSE = ("application", "advantage", "details", "secret", "terms")
HUNDRED = Decimal("100.00")
_WHY = {
    Level.PUBLIC: _("权利人把这一项公开给所有人。"),
    Level.MEMBERS: _("权利人把这一项开放给已核验机构的成员（L1）。请登录，并由贵单位完成核验。"),
    Level.AFTER_NDA: _("权利人把这一项设为签署保密协议后可见（L2）。签署后即可查看，双方各持一份记录。"),
    Level.NAMED: _("这一项只对权利人开放（L3）。"),
}


@dataclass(frozen=True)
class Kept(Hidden):
    """Stands in the place of what the owners keep from this reader."""

    @property
    def why(self) -> Text:
        return _WHY[Level(self.level)]


@dataclass(frozen=True)
class Owner:
    """An owner: ``percent`` is for reading and sums to a hundred with the others, ``share`` is exact."""

    name: str
    organisation_id: UUID | None
    share: Fraction
    percent: Decimal


@dataclass(frozen=True)
class DisclosedTechnology:
    """A technology as one reader may see it. A group of fields is its value or ``Kept``."""

    id: UUID
    kind: str
    state: str
    version: int
    title: str
    teaser: str
    industry: str
    fields: tuple[str, ...]
    readiness: int | None
    ways: tuple[str, ...]
    legal_status: str
    patent_number: str
    filed_on: date | None
    granted_on: date | None
    expires_on: date | None
    published_at: datetime | None
    changed_at: datetime | None
    keeper: Publisher
    owners: tuple[Owner, ...] | Hidden
    inventors: tuple[str, ...] | Hidden
    application: str | Hidden
    advantage: str | Hidden
    details: str | Hidden
    secret: str | Hidden
    terms: str | Hidden
    contact: Contact | Hidden
    levels: dict[str, int]
    open_level: int
    inside: bool

    def __str__(self) -> str:
        return self.title

    @property
    def pk(self) -> UUID:
        return self.id

    @property
    def kind_label(self) -> Text:
        return TechnologyKind(self.kind).label

    @property
    def state_label(self) -> Text:
        return TechnologyState(self.state).label

    @property
    def legal_label(self) -> Text:
        return LegalStatus(self.legal_status).label

    @property
    def industry_name(self) -> str:
        return industries.name(self.industry) if self.industry else ""

    @property
    def hidden(self) -> tuple[str, ...]:
        """The groups that are closed to this reader."""
        return tuple(name for name in GROUPS if isinstance(getattr(self, name), Hidden))


def with_parts(rows: QuerySet[Technology]) -> QuerySet[Technology]:
    """Load what disclosure reads, in one further query."""
    return rows.select_related("organisation").prefetch_related("owners")


def disclosed_technology(technology: Technology, actor: Actor) -> DisclosedTechnology:
    """A visible technology as this actor may see it."""
    return disclose(technology, technology.level_open_to(actor))


def disclosed_technologies(technologies: Iterable[Technology], actor: Actor) -> list[DisclosedTechnology]:
    """The same for many that ``with_parts`` has loaded, in one query for the agreements."""
    rows = list(technologies)
    signed: set[UUID] = set()
    if actor.is_member and rows:
        held = NonDisclosureAgreement._base_manager.filter(
            recipient_id=actor.firm, subject_type=SUBJECT, ended_at=None, subject_id__in=[row.pk for row in rows]
        )
        signed = set(held.values_list("subject_id", flat=True))
    found = []
    for row in rows:
        owners = {row.organisation_id, *(one.organisation_id for one in row.owners.all())}
        inside = actor.system or (actor.role is not None and actor.organisation_id in owners)
        level = Level.NAMED if inside else Level.AFTER_NDA if row.pk in signed else actor.level
        found.append(disclose(row, level))
    return found


def owners_of(rows: Iterable[TechnologyOwner]) -> tuple[Owner, ...]:
    """The owners with their shares in per cent, by largest remainder."""
    rows = list(rows)
    shown = split(HUNDRED, {str(row.position): row.share for row in rows}) if rows else {}
    return tuple(Owner(row.name, row.organisation_id, row.share, shown[str(row.position)]) for row in rows)


def disclose(row: Technology, open_level: int) -> DisclosedTechnology:
    """A technology as whoever has this level may see it."""
    levels = {name: int(getattr(row, f"{name}_level")) for name in GROUPS}

    def group(name: str, value: Any) -> Any:
        return value if levels[name] <= open_level else Kept(levels[name])

    return DisclosedTechnology(
        id=row.pk,
        kind=str(row.kind),
        state=str(row.state),
        # others would learn that what they may not read was changed
        version=row.version if open_level >= Level.NAMED else 0,
        title=row.title,
        teaser=row.teaser,
        industry=row.industry,
        fields=tuple(row.fields),
        readiness=row.readiness,
        ways=tuple(row.ways),
        legal_status=str(row.legal_status),
        patent_number=row.patent_number,
        filed_on=row.filed_on,
        granted_on=row.granted_on,
        expires_on=row.expires_on,
        published_at=row.published_at,
        changed_at=row.changed_at if open_level >= Level.NAMED else None,
        keeper=Publisher.of(row.organisation),
        owners=group("owners", owners_of(row.owners.all()) if levels["owners"] <= open_level else ()),
        inventors=group("inventors", tuple(row.inventors)),
        contact=group("contact", Contact(row.contact_name, "", row.contact_phone, row.contact_email)),
        **{name: group(name, getattr(row, name)) for name in PROSE},
        levels=levels,
        open_level=int(open_level),
        inside=open_level >= Level.NAMED,
    )


def technology_listing_texts(row: Technology) -> dict[int, str]:
    """What the index may hold: the teaser for everybody, with what members may read for members. Nothing above."""
    texts = {}
    for level in (Level.PUBLIC, Level.MEMBERS):
        shown = disclose(row, level)
        parts = [shown.teaser, *(str(getattr(shown, name)) for name in PROSE if name != "terms")]
        texts[int(level)] = "\n".join(part for part in parts if part)
    if texts[1] == texts[0]:
        del texts[1]
    return texts
