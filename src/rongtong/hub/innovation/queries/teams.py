"""Teams for a challenge: which parts the reader sees, who covers each and why, and which small teams cover them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from uuid import UUID

from django.core.cache import cache

from rongtong.engines.matching import Match, Need
from rongtong.engines.matching.teams import Candidate, Proposal, Team, TeamProblem, TeamProgress, is_quick, propose
from rongtong.engines.matching.teams import SubNeed as Wanted
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.matching.live import live_index
from rongtong.hub.matching.queries import matches_for
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.models import Organisation

from ..enums import Consent
from ..listings import CAPABILITY
from ..models import ChallengeInvitation, Partner, Response
from .disclosure import DisclosedChallenge, Hidden
from .hits import PLAIN
from .subneeds import Part

#: Matches looked at for each part, and members of a team.
DEEP, MOST_MEMBERS = 12, 4
KIND = "innovation.teams"  # of its jobs
#: The score at which a part counts as covered fully: twice a share of words squared is a quarter of the attainable.
FULL_SCORE = 50
THRESHOLD = 0.4
KEPT = 3600
WORDS = 4


@dataclass(frozen=True)
class Ground:
    """Why an organisation is said to cover a part: its capability, and the words that both have."""

    strength: float
    capability_id: UUID
    title: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """What is asked, by whom, around whom. Everything in it is open to the reader."""

    challenge: DisclosedChallenge
    parts: tuple[Part, ...]
    stored: bool
    inside: bool
    leader: Organisation | None = None
    draft: Response | None = None
    refused: Refusal | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Teams with their grounds, as the cache keeps them: ids only."""

    proposal: Proposal
    grounds: dict[tuple[str, str], Ground]


@dataclass(frozen=True)
class Shown:
    """What a page shows. Without an answer it is still to be computed."""

    setting: Setting
    answer: Answer | None
    firms: dict[str, Organisation] = field(default_factory=dict)
    asked: frozenset[UUID] = frozenset()

    @property
    def teams(self) -> tuple[Team, ...]:
        """Teams all of whose members the reader may see."""
        told = self.answer.proposal.teams if self.answer else ()
        return tuple(team for team in told if all(one.id in self.firms for one in team.members))

    def ground(self, member: str, need: str) -> Ground | None:
        return self.answer.grounds.get((member, need)) if self.answer else None

    def part(self, need: str) -> Part:
        return self.setting.parts[int(need)]


def teams_of(setting: Setting, actor: Actor) -> Shown:
    """The teams, from the cache or computed where that is quick; without an answer where it takes longer."""
    if not setting.parts:
        return Shown(setting, None)
    answer: Answer | None = cache.get(_key(setting, actor))
    if answer is None:
        problem, grounds = _problem(setting, actor)
        if is_quick(problem):
            answer = Answer(propose(problem), grounds)
            cache.set(_key(setting, actor), answer, KEPT)
    return _shown(setting, answer, actor)


def compute(setting: Setting, actor: Actor, tell: Callable[[TeamProgress], None]) -> None:
    """Compute the teams and keep them, for background work."""
    if setting.parts:
        problem, grounds = _problem(setting, actor)
        cache.set(_key(setting, actor), Answer(propose(problem, tell=tell), grounds), KEPT)


def _key(setting: Setting, actor: Actor) -> str:
    """What the answer depends on: the parts shown, who asks with which rights, and the state of the index."""
    index = live_index()
    basis = [
        str(setting.challenge.id),
        [asdict(part) for part in setting.parts],
        str(actor.organisation_id),
        actor.level,
        sorted(actor.roles),
        str(setting.leader.pk) if setting.leader else "",
        sorted(str(one) for one in _refusers(setting, actor)),
        index.position,
        len(index.vectors),
    ]
    return f"teams:{hashlib.sha256(json.dumps(basis, ensure_ascii=False).encode()).hexdigest()}"


def _refusers(setting: Setting, actor: Actor) -> list[UUID]:
    """Who has declined to join the draft: it is not proposed again."""
    if setting.draft is None:
        return []
    rows = Partner.visible_to(actor).filter(response=setting.draft, consent=Consent.REFUSED)
    return list(rows.values_list("organisation_id", flat=True))


def _problem(setting: Setting, actor: Actor) -> tuple[TeamProblem, dict[tuple[str, str], Ground]]:
    grounds = _grounds(setting, actor)
    leader = str(setting.leader.pk) if setting.leader else None
    left_out = {str(one) for one in _refusers(setting, actor)}
    publisher = setting.challenge.publisher
    if not isinstance(publisher, Hidden):  # an anonymous one is treated like any other, so that nothing tells who it is
        left_out.add(str(publisher.id))
    names = ({owner for owner, _need in grounds} | ({leader} if leader else set())) - left_out
    firms = {str(row.pk): row for row in Organisation.visible_to(actor).filter(pk__in=names)}
    candidates = tuple(
        Candidate(
            name,
            {need: ground.strength for (owner, need), ground in grounds.items() if owner == name},
            may_lead=firms[name].kind == OrganisationKind.ENTERPRISE
            and firms[name].size_class in setting.challenge.leader_size_classes,
            region=firms[name].region[:4],
        )
        for name in sorted(firms)
        if firms[name].is_verified
    )
    needs = tuple(Wanted(str(number), part.weight, part.must) for number, part in enumerate(setting.parts))
    return TeamProblem(needs, candidates, most=MOST_MEMBERS, threshold=THRESHOLD, leader=leader), grounds


def _grounds(setting: Setting, actor: Actor) -> dict[tuple[str, str], Ground]:
    """(organisation, part) → why it covers it; one search a part."""
    found: dict[tuple[str, str], Ground] = {}
    own = setting.leader is None  # whoever seeks a team around itself counts too
    for number, part in enumerate(setting.parts):
        need = Need(part.text, kinds=frozenset({CAPABILITY}))
        for match in matches_for(need, actor, limit=DEEP, without_own=own):
            ground = _ground(match)
            if match.owner and ground.strength >= THRESHOLD:
                found[match.owner, str(number)] = ground
    return found


def _ground(match: Match) -> Ground:
    text = "\n".join([match.listing.title, *match.listing.texts.values()]).casefold()
    words = [one.words for one in match.reasons.words]
    telling = [word for word in words if not PLAIN.fullmatch(word) and word.casefold() in text]
    strength = round(min(1.0, float(match.score) / FULL_SCORE), 3)
    return Ground(strength, UUID(match.listing.id), match.listing.title, tuple(telling[:WORDS]))


def _shown(setting: Setting, answer: Answer | None, actor: Actor) -> Shown:
    """With the organisations' names, and who was asked already. Two queries."""
    if answer is None:
        return Shown(setting, None)
    names = {one.id for team in answer.proposal for one in team.members}
    names |= {other.id for team in answer.proposal for one in team.members for other in one.alternatives}
    firms = {str(row.pk): row for row in Organisation.visible_to(actor).filter(pk__in=names)}
    return Shown(setting, answer, firms, frozenset(_asked(setting, actor)))


def _asked(setting: Setting, actor: Actor) -> list[UUID]:
    if setting.inside:
        rows = ChallengeInvitation.visible_to(actor).filter(challenge_id=setting.challenge.id)
        return list(rows.values_list("organisation_id", flat=True))
    if setting.draft is None:
        return []
    partners = Partner.visible_to(actor).filter(response=setting.draft)
    return list(partners.values_list("organisation_id", flat=True))
