"""What of a challenge is shown to whom. Every door reads challenges through here: pages, API, files, search texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Text
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.reference import industries, regions
from rongtong.hub.trust.enums import Level
from rongtong.hub.trust.models import NonDisclosureAgreement

from ..enums import PUBLISHED, ChallengeState
from ..models import Challenge
from ..targets import TargetRow
from .acting import own_id

SUBJECT = "innovation.challenge"
GROUPS = ("problem", "targets", "tried", "budget", "ip", "contact", "details")

_WHY = {
    Level.PUBLIC: _("发榜方把这一项公开给所有人。"),
    Level.MEMBERS: _("发榜方把这一项开放给已核验机构的成员（L1）。请登录，并由贵单位完成核验。"),
    Level.AFTER_NDA: _("发榜方把这一项设为签署保密协议后可见（L2）。签署后即可查看，双方各持一份记录。"),
    Level.NAMED: _("这一项只对发榜方和运营方开放（L3）。"),
}


def why(level: int) -> Text:
    """Why a reader sees this or not."""
    return _WHY[Level(level)]


@dataclass(frozen=True)
class Hidden:
    """Stands in the place of what this reader may not see. It is false, whatever lies behind it."""

    level: int

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return ""

    @property
    def why(self) -> Text:
        return why(self.level)


@dataclass(frozen=True)
class Publisher:
    id: UUID
    name: str
    name_en: str
    short_name: str
    leads_chain: str

    @classmethod
    def of(cls, organisation: Organisation) -> Publisher:
        return cls(
            organisation.pk,
            organisation.name,
            organisation.name_en,
            organisation.short_name,
            organisation.leads_chain,
        )

    def __str__(self) -> str:
        return self.name_en if translation.get_language() == "en" and self.name_en else self.name

    @property
    def short(self) -> str:
        return str(self) if translation.get_language() == "en" else self.short_name or self.name


@dataclass(frozen=True)
class Budget:
    low: Decimal | None
    high: Decimal | None
    note: str


@dataclass(frozen=True)
class Contact:
    name: str
    department: str
    phone: str
    email: str


@dataclass(frozen=True)
class DisclosedTarget:
    """A target with the row's id, which commitments refer to."""

    id: int
    row: TargetRow


@dataclass(frozen=True)
class DisclosedChallenge:
    """A challenge as one reader may see it. A group of fields is its value or ``Hidden``."""

    id: UUID
    number: str
    state: str
    version: int
    round_id: UUID
    round_title: str
    round_state: str
    anonymous: bool
    title: str
    industry: str
    region: str
    regions: tuple[str, ...]
    certificates: tuple[str, ...]
    size_classes: tuple[str, ...]
    leader_size_classes: tuple[str, ...]
    readiness: int | None
    months: int | None
    deadline: datetime | None
    published_at: datetime | None
    changed_at: datetime
    publisher: Publisher | Hidden
    problem: str | Hidden
    targets: tuple[DisclosedTarget, ...] | Hidden
    tried: str | Hidden
    budget: Budget | Hidden
    ip: str | Hidden
    contact: Contact | Hidden
    details: str | Hidden
    comment: str | Hidden
    levels: dict[str, int]
    open_level: int
    inside: bool

    def __str__(self) -> str:
        return self.title

    @property
    def pk(self) -> UUID:
        return self.id

    @property
    def state_label(self) -> Text:
        return ChallengeState(self.state).label

    @property
    def industry_name(self) -> str:
        return industries.name(self.industry) if self.industry else ""

    @property
    def region_name(self) -> str:
        return regions.full_name(self.region) if self.region else ""

    @property
    def is_published(self) -> bool:
        return self.state in PUBLISHED

    @property
    def hidden(self) -> tuple[str, ...]:
        """The groups that are closed to this reader."""
        return tuple(name for name in GROUPS if isinstance(getattr(self, name), Hidden))

    @property
    def key_target(self) -> TargetRow | None:
        """The target that stands for the need in a list: the first that must be met, else the first."""
        if isinstance(self.targets, Hidden) or not self.targets:
            return None
        return next((one.row for one in self.targets if one.row.must_meet), self.targets[0].row)


def with_parts(rows: QuerySet[Challenge], actor: Actor | None = None) -> QuerySet[Challenge]:
    """Load what disclosure reads, in one further query; with the reader given also whose agreement opens each."""
    loaded = rows.select_related("round", "organisation").prefetch_related("targets")
    if actor is None:
        return loaded
    held = agreements_of(actor).filter(subject_id=OuterRef("pk")).values("recipient_id")[:1]
    return loaded.annotate(signed_by=Subquery(held))


def agreements_of(actor: Actor) -> QuerySet[NonDisclosureAgreement]:
    """The agreements about challenges that the actor's organisation holds now; none for those who are no members."""
    rows = NonDisclosureAgreement._base_manager.filter(subject_type=SUBJECT, ended_at=None)
    return rows.filter(recipient_id=own_id(actor)) if actor.is_member else rows.none()


def disclosed(challenge: Challenge, actor: Actor) -> DisclosedChallenge:
    """A visible challenge as this actor may see it."""
    return _disclose(challenge, challenge.level_open_to(actor), _is_inside(challenge, actor))


def disclosed_to_members(challenge: Challenge) -> DisclosedChallenge:
    """A challenge as any member may see it, whoever that is."""
    return _disclose(challenge, Level.MEMBERS, inside=False)


def disclosed_many(challenges: Iterable[Challenge], actor: Actor) -> list[DisclosedChallenge]:
    """The same for many: no query for rows that ``with_parts(rows, actor)`` has loaded, else one for agreements."""
    rows = list(challenges)
    signed = _signed(rows, actor)
    found = []
    for row in rows:
        inside = _is_inside(row, actor)
        level = Level.NAMED if inside else Level.AFTER_NDA if row.pk in signed else actor.level
        found.append(_disclose(row, level, inside))
    return found


def _signed(rows: list[Challenge], actor: Actor) -> set[UUID]:
    """Of which of these the actor's organisation holds an agreement."""
    if not actor.is_member:
        return set()
    told = {row.pk: row.signed_by for row in rows if hasattr(row, "signed_by")}
    untold = [row.pk for row in rows if row.pk not in told and not _is_inside(row, actor)]
    found = {pk for pk, recipient in told.items() if recipient == actor.organisation_id}
    if untold:
        found |= set(agreements_of(actor).filter(subject_id__in=untold).values_list("subject_id", flat=True))
    return found


def _is_inside(challenge: Challenge, actor: Actor) -> bool:
    """Own side, the operator, the system: they know the publisher and see every group."""
    return actor.system or actor.acts_for(challenge.organisation_id) or "operator.viewer" in actor.roles


def levels_of(challenge: Challenge) -> dict[str, int]:
    """The level of each group. An anonymous publisher's contact would name it: only insiders read that."""
    levels = {name: int(getattr(challenge, f"{name}_level")) for name in GROUPS}
    if challenge.anonymous:
        levels["contact"] = int(Level.NAMED)
    return levels


def _disclose(challenge: Challenge, level: int, inside: bool) -> DisclosedChallenge:
    levels = levels_of(challenge)
    open_level = int(Level.NAMED if inside else level)

    def group(name: str, value: Any) -> Any:
        return value if levels[name] <= open_level else Hidden(levels[name])

    round = challenge.round
    return DisclosedChallenge(
        id=challenge.pk,
        number=challenge.number or "",
        state=str(challenge.state),
        version=challenge.version_at(open_level),
        round_id=round.pk,
        round_title=str(round),
        round_state=str(round.state),
        anonymous=challenge.anonymous,
        title=challenge.title,
        industry=challenge.industry,
        region=challenge.region,
        regions=tuple(challenge.regions),
        certificates=tuple(challenge.certificates),
        size_classes=tuple(challenge.size_classes),
        leader_size_classes=tuple(round.leader_size_classes),
        readiness=challenge.readiness,
        months=challenge.months,
        deadline=challenge.deadline,
        published_at=challenge.published_at,
        changed_at=challenge.changed_at,
        publisher=Hidden(Level.NAMED) if challenge.anonymous and not inside else Publisher.of(challenge.organisation),
        problem=group("problem", challenge.problem),
        targets=group("targets", _targets(challenge) if levels["targets"] <= open_level else ()),
        tried=group("tried", challenge.tried),
        budget=group("budget", Budget(challenge.budget_min, challenge.budget_max, challenge.budget_note)),
        ip=group("ip", challenge.ip_terms),
        contact=group(
            "contact",
            Contact(
                challenge.contact_name,
                challenge.contact_department,
                challenge.contact_phone,
                challenge.contact_email,
            ),
        ),
        details=group("details", challenge.details),
        # why it was taken back is for everybody who still finds it: those who had answered
        comment=challenge.comment if inside or challenge.state == ChallengeState.WITHDRAWN else Hidden(Level.NAMED),
        levels=levels,
        open_level=open_level,
        inside=inside,
    )


def _targets(challenge: Challenge) -> tuple[DisclosedTarget, ...]:
    return tuple(DisclosedTarget(one.pk, TargetRow.of(one)) for one in challenge.targets.all())


def challenge_listing_text(challenge: Challenge, level: int) -> dict[str, str]:
    """The texts by which a challenge is matched, as open to everybody (0) or to members (1).

    Raises
    ------
    ValueError
        A level above 1: such texts never leave the database.
    """
    if level not in (Level.PUBLIC, Level.MEMBERS):
        raise ValueError(f"texts of level {level} are not listed")
    shown = _disclose(challenge, level, inside=False)
    targets = "" if isinstance(shown.targets, Hidden) else "\n".join(str(one.row) for one in shown.targets)
    texts = {
        "title": shown.title,
        "problem": str(shown.problem),
        "targets": targets,
        "tried": str(shown.tried),
    }
    return {name: text for name, text in texts.items() if text}
