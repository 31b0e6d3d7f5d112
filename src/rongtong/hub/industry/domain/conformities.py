"""Verbs on assessments: asked for, written clause by clause, handed in, audited, and ended when their time is over."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.trust.queries import rows_of

from ..models import Answer, Conformity, Requirement, Standard
from ..standard_enums import OPEN, Claim, ConformityState, Proof, StandardState, Verdict

#: Days before its end on which a supplier is reminded.
REMIND = (30, 7)
LONGEST_STATEMENT, LONGEST_REASON, LONGEST_CONCLUSION = 2000, 500, 1000


@dataclass(frozen=True)
class Said:
    """What a supplier says of one requirement, by its clause."""

    clause: str
    claim: str = ""
    statement: str = ""
    certificate: str = ""
    certificate_until: dt.date | None = None
    evidence: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Judged:
    """What the auditor says to that."""

    clause: str
    verdict: str = ""
    reason: str = ""


@verb("conformity.ask", on="standard")
def ask_for_conformity(
    *, standard: Standard, organisation: Organisation, until: dt.date | None = None, by: Actor
) -> Conformity:
    """Ask a supplier to conform. It is told; what it writes stays its own until it hands in."""
    if organisation.pk == standard.owner_id or not organisation.is_verified:
        fault = Fault("organisation", _("只能要求其他已核验的机构。"), "conformity.organisation")
        raise Invalid([fault])
    if until is not None and until <= timezone.localdate():
        raise Invalid([Fault("until", _("期限须晚于今天。"), "conformity.until")])
    given = {"asked_at": timezone.now(), "asked_until": until}
    made = open_for(standard, organisation.pk, ConformityState.ASKED, **given)
    _tell(made, "conformity.asked", made.organisation_id, by)
    return made


@verb("conformity.start", on="standard")
def start_conformity(*, standard: Standard, by: Actor) -> Conformity:
    """Begin to assess oneself. What was said of the same clauses before is taken over."""
    if standard.owner_id == by.firm:
        raise Refusal(
            "conformity.own_standard",
            what=_("没有开始自评。"),
            why=_("本单位是这份标准的发布方。"),
            cure=_("请由供方自评。"),
        )
    return open_for(standard, by.firm, ConformityState.DRAFT)


def open_for(standard: Standard, organisation_id: UUID, state: ConformityState, **given: Any) -> Conformity:
    """Open an assessment with an answer for every requirement.

    Raises
    ------
    Refusal
        One is open already.
    """
    # two at once would both find none: the organisation's row is what they queue for
    Organisation._base_manager.select_for_update(no_key=True).get(pk=organisation_id)
    own = Conformity._base_manager.filter(organisation_id=organisation_id)
    if own.filter(standard=standard, state__in=OPEN).exists():
        raise Refusal(
            "conformity.open",
            what=_("没有新建自评。"),
            why=_("对这份标准的自评已经在进行。"),
            cure=_("请打开那份自评继续办理。"),
        )
    made = Conformity._base_manager.create(organisation_id=organisation_id, standard=standard, state=state, **given)
    last = own.filter(standard__family=standard.family).exclude(pk=made.pk).order_by("-created_at").first()
    before = {one.requirement.clause: one for one in _answers(last)} if last is not None else {}
    Answer._base_manager.bulk_create(
        _taken_over(made, one, before.get(one.clause)) for one in standard.requirements.all()
    )
    return made


def _taken_over(made: Conformity, requirement: Requirement, before: Answer | None) -> Answer:
    """What was said of the same words before; the evidence is to be given anew."""
    answer = Answer(conformity=made, requirement=requirement)
    if before is not None and before.requirement.text == requirement.text:
        for name in ("claim", "statement", "certificate", "certificate_until"):
            setattr(answer, name, getattr(before, name))
    return answer


def _answers(conformity: Conformity) -> list[Answer]:
    return list(conformity.answers.select_related("requirement"))


@verb("conformity.answer", on="conformity")
def answer_requirements(*, conformity: Conformity, said: Sequence[Said], by: Actor) -> Conformity:
    """Say of some requirements how far they are met; the others stay as they are.

    Raises
    ------
    Invalid
        With every fault at once, each with its clause as the column.
    """
    answers = {one.requirement.clause: one for one in _answers(conformity)}
    documents = set(rows_of(conformity, by).values_list("pk", flat=True))
    faults = [fault for row, one in enumerate(said, 1) for fault in _said_faults(one, row, answers, documents)]
    _require(faults)
    for one in said:
        answer = answers[one.clause]
        answer.claim, answer.statement = one.claim, one.statement.strip()
        answer.certificate, answer.certificate_until = one.certificate.strip(), one.certificate_until
        answer.evidence = list(one.evidence)
    _save_answers(answers.values(), "claim", "statement", "certificate", "certificate_until", "evidence")
    if conformity.state == ConformityState.ASKED:
        conformity.state = ConformityState.DRAFT
    conformity.touch("state")
    audit.note(answers=len(said))
    return conformity


def _said_faults(one: Said, row: int, answers: Mapping[str, Answer], documents: set[UUID]) -> list[Fault]:
    def fault(name: str, message: Any, code: str) -> Fault:
        return Fault("answers", message, code, row=row, column=name)

    if one.clause not in answers:
        return [fault("clause", _("没有条款“%(clause)s”。") % {"clause": one.clause[:20]}, "conformity.clause")]
    faults = []
    if one.claim and one.claim not in Claim.values:
        faults.append(fault("claim", _("自评不在可选范围内。"), "choice"))
    if len(one.statement) > LONGEST_STATEMENT or len(one.certificate) > 120:
        faults.append(fault("statement", _("这一项过长，请精简。"), "too_long"))
    if not set(one.evidence) <= documents:
        faults.append(fault("evidence", _("只能引用本次自评的附件。"), "conformity.evidence"))
    return faults


def _save_answers(answers: Any, *fields: str) -> None:
    Answer._base_manager.bulk_update(answers, fields)


@verb("conformity.keep_data", on="conformity")
def keep_data(*, conformity: Conformity, clause: str, document: UUID, rows: int, by: Actor) -> Conformity:
    """Note on a requirement that a data file was checked without faults and is attached as its evidence."""
    answer = next((one for one in _answers(conformity) if one.requirement.clause == clause), None)
    if answer is None or not rows_of(conformity, by).filter(pk=document).exists():
        raise Invalid([Fault("clause", _("没有这一条款。"), "conformity.clause")])
    answer.data_rows, answer.evidence = rows, [*answer.evidence, document]
    answer.claim = answer.claim or Claim.MET
    answer.save(update_fields=["data_rows", "evidence", "claim"])
    if conformity.state == ConformityState.ASKED:
        conformity.state = ConformityState.DRAFT
    conformity.touch("state")
    audit.note(rows=rows, document=str(document))
    return conformity


@verb("conformity.submit", on="conformity")
def submit_conformity(*, conformity: Conformity, by: Actor) -> Conformity:
    """Hand in for audit. What the auditor returned must have been looked at again."""
    _ensure_current(conformity)
    _require(_missing(conformity))
    returned = [one for one in _answers(conformity) if one.verdict == Verdict.RETURNED]
    for one in returned:
        one.verdict = ""
    _save_answers(returned, "verdict")
    conformity.state, conformity.submitted_at = ConformityState.SUBMITTED, timezone.now()
    conformity.touch("state", "submitted_at")
    _tell_auditors(conformity, "conformity.submitted", by)
    return conformity


def _ensure_current(conformity: Conformity) -> None:
    if conformity.standard.state != StandardState.PUBLISHED:
        raise Refusal(
            "conformity.not_current",
            what=_("没有提交。"),
            why=_("这一版标准已不是现行版本。"),
            cure=_("请打开现行版本重新自评，填过的内容会带过去。"),
        )


def _missing(conformity: Conformity) -> list[Fault]:
    """Every must-requirement needs a claim, and what is claimed needs its proof."""
    faults = []
    today = timezone.localdate()
    for row, one in enumerate(_answers(conformity), 1):
        asked = one.requirement
        if not one.claim:
            if asked.is_must:
                faults.append(_lack(row, asked, _("还没有自评。"), "conformity.no_claim"))
            continue
        if one.claim != Claim.MET:
            if not one.statement:
                faults.append(_lack(row, asked, _("未完全满足或不适用的，请说明。"), "conformity.no_reason"))
            continue
        if asked.proof == Proof.CERTIFICATE and (not one.certificate or one.certificate_until is None):
            faults.append(_lack(row, asked, _("请填写证书编号和到期日。"), "conformity.no_certificate"))
        elif one.certificate_until is not None and one.certificate_until <= today:
            faults.append(_lack(row, asked, _("证书已过期。"), "conformity.lapsed"))
        elif asked.proof in (Proof.DOCUMENT, Proof.TEST_REPORT) and not one.evidence:
            faults.append(_lack(row, asked, _("请附上佐证。"), "conformity.no_evidence"))
        elif asked.proof == Proof.DATA_FILE and one.data_rows is None:
            faults.append(_lack(row, asked, _("请上传数据文件，校验通过后保留为佐证。"), "conformity.no_data"))
        elif asked.proof == Proof.STATEMENT and not one.statement:
            faults.append(_lack(row, asked, _("请写明如何满足。"), "conformity.no_statement"))
    return faults


def _lack(row: int, asked: Requirement, words: Any, code: str) -> Fault:
    message = _("条款 %(clause)s：%(words)s") % {"clause": asked.clause, "words": words}
    return Fault("answers", message, code, row=row, column=asked.clause)


@verb("conformity.recall", on="conformity")
def recall_conformity(*, conformity: Conformity, by: Actor) -> Conformity:
    """Take back what was handed in, before it is decided."""
    conformity.state = ConformityState.RETURNED if conformity.decided_at else ConformityState.DRAFT
    conformity.touch("state")
    return conformity


@verb("conformity.drop", on="conformity")
def drop_conformity(*, conformity: Conformity, by: Actor) -> None:
    """Throw away an assessment that nobody asked for and that was never handed in."""
    if conformity.asked_at is not None or conformity.submitted_at is not None:
        raise Refusal(
            "conformity.asked",
            what=_("不能删除这份自评。"),
            why=_("它由标准发布方要求，或已经提交过。"),
            cure=_("可以继续填写，或联系标准发布方。"),
        )
    Conformity._base_manager.filter(pk=conformity.pk).delete()


@verb("conformity.judge", on="conformity")
def judge_requirements(*, conformity: Conformity, judged: Sequence[Judged], by: Actor) -> Conformity:
    """Accept or return requirements; can be done in several sittings before the conclusion."""
    answers = {one.requirement.clause: one for one in _answers(conformity)}
    faults = []
    for row, one in enumerate(judged, 1):
        if one.clause not in answers or (one.verdict and one.verdict not in Verdict.values):
            faults.append(Fault("answers", _("没有这一条款，或意见不在可选范围内。"), "choice", row=row))
        elif len(one.reason) > LONGEST_REASON:
            faults.append(Fault("answers", _("这一项过长，请精简。"), "too_long", row=row, column=one.clause))
        elif one.verdict == Verdict.RETURNED and not one.reason.strip():
            faults.append(_lack(row, answers[one.clause].requirement, _("退回须写明理由。"), "conformity.no_reason"))
    _require(faults)
    for one in judged:
        answers[one.clause].verdict, answers[one.clause].reason = one.verdict, one.reason.strip()
    _save_answers(answers.values(), "verdict", "reason")
    conformity.touch("state")
    audit.note(answers=len(judged))
    return conformity


@verb("conformity.conclude", on="conformity")
def conclude_audit(*, conformity: Conformity, conclusion: str = "", months: int | None = None, by: Actor) -> Conformity:
    """Conclude from the verdicts: accepted for a time, or returned for mending.

    Every must-requirement needs a verdict. It is accepted where none is returned, and every must-requirement is claimed
    to be met or not to apply.
    """
    answers = _answers(conformity)
    conclusion = conclusion.strip()
    months = conformity.standard.validity_months if months is None else months
    _require(_conclusion_faults(answers, conclusion, months))
    fit = all(one.verdict != Verdict.RETURNED and _is_met(one) for one in answers)
    conformity.conclusion, conformity.decided_at = conclusion, timezone.now()
    if not fit:
        conformity.state = ConformityState.RETURNED
        conformity.touch("state", "conclusion", "decided_at")
        _tell(conformity, "conformity.returned", conformity.organisation_id, by)
        return conformity
    _replace_earlier(conformity)
    conformity.state, conformity.valid_from = ConformityState.ACCEPTED, timezone.localdate()
    conformity.valid_until = months_later(conformity.valid_from, months)
    conformity.touch("state", "conclusion", "decided_at", "valid_from", "valid_until")
    _tell(conformity, "conformity.accepted", conformity.organisation_id, by)
    return conformity


def _is_met(answer: Answer) -> bool:
    return not answer.requirement.is_must or answer.claim in (Claim.MET, Claim.NOT_APPLICABLE)


def _conclusion_faults(answers: Sequence[Answer], conclusion: str, months: int) -> list[Fault]:
    faults = []
    if len(conclusion) > LONGEST_CONCLUSION:
        faults.append(Fault("conclusion", _("这一项过长，请精简。"), "too_long"))
    if not 1 <= months <= 60:
        faults.append(Fault("months", _("有效期为 1 至 60 个月。"), "range"))
    for row, one in enumerate(answers, 1):
        if one.requirement.is_must and not one.verdict:
            faults.append(_lack(row, one.requirement, _("还没有审核意见。"), "conformity.no_verdict"))
        elif one.verdict == Verdict.ACCEPTED and not _is_met(one):
            words = _("自评没有满足，请退回并写明理由。")
            faults.append(_lack(row, one.requirement, words, "conformity.not_met"))
    return faults


def _replace_earlier(conformity: Conformity) -> None:
    """A new result takes the place of those for the same standard, whatever their edition."""
    rows = Conformity._base_manager.filter(
        organisation_id=conformity.organisation_id,
        standard__family=conformity.standard.family,
        state=ConformityState.ACCEPTED,
    )
    conformity.shown = conformity.shown or rows.filter(shown=True).exists()
    rows.update(state=ConformityState.REPLACED)
    Conformity._base_manager.filter(pk=conformity.pk).update(shown=conformity.shown)


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + year, month + 1)[1]
    return dt.date(day.year + year, month + 1, min(day.day, last))


@verb("conformity.revoke", on="conformity")
def revoke_conformity(*, conformity: Conformity, reason: str, by: Actor) -> Conformity:
    """Take a result back that turned out to be wrong."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_CONCLUSION:
        raise Invalid([Fault("reason", _("请写明理由，不超过 1000 个字。"), "conformity.no_reason")])
    conformity.state, conformity.conclusion = ConformityState.REVOKED, reason
    conformity.touch("state", "conclusion")
    _tell(conformity, "conformity.revoked", conformity.organisation_id, by)
    return conformity


@verb("conformity.show", on="conformity")
def show_result(*, conformity: Conformity, shown: bool, by: Actor) -> Conformity:
    """Let members see that the result holds, or no more. The assessment itself stays where it is."""
    conformity.shown = shown
    audit.note(shown=shown)
    conformity.touch("shown")
    return conformity


@verb("conformity.expire", on="conformity")
def expire_conformity(*, conformity: Conformity, by: Actor) -> Conformity:
    """End a result whose time is over."""
    conformity.state = ConformityState.EXPIRED
    conformity.touch("state")
    _tell(conformity, "conformity.expired", conformity.organisation_id, by)
    _tell(conformity, "conformity.expired", conformity.standard.owner_id, by)
    return conformity


def keep_time(today: dt.date) -> int:
    """End what is over and remind of what ends in 30 and 7 days. Returns how many were ended or reminded of.

    Safe to run again and after a pause: each threshold is told once, and a missed one is made up for by the latest.
    """
    held = Conformity._base_manager.filter(state=ConformityState.ACCEPTED)
    return sum(_keep(pk, today) for pk in held.values_list("pk", flat=True))


def _keep(pk: UUID, today: dt.date) -> bool:
    with transaction.atomic():
        one = Conformity._base_manager.select_for_update(of=("self",)).select_related("standard__chain").get(pk=pk)
        ends = one.ends_on
        if one.state != ConformityState.ACCEPTED or ends is None:
            return False
        if ends <= today:
            expire_conformity(conformity=one, by=SYSTEM)
            return True
        reached = [day for before in REMIND if (day := ends - dt.timedelta(days=before)) <= today]
        if not reached or (one.reminded_on is not None and one.reminded_on >= max(reached)):
            return False
        one.reminded_on = today
        one.save(update_fields=["reminded_on"])
        _tell(one, "conformity.expiring", one.organisation_id, SYSTEM, days=(ends - today).days)
    return True


def _tell(about: Conformity, event: str, organisation_id: UUID | None, by: Actor, **details: Any) -> None:
    if organisation_id is not None:
        people = people_of(organisation_id)
        notify(event, to=people, about=about, by=by, organisation_id=organisation_id, **details)


def _tell_auditors(about: Conformity, event: str, by: Actor) -> None:
    for side in {about.standard.owner_id, about.standard.auditor_id} - {about.organisation_id}:
        _tell(about, event, side, by)


def _require(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults)
