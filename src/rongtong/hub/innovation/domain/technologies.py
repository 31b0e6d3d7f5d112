"""Verbs on technologies: a patent, know-how or software that others can use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.engines.fairness import FairnessError, ipc
from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.pinyin import search_keys
from rongtong.hub.organisations.reference import industries

from ..enums import AgreementKind, LegalStatus, TechnologyKind, TechnologyState
from ..models import Agreement, Technology, TechnologyOwner
from ..queries.technologies import GROUPS
from ..signals import technology_listing_changed

TEXTS = {
    "title": 120, "teaser": 600, "application": 2000, "advantage": 4000, "details": 6000, "secret": 6000,
    "terms": 2000, "patent_number": 60, "contact_name": 80, "contact_phone": 40, "contact_email": 254,
}  # fmt: skip
DATES = ("filed_on", "granted_on", "expires_on")
CHOICES = {"kind": TechnologyKind, "legal_status": LegalStatus}
LEVELS = tuple(f"{name}_level" for name in GROUPS)
EDITABLE = (*TEXTS, *DATES, *CHOICES, *LEVELS, "industry", "fields", "readiness", "ways", "inventors")
SHORTEST_TEASER = 20
MOST_OWNERS = 20
MOST_ENTRIES = 30
WHOLE = Fraction(1)


@dataclass(frozen=True)
class Part:
    """An owner as it is written down: an organisation of the hub, or a name alone."""

    name: str
    share: Fraction
    organisation_id: UUID | None = None


def values_of(technology: Technology) -> dict[str, Any]:
    """Everything its writers may change, as plain values."""
    return {name: getattr(technology, name) for name in EDITABLE}


def parts_of(technology: Technology) -> list[Part]:
    return [Part(one.name, one.share, one.organisation_id) for one in technology.owners.all()]


@verb("technology.create")
def create_technology(*, values: Mapping[str, Any], owners: Sequence[Part] | None = None, by: Actor) -> Technology:
    """Write a new technology of the actor's organisation, as a draft; without ``owners`` it is wholly its own.

    Raises
    ------
    Invalid
        With every fault at once.
    """
    keeper = Organisation._base_manager.get(pk=by.firm)
    technology = Technology(organisation=keeper)
    parts = [Part(keeper.name, WHOLE, keeper.pk)] if owners is None else list(owners)
    _assign(technology, values)
    _require(faults_of(technology) + faults_of_owners(technology, parts))
    technology.save()
    _write_owners(technology, parts)
    return technology


@verb("technology.edit", on="technology")
def edit_technology(
    *,
    technology: Technology,
    values: Mapping[str, Any],
    owners: Sequence[Part] | None = None,
    version: int | None,
    by: Actor,
) -> Technology:
    """Change it. What is published stays so, and is findable by its new words.

    Raises
    ------
    Stale
        Somebody else saved a newer version; both are carried.
    Invalid
        With every fault at once.
    """
    if version is not None and version != technology.version:
        raise Stale(theirs=values_of(technology), yours=dict(values), version=technology.version)
    _assign(technology, values)
    faults = faults_of(technology)
    if technology.state == TechnologyState.PUBLISHED:
        faults += missing_of(technology)
    if owners is not None:
        faults += faults_of_owners(technology, owners)
    _require(faults)
    technology.touch()
    if owners is not None:
        _write_owners(technology, owners)
    audit.note(fields=sorted(values))
    technology_listing_changed.send(Technology, technology=technology)
    return technology


@verb("technology.publish", on="technology")
def publish_technology(*, technology: Technology, by: Actor) -> Technology:
    """Show its teaser to everybody and list it for matching."""
    _require(faults_of(technology) + missing_of(technology))
    if technology.published_at is None:
        technology.published_at = Now()
    return _set_state(technology, TechnologyState.PUBLISHED)


@verb("technology.withdraw", on="technology")
def withdraw_technology(*, technology: Technology, by: Actor) -> Technology:
    """Take it off the lists. Agreements about it stand; it can be published again."""
    return _set_state(technology, TechnologyState.WITHDRAWN)


@verb("technology.delete", on="technology")
def delete_technology(*, technology: Technology, by: Actor) -> None:
    """Delete what is not shown any more and what nobody has negotiated about."""
    if Agreement._base_manager.filter(technology=technology).exists():
        raise Refusal(
            "technology.agreed",
            what=_("不能删除。"),
            why=_("已有协议涉及这项成果。"),
            cure=_("可以下架：不再公开，协议仍可查到它。"),
        )
    audit.note(title_length=len(technology.title))
    Technology._base_manager.filter(pk=technology.pk).delete()


def transfer(technology: Technology, provider: Organisation, receiver: Organisation) -> None:
    """Hand the provider's share over, as part of a signed assignment. What it listed is no longer listed."""
    rows = list(TechnologyOwner._base_manager.filter(technology=technology))
    given = next(one for one in rows if one.organisation_id == provider.pk)
    held = next((one for one in rows if one.organisation_id == receiver.pk), None)
    if held is None:
        given.organisation, given.name = receiver, receiver.name
        given.save()
    else:
        together = given.share + held.share
        held.numerator, held.denominator = together.numerator, together.denominator
        given.delete()
        held.save()
    if technology.organisation_id == provider.pk:
        technology.organisation = receiver
        technology.state = TechnologyState.WITHDRAWN
    technology.touch()
    technology_listing_changed.send(Technology, technology=technology)


def _set_state(technology: Technology, state: TechnologyState) -> Technology:
    technology.state = state
    technology.touch("state", "published_at")
    technology.refresh_from_db(fields=["published_at"])
    technology_listing_changed.send(Technology, technology=technology)
    return technology


def _assign(technology: Technology, values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not a field of a technology: {sorted(unknown)}")
    for name, value in values.items():
        if name in TEXTS:
            value = str(value).strip()
        elif name in ("fields", "inventors", "ways"):
            value = list(dict.fromkeys(entry.strip() for entry in value if entry.strip()))
        setattr(technology, name, value)
    technology.search_keys = search_keys(technology.title)[:400]


def _write_owners(technology: Technology, parts: Sequence[Part]) -> None:
    technology.owners.all().delete()
    TechnologyOwner._base_manager.bulk_create(
        TechnologyOwner(
            technology=technology,
            position=position,
            organisation_id=part.organisation_id,
            name=part.name.strip(),
            numerator=part.share.numerator,
            denominator=part.share.denominator,
        )
        for position, part in enumerate(parts, 1)
    )


def faults_of(technology: Technology) -> list[Fault]:
    """What no technology may hold, draft or not."""
    faults = []
    if not technology.title:
        faults.append(Fault("title", _("请填写成果名称。"), "required"))
    for name, most in TEXTS.items():
        if len(getattr(technology, name)) > most:
            faults.append(Fault(name, _("这一项过长，请精简。"), "too_long"))
    for name, words in CHOICES.items():
        if getattr(technology, name) not in words.values:
            faults.append(Fault(name, _("请从列表中选择。"), "choice"))
    if set(technology.ways) - set(AgreementKind.values):
        faults.append(Fault("ways", _("请从列表中选择。"), "choice"))
    if technology.industry and technology.industry not in industries:
        faults.append(Fault("industry", _("没有这个行业。请填写《国民经济行业分类》的代码或名称。"), "unknown"))
    if technology.readiness is not None and not 1 <= technology.readiness <= 9:
        faults.append(Fault("readiness", _("技术就绪度为 1 到 9。"), "range"))
    if any(getattr(technology, name) not in range(4) for name in LEVELS):
        faults.append(Fault("levels", _("披露等级为 0 到 3。"), "choice"))
    filed, granted, expires = (getattr(technology, name) for name in DATES)
    if filed and ((granted and granted < filed) or (expires and expires <= filed)):
        faults.append(Fault("filed_on", _("申请日应早于授权日和届满日。"), "order"))
    return faults + _entry_faults(technology)


def _entry_faults(technology: Technology) -> list[Fault]:
    faults = []
    if len(technology.fields) > MOST_ENTRIES or not all(map(_is_class, technology.fields)):
        faults.append(Fault("fields", _("技术领域写国际专利分类号，例：H01M、H01M 10/0525。"), "unknown"))
    if len(technology.inventors) > MOST_ENTRIES or any(len(one) > 40 for one in technology.inventors):
        faults.append(Fault("inventors", _("最多 30 位发明人，每位不超过 40 个字。"), "too_long"))
    return faults


def _is_class(code: str) -> bool:
    try:
        return bool(ipc(code)) and len(code) <= 20
    except FairnessError:
        return False


def faults_of_owners(technology: Technology, parts: Sequence[Part]) -> list[Fault]:
    """Shares are exact and sum to one; the keeper is one of the owners, and nobody stands there twice."""
    faults = []
    if not 1 <= len(parts) <= MOST_OWNERS:
        faults.append(Fault("owners", _("权利人至少一个，最多 20 个。"), "count"))
    for row, part in enumerate(parts, 1):
        if not part.name.strip() or len(part.name) > 120:
            faults.append(Fault("owners", _("请填写权利人名称。"), "required", row=row, column="name"))
        if not 0 < part.share <= WHOLE or part.share.denominator > 10**9:
            faults.append(Fault("owners", _("份额应大于 0、不超过 1。"), "range", row=row, column="share"))
    if parts and sum((part.share for part in parts), Fraction(0)) != WHOLE:
        faults.append(Fault("owners", _("全部份额之和应恰好为 100%，例：1/3、1/3、1/3。"), "sum"))
    known = [part.organisation_id for part in parts if part.organisation_id]
    names = [part.name.strip() for part in parts]
    if len(set(known)) < len(known) or len(set(names)) < len(names):
        faults.append(Fault("owners", _("同一权利人只写一行。"), "duplicate"))
    if technology.organisation_id not in known:
        faults.append(Fault("owners", _("贵单位应是权利人之一。"), "keeper"))
    return faults


def missing_of(technology: Technology) -> list[Fault]:
    """What must be there before others see it."""
    faults = []
    if len(technology.teaser) < SHORTEST_TEASER:
        faults.append(Fault("teaser", _("请用至少 20 个字介绍，人人可见，不写技术秘密。"), "too_short"))
    if technology.readiness is None:
        faults.append(Fault("readiness", _("请选择技术就绪度。"), "required"))
    if not technology.ways:
        faults.append(Fault("ways", _("请至少选择一种合作方式。"), "required"))
    if technology.legal_status == LegalStatus.GRANTED and not technology.patent_number:
        faults.append(Fault("patent_number", _("法律状态为有效时，请填写专利号或登记号。"), "required"))
    return faults


def _require(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults)
