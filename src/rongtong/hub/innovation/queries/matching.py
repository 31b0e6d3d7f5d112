"""Who can answer a challenge, and which challenges fit an organisation: the engine's matches with what a page needs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404

from rongtong.engines.matching import Constraint, Match, Need, Outcome
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.rights import roles_on
from rongtong.hub.matching.queries import matches_for
from rongtong.hub.organisations.models import Organisation

from ..enums import CapabilityState, ChallengeState
from ..listings import CAPABILITY, CHALLENGE, text_of_capability
from ..models import Capability, Challenge, ChallengeInvitation
from .disclosure import DisclosedChallenge, Hidden, disclosed, disclosed_many, with_parts

MOST = 200
LONGEST_PROFILE = 4000
EXCERPT = 120
# numbers and units carry points, but as a reason they say nothing
UNITS = r"mm|cm|km|kg|min|kn|mw|kw|mpa|gpa|pa|hz|khz|hrc|ms|ml"
PLAIN = re.compile(rf"[\d.,]+|[a-zµμ°%℃]|[年月日天个台套件]|{UNITS}", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """One condition beside what the organisation says of itself."""

    facet: str
    asked: Any
    found: Any
    outcome: str

    @property
    def kind(self) -> str:
        """The mark of the page: met, not, unk."""
        return {"met": "met", "not_met": "not"}.get(self.outcome, "unk")


@dataclass(frozen=True)
class Hit:
    """One match as a page shows it; the three parts add up to the score."""

    rank: int
    score: Decimal
    words: Decimal
    meaning: Decimal
    conditions: Decimal
    top_words: list[tuple[str, Decimal]]
    judged: list[Condition]
    title: str
    excerpt: list[tuple[str, bool]]
    subject_id: UUID
    others: int
    organisation: Organisation | None = None
    invitation: ChallengeInvitation | None = None
    challenge: DisclosedChallenge | None = None


@dataclass(frozen=True)
class Hits:
    items: list[Hit]
    found: int
    capped: bool
    meaning: bool


def need_of(challenge: DisclosedChallenge) -> Need:
    """What a challenge asks, in the words its reader may see; conditions are wanted, not required."""
    targets = "" if isinstance(challenge.targets, Hidden) else "；".join(str(one.row) for one in challenge.targets)
    parts = [challenge.problem, targets, challenge.tried, challenge.details]
    text = "\n".join(str(part) for part in parts if part)
    return Need(text, challenge.title, tuple(_constraints(challenge)), frozenset({CAPABILITY}))


def _constraints(challenge: DisclosedChallenge) -> Iterable[Constraint]:
    sizes = challenge.size_classes or challenge.leader_size_classes
    if challenge.regions:
        yield Constraint("region", tuple(challenge.regions))
    if sizes:
        yield Constraint("size_class", tuple(sizes))
    if challenge.certificates:
        yield Constraint("certificates", tuple(challenge.certificates))
    if challenge.readiness is not None:
        yield Constraint("readiness", challenge.readiness)


def own_challenge(pk: UUID, actor: Actor) -> Challenge:
    """The challenge, for those who may see who could answer it; for others it is not there."""
    challenge = get_object_or_404(Challenge.visible_to(actor).select_related("round", "organisation"), pk=pk)
    if not {"own.viewer", "operator.viewer"} & roles_on(actor, challenge):
        raise NotVisible
    return challenge


def matches_of(challenge: Challenge, actor: Actor, *, limit: int = 20) -> Hits:
    """The organisations whose capabilities answer a challenge best, for a reader who may see all of it.

    Two queries besides the index: the organisations and their invitations.
    """
    matches = matches_for(need_of(disclosed(challenge, actor)), actor, limit=min(limit, MOST))
    owners = [UUID(match.owner) for match in matches if match.owner]
    firms = {row.pk: row for row in Organisation.visible_to(actor).filter(pk__in=owners)}
    asked = {
        row.organisation_id: row
        for row in ChallengeInvitation.visible_to(actor).filter(challenge=challenge, organisation_id__in=owners)
    }
    items = []
    for rank, match in enumerate(matches, 1):
        owner = UUID(match.owner) if match.owner else None
        if owner in firms and owner != challenge.organisation_id:
            items.append(_hit(rank, match, organisation=firms[owner], invitation=asked.get(owner)))
    return Hits(items, matches.found, matches.capped, matches.meaning)


def rank_of(challenge: Challenge, organisation_id: UUID) -> int | None:
    """At which rank an organisation stands among the matches of a challenge, as its challenger would see them."""
    insider = Actor(
        account_id=UUID(int=0), organisation_id=challenge.organisation_id, role="viewer", verified=True, name="rank"
    )
    matches = matches_for(need_of(disclosed(challenge, insider)), insider, limit=MOST)
    ranks = {match.owner: rank for rank, match in enumerate(matches, 1)}
    return ranks.get(str(organisation_id))


def profile_need(actor: Actor) -> Need | None:
    """What an organisation offers, as one need for challenges; None while it has published nothing."""
    rows = Capability.visible_to(actor).filter(organisation_id=actor.firm, state=CapabilityState.PUBLISHED)
    texts = [f"{row.title}\n{text_of_capability(row)}" for row in rows.order_by("-changed_at", "pk")[:20]]
    if not texts:
        return None
    return Need("\n".join(texts)[:LONGEST_PROFILE], kinds=frozenset({CHALLENGE}))


def challenges_for(actor: Actor, *, limit: int = 20) -> Hits | None:
    """The open challenges that fit what the actor's organisation can do; None while it has published nothing."""
    if actor.organisation_id is None or actor.role is None:
        return None
    need = profile_need(actor)
    if need is None:
        return None
    matches = matches_for(need, actor, limit=limit, by_organisation=False)
    ids = [UUID(match.listing.id) for match in matches]
    rows = with_parts(Challenge.visible_to(actor).filter(pk__in=ids, state=ChallengeState.OPEN))
    shown = {one.id: one for one in disclosed_many(rows, actor)}
    items = [
        _hit(rank, match, challenge=shown[UUID(match.listing.id)])
        for rank, match in enumerate(matches, 1)
        if UUID(match.listing.id) in shown
    ]
    return Hits(items, matches.found, matches.capped, matches.meaning)


def _hit(rank: int, match: Match, **of: Any) -> Hit:
    reasons = match.reasons
    tops = [(one.words, one.points) for one in reasons.words]
    return Hit(
        rank=rank,
        score=match.score,
        words=sum((points for _, points in tops), Decimal("0.0")),
        meaning=reasons.meaning.points if reasons.meaning else Decimal("0.0"),
        conditions=sum((one.points for one in reasons.constraints), Decimal("0.0")),
        top_words=[(word, points) for word, points in tops if _tells(word, _folded(match))][:6],
        judged=[
            Condition(one.constraint.facet, one.constraint.value, one.found, Outcome(one.outcome).value)
            for one in reasons.constraints
        ],
        title=match.listing.title,
        excerpt=excerpt(_text(match), [word for word, _ in tops if not PLAIN.fullmatch(word)]),
        subject_id=UUID(match.listing.id),
        others=match.others,
        **of,
    )


def _tells(word: str, text: str) -> bool:
    """Whether a matched word is worth telling: it stands there as it is, and is not a bare number or a unit."""
    return not PLAIN.fullmatch(word) and word.casefold() in text


def _folded(match: Match) -> str:
    return f"{match.listing.title}\n{_text(match)}".casefold()


def _text(match: Match) -> str:
    """The text that this searcher sees; the engine has left out the rest."""
    return "\n".join(text for _, text in sorted(match.listing.texts.items()))


def excerpt(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """The part of a text where most of the words stand, cut into (piece, is a matched word)."""
    text = " ".join(text.split())
    known = sorted({word for word in words if word}, key=len, reverse=True)
    if not known:
        return [(text[:EXCERPT], False)] if text else []
    pattern = re.compile("|".join(_whole(word) for word in known), re.IGNORECASE)
    places = [found.start() for found in pattern.finditer(text)]
    start = max(places, key=lambda at: sum(at <= other < at + EXCERPT for other in places), default=0)
    start = max(0, start - 12)
    part = ("…" if start else "") + text[start : start + EXCERPT] + ("…" if start + EXCERPT < len(text) else "")
    pieces: list[tuple[str, bool]] = []
    at = 0
    for found in pattern.finditer(part):
        if found.start() > at:
            pieces.append((part[at : found.start()], False))
        pieces.append((found.group(), True))
        at = found.end()
    return [*pieces, (part[at:], False)] if at < len(part) else pieces


def _whole(word: str) -> str:
    """A pattern for a word; a Latin one is not found inside another."""
    escaped = re.escape(word)
    return rf"(?<![0-9A-Za-z]){escaped}(?![0-9A-Za-z])" if word.isascii() else escaped
