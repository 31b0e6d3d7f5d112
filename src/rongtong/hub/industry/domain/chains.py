"""Making, describing and closing a chain; who leads it; which products go into which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Stale
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.models import Organisation

from ..enums import ChainState
from ..models import Chain

FIELDS = ("name", "name_en", "summary")
MOST = {"name": 60, "name_en": 120, "summary": 2000}


def values_of(chain: Chain) -> dict[str, Any]:
    """What the form of a chain holds."""
    return {name: getattr(chain, name) for name in FIELDS}


@verb("chain.create")
def create_chain(*, values: Mapping[str, Any], leader: Organisation | None = None, by: Actor) -> Chain:
    """Open a chain, perhaps with its leader."""
    chain = Chain(leader=_fit_to_lead(leader))
    _assign(chain, values)
    _save(chain)
    return chain


@verb("chain.edit", on="chain")
def edit_chain(*, chain: Chain, values: Mapping[str, Any], version: int, by: Actor) -> Chain:
    """Change a chain's name and summary."""
    if chain.version != version:
        raise Stale(theirs=values_of(chain), yours=dict(values), version=chain.version)
    _assign(chain, values)
    _save(chain, *FIELDS)
    return chain


@verb("chain.appoint", on="chain")
def appoint_leader(*, chain: Chain, leader: Organisation | None, by: Actor) -> Chain:
    """Name the chain leader, or take the office back. From then on the links of the chain are open to it."""
    chain.leader = _fit_to_lead(leader)
    audit.note(leader=str(leader.pk) if leader else "")
    chain.touch("leader")
    return chain


@verb("chain.close", on="chain")
def close_chain(*, chain: Chain, by: Actor) -> Chain:
    """Take a chain out of use. Its links stay."""
    chain.state = ChainState.CLOSED
    chain.touch("state")
    return chain


@verb("chain.reopen", on="chain")
def reopen_chain(*, chain: Chain, by: Actor) -> Chain:
    """Bring a closed chain back."""
    chain.state = ChainState.ACTIVE
    _save(chain, "state")
    return chain


def _fit_to_lead(leader: Organisation | None) -> Organisation | None:
    if leader is not None and not leader.is_verified:
        raise Invalid([Fault("leader", _("链主须是已核验的机构。"), "chain.leader_unverified")])
    return leader


def _assign(chain: Chain, values: Mapping[str, Any]) -> None:
    texts = {
        name: " ".join(str(values[name]).split()) if name != "summary" else str(values[name]).strip()
        for name in FIELDS
        if name in values
    }
    for name, text in texts.items():
        setattr(chain, name, text)
    faults: list[Fault] = []
    if not chain.name:
        faults.append(Fault("name", _("请填写产业链名称。"), "chain.no_name"))
    faults += [
        Fault(name, _("最多 %(most)s 字。") % {"most": most}, "chain.long")
        for name, most in MOST.items()
        if len(getattr(chain, name)) > most
    ]
    if faults:
        raise Invalid(faults)


def _save(chain: Chain, *fields: str) -> None:
    """Write a chain; a second active one of the same name is told at the field."""
    try:
        with transaction.atomic():
            chain.touch(*fields) if fields else chain.save()
    except IntegrityError as clash:
        if "chain_name_once" not in str(clash):
            raise
        raise Invalid([Fault("name", _("已有同名的产业链。"), "chain.name_taken")]) from clash
