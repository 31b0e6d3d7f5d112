"""Signing, and what follows: the grant, the transfer, key dates; ending, lapsing, reminding."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.verbs import verb

from ..agreement_clauses import Clauses
from ..agreement_signing import Signing, method
from ..enums import AgreementKind, AgreementState
from ..models import Agreement, AgreementDate, AgreementSignature, AgreementVersion, Grant, Technology
from ..queries.agreement_conflicts import require_free
from .agreements import last_version, tell
from .technologies import transfer

#: Days before a key date on which both sides are reminded.
REMIND = (30, 7, 0)
LAPSING = (AgreementState.OFFERED, AgreementState.ACCEPTED)


@verb("agreement.sign", on="agreement")
def sign_agreement(*, agreement: Agreement, offer: int, name: str, agreed: bool, by: Actor) -> Agreement:
    """Sign the accepted version for one's side; with both signatures it is in force.

    The technology is locked meanwhile: of two licences that clash only one gets its second signature.

    Raises
    ------
    Invalid
        The signer's name is missing, or the text was not agreed to.
    Refusal
        ``agreement.clash``, ``agreement.not_owner``, ``agreement.signed``, ``agreement.newer_offer``,
        ``agreement.lapsed``.
    """
    faults = [] if name.strip() and len(name) <= 80 else [Fault("name", _("请填写签署人姓名。"), "required")]
    if not agreed:
        faults.append(Fault("agreed", _("请确认已阅读并同意全部条款。"), "required"))
    if faults:
        raise Invalid(faults)
    version = last_version(agreement, offer)
    technology = _hold(agreement)
    clauses = Clauses.read(version.document["clauses"])
    if clauses.grant is not None:
        require_free(agreement, clauses.grant, by)
    _ensure_right(agreement, clauses, technology)
    _write_signature(version, name.strip(), by)
    signatures = AgreementSignature._base_manager.filter(version=version).count()
    audit.note(offer=version.number, digest=version.digest, signatures=signatures)
    if signatures == 2:
        _into_force(agreement, clauses, technology)
        tell(agreement, "agreement.in_force", SYSTEM)
    else:
        tell(agreement, "agreement.signed", by)
    return agreement


def _hold(agreement: Agreement) -> Technology | None:
    """Lock the technology: whoever signs about it next sees what this signature made."""
    if agreement.technology_id is None:
        return None
    return Technology._base_manager.select_for_update().get(pk=agreement.technology_id)


def _ensure_right(agreement: Agreement, clauses: Clauses, technology: Technology | None) -> None:
    """A provider that has meanwhile handed the technology over can no longer license or assign it."""
    needs = agreement.kind in (AgreementKind.LICENCE, AgreementKind.ASSIGNMENT)
    if technology is None or not needs or (clauses.grant is not None and clauses.grant.source is not None):
        return
    if not technology.is_owned_by(agreement.provider_id):
        raise Refusal(
            "agreement.not_owner",
            what=_("不能签署。"),
            why=_("提供方已不是这项成果的权利人。"),
            cure=_("请向现在的权利人洽谈。"),
        )


def _write_signature(version: AgreementVersion, name: str, by: Actor) -> None:
    if AgreementSignature._base_manager.filter(version=version, organisation_id=by.firm).exists():
        raise Refusal(
            "agreement.signed",
            what=_("贵单位已经签署。"),
            why=_("每一方签署一次。"),
            cure=_("请等待对方签署。"),
        )
    now = timezone.now()
    signing = Signing(version.digest, by.person, by.firm, name, now)
    AgreementSignature._base_manager.create(
        version=version,
        organisation_id=by.firm,
        account_id=by.person,
        name=name,
        method=method().name,
        mark=method().sign(signing),
        signed_at=now,
    )


def _into_force(agreement: Agreement, clauses: Clauses, technology: Technology | None) -> None:
    today = timezone.localdate()
    start, end = clauses.term
    agreement.state, agreement.signed_at = AgreementState.IN_FORCE, timezone.now()
    agreement.starts_on, agreement.ends_on = start or today, end
    agreement.touch("state", "signed_at", "starts_on", "ends_on")
    if clauses.grant is not None and technology is not None:
        Grant._base_manager.create(
            technology=technology,
            agreement=agreement,
            grantor_id=agreement.provider_id,
            licensee_id=agreement.receiver_id,
            source_id=clauses.grant.source,
            exclusivity=clauses.grant.exclusivity,
            fields=list(clauses.grant.fields),
            territories=list(clauses.grant.territories),
            starts_on=start or today,
            ends_on=end,
            may_sublicense=clauses.grant.may_sublicense,
        )
    if agreement.kind == AgreementKind.ASSIGNMENT and technology is not None:
        transfer(technology, agreement.provider, agreement.receiver)
    dates = [(one.what, one.due_on) for one in clauses.dates]
    if end is not None:
        dates.append((str(_("协议届满")), end))
    AgreementDate._base_manager.bulk_create(
        AgreementDate(agreement=agreement, position=position, what=what, due_on=due_on)
        for position, (what, due_on) in enumerate(dates, 1)
    )


@verb("agreement.end", on="agreement")
def end_agreement(*, agreement: Agreement, conclusion: str, by: Actor) -> Agreement:
    """Ask to end an agreement in force; when the other side asks too, it ends today, and with it its grant."""
    if not conclusion.strip() or len(conclusion) > 2000:
        raise Invalid([Fault("conclusion", _("请填写终止原因，不超过 2000 个字。"), "required")])
    if agreement.end_asked_by_id in (None, by.organisation_id):
        agreement.end_asked_by_id, agreement.conclusion = by.firm, conclusion.strip()
        agreement.touch("end_asked_by", "conclusion")
        tell(agreement, "agreement.end_asked", by)
        return agreement
    _end(agreement)
    tell(agreement, "agreement.ended", by)
    return agreement


def _end(agreement: Agreement) -> None:
    agreement.state, agreement.ended_on = AgreementState.ENDED, timezone.localdate()
    agreement.touch("state", "ended_on")
    Grant._base_manager.filter(agreement=agreement).update(live=False)


@verb("agreement.expire", on="agreement")
def expire_agreement(*, agreement: Agreement, by: Actor) -> Agreement:
    """An offer that nobody took in time lapses; an agreement whose term is over ends."""
    if agreement.state == AgreementState.IN_FORCE:
        _end(agreement)
        tell(agreement, "agreement.ended", by)
    else:
        agreement.state = AgreementState.EXPIRED
        agreement.touch("state")
        tell(agreement, "agreement.expired", by)
    return agreement


def expire_due(today: date) -> int:
    """Let lapse and end what is due. Safe to run again. Returns how many there were."""
    due = Q(state__in=LAPSING, valid_until__lt=today) | Q(state=AgreementState.IN_FORCE, ends_on__lte=today)
    rows = list(Agreement._base_manager.filter(due).order_by("pk"))
    for row in rows:
        expire_agreement(agreement=row, by=SYSTEM)
    return len(rows)


def remind_of_dates(today: date) -> int:
    """Remind both sides of key dates 30 and 7 days before and on the day; each threshold is told once."""
    rows = AgreementDate._base_manager.filter(
        agreement__state=AgreementState.IN_FORCE, due_on__gte=today, due_on__lte=today + timedelta(days=max(REMIND))
    )
    return sum(_remind(key, today) for key in rows.values_list("pk", flat=True))


def _remind(key: int, today: date) -> bool:
    with transaction.atomic():
        row = AgreementDate._base_manager.select_for_update().get(pk=key)
        reached = [one for day in REMIND if (one := row.due_on - timedelta(days=day)) <= today]
        if not reached or (row.reminded_on is not None and row.reminded_on >= max(reached)):
            return False
        row.reminded_on = today
        row.save(update_fields=["reminded_on"])
        tell(row.agreement, "agreement.date", SYSTEM, date=row.position, days=(row.due_on - today).days)
    return True
