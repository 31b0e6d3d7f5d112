"""What technologies, agreements and statements leave in the evidence log, told through their verbs."""

from __future__ import annotations

from decimal import Decimal

from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.innovation.domain.agreement_signatures import end_agreement, expire_agreement
from rongtong.hub.innovation.domain.statements import (
    Sales,
    audit_statement,
    confirm_statement,
    enter_statement,
    return_statement,
    revise_statement,
)
from rongtong.hub.innovation.domain.technologies import withdraw_technology
from rongtong.hub.trust.models import EvidenceEntry, EvidenceOpening
from tests.hub.innovation.factories_agreements import a_technology, accepted, an_actor, in_days, in_force


def _from_here() -> None:
    """What led here left evidence of its own; it is told in another story."""
    EvidenceOpening._base_manager.all().delete()
    EvidenceEntry._base_manager.all().delete()


def offered_technology() -> list[str]:
    by = an_actor()
    withdraw_technology(technology=a_technology(by), by=by)
    return ["technology.published", "technology.withdrawn"]


def signed_and_ended() -> list[str]:
    deal = accepted()
    _from_here()
    deal.sign()
    for side in (deal.provider, deal.receiver):
        end_agreement(agreement=deal.agreement, conclusion="双方另有安排。", by=side)
    return [*["agreement.ended"] * 2, *["agreement.signed"] * 2]


def lapsed() -> str:
    deal = accepted()
    _from_here()
    expire_agreement(agreement=deal.agreement, by=SYSTEM)
    return "agreement.expired"


def settled() -> list[str]:
    deal = in_force(grant_starts_on=in_days(-200))
    _from_here()
    row = enter_statement(agreement=deal.agreement, sales=Sales(Decimal("1000000.00")), by=deal.receiver)
    return_statement(statement=row, comment="少了七月。", by=deal.provider)
    row = revise_statement(statement=row, sales=Sales(Decimal("1200000.00")), by=deal.receiver)
    for side in (deal.provider, deal.receiver):
        confirm_statement(statement=row, digest=row.digest, by=side)
    audit_statement(statement=row, sales=Sales(Decimal("1300000.00")), by=deal.provider)
    told = ("audited", "confirmed", "confirmed", "entered", "returned", "revised")
    return [f"statement.{one}" for one in told]


STORIES = (offered_technology, signed_and_ended, lapsed, settled)
