"""Matches through the API: who can answer a challenge, which challenges fit oneself, each with its reasons."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.api import In, Out, actor_of, needs
from rongtong.hub.matching.domain.pair_scores import exposure_cap

from ..domain.exposure import cap_exposure
from ..looks import log_look
from ..queries.conditions import say
from ..queries.hits import Hit
from ..queries.matching import Hits, challenges_for, matches_of, own_challenge

PATH, NOUN = "/matches", "challenge"
router = Router(tags=["matches"])
MOST = 200


class WordOut(Out):
    word: str
    points: Decimal


class ConditionOut(Out):
    facet: str
    outcome: str
    words: str


class MatchOut(Out):
    rank: int
    score: Decimal
    words: Decimal
    meaning: Decimal
    conditions: Decimal
    other_side: Decimal
    other_side_known: bool
    title: str
    organisation_id: UUID | None
    organisation: str
    capability_id: UUID | None
    challenge_id: UUID | None
    top_words: list[WordOut]
    judged: list[ConditionOut]


class MatchesOut(Out):
    items: list[MatchOut]
    meaning: bool


class ExposureCap(Out):
    most: int | None


class ExposureCapIn(In):
    most: int | None


@router.get("/challenges/{uuid:pk}", response=MatchesOut, operation_id="match_challenge")
def of_challenge(request: HttpRequest, pk: UUID, limit: int = 20) -> dict[str, Any]:
    """The organisations that can answer a challenge best; for its own side and the operator."""
    actor = actor_of(request)
    challenge = own_challenge(pk, actor)
    hits = matches_of(challenge, actor, limit=max(1, min(limit, MOST)))
    log_look(challenge, hits, actor)
    return _out(hits, "capability_id")


@router.get("/for-you", response=MatchesOut, operation_id="match_own_organisation")
def for_you(request: HttpRequest, limit: int = 20) -> dict[str, Any]:
    """The open challenges that fit the published capabilities of one's organisation."""
    actor = actor_of(request)
    needs(actor, "member")
    hits = challenges_for(actor, limit=max(1, min(limit, MOST)))
    return _out(hits, "challenge_id") if hits else {"items": [], "meaning": False}


@router.get("/exposure", response=ExposureCap, operation_id="read_exposure_cap")
def read_cap(request: HttpRequest) -> dict[str, Any]:
    """In the first ten of how many needs an organisation may stand; null for any number."""
    needs(actor_of(request), "operator.viewer")
    return {"most": exposure_cap()}


@router.put("/exposure", response=ExposureCap, operation_id="set_exposure_cap")
def set_cap(request: HttpRequest, payload: ExposureCapIn) -> dict[str, Any]:
    """Set that number; lists follow within a minute."""
    actor = actor_of(request)
    needs(actor, "operator.viewer")
    return {"most": cap_exposure(most=payload.most, by=actor)}


def _out(hits: Hits, subject: str) -> dict[str, Any]:
    return {"items": [_one(hit, subject) for hit in hits.items], "meaning": hits.meaning}


def _one(hit: Hit, subject: str) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "words": hit.words,
        "meaning": hit.meaning,
        "conditions": hit.conditions,
        "other_side": hit.other,
        "other_side_known": hit.other_known,
        "title": hit.title,
        "organisation_id": hit.organisation.pk if hit.organisation else None,
        "organisation": str(hit.organisation or ""),
        "capability_id": None,
        "challenge_id": None,
        "top_words": [{"word": word, "points": points} for word, points in hit.top_words],
        "judged": [{"facet": one.facet, "outcome": one.outcome, "words": say(one)} for one in hit.judged],
        subject: hit.subject_id,
    }
