"""Teams for a challenge through the API: the splitting, the teams, and computing them in the background."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.api import In, Out, actor_of
from rongtong.hub.organisations.queries import visible

from ..domain.subneeds import split_challenge, split_for_response
from ..domain.teams import setting_of
from ..models import Challenge, Response, Source
from ..queries.subneeds import Part, parts_for
from ..queries.teams import Shown, teams_of
from ..tasks import begin_teams

PATH, NOUN = "/teams", "challenge"
router = Router(tags=["teams"])


class SubNeedIn(In):
    text: str
    source: Source
    weight: int = 3
    must: bool = False


class SplitIn(In):
    parts: list[SubNeedIn]


class SubNeedOut(Out):
    text: str
    source: Source
    weight: int
    must: bool


class SplitOut(Out):
    parts: list[SubNeedOut]


class CoverOut(Out):
    """``part`` counts the parts from 0; ``carries`` says whether the team's part falls to this member."""

    part: int
    strength: float
    carries: bool
    capability_id: UUID | None
    title: str
    words: list[str]


class SubstituteOut(Out):
    organisation_id: UUID
    organisation: str
    loss: float
    uncovers: list[int]


class TeamMemberOut(Out):
    organisation_id: UUID
    organisation: str
    leads: bool
    contribution: float
    covers: list[CoverOut]
    alternatives: list[SubstituteOut]


class TeamOut(Out):
    members: list[TeamMemberOut]
    coverage: float
    strength: float
    uncovered: list[int]
    proven: bool
    gap: float


class TeamsOut(Out):
    """``ready`` is false while the teams are still to be computed: ask for that by POST."""

    ready: bool
    stored: bool
    parts: list[SubNeedOut]
    teams: list[TeamOut]


class TeamJobOut(Out):
    job_id: UUID


@router.get("/challenges/{uuid:pk}", response=TeamsOut, operation_id="teams_of_challenge")
def of_challenge(request: HttpRequest, pk: UUID) -> Any:
    """Small teams that cover a challenge; for its own side and the operator, else around one's own organisation."""
    actor = actor_of(request)
    setting = setting_of(pk, actor)
    if setting.refused is not None:
        raise setting.refused
    shown = teams_of(setting, actor)
    return {
        "ready": shown.answer is not None or not setting.parts,
        "stored": setting.stored,
        "parts": [_part(one) for one in setting.parts],
        "teams": [_team(shown, one) for one in shown.teams],
    }


@router.post("/challenges/{uuid:pk}/compute", response=TeamJobOut, operation_id="compute_teams")
def compute(request: HttpRequest, pk: UUID) -> Any:
    """Compute the teams in the background; the job tells how far it is."""
    actor = actor_of(request)
    return {"job_id": begin_teams(setting_of(pk, actor).challenge.id, actor).pk}


@router.put("/challenges/{uuid:pk}/parts", response=SplitOut, operation_id="split_challenge")
def split(request: HttpRequest, pk: UUID, payload: SplitIn) -> Any:
    """Replace the challenger's splitting."""
    actor = actor_of(request)
    challenge = visible(Challenge, actor, pk, "round", "organisation")
    split_challenge(challenge=challenge, parts=_parts(payload), by=actor)
    return {"parts": [_part(one) for one in parts_for(challenge, None, actor)]}


@router.put("/responses/{uuid:pk}/parts", response=SplitOut, operation_id="split_for_response")
def split_own(request: HttpRequest, pk: UUID, payload: SplitIn) -> Any:
    """Replace the leader's own splitting for a draft."""
    actor = actor_of(request)
    response = visible(Response, actor, pk, "challenge__round", "challenge__organisation")
    split_for_response(response=response, parts=_parts(payload), by=actor)
    return {"parts": [_part(one) for one in parts_for(response.challenge, response, actor)]}


def _parts(payload: SplitIn) -> list[Part]:
    return [Part(one.text, one.source.value, one.weight, one.must) for one in payload.parts]


def _part(part: Part) -> dict[str, Any]:
    return {"text": part.text, "source": part.source, "weight": part.weight, "must": part.must}


def _team(shown: Shown, team: Any) -> dict[str, Any]:
    return {
        "members": [_member(shown, one) for one in team.members],
        "coverage": round(team.coverage, 4),
        "strength": round(team.strength, 4),
        "uncovered": [int(one) for one in team.uncovered],
        "proven": team.proven,
        "gap": round(team.gap, 4),
    }


def _member(shown: Shown, member: Any) -> dict[str, Any]:
    return {
        "organisation_id": UUID(member.id),
        "organisation": str(shown.firms[member.id]),
        "leads": member.leads,
        "contribution": round(member.contribution, 4),
        "covers": [_cover(shown, one, carries=one in member.covers) for one in (*member.covers, *member.supports)],
        "alternatives": [
            {
                "organisation_id": UUID(one.id),
                "organisation": str(shown.firms[one.id]),
                "loss": round(one.loss, 4),
                "uncovers": [int(need) for need in one.uncovers],
            }
            for one in member.alternatives
            if one.id in shown.firms
        ],
    }


def _cover(shown: Shown, cover: Any, *, carries: bool) -> dict[str, Any]:
    ground = shown.ground(cover.member, cover.need)
    return {
        "part": int(cover.need),
        "strength": cover.strength,
        "carries": carries,
        "capability_id": ground.capability_id if ground else None,
        "title": ground.title if ground else "",
        "words": list(ground.words) if ground else [],
    }
