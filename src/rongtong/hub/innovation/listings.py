"""Capabilities, challenges and technologies as listings: what the index may hold of them, and when it is told."""

from collections.abc import Iterable
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from rongtong.hub.matching.domain.listings import Card, drop, put
from rongtong.hub.matching.kinds import answer_each_other
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Certificate, Organisation

from .enums import CapabilityState, ChallengeState, TechnologyState
from .models import Capability, Challenge, Technology
from .queries.disclosure import challenge_listing_text
from .queries.technologies import technology_listing_texts
from .signals import capability_listing_changed, challenge_listing_changed, technology_listing_changed

CAPABILITY, CHALLENGE, TECHNOLOGY = "capability", "challenge", "technology"
answer_each_other(CHALLENGE, CAPABILITY)
answer_each_other(CHALLENGE, TECHNOLOGY)


def card_of_capability(capability: Capability, certificates: Iterable[str]) -> Card:
    """A capability in the words its owner chose, with the owner's facets."""
    owner = capability.organisation
    held = [*certificates, *capability.certificates]
    return Card(
        kind=CAPABILITY,
        subject_id=capability.pk,
        organisation_id=owner.pk,
        title=capability.title,
        texts={capability.level: text_of_capability(capability)},
        region=owner.region,
        industry=owner.industry,
        size_class="" if owner.size_class == "unclassified" else owner.size_class,
        certificates=sorted(set(held)) if held else None,
        readiness=capability.readiness,
    )


def text_of_capability(capability: Capability) -> str:
    """All its words, a line a group."""
    lines = [capability.text, *("、".join(getattr(capability, name)) for name in ("products", "equipment", "patents"))]
    return "\n".join(line for line in [*lines, capability.deliveries] if line)


def card_of_challenge(challenge: Challenge) -> Card:
    """A challenge as disclosed to everybody and to members."""
    texts = {}
    for level in (0, 1):
        parts = challenge_listing_text(challenge, level)
        parts.pop("title", None)
        texts[level] = "\n".join(parts.values())
    if texts[1] == texts[0]:
        del texts[1]
    return Card(
        kind=CHALLENGE,
        subject_id=challenge.pk,
        organisation_id=challenge.organisation_id,
        title=challenge.title,
        texts=texts,
        region=challenge.region,
        industry=challenge.industry,
        anonymous=challenge.anonymous,
    )


def list_capabilities(capabilities: Iterable[Capability]) -> None:
    """Bring the listings of these capabilities up to date. Five queries, however many."""
    shown: list[Capability] = []
    gone: list[Capability] = []
    for one in capabilities:
        listed = one.state == CapabilityState.PUBLISHED and one.organisation.state == VerificationState.VERIFIED
        (shown if listed else gone).append(one)
    held: dict[Any, list[str]] = {}
    owners = {one.organisation_id for one in shown}
    for owner, code in Certificate._base_manager.filter(organisation__in=owners).values_list("organisation", "code"):
        held.setdefault(owner, []).append(code)
    if shown:
        put(card_of_capability(one, held.get(one.organisation_id, ())) for one in shown)
    if gone:
        drop(one.pk for one in gone)


def card_of_technology(technology: Technology) -> Card:
    """A technology in the words open to everybody and to members, with its keeper's facets."""
    keeper = technology.organisation
    return Card(
        kind=TECHNOLOGY,
        subject_id=technology.pk,
        organisation_id=keeper.pk,
        title=technology.title,
        texts=technology_listing_texts(technology),
        region=keeper.region,
        industry=technology.industry or keeper.industry,
        size_class="" if keeper.size_class == "unclassified" else keeper.size_class,
        readiness=technology.readiness,
    )


def list_technologies(technologies: Iterable[Technology]) -> None:
    """Bring the listings of these technologies up to date."""
    shown: list[Technology] = []
    gone: list[Technology] = []
    for one in technologies:
        listed = one.state == TechnologyState.PUBLISHED and one.organisation.state == VerificationState.VERIFIED
        (shown if listed else gone).append(one)
    if shown:
        put(card_of_technology(one) for one in shown)
    if gone:
        drop(one.pk for one in gone)


@receiver(technology_listing_changed)
def follow_technology(sender: Any, *, technology: Technology, **given: Any) -> None:
    list_technologies([technology])


@receiver(capability_listing_changed)
def follow_capability(sender: Any, *, capability: Capability, **given: Any) -> None:
    list_capabilities([capability])


@receiver(challenge_listing_changed)
def follow_challenge(sender: Any, *, challenge: Challenge, **given: Any) -> None:
    """Open challenges are listed; all others are not."""
    if challenge.state == ChallengeState.OPEN:
        put([card_of_challenge(challenge)])
    else:
        drop([challenge.pk])


@receiver(post_save, sender=Organisation)
def follow_organisation(sender: Any, *, instance: Organisation, created: bool, **given: Any) -> None:
    """Region, industry, size and verification stand on every listing of an organisation."""
    if not created:
        _list_again(instance)


@receiver([post_save, post_delete], sender=Certificate)
def follow_certificate(sender: Any, *, instance: Certificate, **given: Any) -> None:
    _list_again(instance.organisation)


def _list_again(organisation: Organisation) -> None:
    rows = list(Capability._base_manager.filter(organisation=organisation).select_related("organisation"))
    if rows:
        list_capabilities(rows)
    own = list(Technology._base_manager.filter(organisation=organisation).select_related("organisation"))
    if own:
        list_technologies(own)
