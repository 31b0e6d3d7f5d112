"""The start is refused while evidence is listed for no verb, or the log's settings cannot be read."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from rongtong.engines.translog import Anchors, Malformed, Policy
from rongtong.hub.foundation.outbound import target_of
from rongtong.hub.foundation.verbs import REGISTRY

from .evidence_kinds import BY_VERB


@register()
def every_kind_of_evidence_has_its_verb(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    idle = sorted(set(BY_VERB) - set(REGISTRY))
    return [Error(f"evidence is listed for {name}, which is no verb", id="rongtong.E010") for name in idle]


@register()
def the_log_can_be_kept(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Witnesses, quorum, authority and anchors are of the form they must have."""
    return [*_witnesses(), *_authority()]


def _witnesses() -> list[CheckMessage]:
    name = "RONGTONG_LOG_WITNESSES"
    if not settings.LOG_WITNESSES.strip():
        return []
    try:
        policy = Policy.parse(settings.LOG_WITNESSES)
    except Malformed as error:
        return [Error(f"{name}: {error}", id="rongtong.E011")]
    found: list[CheckMessage] = []
    if policy.logs:
        found.append(Error(f"{name}: the log itself needs no line there; take it out", id="rongtong.E011"))
    for witness, party in policy.witnesses.items():
        if not party.url:
            told = f"{name}: the witness {witness} has no address and will not be asked"
            found.append(Warning(told, id="rongtong.W011"))
        elif _misspelt(party.url):
            found.append(Error(f"{name}: {party.url} is no address of {witness}", id="rongtong.E011"))
    return found


def _authority() -> list[CheckMessage]:
    if not settings.LOG_AUTHORITY:
        return []
    if _misspelt(settings.LOG_AUTHORITY):
        return [Error(f"RONGTONG_LOG_AUTHORITY: {settings.LOG_AUTHORITY} is no address", id="rongtong.E012")]
    try:
        Anchors.from_pem(settings.LOG_ANCHORS.encode())
    except Malformed as error:
        told = f"RONGTONG_LOG_ANCHORS: {error}; without a root no timestamp can be believed"
        return [Error(told, id="rongtong.E012")]
    return []


def _misspelt(url: str) -> bool:
    try:
        target_of(url)
    except ValueError:
        return True
    return False
