"""Standards and assessments to test with, made directly: no verb runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from rongtong.hub.industry.models import Answer, Conformity, Requirement, Standard
from rongtong.hub.industry.standard_enums import UNSENT, ConformityState, Proof, RequirementKind, StandardState, Verdict
from rongtong.hub.organisations.models import Organisation
from tests.factories import an_organisation

from .factories_industry import a_chain

_serial = count(1)
SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["code", "hardness"],
        "properties": {
            "code": {"type": "string", "title": "炉号", "pattern": "^H[0-9]{6}$"},
            "hardness": {"type": "number", "title": "硬度", "minimum": 50, "maximum": 65},
            "day": {"type": "string", "title": "日期", "format": "date"},
        },
    },
}
CLAUSES = (
    ("4.1", RequirementKind.MUST, Proof.STATEMENT),
    ("4.2", RequirementKind.MUST, Proof.CERTIFICATE),
    ("5.1", RequirementKind.SHOULD, Proof.STATEMENT),
)


def a_standard(
    state: str = StandardState.PUBLISHED,
    organisation: Organisation | None = None,
    *,
    clauses: Any = CLAUSES,
    **fields: Any,
) -> Standard:
    """A standard of a chain that its publisher leads; ``leader`` names another one."""
    serial = next(_serial)
    publisher = organisation or an_organisation(size="large")
    values: dict[str, Any] = {
        "organisation": publisher,
        "state": state,
        "number": f"T/LC {serial:03d}",
        "title": f"轴承供方质量要求{serial}",
        "scope": "适用于轴承及其零件的供方。",
        "published_at": None if state == StandardState.DRAFT else datetime.now(UTC),
    }
    if "chain" not in fields:
        values["chain"] = a_chain(publisher)
    made = Standard._base_manager.create(**(values | fields))
    Requirement._base_manager.bulk_create(
        Requirement(standard=made, position=place, clause=clause, text=f"要求{clause}", kind=kind, proof=proof)
        for place, (clause, kind, proof) in enumerate(clauses, 1)
    )
    return made


def a_conformity(
    state: str = ConformityState.ACCEPTED,
    organisation: Organisation | None = None,
    standard: Standard | None = None,
    *,
    ends_in: int = 200,
    **fields: Any,
) -> Conformity:
    """An assessment in a state, with answers that fit it."""
    standard = standard or a_standard()
    today = timezone.localdate()
    values: dict[str, Any] = {}
    if state not in UNSENT:
        values["submitted_at"] = datetime.now(UTC) - timedelta(days=20)
    if state in (ConformityState.ACCEPTED, ConformityState.EXPIRED, ConformityState.REPLACED):
        ends = today + timedelta(days=ends_in)
        values |= {"valid_from": ends - timedelta(days=365), "valid_until": ends, "decided_at": datetime.now(UTC)}
    if state == ConformityState.ASKED:
        values["asked_at"] = datetime.now(UTC)
    made = Conformity._base_manager.create(
        organisation=organisation or an_organisation(), standard=standard, state=state, **(values | fields)
    )
    verdict = Verdict.ACCEPTED if state == ConformityState.ACCEPTED else ""
    Answer._base_manager.bulk_create(
        Answer(
            conformity=made,
            requirement=one,
            claim="" if state == ConformityState.ASKED else "met",
            statement="" if state == ConformityState.ASKED else "已建立并执行。",
            certificate="IATF-1234" if one.proof == Proof.CERTIFICATE else "",
            certificate_until=today + timedelta(days=300) if one.proof == Proof.CERTIFICATE else None,
            verdict=verdict,
        )
        for one in standard.requirements.all()
    )
    return made
