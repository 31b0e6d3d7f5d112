"""Telling who supplies whom: by hand, one link at a time. Files come through ``link_imports``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Forbidden, Invalid, Refusal, Stale
from rongtong.hub.foundation.verbs import verb

from ..enums import LinkSource, LinkState
from ..models import Chain, Firm, SupplyLink
from .firms import Named, firm_for, hold, pseudonym_for, renumber
from .link_values import assign, values_of


@verb("link.create", on="chain")
def create_link(*, chain: Chain, supplier: Named, buyer: Named, values: Mapping[str, Any], by: Actor) -> SupplyLink:
    """Tell a link of the chain.

    A firm tells what it buys itself; the chain leader and the operator tell any link of the chain. The leader cannot
    hide a supplier: it would learn from the refusal of a second one who is hidden already.
    """
    require_own(chain, buyer, bool(values.get("confidential")), by)
    return add_link(chain, firm_for(supplier), firm_for(buyer), values, LinkSource.HAND, by)


def require_own(chain: Chain, buyer: Named, confidential: bool, by: Actor) -> None:
    """Refuse links that are not this actor's to tell."""
    if by.system or "operator" in by.roles or by.acts_for(buyer.organisation_id):
        return
    if not by.acts_for(chain.leader_id):
        raise Forbidden(
            "link.not_buyer",
            what=_("不能填报这条供需关系。"),
            why=_("企业只填报自己作为需方的供需关系。"),
            cure=_("请由需方填报，或联系链主、运营方。"),
        )
    if confidential:
        raise Invalid([Fault("confidential", _("是否隐去供方由需方或供方决定。"), "link.leader_hides")])


def add_link(
    chain: Chain, supplier: Firm, buyer: Firm, values: Mapping[str, Any], source: LinkSource, by: Actor
) -> SupplyLink:
    """Write one link; the chain is locked by the caller's verb."""
    if supplier.pk == buyer.pk:
        raise Invalid([Fault("supplier", _("供方与需方不能是同一家。"), "link.itself")])
    link = SupplyLink(
        chain=chain, supplier=supplier, buyer=buyer, source=source, reported_by_id=by.organisation_id, country=""
    )
    assign(link, values, chain)
    if link.confidential:
        link.pseudonym = pseudonym_for(chain, supplier)
    _save(link)
    return link


@verb("link.edit", on="link")
def edit_link(*, link: SupplyLink, values: Mapping[str, Any], version: int, by: Actor) -> SupplyLink:
    """Change what is said about a link; its ends stay what they are."""
    if link.version != version:
        raise Stale(theirs=values_of(link), yours=dict(values), version=link.version)
    was_hidden, knows_all = link.confidential, "operator" in by.roles or by.acts_for(link.buyer.organisation_id)
    assign(link, values, link.chain)
    if link.confidential != was_hidden and not knows_all:
        raise Invalid([Fault("confidential", _("是否隐去供方由需方或供方决定。"), "link.leader_hides")])
    chain = hold(link.chain)
    link.pseudonym = pseudonym_for(chain, link.supplier) if link.confidential else None
    _save(link)
    if was_hidden and not link.confidential:
        renumber(chain, link.supplier)
    audit.note(hidden=link.confidential)
    return link


@verb("link.conceal", on="link")
def conceal_link(*, link: SupplyLink, by: Actor) -> SupplyLink:
    """The supplier asks that its name be hidden on a link, as its contract says."""
    if link.confidential:
        raise Refusal("link.hidden", what=_("不需要隐去。"), why=_("这条供需关系已经隐去供方。"), cure=_("无需再办。"))
    link.confidential = True
    link.pseudonym = pseudonym_for(hold(link.chain), link.supplier)
    _save(link)
    return link


@verb("link.withdraw", on="link")
def withdraw_link(*, link: SupplyLink, by: Actor) -> SupplyLink:
    """Take a link back: it no longer counts, and remains for its buyer and the operator."""
    link.state = LinkState.WITHDRAWN
    link.touch("state")
    return link


def _save(link: SupplyLink) -> None:
    """Write a link as a new version; the same one told twice is refused."""
    try:
        with transaction.atomic():
            link.save() if link._state.adding else link.touch()
    except IntegrityError as clash:
        if "supply_link_once" not in str(clash):
            raise
        raise Invalid([Fault("product", _("同一供方、需方、产品、年度的供需关系已填报。"), "link.known")]) from clash
