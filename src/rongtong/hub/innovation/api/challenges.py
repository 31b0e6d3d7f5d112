"""Challenges through the API: the same verbs, the same disclosure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, needs, paged, tagged, version_asked
from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import visible

from ..domain.amendments import amend_challenge
from ..domain.challenges import (
    copy_challenge,
    create_challenge,
    edit_challenge,
    return_challenge,
    screen_challenge,
    submit_challenge,
)
from ..domain.invitations import Invitee, invite, open_invitation
from ..domain.publication import close_challenge, publish_challenge, withdraw_challenge
from ..domain.questions import ask_question
from ..domain.watches import unwatch_challenge, watch_challenge
from ..enums import ChallengeState
from ..models import Amendment, Challenge, ChallengeInvitation, Round
from ..queries import challenges as reads
from ..queries.acting import own_id
from ..queries.disclosure import disclosed, disclosed_many, with_parts
from .amendment_shapes import AmendmentOut, AmendWith
from .shapes import (
    Ask,
    ChallengeFields,
    ChallengeOut,
    Comment,
    CopyInto,
    InvitationOut,
    Invite,
    NewChallenge,
    QuestionOut,
    Reason,
)

PATH, NOUN = "/challenges", "challenge"
router = Router(tags=["challenges"])


def shown(challenge: Challenge, actor: Actor, response: HttpResponse | None = None) -> ChallengeOut:
    seen = disclosed(challenge, actor)
    if response is not None:
        tagged(response, seen, actor)
    return ChallengeOut.of(seen)


def find(request: HttpRequest, pk: UUID) -> tuple[Challenge, Actor]:
    actor = actor_of(request)
    return visible(Challenge, actor, pk, "round", "organisation"), actor


def required_version(request: HttpRequest) -> int:
    """The version a change was made from; a change that names none could overwrite unseen work."""
    version = version_asked(request)
    if version is None:
        raise Invalid([Fault("If-Match", _("请在 If-Match 中写明读取时得到的 ETag。"), "if_match.missing")])
    return version


@router.get("", response=Page[ChallengeOut])
def list_challenges(
    request: HttpRequest,
    state: ChallengeState | None = None,
    round_id: UUID | None = None,
    industry: str = "",
    q: str = "",
    own: bool = False,
    cursor: str = "",
    limit: int = 50,
) -> Any:
    """The challenges the caller may see. ``own`` narrows them to the caller's organisation."""
    actor = actor_of(request)
    rows = Challenge.visible_to(actor)
    if own:
        rows = rows.filter(organisation_id=own_id(actor)) if actor.role else rows.none()
    if state is not None:
        rows = rows.filter(state=state)
    if round_id is not None:
        rows = rows.filter(round_id=round_id)
    if industry:
        rows = rows.filter(industry=industry.replace("\x00", ""))
    if q:
        rows = reads.found_by(rows, q.replace("\x00", "")[:100], actor)
    page = paged(request, with_parts(rows, actor), lambda row: row, order=("id",), cursor=cursor, limit=limit)
    page["items"] = [ChallengeOut.of(one) for one in disclosed_many(page["items"], actor)]
    return page


@router.post("", response={201: ChallengeOut})
def create(request: HttpRequest, payload: NewChallenge, response: HttpResponse) -> Any:
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    chosen = payload.organisation_id
    organisation = visible(Organisation, actor, chosen) if chosen else None
    made = create_challenge(
        round=visible(Round, actor, payload.round_id),
        values={"title": "", **payload.values()},
        targets=payload.rows() or [],
        by=actor,
        organisation=organisation,
        submit=payload.submit,
    )
    return Status(201, shown(made, actor, response))


@router.get("/{uuid:pk}", response=ChallengeOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    return shown(*find(request, pk), response)


@router.patch("/{uuid:pk}", response=ChallengeOut)
def edit(request: HttpRequest, pk: UUID, payload: ChallengeFields, response: HttpResponse) -> Any:
    """Change a draft. ``If-Match`` carries the ETag it was read with; 409 carries both versions."""
    challenge, actor = find(request, pk)
    saved = edit_challenge(
        challenge=challenge,
        version=required_version(request),
        values=payload.values(),
        targets=payload.rows(),
        by=actor,
    )
    return shown(saved, actor, response)


@router.post("/{uuid:pk}/submit", response=ChallengeOut)
def submit(request: HttpRequest, pk: UUID) -> Any:
    challenge, actor = find(request, pk)
    return shown(submit_challenge(challenge=challenge, by=actor), actor)


@router.post("/{uuid:pk}/return", response=ChallengeOut)
def give_back(request: HttpRequest, pk: UUID, payload: Comment) -> Any:
    challenge, actor = find(request, pk)
    return shown(return_challenge(challenge=challenge, comment=payload.comment, by=actor), actor)


@router.post("/{uuid:pk}/screen", response=ChallengeOut)
def screen(request: HttpRequest, pk: UUID) -> Any:
    challenge, actor = find(request, pk)
    return shown(screen_challenge(challenge=challenge, by=actor), actor)


@router.post("/{uuid:pk}/publish", response=ChallengeOut)
def publish(request: HttpRequest, pk: UUID) -> Any:
    challenge, actor = find(request, pk)
    return shown(publish_challenge(challenge=challenge, by=actor), actor)


@router.post("/{uuid:pk}/close", response=ChallengeOut)
def close(request: HttpRequest, pk: UUID) -> Any:
    challenge, actor = find(request, pk)
    return shown(close_challenge(challenge=challenge, by=actor), actor)


@router.post("/{uuid:pk}/amend", response=ChallengeOut)
def amend(request: HttpRequest, pk: UUID, payload: AmendWith, response: HttpResponse) -> Any:
    """Change a published challenge, at once and in the open. ``If-Match`` carries the ETag it was read with."""
    challenge, actor = find(request, pk)
    changed = amend_challenge(
        challenge=challenge,
        version=required_version(request),
        values=payload.values(),
        targets=payload.amended_targets(),
        reasons=payload.given_reasons(),
        by=actor,
    )
    return shown(changed, actor, response)


@router.get("/{uuid:pk}/amendments", response=Page[AmendmentOut])
def list_amendments(request: HttpRequest, pk: UUID, cursor: str = "", limit: int = 50) -> Any:
    """What was amended, newest first, as far as the caller may read it. Each disclosure level counts its own."""
    challenge, actor = find(request, pk)
    rows = Amendment.visible_to(actor).filter(challenge=challenge)
    return paged(request, rows, AmendmentOut.of, order=("-created_at", "id"), cursor=cursor, limit=limit)


@router.post("/{uuid:pk}/withdraw", response=ChallengeOut)
def withdraw(request: HttpRequest, pk: UUID, payload: Reason) -> Any:
    challenge, actor = find(request, pk)
    return shown(withdraw_challenge(challenge=challenge, reason=payload.reason, by=actor), actor)


@router.post("/{uuid:pk}/copy", response={201: ChallengeOut})
def copy(request: HttpRequest, pk: UUID, payload: CopyInto) -> Any:
    challenge, actor = find(request, pk)
    into = visible(Round, actor, payload.round_id)
    return Status(201, shown(copy_challenge(challenge=challenge, round=into, by=actor), actor))


@router.post("/{uuid:pk}/watch", response=ChallengeOut)
def watch(request: HttpRequest, pk: UUID) -> Any:
    challenge, actor = find(request, pk)
    return shown(watch_challenge(challenge=challenge, by=actor), actor)


@router.post("/{uuid:pk}/unwatch", response=ChallengeOut)
def unwatch(request: HttpRequest, pk: UUID) -> Any:
    challenge, actor = find(request, pk)
    return shown(unwatch_challenge(challenge=challenge, by=actor), actor)


@router.get("/{uuid:pk}/invitations", response=Page[InvitationOut])
def list_invitations(request: HttpRequest, pk: UUID, cursor: str = "", limit: int = 50) -> Any:
    """Who was invited: all for the challenger and the operator, oneself for the invited."""
    challenge, actor = find(request, pk)
    rows = ChallengeInvitation.visible_to(actor).filter(challenge=challenge).select_related("organisation")
    return paged(request, rows, InvitationOut.of, order=("id",), cursor=cursor, limit=limit)


@router.post("/{uuid:pk}/invite", response=Page[InvitationOut])
def invite_organisations(request: HttpRequest, pk: UUID, payload: Invite) -> Any:
    challenge, actor = find(request, pk)
    invite(
        challenge=challenge,
        invitees=[Invitee(one.organisation_id, one.rank, one.score) for one in payload.organisations],
        by=actor,
    )
    rows = ChallengeInvitation.visible_to(actor).filter(challenge=challenge).select_related("organisation")
    return paged(request, rows, InvitationOut.of, order=("id",))


@router.post("/{uuid:pk}/open-invitation", response=InvitationOut)
def open_own_invitation(request: HttpRequest, pk: UUID) -> Any:
    """Note that the invited side has read it."""
    challenge, actor = find(request, pk)
    rows = ChallengeInvitation.visible_to(actor).filter(challenge=challenge, organisation_id=own_id(actor))
    row = rows.values_list("pk", flat=True).first()
    invitation = visible(ChallengeInvitation, actor, row or UUID(int=0), "organisation")
    open_invitation(invitation=invitation, by=actor)
    return InvitationOut.of(visible(ChallengeInvitation, actor, invitation.pk, "organisation"))


@router.get("/{uuid:pk}/questions", response=list[QuestionOut])
def list_questions(request: HttpRequest, pk: UUID) -> Any:
    """The questions the caller may read, oldest first; who asked is named to those who know."""
    challenge, actor = find(request, pk)
    inside = disclosed(challenge, actor).inside
    return [QuestionOut.of(one) for one in reads.questions_of(challenge, actor, inside=inside, may_answer=False)]


@router.post("/{uuid:pk}/questions", response={201: QuestionOut})
def ask(request: HttpRequest, pk: UUID, payload: Ask) -> Any:
    challenge, actor = find(request, pk)
    made = ask_question(challenge=challenge, text=payload.text, by=actor)
    every = reads.questions_of(challenge, actor, inside=False, may_answer=False)
    return Status(201, next(QuestionOut.of(one) for one in every if one.id == made.pk))
