"""Shapes of assessments in the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Out

from ..domain.conformities import Judged, Said
from ..models import Conformity
from ..queries.conformities import answers_of
from ..queries.gaps import Gap
from ..standard_enums import Claim, ConformityState, GapKind, Verdict


class ClaimIn(In):
    clause: str
    claim: Claim | None = None
    statement: str = ""
    certificate: str = ""
    certificate_until: date | None = None
    evidence: list[UUID] = []

    def said(self) -> Said:
        return Said(
            self.clause,
            self.claim.value if self.claim else "",
            self.statement,
            self.certificate,
            self.certificate_until,
            tuple(self.evidence),
        )


class AnswersIn(In):
    answers: list[ClaimIn]


class VerdictIn(In):
    clause: str
    verdict: Verdict | None = None
    reason: str = ""

    def judged(self) -> Judged:
        return Judged(self.clause, self.verdict.value if self.verdict else "", self.reason)


class VerdictsIn(In):
    answers: list[VerdictIn]


class AuditIn(In):
    """The conclusion; ``months`` is the validity, the standard's own unless told."""

    conclusion: str = ""
    months: int | None = None


class RevokeIn(In):
    reason: str


class ShowIn(In):
    shown: bool


class AnswerOut(Out):
    clause: str
    claim: Claim | None
    statement: str
    certificate: str
    certificate_until: date | None
    evidence: list[UUID]
    data_rows: int | None
    verdict: Verdict | None
    reason: str


class ConformityLine(Out):
    id: UUID
    standard_id: UUID
    organisation_id: UUID
    state: ConformityState
    asked_until: date | None
    submitted_at: datetime | None
    decided_at: datetime | None
    valid_from: date | None
    ends_on: date | None
    version: int

    @classmethod
    def of_row(cls, row: Conformity) -> ConformityLine:
        return cls(**_line(row))


class ConformityOut(ConformityLine):
    """``answers`` are empty while they are not handed in, but for their supplier."""

    conclusion: str
    shown: bool
    answers: list[AnswerOut]

    @classmethod
    def of(cls, row: Conformity, actor: Actor) -> ConformityOut:
        told = [
            AnswerOut(
                clause=one.requirement.clause,
                claim=Claim(one.claim) if one.claim else None,
                statement=one.statement,
                certificate=one.certificate,
                certificate_until=one.certificate_until,
                evidence=one.evidence,
                data_rows=one.data_rows,
                verdict=Verdict(one.verdict) if one.verdict else None,
                reason=one.reason,
            )
            for one in answers_of(row, actor)
        ]
        return cls(**_line(row), conclusion=row.conclusion, shown=row.shown, answers=told)


class GapOut(Out):
    """Something a supplier lacks; without a clause it is about the whole result."""

    supplier_id: UUID
    standard_id: UUID
    clause: str
    kind: GapKind
    until: date | None
    reason: str

    @classmethod
    def of(cls, gap: Gap) -> GapOut:
        return cls(
            supplier_id=gap.supplier.pk,
            standard_id=gap.standard.pk,
            clause=gap.requirement.clause if gap.requirement else "",
            kind=gap.kind,
            until=gap.until,
            reason=gap.reason,
        )


_PLAIN = ("standard_id", "organisation_id", "asked_until", "submitted_at", "decided_at", "valid_from", "ends_on")


def _line(row: Conformity) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in (*_PLAIN, "version")}
    return told | {"id": row.pk, "state": ConformityState(row.state)}
