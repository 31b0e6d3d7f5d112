"""Challenges and capabilities that match by their words, and the work that compares both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.test import Client

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.enums import CapabilityState, ChallengeState
from rongtong.hub.innovation.listings import card_of_challenge, list_capabilities
from rongtong.hub.innovation.models import Capability, Challenge
from rongtong.hub.innovation.pairing import refresh
from rongtong.hub.matching.catching_up import catch_up
from rongtong.hub.matching.domain.listings import put
from rongtong.hub.matching.live import live_index
from rongtong.hub.organisations.models import Account, Organisation
from tests.factories import a_challenge, an_organisation

HARDENING = "大直径滚道感应淬火变形控制，淬火后椭圆度超差"


def a_listed_challenge(title: str = "主轴承滚道感应淬火变形控制", **fields: Any) -> Challenge:
    """An open challenge, told to the index."""
    given = {"title": title, "problem": HARDENING, "tried": "", "details": ""} | fields
    challenge = a_challenge(ChallengeState.OPEN, targets=0, **given)
    put([card_of_challenge(challenge)])
    return challenge


def a_capability(
    organisation: Organisation | None = None, text: str = HARDENING, title: str = "感应淬火", **fields: Any
) -> Capability:
    """A published capability, told to the index."""
    made = Capability._base_manager.create(
        organisation=organisation or an_organisation(),
        title=title,
        text=text,
        **({"state": CapabilityState.PUBLISHED} | fields),
    )
    list_capabilities([made])
    return made


def matched() -> int:
    """Let the index catch up, then compare both sides. Returns how many pairs changed."""
    index = live_index()
    catch_up(index)
    return refresh(index)


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(Account._base_manager.get(pk=actor.person))
    return client


def names(organisations: Sequence[Organisation]) -> list[str]:
    return [one.name for one in organisations]
