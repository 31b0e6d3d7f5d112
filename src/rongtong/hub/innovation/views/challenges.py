"""One challenge: its tabs, as one reader may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rongtong.hub.foundation import audit, formatting
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import found_by, visible
from rongtong.hub.trust.queries import documents_of, mark_of

from ..domain.invitations import open_invitation
from ..enums import ChallengeState
from ..models import Challenge, ChallengeInvitation
from ..queries.amendments import amendments_of
from ..queries.challenges import Standing, conditions, profile_of, questions_of, standing
from ..queries.disclosure import DisclosedChallenge, disclosed
from ..queries.rounds import collecting
from .activity import spoken

FEED = 50
FOUND = 20
VERBS = ("edit", "amend", "submit", "return", "screen", "publish", "withdraw", "copy", "invite", "watch")
_STEP = {
    ChallengeState.DRAFT: 0,
    ChallengeState.RETURNED: 0,
    ChallengeState.SUBMITTED: 1,
    ChallengeState.SCREENED: 1,
    ChallengeState.OPEN: 2,
    ChallengeState.SELECTING: 3,
    ChallengeState.AWARDED: 4,
    ChallengeState.CONCLUDED: 6,
}
STATE_LOOK = {
    ChallengeState.DRAFT: ("", "pencil"),
    ChallengeState.SUBMITTED: ("amber", "hourglass"),
    ChallengeState.RETURNED: ("amber", "arrow-back-up"),
    ChallengeState.SCREENED: ("", "check"),
    ChallengeState.OPEN: ("open", "speakerphone"),
    ChallengeState.SELECTING: ("amber", "scale"),
    ChallengeState.AWARDED: ("ok", "heart-handshake"),
    ChallengeState.CONCLUDED: ("", "flag"),
    ChallengeState.WITHDRAWN: ("bad", "ban"),
}


@dataclass(frozen=True)
class Opened:
    """A challenge opened by one reader."""

    challenge: Challenge
    shown: DisclosedChallenge
    standing: Standing
    actor: Actor


def open_challenge(request: HttpRequest, pk: UUID) -> Opened:
    """Read a challenge for this reader, and note that an invitation was opened."""
    actor = actor_of(request)
    challenge = visible(Challenge, actor, pk, "round", "organisation")
    shown = disclosed(challenge, actor)
    stands = standing(challenge, actor, knows_answers=shown.inside)
    if stands.invitation is not None and stands.invitation.opened_at is None and request.method == "GET":
        open_invitation(invitation=stands.invitation, by=actor)
    return Opened(challenge, shown, stands, actor)


def challenge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The need: problem, targets, who may answer, what is closed and why."""
    opened = open_challenge(request, pk)
    profile = None if opened.shown.inside else profile_of(opened.actor)
    more = {
        "conditions": conditions(opened.shown, profile),
        "profile": profile,
        "may_sign": "member.manager" in opened.actor.roles,
        "entries": _entries(opened, 6),
        "amendments": amendments_of(opened.challenge, opened.actor),
        "evidence": mark_of(opened.challenge, opened.actor),
    }
    return _page(request, opened, "need", more)


def challenge_questions(request: HttpRequest, pk: UUID) -> HttpResponse:
    opened = open_challenge(request, pk)
    return _page(request, opened, "questions", questions_context(opened))


def questions_context(opened: Opened) -> dict[str, Any]:
    answers = opened.actor.acts_for(opened.challenge.organisation_id) and "contributor" in opened.actor.steps
    return {
        "questions": questions_of(opened.challenge, opened.actor, inside=opened.shown.inside, may_answer=answers),
        "may_ask": allowed(opened.actor, "question.ask", opened.challenge),
    }


def challenge_files(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The documents this reader may open; hidden ones leave no trace but the word that some need an agreement."""
    opened = open_challenge(request, pk)
    return _page(request, opened, "files", {"documents": documents_of(opened.challenge, opened.actor)})


def challenge_people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The contact; for those inside also who was invited, and a way to invite more."""
    opened = open_challenge(request, pk)
    return _page(request, opened, "people", people_context(opened, request.GET.get("find", "")))


def people_context(opened: Opened, find: str) -> dict[str, Any]:
    invitations: list[ChallengeInvitation] = []
    found: list[Organisation] = []
    if opened.shown.inside:
        rows = ChallengeInvitation.visible_to(opened.actor).filter(challenge=opened.challenge)
        invitations = list(rows.select_related("organisation").order_by("rank", "created_at"))
        asked = {one.organisation_id for one in invitations} | {opened.challenge.organisation_id}
        find = find.replace("\x00", "").strip()[:100]
        if find:
            rows_found = found_by(Organisation.visible_to(opened.actor).filter(state="verified"), find)
            found = list(rows_found.exclude(pk__in=asked).order_by("sort_key", "pk")[:FOUND])
    return {"invitations": invitations, "found": found, "find": find}


def challenge_activity(request: HttpRequest, pk: UUID) -> HttpResponse:
    opened = open_challenge(request, pk)
    return _page(request, opened, "activity", {"entries": _entries(opened, FEED)})


def _entries(opened: Opened, limit: int) -> list[dict[str, Any]]:
    """What happened, as this reader may know. Names are for those inside: they would tell who publishes."""
    entries = audit.feed(opened.challenge, opened.actor, limit=limit)
    found: list[dict[str, Any]] = [
        {"at": entry.at, "text": text, "by": entry.name if opened.shown.inside and not opened.actor.system else ""}
        for entry in entries
        if (text := spoken(entry.verb)) is not None
    ]
    if not opened.shown.inside:  # the trail tells of every amendment; others learn of those they may read
        text = spoken("challenge.amend")
        amended = amendments_of(opened.challenge, opened.actor)
        found += [{"at": one.at, "text": text, "by": ""} for one in amended]
        found.sort(key=lambda entry: entry["at"], reverse=True)
    return found[:limit]


def _page(request: HttpRequest, opened: Opened, tab: str, more: dict[str, Any]) -> HttpResponse:
    values = common(opened, tab) | more
    return render(request, "innovation/challenge.html", values)


def common(opened: Opened, tab: str) -> dict[str, Any]:
    """What every tab of a challenge draws."""
    shown, actor = opened.shown, opened.actor
    may = {name: allowed(actor, f"challenge.{name}", opened.challenge) for name in VERBS}
    return {
        "challenge": shown,
        "standing": opened.standing,
        "actor": actor,
        "tab": tab,
        "tabs": _tabs(opened, tab),
        "may": may,
        "rounds": collecting(actor) if may["copy"] else [],
        "look": STATE_LOOK[ChallengeState(shown.state)],
        "steps": _steps(opened.challenge),
        "step": _STEP.get(ChallengeState(shown.state)),
        "title": shown.title,
        "sentence": _("技术创新需求 %(number)s") % {"number": shown.number} if shown.number else _("技术创新需求"),
    }


def _tabs(opened: Opened, current: str) -> list[dict[str, Any]]:
    names = [
        ("need", "challenge", _("需求"), None),
        ("questions", "challenge_questions", _("提问"), opened.standing.questions if opened.actor.is_member else None),
        ("files", "challenge_files", _("附件"), None),
        ("people", "challenge_people", _("联系人"), None),
        ("activity", "challenge_activity", _("动态"), None),
    ]
    return [
        {
            "label": label,
            "href": reverse(f"innovation:{route}", args=[opened.challenge.pk]),
            "count": count,
            "current": key == current,
        }
        for key, route, label, count in names
    ]


def _steps(challenge: Challenge) -> list[tuple[str, str]]:
    """申报 → 审核 → 揭榜 → 遴选 → 攻关 → 验收, each with its day."""
    short = formatting.short_day
    until = _("至%(moment)s") % {"moment": formatting.moment(challenge.deadline)} if challenge.deadline else ""
    return [
        (_("申报"), short(challenge.created_at)),
        (_("审核"), short(challenge.submitted_at) if challenge.submitted_at else ""),
        (_("揭榜"), until),
        (_("遴选"), _("至%(moment)s") % {"moment": short(challenge.round.select_until)}),
        (_("攻关"), _("%(months)s 个月") % {"months": challenge.months} if challenge.months else ""),
        (_("验收"), ""),
    ]
