"""Verbs on capabilities: what an organisation can do or make, in its own words, with evidence."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Stale
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.pinyin import search_keys
from rongtong.hub.trust.enums import Level

from ..enums import CapabilityState
from ..models import Capability
from ..signals import capability_listing_changed

TEXTS = ("title", "text", "deliveries")
LISTS = ("products", "equipment", "certificates", "patents")
EDITABLE = (*TEXTS, *LISTS, "readiness", "level")
SHORTEST = 20
MOST_ENTRIES = 50


def values_of(capability: Capability) -> dict[str, Any]:
    """Everything its writers may change, as plain values."""
    return {name: getattr(capability, name) for name in EDITABLE}


@verb("capability.create")
def create_capability(*, values: Mapping[str, Any], by: Actor) -> Capability:
    """Write a new capability of the actor's organisation, as a draft.

    Raises
    ------
    Invalid
        With every fault at once.
    """
    capability = Capability(organisation_id=by.firm)
    _assign(capability, values)
    _require(_faults(capability))
    capability.save()
    return capability


@verb("capability.edit", on="capability")
def edit_capability(*, capability: Capability, values: Mapping[str, Any], version: int | None, by: Actor) -> Capability:
    """Change it. What is published stays so, and is findable by its new words.

    Raises
    ------
    Stale
        Somebody else saved a newer version; both are carried.
    Invalid
        With every fault at once.
    """
    if version is not None and version != capability.version:
        raise Stale(theirs=values_of(capability), yours=dict(values), version=capability.version)
    _assign(capability, values)
    published = capability.state == CapabilityState.PUBLISHED
    _require(_faults(capability) + (_missing(capability) if published else []))
    capability.touch()
    audit.note(fields=sorted(values))
    capability_listing_changed.send(Capability, capability=capability)
    return capability


@verb("capability.publish", on="capability")
def publish_capability(*, capability: Capability, by: Actor) -> Capability:
    """Show it and list it for matching."""
    _require(_faults(capability) + _missing(capability))
    return _set_state(capability, CapabilityState.PUBLISHED)


@verb("capability.withdraw", on="capability")
def withdraw_capability(*, capability: Capability, by: Actor) -> Capability:
    """Take it off the lists. It can be published again."""
    return _set_state(capability, CapabilityState.WITHDRAWN)


@verb("capability.delete", on="capability")
def delete_capability(*, capability: Capability, by: Actor) -> None:
    """Delete what is not shown any more."""
    audit.note(title_length=len(capability.title))
    Capability._base_manager.filter(pk=capability.pk).delete()


def _set_state(capability: Capability, state: CapabilityState) -> Capability:
    capability.state = state
    capability.touch("state")
    capability_listing_changed.send(Capability, capability=capability)
    return capability


def _assign(capability: Capability, values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not a field of a capability: {sorted(unknown)}")
    for name, value in values.items():
        if name in TEXTS:
            value = str(value).strip()
        elif name in LISTS:
            value = list(dict.fromkeys(entry.strip() for entry in value if entry.strip()))
        setattr(capability, name, value)
    capability.search_keys = search_keys(capability.title)[:400]


def _faults(capability: Capability) -> list[Fault]:
    """What no capability may hold, draft or not."""
    faults = []
    if not capability.title:
        faults.append(Fault("title", _("请填写能力名称。"), "required"))
    if len(capability.title) > 120:
        faults.append(Fault("title", _("能力名称不超过 120 个字。"), "too_long"))
    for name, most in (("text", 4000), ("deliveries", 2000)):
        if len(getattr(capability, name)) > most:
            faults.append(Fault(name, _("这一项过长，请精简。"), "too_long"))
    for name in LISTS:
        entries, longest = getattr(capability, name), 60 if name == "certificates" else 120
        if len(entries) > MOST_ENTRIES or any(len(entry) > longest for entry in entries):
            faults.append(Fault(name, _("每行一条，最多 50 条，每条不要过长。"), "too_long"))
    if capability.readiness is not None and not 1 <= capability.readiness <= 9:
        faults.append(Fault("readiness", _("技术就绪度为 1 到 9。"), "range"))
    if capability.level not in (Level.PUBLIC, Level.MEMBERS):
        faults.append(Fault("level", _("能力只能设为公开或成员可见。"), "choice"))
    return faults


def _missing(capability: Capability) -> list[Fault]:
    """What must be there before others see it."""
    if len(capability.text) < SHORTEST and not capability.products:
        return [Fault("text", _("请用至少 20 个字说明，或列出产品，别人才找得到。"), "too_short")]
    return []


def _require(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults)
