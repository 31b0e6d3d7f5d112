"""Nodes of the network: made when a link needs them, joined when an outside firm turns out to be an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.pinyin import resolved_name

from ..enums import LinkState
from ..models import Chain, Firm, FirmAlias, Pseudonym, SupplyLink


@dataclass(frozen=True)
class Named:
    """Who is meant at the end of a link: an organisation of the hub, or a firm outside it by name, country and code."""

    organisation_id: UUID | None = None
    name: str = ""
    country: str = "CN"
    code: str = ""


def who(name: str, country: str = "CN", code: str = "") -> Named:
    """A verified organisation by its number, or by its whole name where only one has it; else a firm outside."""
    known = Organisation._base_manager.filter(state=VerificationState.VERIFIED)
    found = list(known.filter(identifier=code)[:2]) if code else []
    if not code:
        found = list(known.filter(resolved_name=resolved_name(name), country=country)[:2])
    if len(found) == 1:
        return Named(found[0].pk)
    return Named(None, " ".join(name.split()), country, code)


def firm_for(named: Named) -> Firm:
    """The node of whoever is named; a new one where there is none."""
    if named.organisation_id is not None:
        return Firm._base_manager.get_or_create(organisation_id=named.organisation_id)[0]
    name = " ".join(named.name.split())
    if not name:
        raise Invalid([Fault("supplier", _("请填写企业名称。"), "firm.no_name")])
    made = Firm(name=name[:200], country=named.country or "CN", code=named.code[:60])
    made.derive()
    keys = {"resolved_name": made.resolved_name, "country": made.country, "code": made.code}
    return Firm._base_manager.get_or_create(organisation=None, **keys, defaults={"name": made.name})[0]


def pseudonym_for(chain: Chain, firm: Firm) -> Pseudonym:
    """The number of a hidden supplier in a chain. Hold the chain's row lock: numbers are given in turn."""
    taken = Pseudonym._base_manager.filter(chain=chain)
    known = taken.filter(firm=firm).first()
    return known or taken.create(chain=chain, firm=firm, number=_next_number(chain))


def renumber(chain: Chain, firm: Firm) -> None:
    """Give a hidden supplier another number, because one of its links has just told who had the former one."""
    Pseudonym._base_manager.filter(chain=chain, firm=firm).update(number=_next_number(chain))


def _next_number(chain: Chain) -> int:
    highest = Pseudonym._base_manager.filter(chain=chain).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def hold(chain: Chain) -> Chain:
    """Lock a chain, so that numbers of its hidden suppliers are given one after another."""
    return Chain._base_manager.select_for_update().get(pk=chain.pk)


@verb("firm.resolve", on="firm")
def resolve_firm(*, firm: Firm, organisation: Organisation, by: Actor) -> Firm:
    """Say which organisation an outside firm is. Its links become that organisation's, which then sees them.

    A link that the organisation has already (same chain, buyer, product and year) is withdrawn rather than doubled.
    """
    if not firm.is_outside:
        raise Refusal(
            "firm.inside", what=_("不需要认领。"), why=_("这家企业已是入驻机构。"), cure=_("请返回列表选择其他企业。")
        )
    if not organisation.is_verified:
        raise Invalid([Fault("organisation", _("须是已核验的机构。"), "firm.unverified")])
    audit.note(organisation=str(organisation.pk), name=resolved_name(firm.name))
    known = Firm._base_manager.select_for_update().filter(organisation=organisation).first()
    if known is None:
        firm.organisation = organisation
        firm.touch()
        return firm
    audit.note(withdrawn=_move_links(firm, known))
    FirmAlias._base_manager.filter(firm=firm).update(firm=known)
    firm.delete()
    return known


def _move_links(firm: Firm, known: Firm) -> int:
    """Hang every link of one node on another; how many had to be withdrawn."""
    withdrawn = 0
    links = SupplyLink._base_manager.select_for_update(of=("self",)).select_related("chain")
    for end in ("supplier", "buyer"):
        for link in links.filter(**{end: firm}):
            setattr(link, end, known)
            if link.supplier_id == link.buyer_id or _has_twin(link):
                link.state = LinkState.WITHDRAWN
                withdrawn += 1
            if link.supplier_id == link.buyer_id:
                # cannot be kept even as withdrawn: nobody supplies itself
                link.delete()
                continue
            if end == "supplier" and link.confidential:
                link.pseudonym = pseudonym_for(hold(link.chain), known)
            link.touch()
    Pseudonym._base_manager.filter(firm=firm).delete()
    return withdrawn


def _has_twin(link: SupplyLink) -> bool:
    keys = {name: getattr(link, name) for name in ("chain_id", "supplier_id", "buyer_id", "product_id", "year")}
    twins = SupplyLink._base_manager.filter(**keys, confidential=link.confidential, state=LinkState.ACTIVE)
    return link.state == LinkState.ACTIVE and twins.exclude(pk=link.pk).exists()
