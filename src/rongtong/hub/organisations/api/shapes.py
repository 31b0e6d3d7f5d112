"""What comes in and goes out about those who take part: every field by name."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from rongtong.hub.foundation.api import In, Money, Out, version_asked
from rongtong.hub.foundation.errors import Fault, Invalid

from ..domain.organisations import Year
from ..enums import Cultivation, IdentifierScheme, Language, OrganisationKind, Role, VerificationState
from ..models import Certificate, Invitation, Member, Organisation, Token, YearFigures
from ..size_class import SizeClass

#: Yuan; what is larger no organisation has.
Yuan = Field(default=None, ge=0, lt=10**15, decimal_places=2)


class ProfileIn(In):
    """Fields of a profile; what is absent stays as it is."""

    kind: OrganisationKind | None = None
    name: str | None = None
    name_en: str | None = None
    short_name: str | None = None
    scheme: IdentifierScheme | None = None
    identifier: str | None = None
    country: str | None = None
    industry: str | None = None
    region: str | None = None
    address: str | None = None
    founded: int | None = None
    introduction: str | None = None
    cultivation: Cultivation | None = None
    cultivation_certificate: str | None = None
    cultivation_expires: date | None = None
    leads_chain: str | None = None

    def values(self) -> dict[str, Any]:
        """What was given. Null empties a year or a date, and is an empty text elsewhere."""
        nullable = {"founded", "cultivation_expires"}
        given = self.model_dump(exclude_unset=True)
        return {key: "" if value is None and key not in nullable else value for key, value in given.items()}


class YearIn(In):
    year: int = Field(ge=1900, le=2200)
    headcount: int | None = Field(default=None, ge=0, le=2_000_000_000)
    revenue: Decimal | None = Yuan
    assets: Decimal | None = Yuan

    def year_of(self) -> Year:
        return Year(self.year, self.headcount, self.revenue, self.assets)


class FiguresIn(In):
    years: list[YearIn] = Field(max_length=50)


class CertificateIn(In):
    code: str
    number: str = ""
    expires: date | None = None


class VerificationReasonIn(In):
    reason: str


class InviteIn(In):
    email: str
    role: Role


class RoleIn(In):
    role: Role
    title: str | None = None


class AccountIn(In):
    name: str | None = None
    name_en: str | None = None
    phone: str | None = None
    language: Language | None = None

    def values(self) -> dict[str, Any]:
        return {key: value or "" for key, value in self.model_dump(exclude_unset=True).items()}


class CertificateOut(Out):
    id: UUID
    code: str
    number: str
    expires: date | None

    @classmethod
    def of(cls, row: Certificate) -> "CertificateOut":
        return cls(id=row.pk, code=row.code, number=row.number, expires=row.expires)


class OrganisationOut(Out):
    """The public profile."""

    id: UUID
    version: int
    kind: OrganisationKind
    name: str
    name_en: str
    short_name: str
    scheme: IdentifierScheme
    identifier: str
    country: str
    industry: str
    region: str
    address: str
    founded: int | None
    introduction: str
    size_class: SizeClass
    cultivation: Cultivation
    cultivation_certificate: str
    cultivation_expires: date | None
    leads_chain: str
    state: VerificationState

    @classmethod
    def of(cls, row: Organisation) -> "OrganisationOut":
        return cls(id=row.pk, **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


class YearOut(Out):
    year: int
    headcount: int | None
    revenue: Money | None
    assets: Money | None

    @classmethod
    def of(cls, row: YearFigures) -> "YearOut":
        return cls(year=row.year, headcount=row.headcount, revenue=Money.of(row.revenue), assets=Money.of(row.assets))


class MemberOut(Out):
    id: UUID
    organisation_id: UUID
    name: str
    email: str
    role: Role
    title: str
    since: datetime
    until: datetime | None

    @classmethod
    def of(cls, row: Member) -> "MemberOut":
        return cls(
            id=row.pk,
            organisation_id=row.organisation_id,
            name=row.account.name,
            email=row.account.email,
            role=Role(row.role),
            title=row.title,
            since=row.since,
            until=row.until,
        )


class MemberInvitationOut(Out):
    id: UUID
    organisation_id: UUID
    email: str
    role: Role
    state: str
    expires_at: datetime

    @classmethod
    def of(cls, row: Invitation) -> "MemberInvitationOut":
        return cls(
            id=row.pk,
            organisation_id=row.organisation_id,
            email=row.email,
            role=Role(row.role),
            state=row.state,
            expires_at=row.expires_at,
        )


class TokenOut(Out):
    """A token without its text, which is shown once on the page that makes it."""

    id: UUID
    name: str
    scopes: list[str]
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: Token) -> "TokenOut":
        return cls(
            id=row.pk,
            name=row.name,
            scopes=list(row.scopes),
            expires_at=row.expires_at,
            used_at=row.used_at,
            revoked_at=row.revoked_at,
        )


class AccountOut(Out):
    id: UUID
    email: str
    name: str
    name_en: str
    phone: str
    language: Language
    organisation_id: UUID | None
    role: Role | None


def required_version(request: HttpRequest) -> int:
    """The version a change was made from; a change without it would write over others."""
    version = version_asked(request)
    if version is None:
        raise Invalid([Fault("If-Match", _("请在 If-Match 中带上读取时得到的 ETag。"), "if_match.missing")])
    return version
