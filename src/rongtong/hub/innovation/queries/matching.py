"""Who can answer a challenge, and which challenges fit an organisation: the engine's matches with what a page needs.

Both lists are ranked by both sides. The reader's own side is matched now, with all that this reader may see; the other
side was computed before from what every member may see (``pairing``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404

from rongtong.engines.matching import Constraint, Match, Matches, Need
from rongtong.engines.matching.two_sided import STRONG, blend, middle_of, relative
from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.rights import roles_on
from rongtong.hub.matching.demands import Demand, demanded, judged, points_of
from rongtong.hub.matching.domain.pair_scores import Pair, pairs_of_need, pairs_of_organisation
from rongtong.hub.matching.queries import matches_for
from rongtong.hub.matching.queries.outcomes import Outcome as EarlierOutcome
from rongtong.hub.matching.queries.outcomes import outcomes_of
from rongtong.hub.organisations.models import Organisation

from ..enums import CapabilityState, ChallengeState, Consent, ResponseState
from ..listings import CAPABILITY, CHALLENGE, text_of_capability
from ..models import Capability, Challenge, ChallengeInvitation, Partner, Response
from .challenges import conditions, leadable
from .challenges import profile_of as standing_of
from .disclosure import DisclosedChallenge, Hidden, disclosed, disclosed_many, with_parts
from .hits import Condition, Hit, Ranked, hit_of

MOST = 200
#: What exposure is capped in: the first so many of a list.
FRONT = 10
CERTIFICATES = "certificates"
#: Names this ranking in the log of what was shown.
RANKER = "two-sided:0.25"
HUNDRED = Decimal(100)
LONGEST_PROFILE = 4000


@dataclass(frozen=True)
class Hits:
    """A list of matches; ``two_sided`` where the other side of at least one is known, ``left_out`` what fits else."""

    items: list[Hit]
    found: int
    capped: bool
    meaning: bool
    two_sided: bool = False
    left_out: int = 0


def need_of(challenge: DisclosedChallenge) -> Need:
    """What a challenge asks, in the words its reader may see; conditions are wanted, not required."""
    targets = "" if isinstance(challenge.targets, Hidden) else "\n".join(str(one.row) for one in challenge.targets)
    parts = [challenge.problem, targets, challenge.tried, challenge.details]
    text = "\n".join(str(part) for part in parts if part)
    return Need(text, challenge.title, tuple(_constraints(challenge)), frozenset({CAPABILITY}))


def _constraints(challenge: DisclosedChallenge) -> Iterable[Constraint]:
    sizes = challenge.size_classes or challenge.leader_size_classes
    if challenge.regions:
        yield Constraint("region", tuple(challenge.regions))
    if sizes:
        yield Constraint("size_class", tuple(sizes))
    by_others = demanded(challenge.certificates, SYSTEM)  # who is judged elsewhere is not judged by its listing
    held = tuple(name for name in challenge.certificates if name not in by_others)
    if held:
        yield Constraint(CERTIFICATES, held)
    if challenge.readiness is not None:
        yield Constraint("readiness", challenge.readiness)


def own_challenge(pk: UUID, actor: Actor) -> Challenge:
    """The challenge, for those who may see who could answer it; for others it is not there."""
    challenge = get_object_or_404(Challenge.visible_to(actor).select_related("round", "organisation"), pk=pk)
    if not {"own.viewer", "operator.viewer"} & roles_on(actor, challenge):
        raise NotVisible
    return challenge


def matches_of(challenge: Challenge, actor: Actor, *, limit: int = 20) -> Hits:
    """The organisations that answer a challenge best, for a reader who may see all of it.

    Four queries besides the index: the other sides, earlier meetings, the organisations and their invitations; and a
    few where the challenge demands what another room judges.
    """
    ranking = _ranking(challenge, actor, most=min(limit, MOST))
    owners = [one.owner for one in ranking.rows if one.owner]
    firms = {row.pk: row for row in Organisation.visible_to(actor).filter(pk__in=owners)}
    asked = {
        row.organisation_id: row
        for row in ChallengeInvitation.visible_to(actor).filter(challenge=challenge, organisation_id__in=owners)
    }
    items = []
    for one in ranking.rows:
        if one.owner in firms and one.owner != challenge.organisation_id:
            met = ranking.met.get(one.owner)
            hit = hit_of(one, organisation=firms[one.owner], invitation=asked.get(one.owner), met=met)
            items.append(_demanding(hit, ranking.demands.get(one.owner, ())))
    matches = ranking.matches
    return Hits(items, matches.found, matches.capped, matches.meaning, two_sided=ranking.two_sided)


@dataclass(frozen=True)
class _Ranking:
    """The matches of a challenge in their turn, with what was asked to order them."""

    matches: Matches
    rows: list[Ranked]
    met: Mapping[UUID, EarlierOutcome]
    demands: Mapping[UUID, Sequence[Demand]]
    two_sided: bool


def _ranking(challenge: Challenge, actor: Actor, *, most: int = MOST) -> _Ranking:
    shown = disclosed(challenge, actor)
    need = need_of(shown)
    matches = matches_for(need, actor, limit=MOST)
    owners = [_owner(match) for match in matches.items]
    pairs = pairs_of_need(challenge.pk)
    met = outcomes_of(challenge.organisation_id, actor)
    demands = judged(_judged_elsewhere(shown, need), {owner for owner in owners if owner}, actor)
    rows = _in_turn(zip(matches.items, owners, strict=True), pairs, met, demands, most)
    two_sided = any(pair.backward is not None for pair in pairs.values())
    return _Ranking(matches, rows, met, demands, two_sided)


def _judged_elsewhere(challenge: DisclosedChallenge, need: Need) -> list[str]:
    """The names a challenge asks for that are no condition on a listing: others judge them."""
    asked = [one.value for one in need.constraints if one.facet == CERTIFICATES]
    held = {name for names in asked if isinstance(names, tuple) for name in names}
    return [name for name in challenge.certificates if name not in held]


def _demanding(hit: Hit, demands: Sequence[Demand]) -> Hit:
    """A hit with what the need demands by name, after the conditions of the listing."""
    told = [Condition("standard", (one.name,), one.outcome, one.outcome) for one in demands]
    return replace(hit, judged=[*hit.judged, *told]) if told else hit


def _in_turn(
    matches: Iterable[tuple[Match, UUID | None]],
    pairs: Mapping[UUID, Pair],
    met: Mapping[UUID, EarlierOutcome],
    demands: Mapping[UUID, Sequence[Demand]],
    most: int,
) -> list[Ranked]:
    """The first by both sides, what an earlier meeting said, and what is demanded by name.

    Whoever stands in enough other fronts gives way.
    """
    middle = middle_of(pair.backward for pair in pairs.values())
    rows = []
    for match, owner in matches:
        pair = pairs.get(owner) if owner else None
        far = pair.backward if pair else None
        rows.append(Ranked(match, blend(match.score, far, middle), match.score, far, middle, pair, owner))
    rows.sort(key=lambda one: -(one.score + _besides(one.owner, met, demands)))
    staying = set([place for place, one in enumerate(rows) if not (one.pair and one.pair.gives_way)][:FRONT])
    order = sorted(range(len(rows)), key=lambda place: (place not in staying, place))
    first = enumerate(order[:most], 1)
    return [replace(rows[place], rank=rank, way=_way(rows[place], place + 1, rank)) for rank, place in first]


def _besides(owner: UUID | None, met: Mapping[UUID, EarlierOutcome], demands: Mapping[UUID, Sequence[Demand]]) -> int:
    """What counts for the order and not for the score."""
    if owner is None:
        return 0
    return (met[owner].points if owner in met else 0) + points_of(demands.get(owner, ()))


def _way(one: Ranked, before: int, rank: int) -> tuple[int, int] | None:
    gives = one.pair is not None and one.pair.gives_way and rank > before
    return (one.pair.fronts, rank - before) if gives and one.pair else None


def plain_hits(matches: Sequence[Match], **of: Any) -> list[Hit]:
    """Matches in their own order, by the reader's side alone.

    Parameters
    ----------
    of
        Field of a hit → by subject id or owner, what it is: ``organisation``, ``challenge``.
    """
    found = []
    for rank, match in enumerate(matches, 1):
        told = {name: known.get(UUID(match.id)) or known.get(_owner(match)) for name, known in of.items()}
        if all(value is not None for value in told.values()):
            found.append(hit_of(Ranked(match, match.score, match.score, None, None, rank=rank), **told))
    return found


def _owner(match: Match) -> UUID | None:
    return UUID(match.owner) if match.owner else None


def rank_of(challenge: Challenge, organisation_id: UUID) -> int | None:
    """At which rank an organisation stands among the matches of a challenge, as its challenger would see them."""
    insider = Actor(
        account_id=UUID(int=0), organisation_id=challenge.organisation_id, role="viewer", verified=True, name="rank"
    )
    return next((one.rank for one in _ranking(challenge, insider).rows if one.owner == organisation_id), None)


def profile_of(capabilities: Iterable[Capability]) -> Need | None:
    """What an organisation offers, as one need for challenges: its newest capabilities; None where it has none."""
    texts = [f"{row.title}\n{text_of_capability(row)}" for row in list(capabilities)[:20]]
    if not texts:
        return None
    return Need("\n".join(texts)[:LONGEST_PROFILE], kinds=frozenset({CHALLENGE}))


def profile_need(actor: Actor) -> Need | None:
    """What the actor's organisation has published, as one need. One query."""
    rows = Capability.visible_to(actor).filter(organisation_id=actor.firm, state=CapabilityState.PUBLISHED)
    return profile_of(rows.order_by("-changed_at", "pk")[:20])


def challenges_for(actor: Actor, *, limit: int = 20) -> Hits | None:
    """The challenges worth answering for the actor's organisation; None while it has published nothing.

    What it may not lead is left out, and what it has answered or joined. A fixed number of queries.
    """
    if actor.organisation_id is None or actor.role is None:
        return None
    need = profile_need(actor)
    if need is None:
        return None
    matches = matches_for(need, actor, limit=MOST, by_organisation=False)
    fitting = Challenge.visible_to(actor).filter(pk__in=[match.id for match in matches], state=ChallengeState.OPEN)
    free = {str(pk) for pk in fitting.filter(leadable(actor)).exclude(_taken_part(actor)).values_list("pk", flat=True)}
    ranked = _worth(matches.items, pairs_of_organisation(actor.firm))
    ranked = [one for one in ranked if one.match.id in free][:limit]
    rows = with_parts(fitting.filter(pk__in=[one.match.id for one in ranked]), actor)
    shown = {one.id: one for one in disclosed_many(rows, actor)}
    own = standing_of(actor)
    items = []
    for rank, one in enumerate(ranked, 1):
        challenge = shown[UUID(one.match.id)]
        items.append(hit_of(replace(one, rank=rank), challenge=challenge, terms=conditions(challenge, own)))
    known = any(one.other_known for one in items)
    left = len(matches) - len(free)
    return Hits(items, matches.found, matches.capped, matches.meaning, two_sided=known, left_out=left)


def _taken_part(actor: Actor) -> Q:
    """Challenges that the actor's organisation has begun to answer, or has agreed to answer with others."""
    own = Response.visible_to(actor).filter(organisation_id=actor.firm).exclude(state=ResponseState.WITHDRAWN)
    joined = Partner.visible_to(actor).filter(organisation_id=actor.firm, consent=Consent.GIVEN)
    joined = joined.exclude(response__state=ResponseState.WITHDRAWN)
    return Q(pk__in=own.values("challenge_id")) | Q(pk__in=joined.values("response__challenge_id"))


def _worth(matches: Sequence[Match], pairs: Mapping[UUID, Pair]) -> list[Ranked]:
    """Order challenges by both sides: how near each comes to the best of all for oneself, and the challenger's view."""
    best = max((match.score for match in matches), default=STRONG)
    scale = HUNDRED / max(best, STRONG)
    known = [pairs.get(UUID(match.id)) for match in matches]
    middle = middle_of(pair.forward for pair in known if pair)
    rows = []
    for match, pair in zip(matches, known, strict=True):
        far = pair.forward if pair else None
        score = blend(match.score * scale, far, middle)
        rows.append(Ranked(match, score, relative(match.score, best), far, middle, pair, scale=scale))
    return sorted(rows, key=lambda one: -one.score)
