"""An organisation's own verbs: it registers, describes itself, and asks to be verified."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb

from ..derivation import NAME_KEYS, derive_names, derive_size_class, explain_size_class
from ..enums import OrganisationKind, Role, VerificationState
from ..models import Certificate, Member, Organisation, YearFigures
from ..size_class import Reason
from .actors import operators, person_id
from .profile import PROFILE, VOUCHED, clean_profile, one_line

MOST_UNFINISHED = 3
MOST_CERTIFICATES = 60
MOST_YEARS = 15
LARGEST = Decimal(10) ** 15


@dataclass(frozen=True)
class Year:
    """Figures of one year: persons, and yuan."""

    year: int
    headcount: int | None = None
    revenue: Decimal | None = None
    assets: Decimal | None = None


@verb("organisation.register")
def register_organisation(*, values: Mapping[str, Any], by: Actor) -> Organisation:
    """Register a new organisation; the person becomes its owner. It counts as a member once it is verified.

    Raises
    ------
    Invalid
        With every fault of the profile.
    Refusal
        ``organisation.already_here`` when a verified organisation has the number; ``organisation.unfinished`` when the
        person has registered too many that were never verified.
    """
    cleaned = clean_profile({"kind": "", "name": "", "identifier": ""} | dict(values))
    _refuse_many(by)
    organisation = Organisation(**cleaned, source="registered")
    _refuse_known(organisation)
    derive_names(organisation)
    derive_size_class(organisation)
    organisation.save()
    Member._base_manager.create(organisation=organisation, account_id=person_id(by), role=Role.OWNER)
    return organisation


def _refuse_many(by: Actor) -> None:
    unfinished = Member._base_manager.filter(
        account_id=person_id(by),
        role=Role.OWNER,
        until=None,
        organisation__state__in=[VerificationState.DRAFT, VerificationState.PENDING, VerificationState.RETURNED],
    )
    if unfinished.count() >= MOST_UNFINISHED:
        raise Refusal(
            "organisation.unfinished",
            what=_("不能再登记新的机构。"),
            why=_("您已有%(count)s家机构尚未通过核验。") % {"count": MOST_UNFINISHED},
            cure=_("请先完成它们的核验，或联系运营方。"),
        )


def _refuse_known(organisation: Organisation) -> None:
    """Verified organisations are public, so to say that one is here tells nobody anything new."""
    known = Organisation._base_manager.filter(
        scheme=organisation.scheme,
        country=organisation.country,
        identifier=organisation.identifier,
        state=VerificationState.VERIFIED,
    )
    if known.exclude(pk=organisation.pk).exists():
        raise Refusal(
            "organisation.already_here",
            what=_("不能登记：这家机构已经入驻。"),
            why=_("它的证件号码已通过核验。"),
            cure=_("请联系该机构的负责人邀请您加入；没有负责人时，请联系运营方。"),
        )


@verb("organisation.edit", on="organisation")
def edit_organisation(
    *, organisation: Organisation, values: Mapping[str, Any], version: int, by: Actor
) -> Organisation:
    """Change the profile. What the operator vouched for is changed by the operator alone.

    Parameters
    ----------
    values
        Fields of ``PROFILE``; what is not named stays.
    version
        The version that was read; another one raises ``Stale`` with both.
    """
    if organisation.version != version:
        theirs = {name: getattr(organisation, name) for name in PROFILE}
        raise Stale(theirs=theirs, yours=values, version=organisation.version)
    cleaned = clean_profile(values, organisation)
    changed = [name for name, value in cleaned.items() if getattr(organisation, name) != value]
    _refuse_vouched(organisation, changed, by)
    for name in changed:
        setattr(organisation, name, cleaned[name])
    derive_names(organisation)
    before = organisation.size_class
    derive_size_class(organisation)
    audit.note(fields=changed, size_class=[before, organisation.size_class])
    _save(organisation, *changed, *NAME_KEYS, "size_class")
    _tell_of_class(organisation, before, by)
    return organisation


def _refuse_vouched(organisation: Organisation, changed: Iterable[str], by: Actor) -> None:
    fixed = organisation.state in (VerificationState.VERIFIED, VerificationState.PENDING)
    touched = [name for name in changed if name in VOUCHED]
    if not fixed or not touched or "operator" in by.roles:
        return
    message = _("已提交核验，不能自行修改。请联系运营方更正。")
    raise Invalid([Fault(name, message, "organisation.vouched") for name in touched])


def _save(organisation: Organisation, *fields: str) -> None:
    """Save; the only constraint that can break is that a vouched-for number is held once."""
    try:
        with transaction.atomic():
            organisation.touch(*fields)
    except IntegrityError as error:
        raise number_taken() from error


def number_taken() -> Refusal:
    """The refusal when another verified organisation has the number."""
    return Refusal(
        "organisation.number_taken",
        what=_("没有保存：证件号码已属于另一家已核验的机构。"),
        why=_("一个证件号码只能对应一家机构。"),
        cure=_("请核对号码；若为重复登记，请退回其中一家。"),
    )


@verb("organisation.figures", on="organisation")
def set_figures(*, organisation: Organisation, years: Iterable[Year], by: Actor) -> Organisation:
    """Replace the yearly figures; the size class follows from them."""
    rows = list(years)
    _refuse_figures(rows)
    YearFigures._base_manager.filter(organisation=organisation).delete()
    YearFigures._base_manager.bulk_create(
        YearFigures(
            organisation=organisation, year=row.year, headcount=row.headcount, revenue=row.revenue, assets=row.assets
        )
        for row in rows
    )
    before = organisation.size_class
    decision = derive_size_class(organisation)
    audit.note(years=[row.year for row in rows], size_class=[before, organisation.size_class], reason=decision.reason)
    organisation.touch("size_class")
    _tell_of_class(organisation, before, by)
    return organisation


def _refuse_figures(rows: list[Year]) -> None:
    faults, seen = [], set()
    latest = datetime.now(UTC).year
    if len(rows) > MOST_YEARS:
        faults.append(Fault("year", _("最多填写%(most)s个年度。") % {"most": MOST_YEARS}, "figures.many"))
    for number, row in enumerate(rows, 1):
        if not 1990 <= row.year <= latest:
            faults.append(Fault("year", _("请填写四位年份，不晚于今年。"), "figures.year", row=number, column="year"))
        if row.year in seen:
            faults.append(Fault("year", _("这个年度填了两次。"), "figures.twice", row=number, column="year"))
        seen.add(row.year)
        for name, most in (("headcount", Decimal(2_000_000_000)), ("revenue", LARGEST), ("assets", LARGEST)):
            value = getattr(row, name)
            if value is not None and not 0 <= value <= most:
                faults.append(
                    Fault(name, _("不能为负数，也不能大得不合理。"), "figures.range", row=number, column=name)
                )
    if faults:
        raise Invalid(faults)


def _tell_of_class(organisation: Organisation, before: str, by: Actor) -> None:
    """The operator hears of a verified enterprise that changes its class: it decides who may lead a response."""
    if organisation.is_verified and organisation.size_class != before and "operator" not in by.roles:
        notify(
            "organisation.class_changed",
            to=operators(),
            about=organisation,
            by=by,
            before=before,
            after=organisation.size_class,
        )


@verb("organisation.add_certificate", on="organisation")
def add_certificate(
    *, organisation: Organisation, code: str, by: Actor, number: str = "", expires: date | None = None
) -> Certificate:
    """Add a certificate the organisation holds. Certificates are public."""
    code, number = one_line(code), one_line(number)
    held = Certificate._base_manager.filter(organisation=organisation)
    if not code or len(code) > 60 or len(number) > 80:
        raise Invalid(
            [Fault("code", _("请填写证书名称，例如 ISO 9001；名称 60 字、编号 80 字以内。"), "certificate.code")]
        )
    if held.count() >= MOST_CERTIFICATES:
        raise Invalid([Fault("code", _("证书已达上限，请先删除过期的。"), "certificate.many")])
    if held.filter(code__iexact=code).exists():
        raise Invalid([Fault("code", _("这项证书已经登记。请先删除旧的，再添加。"), "certificate.twice")])
    return Certificate._base_manager.create(organisation=organisation, code=code, number=number, expires=expires)


@verb("organisation.remove_certificate", on="certificate")
def remove_certificate(*, certificate: Certificate, by: Actor) -> Organisation:
    """Take a certificate out; returns its organisation."""
    audit.note(code=certificate.code)
    Certificate._base_manager.filter(pk=certificate.pk).delete()
    return certificate.organisation


@verb("organisation.submit", on="organisation")
def submit_organisation(*, organisation: Organisation, by: Actor) -> Organisation:
    """Ask the operator to verify the organisation."""
    faults = missing_for_verification(organisation)
    if faults:
        raise Invalid(faults)
    _refuse_known(organisation)
    organisation.state, organisation.state_reason = VerificationState.PENDING, ""
    organisation.touch("state", "state_reason")
    notify("organisation.submitted", to=operators(), about=organisation, by=by)
    return organisation


def missing_for_verification(organisation: Organisation) -> list[Fault]:
    """What the profile still lacks before it can be verified. One query for an enterprise."""
    faults = []
    if organisation.country == "CN" and not organisation.region:
        faults.append(Fault("region", _("请选择所在地区。"), "region.empty"))
    if organisation.kind == OrganisationKind.ENTERPRISE:
        decision = explain_size_class(organisation)
        if decision.reason in (Reason.NO_INDUSTRY, Reason.UNKNOWN_INDUSTRY, Reason.TOO_BROAD):
            faults.append(Fault("industry", decision.reason.label, f"industry.{decision.reason}"))
        elif decision.reason == Reason.MISSING:
            names = joined(str(one.label) for one in decision.missing)
            message = _("请补充最近年度的%(names)s，用于划定企业规模。") % {"names": names}
            faults.append(Fault("figures", message, "figures.missing"))
    return faults
