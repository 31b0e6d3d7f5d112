"""Negotiating: each side drafts by itself and offers; every offer is a version that names the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation

from ..agreement_clauses import FORMAT, Clauses, digest_of
from ..enums import AgreementKind, AgreementState
from ..models import Agreement, AgreementDraft, AgreementVersion, Grant, Technology
from ..queries.agreement_conflicts import require_free
from .agreement_faults import faults_of_clauses

PEOPLE = ("contributor", "manager", "owner")
DAYS_VALID, MOST_DAYS_VALID = 30, 366
MOST_OFFERS = 100
NEEDS_TECHNOLOGY = (AgreementKind.LICENCE, AgreementKind.ASSIGNMENT)


@dataclass(frozen=True)
class Opening:
    """What an agreement is to be about, and with whom. ``provides``: the one who opens it gives, the other gets."""

    kind: str
    title: str
    other: UUID
    technology: UUID | None = None
    provides: bool = True


@verb("agreement.open")
def open_agreement(*, opening: Opening, by: Actor) -> Agreement:
    """Begin to draft. The other side learns of it with the first offer.

    Raises
    ------
    Invalid
        With every fault at once.
    """
    technology = _technology(opening.technology, by)
    other = Organisation.visible_to(by).filter(pk=opening.other, state=VerificationState.VERIFIED).first()
    faults = _opening_faults(opening, technology, other, by)
    if faults or other is None:
        raise Invalid(faults)
    provider, receiver = (by.firm, other.pk) if opening.provides else (other.pk, by.firm)
    agreement = Agreement._base_manager.create(
        kind=opening.kind,
        title=opening.title.strip(),
        technology=technology,
        provider_id=provider,
        receiver_id=receiver,
        opened_by_id=by.firm,
    )
    AgreementDraft._base_manager.create(
        agreement=agreement, organisation_id=by.firm, clauses=_first_clauses(agreement), valid_until=_in_days()
    )
    return agreement


def _technology(pk: UUID | None, by: Actor) -> Technology | None:
    if pk is None:
        return None
    found = Technology.visible_to(by).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def _opening_faults(
    opening: Opening, technology: Technology | None, other: Organisation | None, by: Actor
) -> list[Fault]:
    faults = []
    if opening.kind not in AgreementKind.values:
        faults.append(Fault("kind", _("请从列表中选择。"), "choice"))
    if not opening.title.strip() or len(opening.title) > 120:
        faults.append(Fault("title", _("请填写协议名称，不超过 120 个字。"), "required"))
    if technology is None and opening.kind in NEEDS_TECHNOLOGY:
        faults.append(Fault("kind", _("许可和转让从一项技术成果开始。"), "technology"))
    if other is None:
        faults.append(Fault("other", _("没有这家已核验的机构。请填写全称。"), "unknown"))
    elif other.pk == by.firm:
        faults.append(Fault("other", _("对方不能是贵单位自己。"), "own"))
    elif technology is not None and opening.kind in NEEDS_TECHNOLOGY:
        provider = by.firm if opening.provides else other.pk
        if not technology.is_owned_by(provider) and not _holds(technology, provider, opening.kind):
            faults.append(Fault("other", _("提供方既不是权利人，也没有可以再许可的许可。"), "not_owner"))
    return faults


def _holds(technology: Technology, provider: UUID, kind: str) -> bool:
    held = Grant._base_manager.filter(technology=technology, licensee_id=provider, live=True, may_sublicense=True)
    return kind == AgreementKind.LICENCE and held.exists()


def _first_clauses(agreement: Agreement) -> dict[str, Any]:
    grant: dict[str, Any] | None = None
    technology = agreement.technology
    if agreement.kind == AgreementKind.LICENCE and technology is not None:
        grant = {"fields": technology.fields or ["*"]}
        if not technology.is_owned_by(agreement.provider_id):
            held = Grant._base_manager.filter(technology=technology, licensee=agreement.provider, live=True)
            grant["source"] = held.values_list("pk", flat=True)[0]
    return Clauses.read({"grant": grant}).stored()


def _in_days(days: int = DAYS_VALID) -> date:
    return timezone.localdate() + timedelta(days=days)


def draft_of(agreement: Agreement, by: Actor) -> AgreementDraft:
    """The side's own draft; a new one begins with what is on the table."""
    found = AgreementDraft.visible_to(by).filter(agreement=agreement).first()
    if found is not None:
        return found
    last = agreement.versions.last()
    clauses = last.document["clauses"] if last else _first_clauses(agreement)
    return AgreementDraft(agreement=agreement, organisation_id=by.firm, clauses=clauses, valid_until=_in_days())


@verb("agreement.draft", on="agreement")
def save_draft(
    *,
    agreement: Agreement,
    clauses: Clauses,
    note: str = "",
    valid_until: date | None = None,
    version: int | None = None,
    by: Actor,
) -> Agreement:
    """Save what the side is about to offer. Nobody else sees it, and it may be incomplete.

    Raises
    ------
    Stale
        A colleague saved a newer draft; both are carried.
    """
    draft = draft_of(agreement, by)
    if version is not None and version != draft.version:
        raise Stale(theirs=draft.clauses, yours=clauses.stored(), version=draft.version)
    if len(note) > 500:
        raise Invalid([Fault("note", _("附言不超过 500 个字。"), "too_long")])
    draft.clauses, draft.note, draft.valid_until = clauses.stored(), note.strip(), valid_until
    draft.version = draft.version + 1 if draft.pk else 1
    draft.save()
    return agreement


@verb("agreement.offer", on="agreement")
def offer_agreement(*, agreement: Agreement, by: Actor) -> Agreement:
    """Put one's draft on the table, as a new version; the other side may accept it, offer otherwise, or decline.

    Raises
    ------
    Invalid
        With every fault at once.
    Refusal
        ``agreement.clash``: the provider offers what is no longer free. What the receiver asks for is not refused by
        this side of the table: it would tell it what others have; the provider sees the clash and cannot accept.
    """
    if agreement.state == AgreementState.OFFERED and agreement.offered_by_id == by.organisation_id:
        raise _not_your_turn()
    draft = draft_of(agreement, by)
    clauses = Clauses.read(draft.clauses)
    faults = faults_of_clauses(agreement, clauses) + _validity_faults(draft.valid_until)
    if faults:
        raise Invalid(faults)
    if clauses.grant is not None and by.acts_for(agreement.provider_id):
        require_free(agreement, clauses.grant, by)
    made = _add_version(agreement, clauses, draft, by)
    agreement.state, agreement.valid_until = AgreementState.OFFERED, draft.valid_until
    agreement.offered_by_id = by.firm
    if agreement.offered_at is None:
        agreement.offered_at = Now()
    agreement.touch("state", "valid_until", "offered_by", "offered_at", "number")
    agreement.refresh_from_db(fields=["offered_at"])
    AgreementDraft._base_manager.filter(agreement=agreement, organisation_id=by.firm).delete()
    audit.note(offer=made.number, digest=made.digest)
    tell(agreement, "agreement.offered", by, offer=made.number)
    return agreement


def _validity_faults(valid_until: date | None) -> list[Fault]:
    today = timezone.localdate()
    if valid_until is None or not today <= valid_until <= today + timedelta(days=MOST_DAYS_VALID):
        return [Fault("valid_until", _("报价有效期应在今天之后、一年之内。"), "range")]
    return []


def _add_version(agreement: Agreement, clauses: Clauses, draft: AgreementDraft, by: Actor) -> AgreementVersion:
    last = agreement.versions.last()
    if last is not None and last.number >= MOST_OFFERS:
        raise Refusal(
            "agreement.too_many_offers",
            what=_("不能再发出报价。"),
            why=_("一份协议最多 100 次报价。"),
            cure=_("请接受或谢绝现有报价，或另起一份协议。"),
        )
    if agreement.number is None:
        agreement.number = number_of(agreement)
    document = document_of(agreement, clauses, draft.valid_until, last)
    return AgreementVersion._base_manager.create(
        agreement=agreement,
        number=document["version"],
        organisation_id=by.firm,
        account_id=by.person,
        name=by.name,
        note=draft.note,
        document=document,
        digest=digest_of(document),
    )


def number_of(agreement: Agreement) -> str:
    """A number that counts nothing: from a running one a side could tell how much others negotiate."""
    return f"XY-{timezone.localdate().year}-{agreement.pk.hex[:8].upper()}"


def document_of(
    agreement: Agreement, clauses: Clauses, valid_until: date | None, last: AgreementVersion | None
) -> dict[str, Any]:
    """What is hashed and signed: who, about what, the clauses, and the hash of the offer before."""
    technology = agreement.technology
    return {
        "format": FORMAT,
        "agreement": str(agreement.pk),
        "number": agreement.number,
        "kind": str(agreement.kind),
        "title": agreement.title,
        "technology": None
        if technology is None
        else {"id": str(technology.pk), "title": technology.title, "patent_number": technology.patent_number},
        "provider": {"id": str(agreement.provider_id), "name": agreement.provider.name},
        "receiver": {"id": str(agreement.receiver_id), "name": agreement.receiver.name},
        "version": last.number + 1 if last else 1,
        "previous": last.digest if last else None,
        "valid_until": valid_until.isoformat() if valid_until else None,
        "clauses": clauses.stored(),
    }


@verb("agreement.accept", on="agreement")
def accept_offer(*, agreement: Agreement, offer: int, by: Actor) -> Agreement:
    """Accept what the other side has put on the table; then both sign that version.

    Parameters
    ----------
    offer
        The number of the version that was read: a newer one is not accepted unseen.
    """
    if agreement.offered_by_id == by.organisation_id:
        raise _not_your_turn()
    last = last_version(agreement, offer)
    clauses = Clauses.read(last.document["clauses"])
    if clauses.grant is not None:
        require_free(agreement, clauses.grant, by)
    return _to(agreement, AgreementState.ACCEPTED, by, offer=last.number, digest=last.digest)


def last_version(agreement: Agreement, offer: int) -> AgreementVersion:
    """The version on the table, if it is the one that was read."""
    ensure_valid(agreement)
    last = agreement.versions.last()
    if last is None or last.number != offer:
        raise Refusal(
            "agreement.newer_offer",
            what=_("没有办成：桌面上已是另一份报价。"),
            why=_("您看到的报价之后，又有了新的报价。"),
            cure=_("请打开最新的报价，看过改动再决定。"),
        )
    return last


def ensure_valid(agreement: Agreement) -> None:
    if agreement.valid_until is not None and agreement.valid_until < timezone.localdate():
        raise Refusal(
            "agreement.lapsed",
            what=_("报价已过有效期。"),
            why=_("过了有效期的报价不能接受或签署。"),
            cure=_("请另发报价。"),
        )


@verb("agreement.decline", on="agreement")
def decline_offer(*, agreement: Agreement, by: Actor) -> Agreement:
    """Say no to the other side's offer; the negotiation is over."""
    if agreement.offered_by_id == by.organisation_id:
        raise _not_your_turn()
    return _to(agreement, AgreementState.DECLINED, by)


@verb("agreement.withdraw", on="agreement")
def withdraw_agreement(*, agreement: Agreement, by: Actor) -> Agreement:
    """Take one's draft or one's offer back, or step back from what is not signed by both yet."""
    offered = agreement.state == AgreementState.OFFERED
    if offered and agreement.offered_by_id != by.organisation_id:
        raise Refusal(
            "agreement.not_your_offer",
            what=_("不能撤回对方的报价。"),
            why=_("桌面上的报价是对方发出的。"),
            cure=_("可以谢绝，或另发报价。"),
        )
    return _to(agreement, AgreementState.WITHDRAWN, by)


def _not_your_turn() -> Refusal:
    return Refusal(
        "agreement.not_your_turn",
        what=_("现在轮到对方答复。"),
        why=_("桌面上的报价是贵单位发出的。"),
        cure=_("请等待对方答复，或撤回报价。"),
    )


def _to(agreement: Agreement, state: AgreementState, by: Actor, **noted: Any) -> Agreement:
    known = agreement.offered_at is not None
    agreement.state = state
    agreement.touch("state")
    audit.note(**noted)
    if known:
        tell(agreement, f"agreement.{state.value}", by)
    return agreement


def tell(agreement: Agreement, event: str, by: Actor, **details: Any) -> None:
    """Tell the people of the other side; of both where the system acts."""
    for side in (agreement.provider_id, agreement.receiver_id):
        if not by.acts_for(side):
            people = people_of(side, *PEOPLE)
            notify(event, to=people, about=agreement, by=by, organisation_id=side, **details)
