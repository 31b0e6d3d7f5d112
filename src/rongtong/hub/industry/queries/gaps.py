"""What suppliers lack: must-requirements not met, returned or about to lapse; and the table of who holds what.

Everybody reads what they may see of assessments: a publisher and an auditor of their standards, a supplier of itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.organisations.models import Organisation

from ..models import Answer, Conformity, Requirement, Standard, SupplyLink
from ..models.standard import published_by
from ..standard_enums import Claim, ConformityState, GapKind, StandardState, Verdict

#: Days ahead in which what ends is told.
AHEAD = 90
MOST_STANDARDS, MOST_SUPPLIERS = 30, 300
#: Which assessment of several stands for a supplier: what holds, else what is under way, else what was.
_FIRST = (
    ConformityState.ACCEPTED,
    ConformityState.SUBMITTED,
    ConformityState.RETURNED,
    ConformityState.DRAFT,
    ConformityState.ASKED,
    ConformityState.EXPIRED,
    ConformityState.REVOKED,
    ConformityState.REPLACED,
)
_OVER = (ConformityState.EXPIRED, ConformityState.REVOKED, ConformityState.REPLACED)


@dataclass(frozen=True)
class Gap:
    """One thing a supplier lacks. Without a requirement it is about the whole result."""

    supplier: Organisation
    standard: Standard
    kind: GapKind
    requirement: Requirement | None = None
    until: dt.date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Cell:
    """One supplier and one standard."""

    supplier: Organisation
    standard: Standard
    conformity: Conformity | None
    gaps: list[Gap]
    musts: int

    @property
    def lacking(self) -> int:
        """How many must-requirements are not met; what only ends soon is met."""
        return sum(1 for gap in self.gaps if gap.requirement is not None and gap.kind != GapKind.EXPIRING)

    @property
    def met(self) -> int:
        return self.musts - self.lacking

    @property
    def ends_on(self) -> dt.date | None:
        held = self.conformity is not None and self.conformity.state == ConformityState.ACCEPTED
        return self.conformity.ends_on if held and self.conformity is not None else None


@dataclass
class Report:
    """Suppliers × standards, with what each lacks. ``audits`` where the reader is not the supplier."""

    standards: list[Standard]
    suppliers: list[Organisation]
    audits: bool
    cells: dict[tuple[UUID, UUID], Cell] = field(default_factory=dict)

    @property
    def gaps(self) -> list[Gap]:
        return [gap for cell in self.cells.values() for gap in cell.gaps]


def gap_report(actor: Actor, *, audits: bool, standard: UUID | None = None, supplier: UUID | None = None) -> Report:
    """Read what suppliers lack, as far as this actor may know. Seven queries, however many.

    Parameters
    ----------
    audits
        As publisher, auditor or operator; else the actor's own organisation.
    standard, supplier
        Only these, where given.
    """
    standards = _standards(actor, audits, standard)
    rows = Conformity.visible_to(actor).filter(standard__family__in=[one.family for one in standards])
    rows = rows.exclude(organisation_id=actor.firm) if audits else rows.filter(organisation_id=actor.firm)
    if supplier is not None:
        rows = rows.filter(organisation_id=supplier)
    chosen = _chosen(rows.select_related("organisation", "standard"))
    suppliers = _suppliers(actor, audits, standards, chosen.values(), supplier)
    musts = _by_standard(Requirement.visible_to(actor).filter(standard__in=standards, kind="must"))
    said = _answers(actor, chosen.values())
    report = Report(standards, suppliers, audits)
    today = timezone.localdate()
    for firm in suppliers:
        for one in standards:
            conformity = chosen.get((firm.pk, one.family))
            wanted = musts.get(one.pk, [])
            answers = said.get(conformity.pk, {}) if conformity else {}
            gaps = list(_gaps(firm, one, wanted, conformity, answers, today))
            report.cells[firm.pk, one.pk] = Cell(firm, one, conformity, gaps, len(wanted))
    return report


def _standards(actor: Actor, audits: bool, only: UUID | None) -> list[Standard]:
    rows = Standard.visible_to(actor).filter(state=StandardState.PUBLISHED)
    if only is not None:
        rows = rows.filter(pk=only)
    if not audits:
        own = Conformity.visible_to(actor).filter(organisation_id=actor.firm)
        rows = rows.filter(family__in=own.values("standard__family"))
    elif "operator.viewer" not in actor.roles:
        rows = rows.filter(published_by(actor.firm) | Q(auditor_id=actor.firm))
    return list(rows.select_related("chain", "organisation").order_by("number", "pk")[:MOST_STANDARDS])


def _chosen(rows: Iterable[Conformity]) -> dict[tuple[UUID, UUID], Conformity]:
    """For each supplier and standard the assessment that counts, the latest of equals."""
    found: dict[tuple[UUID, UUID], Conformity] = {}
    for one in sorted(rows, key=lambda row: row.created_at):
        key = (one.organisation_id, one.standard.family)
        rank = _FIRST.index(ConformityState(one.state))
        if key not in found or rank <= _FIRST.index(ConformityState(found[key].state)):
            found[key] = one
    return found


def _suppliers(
    actor: Actor, audits: bool, standards: Sequence[Standard], chosen: Iterable[Conformity], only: UUID | None
) -> list[Organisation]:
    """Who is assessed, and in a chain also those known to supply."""
    found = {one.organisation_id: one.organisation for one in chosen}
    if audits and only is None:
        chains = {one.chain_id for one in standards if one.chain_id is not None}
        links = SupplyLink.visible_to(actor).filter(chain__in=chains).exclude(SupplyLink.concealed_from(actor))
        firms = links.exclude(supplier__organisation=None).values("supplier__organisation_id")
        known = Organisation.visible_to(actor).filter(pk__in=firms).exclude(pk=actor.firm)
        found |= {one.pk: one for one in known[:MOST_SUPPLIERS]}
    return sorted(found.values(), key=lambda one: (one.sort_key, str(one.pk)))[:MOST_SUPPLIERS]


def _by_standard(rows: Iterable[Requirement]) -> dict[UUID, list[Requirement]]:
    found: dict[UUID, list[Requirement]] = {}
    for one in rows:
        found.setdefault(one.standard_id, []).append(one)
    return found


def _answers(actor: Actor, chosen: Iterable[Conformity]) -> dict[UUID, dict[str, Answer]]:
    found: dict[UUID, dict[str, Answer]] = {}
    rows = Answer.visible_to(actor).filter(conformity__in=list(chosen))
    for one in rows.select_related("requirement"):
        found.setdefault(one.conformity_id, {})[one.requirement.clause] = one
    return found


def _gaps(
    firm: Organisation,
    standard: Standard,
    musts: Sequence[Requirement],
    conformity: Conformity | None,
    answers: dict[str, Answer],
    today: dt.date,
) -> Iterable[Gap]:
    if conformity is not None and conformity.state == ConformityState.ACCEPTED:
        ends = conformity.ends_on
        if ends is not None and ends <= today + dt.timedelta(days=AHEAD):
            yield Gap(firm, standard, GapKind.EXPIRING, until=ends)
    for one in musts:
        kind = _kind(one, conformity, answers.get(one.clause), today)
        if kind is not None:
            answer = answers.get(one.clause)
            dated = kind in (GapKind.EXPIRING, GapKind.LAPSED) and answer is not None
            until = answer.certificate_until if dated and answer else None
            reason = answer.reason if answer is not None and kind == GapKind.RETURNED else ""
            yield Gap(firm, standard, kind, one, until, reason)


def _kind(asked: Requirement, conformity: Conformity | None, answer: Answer | None, today: dt.date) -> GapKind | None:
    """Why a requirement counts as not met, or that its certificate ends soon; None where all is well."""
    if conformity is None:
        return GapKind.NOT_BEGUN
    if conformity.state in _OVER:
        return GapKind.ENDED
    if answer is None or answer.requirement.text != asked.text:
        # answers that are not handed in are the supplier's own
        newer = conformity.standard_id != asked.standard_id
        return GapKind.CHANGED if newer else GapKind.NOT_BEGUN
    if answer.verdict == Verdict.RETURNED:
        return GapKind.RETURNED
    told = {"": GapKind.NOT_CLAIMED, Claim.PARTLY: GapKind.PARTLY, Claim.NOT_MET: GapKind.NOT_MET}
    if answer.claim in told:
        return told[answer.claim]
    until = answer.certificate_until
    if until is not None and until <= today:
        return GapKind.LAPSED
    if conformity.state != ConformityState.ACCEPTED and answer.verdict != Verdict.ACCEPTED:
        return GapKind.WAITING if conformity.state == ConformityState.SUBMITTED else None
    return GapKind.EXPIRING if until is not None and until <= today + dt.timedelta(days=AHEAD) else None
