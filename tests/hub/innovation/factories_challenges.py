"""What the tests of rounds, challenges and questions share: a cast of people, and complete values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rongtong.hub.foundation.actors import SYSTEM, VISITOR, Actor
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.innovation.targets import TargetRow
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.models import Member, Organisation
from rongtong.hub.organisations.size_class import SizeClass
from rongtong.hub.trust.models import NonDisclosureAgreement
from tests.factories import a_member, actor_of, an_organisation

#: Words that stand in every group of fields, each once, so that a leak names its group.
MARKERS = {
    "problem": "标记问题甲",
    "targets": "标记指标乙",
    "tried": "标记尝试丙",
    "budget": "标记来源丁",
    "ip": "标记产权戊",
    "contact": "标记联系己",
    "details": "标记细节庚",
}
PUBLISHER = "标记发榜方辛"


@dataclass
class Cast:
    """One person of every kind, and the organisations behind them."""

    challenger: Organisation
    people: dict[str, Member]

    def actor(self, role: str) -> Actor:
        if role == "visitor":
            return VISITOR
        if role == "system":
            return SYSTEM
        return actor_of(self.people[role])

    @property
    def actors(self) -> dict[str, Actor]:
        return {role: self.actor(role) for role in (*self.people, "visitor", "system")}


def a_cast(challenger: Organisation | None = None) -> Cast:
    """A large enterprise with all four roles, a rival with two, an unverified one, an operator with two."""
    own = challenger or an_organisation(size=SizeClass.LARGE)
    rival, operator = an_organisation(), an_organisation(OrganisationKind.OPERATOR)
    people = {f"own.{role}": a_member(role, own) for role in ("viewer", "contributor", "manager", "owner")}
    people |= {f"rival.{role}": a_member(role, rival) for role in ("viewer", "contributor")}
    people["unverified"] = a_member("owner", an_organisation(verified=False))
    people |= {f"operator.{role}": a_member(role, operator) for role in ("viewer", "contributor")}
    return Cast(own, people)


def values(**changes: Any) -> dict[str, Any]:
    """Everything a submission needs."""
    given: dict[str, Any] = {
        "title": "盾构主轴承滚道淬硬层均匀性控制",
        "industry": "367",
        "region": "330100",
        "problem": "滚道首尾搭接处形成软带。",
        "months": 14,
        "budget_min": Decimal(3_000_000),
        "budget_max": Decimal(4_500_000),
        "contact_name": "陈若岚",
        "contact_phone": "0571-88612207",
    }
    return given | changes


def target(indicator: str = "有效淬硬层深", value: str = "6", **changes: Any) -> TargetRow:
    given: dict[str, Any] = {"comparison": "ge", "unit": "mm", "must_meet": True}
    return TargetRow(indicator=indicator, value=Decimal(value), **(given | changes))


def marked(challenge: Challenge, level: int) -> Challenge:
    """Put the marker of each group into it, every group at one level."""
    challenge.problem, challenge.tried, challenge.details = (MARKERS[name] for name in ("problem", "tried", "details"))
    challenge.ip_terms, challenge.budget_note = MARKERS["ip"], MARKERS["budget"]
    challenge.contact_name = MARKERS["contact"]
    for name in MARKERS:
        setattr(challenge, f"{name}_level", level)
    challenge.save()
    challenge.targets.update(indicator=MARKERS["targets"])
    return challenge


def sign(challenge: Challenge, member: Member) -> NonDisclosureAgreement:
    """An agreement of the member's organisation about the challenge."""
    return NonDisclosureAgreement._base_manager.create(
        discloser=challenge.organisation,
        recipient=member.organisation,
        subject_type="innovation.challenge",
        subject_id=challenge.pk,
        signed_by=member.account,
        signed_name=member.account.name,
    )
