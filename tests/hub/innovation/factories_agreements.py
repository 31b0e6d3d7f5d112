"""Technologies and agreements to test with: rows made directly, negotiations by their verbs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from django.utils import timezone

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.agreement_clauses import Clauses
from rongtong.hub.innovation.domain.agreement_signatures import sign_agreement
from rongtong.hub.innovation.domain.agreements import (
    Opening,
    accept_offer,
    offer_agreement,
    open_agreement,
    save_draft,
)
from rongtong.hub.innovation.domain.technologies import WHOLE, Part, create_technology, publish_technology
from rongtong.hub.innovation.models import Agreement, Technology
from rongtong.hub.organisations.models import Organisation
from tests.factories import a_member, actor_of, an_organisation

TECHNOLOGY: dict[str, Any] = {
    "title": "环形滚道双感应器对接淬火方法",
    "kind": "patent",
    "teaser": "双感应器相向扫描、对接处预热补偿，消除大型回转支承滚道的软带。",
    "fields": ["C21D 9/40"],
    "readiness": 7,
    "ways": ["licence"],
    "legal_status": "granted",
    "patent_number": "ZL 2022 1 0041207.3",
    "application": "盾构主轴承、风电变桨轴承。",
    "advantage": "层深均匀性正负零点四毫米。",
    "details": "预热功率与扫描速度的关系。",
    "secret": "对接处补偿曲线参数。",
    "terms": "普通许可，入门费三十万元。",
    "contact_name": "严素岚",
}


def an_actor(organisation: Organisation | None = None, role: str = "manager") -> Actor:
    return actor_of(a_member(role, organisation or an_organisation()))


def a_technology(
    by: Actor | None = None, *, publish: bool = True, coowners: tuple[Organisation, ...] = (), **values: Any
) -> Technology:
    """A technology of the actor's organisation, equal shares with its co-owners."""
    by = by or an_actor()
    keeper = Organisation._base_manager.get(pk=by.firm)
    share = WHOLE / (1 + len(coowners)) if coowners else Fraction(1)
    parts = [Part(one.name, share, one.pk) for one in (keeper, *coowners)]
    made = create_technology(values=TECHNOLOGY | values, owners=parts, by=by)
    return publish_technology(technology=made, by=by) if publish else made


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def clauses(**changed: Any) -> Clauses:
    """A non-exclusive licence in China for three years, with a running royalty; ``grant_…`` changes the grant."""
    grant: dict[str, Any] = {"exclusivity": "non-exclusive", "fields": ["C21D"], "territories": ["CN"]}
    grant |= {"starts_on": in_days(0), "ends_on": in_days(1095)}
    grant |= {name.removeprefix("grant_"): value for name, value in changed.items() if name.startswith("grant_")}
    others = {name: value for name, value in changed.items() if not name.startswith("grant_")}
    stated: dict[str, Any] = {"grant": grant, "upfront": "300000.00", "royalty": {"tiers": [{"rate": "0.04"}]}}
    return Clauses.model_validate(stated | others)


@dataclass
class Deal:
    """An agreement with a manager of each side."""

    agreement: Agreement
    provider: Actor
    receiver: Actor

    def offer(self, by: Actor, **changed: Any) -> Agreement:
        self.agreement.refresh_from_db()
        given = changed.pop("given", None) or clauses(**changed)
        save_draft(agreement=self.agreement, clauses=given, valid_until=in_days(30), by=by)
        return self._now(offer_agreement(agreement=self.agreement, by=by))

    def accept(self, by: Actor) -> Agreement:
        return self._now(accept_offer(agreement=self.agreement, offer=self.last, by=by))

    def sign(self, *people: Actor) -> Agreement:
        for by in people or (self.provider, self.receiver):
            self._now(sign_agreement(agreement=self.agreement, offer=self.last, name=by.name, agreed=True, by=by))
        return self.agreement

    @property
    def last(self) -> int:
        return self.agreement.versions.count()

    def _now(self, agreement: Agreement) -> Agreement:
        self.agreement = agreement
        return agreement


def a_deal(
    technology: Technology | None = None, *, provider: Actor | None = None, receiver: Actor | None = None, **given: Any
) -> Deal:
    """An agreement just opened by its provider: a licence of a technology unless ``kind`` says otherwise."""
    provider = provider or an_actor()
    receiver = receiver or an_actor()
    if technology is None and given.get("kind", "licence") in ("licence", "assignment"):
        technology = a_technology(provider)
    opening = Opening(
        kind=given.get("kind", "licence"),
        title=given.get("title", "对接淬火方法专利许可"),
        other=receiver.firm,
        technology=technology.pk if technology else None,
        provides=True,
    )
    return Deal(open_agreement(opening=opening, by=provider), provider, receiver)


def accepted(technology: Technology | None = None, **given: Any) -> Deal:
    """A deal whose first offer the receiver has accepted; ``clauses`` of it by their names."""
    people = {name: given.pop(name) for name in ("provider", "receiver", "kind") if name in given}
    deal = a_deal(technology, **people)
    deal.offer(deal.provider, **given)
    deal.accept(deal.receiver)
    return deal


def in_force(technology: Technology | None = None, **given: Any) -> Deal:
    deal = accepted(technology, **given)
    deal.sign()
    return deal
