"""Both sides of every open challenge, computed ahead of the pages: what needs and organisations score each other.

Only what members may read takes part: a challenge as disclosed at level 1, an organisation's published capabilities.
The work follows the listings' change log as far as the index has come. With n open challenges, a changed capability
costs n searches for organisations and one for its owner; a changed challenge one search and one for each candidate.
"""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from rongtong.engines.matching import EncoderError, Index, Need, Searcher
from rongtong.engines.matching.two_sided import cap_exposure, combine, middle_of, relative
from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.matching.domain.pair_scores import (
    Key,
    Pair,
    Progress,
    all_pairs,
    changed_since,
    exposure_cap,
    keep,
    progress,
)

from .enums import CapabilityState, ChallengeState
from .listings import CAPABILITY
from .models import Capability, Challenge
from .queries.disclosure import disclosed_to_members, with_parts
from .queries.matching import FRONT, MOST, need_of, profile_of

#: As many challenges as one search may give: beyond, what an organisation did not find is unknown, not nothing.
CHALLENGES = 1000
MEMBERS = 1
logger = logging.getLogger(__name__)
Sides = dict[Key, tuple[Decimal | None, Decimal | None]]


def refresh(index: Index) -> int:
    """Bring all pairs up to where the index is. Running it again changes nothing. Returns how many were written."""
    before, upto, cap = progress(), index.position, exposure_cap()
    changes = changed_since(before.position, upto)
    encoded = (before.encoded and not changes) or index.pending() == 0
    anew = encoded and not before.encoded
    if not changes and not anew and before.cap == cap and before.position:
        return 0
    rows = {row.pk: row for row in with_parts(Challenge.visible_to(SYSTEM).filter(state=ChallengeState.OPEN))}
    known = all_pairs(rows)
    capabilities = {owner for kind, _, owner in changes if kind == CAPABILITY}
    touched = {subject for kind, subject, _ in changes if kind != CAPABILITY}
    if anew:
        touched |= rows.keys()
    told = {subject for subject, _ in known}
    again = [row for pk, row in rows.items() if capabilities or pk in touched or pk not in told]
    sides: Sides = {key: (pair.forward, pair.backward) for key, pair in known.items()}
    stale = capabilities | _forwards(index, again, touched, sides)
    _backwards(index, stale, sides)
    return keep(_capped(sides, cap), known, Progress(upto, cap, encoded))


def _forwards(index: Index, challenges: Iterable[Challenge], touched: Collection[UUID], sides: Sides) -> set[UUID]:
    """Search each challenge's organisations anew. Returns whose backward side has to be computed."""
    stale = set()
    for challenge in challenges:
        need = need_of(disclosed_to_members(challenge))
        matches = index.search(need, Searcher(MEMBERS), limit=MOST, exclude_owner=str(challenge.organisation_id))
        found = {UUID(match.owner): match.score for match in matches if match.owner}
        for key in [key for key in sides if key[0] == challenge.pk and key[1] not in found]:
            del sides[key]
        for owner, score in found.items():
            backward = sides.get((challenge.pk, owner), (None, None))[1]
            sides[challenge.pk, owner] = (score, backward)
            if backward is None or challenge.pk in touched:
                stale.add(owner)
    return stale


def _backwards(index: Index, organisations: Collection[UUID], sides: Sides) -> None:
    """Search the challenges of each organisation, and set the other side of all its pairs."""
    own: dict[UUID, list[UUID]] = {}
    for subject, organisation in sides:
        if organisation in organisations:
            own.setdefault(organisation, []).append(subject)
    for organisation, need in _profiles(own).items():
        _prepare(index, need)
        matches = index.search(
            need,
            Searcher(MEMBERS, str(organisation)),
            limit=CHALLENGES,
            exclude_owner=str(organisation),
            group_by_owner=False,
        )
        found = {UUID(match.listing.id): match.score for match in matches}
        best = max(found.values(), default=Decimal("0.0"))
        absent = None if matches.capped or len(matches) == CHALLENGES else Decimal("0.0")
        for subject in own[organisation]:
            backward = relative(found[subject], best) if subject in found else absent
            sides[subject, organisation] = (sides[subject, organisation][0], backward)


def _prepare(index: Index, need: Need) -> None:
    """Have the page's encoding done now; without an encoder words alone are compared."""
    try:
        index.prepare(need)
    except EncoderError as error:
        logger.warning("the encoder does not answer, words alone are compared: %s", error)


def _profiles(organisations: Collection[UUID]) -> dict[UUID, Need]:
    """What each organisation has published, as a need. One query."""
    rows = Capability.visible_to(SYSTEM).filter(organisation_id__in=organisations, state=CapabilityState.PUBLISHED)
    written: dict[UUID, list[Capability]] = {}
    for row in rows.order_by("-changed_at", "pk"):
        written.setdefault(row.organisation_id, []).append(row)
    needs = {organisation: profile_of(own) for organisation, own in written.items()}
    return {organisation: need for organisation, need in needs.items() if need is not None}


def _capped(sides: Mapping[Key, tuple[Decimal | None, Decimal | None]], cap: int | None) -> dict[Key, Pair]:
    """Combine both sides, and fill the fronts of all challenges at once."""
    by_need: dict[UUID, dict[UUID, tuple[Decimal | None, Decimal | None]]] = {}
    for (subject, organisation), pair in sorted(sides.items()):
        by_need.setdefault(subject, {})[organisation] = pair
    pairs: dict[Key, Pair] = {}
    for subject, candidates in by_need.items():
        middle = middle_of(backward for _, backward in candidates.values())
        for organisation, (forward, backward) in candidates.items():
            score = combine([forward or Decimal("0.0")], backward, middle).score
            pairs[subject, organisation] = Pair(forward, backward, score, 0, gives_way=False)
    lists = {
        str(subject): [(str(organisation), pairs[subject, organisation].score or Decimal(0)) for organisation in own]
        for subject, own in by_need.items()
    }
    for need, placed in cap_exposure(lists, cap, front=FRONT).lists.items():
        for one in placed:
            key = (UUID(need), UUID(one.organisation))
            pairs[key] = replace(pairs[key], fronts=one.fronts, gives_way=one.gives_way)
    return pairs
