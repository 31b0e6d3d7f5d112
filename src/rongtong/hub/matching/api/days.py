"""Matchmaking days through the API: prepare, invite, answer, wish, plan, adopt, publish, look back."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status

from rongtong.engines.matching.meeting_day import Changes
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, needs, paged, tagged, version_asked
from rongtong.hub.foundation.errors import Fault, Invalid, NotVisible
from rongtong.hub.organisations.queries import visible

from ..domain import days as verbs
from ..domain.feedback import give_feedback
from ..domain.participation import adjust, answer, ask, withdraw
from ..domain.planning import adopt, changes_of, discard
from ..enums import DayState, ParticipationState, PlanState, RequestKind
from ..models import DayPlan, MatchmakingDay, Meeting, Participation
from ..queries.days import agenda_of, fellows_of, own_participation, tallies, with_wishes
from ..tasks import begin_plan
from .shapes import (
    AdjustIn,
    AnswerIn,
    DayFields,
    DayOut,
    EngagementOut,
    FeedbackIn,
    FeedbackOut,
    FellowOut,
    GuestsIn,
    MeetingOut,
    ParticipationOut,
    PlanOut,
    TableIn,
    WishIn,
)

PATH, NOUN = "/matchmaking-days", "matchmaking"
router = Router(tags=["matchmaking-days"])


def _shown(row: MatchmakingDay, actor: Actor, response: HttpResponse | None = None) -> DayOut:
    if response is not None:
        tagged(response, row, actor)
    return DayOut.of(row, tallies([row], actor)[row.pk])


def _find(request: HttpRequest, pk: UUID) -> tuple[MatchmakingDay, Actor]:
    actor = actor_of(request)
    return visible(MatchmakingDay, actor, pk), actor


@router.get("", response=Page[DayOut], operation_id="list_matchmaking_days")
def list_days(request: HttpRequest, state: DayState | None = None, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    needs(actor, "member")
    rows = MatchmakingDay.visible_to(actor)
    if state is not None:
        rows = rows.filter(state=state)
    page = paged(request, rows, lambda row: row, order=("-starts_at", "-id"), cursor=cursor, limit=limit)
    counts = tallies(page["items"], actor)
    page["items"] = [DayOut.of(row, counts[row.pk]) for row in page["items"]]
    return page


@router.post("", response={201: DayOut}, operation_id="create_matchmaking_day")
def create(request: HttpRequest, payload: DayFields, response: HttpResponse) -> Any:
    actor = actor_of(request)
    needs(actor, "operator")
    return Status(201, _shown(verbs.create_day(values=payload.values(), by=actor), actor, response))


@router.get("/{uuid:pk}", response=DayOut, operation_id="read_matchmaking_day")
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    day, actor = _find(request, pk)
    return _shown(day, actor, response)


@router.put("/{uuid:pk}", response=DayOut, operation_id="edit_matchmaking_day")
def edit(request: HttpRequest, pk: UUID, payload: DayFields, response: HttpResponse) -> Any:
    """Replace what the operator may change; If-Match names the version that was read."""
    day, actor = _find(request, pk)
    version = version_asked(request)
    if version is None:
        raise Invalid([Fault("If-Match", _("请在 If-Match 中写明读取时得到的 ETag。"), "if_match.missing")])
    return _shown(verbs.edit_day(day=day, version=version, values=payload.values(), by=actor), actor, response)


@router.post("/{uuid:pk}/invite", response=DayOut, operation_id="invite_to_matchmaking_day")
def invite(request: HttpRequest, pk: UUID, payload: GuestsIn) -> Any:
    day, actor = _find(request, pk)
    return _shown(verbs.invite(day=day, organisations=payload.organisation_ids, by=actor), actor)


@router.post("/{uuid:pk}/open", response=DayOut, operation_id="open_matchmaking_day")
def open_answers(request: HttpRequest, pk: UUID) -> Any:
    day, actor = _find(request, pk)
    return _shown(verbs.open_day(day=day, by=actor), actor)


@router.post("/{uuid:pk}/publish", response=DayOut, operation_id="publish_matchmaking_day")
def publish(request: HttpRequest, pk: UUID) -> Any:
    day, actor = _find(request, pk)
    return _shown(verbs.publish_day(day=day, by=actor), actor)


@router.post("/{uuid:pk}/cancel", response=DayOut, operation_id="cancel_matchmaking_day")
def cancel(request: HttpRequest, pk: UUID) -> Any:
    day, actor = _find(request, pk)
    return _shown(verbs.cancel_day(day=day, by=actor), actor)


@router.post("/{uuid:pk}/finish", response=DayOut, operation_id="finish_matchmaking_day")
def finish(request: HttpRequest, pk: UUID) -> Any:
    day, actor = _find(request, pk)
    return _shown(verbs.finish_day(day=day, by=actor), actor)


@router.put("/{uuid:pk}/table", response=DayOut, operation_id="set_matchmaking_table")
def table(request: HttpRequest, pk: UUID, payload: TableIn) -> Any:
    """Say in which slots a table, counted from 0, cannot be used."""
    day, actor = _find(request, pk)
    done = verbs.set_table(day=day, table=payload.table, closed_slots=payload.closed_slots, by=actor)
    return _shown(done, actor)


# ---- Those who take part ---------------------------------------------------------------------------------------------


@router.get("/{uuid:pk}/participations", response=Page[ParticipationOut], operation_id="list_participations")
def list_participations(
    request: HttpRequest, pk: UUID, state: ParticipationState | None = None, cursor: str = "", limit: int = 50
) -> Any:
    """The operator sees every answer, an organisation its own."""
    day, actor = _find(request, pk)
    rows = Participation.visible_to(actor).filter(day=day).select_related("organisation")
    if state is not None:
        rows = rows.filter(state=state)
    return paged(request, rows, ParticipationOut.of, order=("id",), cursor=cursor, limit=limit)


def _participation(request: HttpRequest, pk: UUID) -> tuple[Participation, Actor]:
    actor = actor_of(request)
    return visible(Participation, actor, pk, "organisation", "day"), actor


@router.put("/participations/{uuid:pk}/answer", response=ParticipationOut, operation_id="answer_participation")
def give_answer(request: HttpRequest, pk: UUID, payload: AnswerIn) -> Any:
    row, actor = _participation(request, pk)
    return ParticipationOut.of(answer(participation=row, answer=payload.answer(), by=actor))


@router.put("/participations/{uuid:pk}/adjust", response=ParticipationOut, operation_id="adjust_participation")
def adjusting(request: HttpRequest, pk: UUID, payload: AdjustIn) -> Any:
    """The operator notes that somebody comes late or wants fewer meetings."""
    row, actor = _participation(request, pk)
    return ParticipationOut.of(adjust(participation=row, slots_away=payload.slots_away, most=payload.most, by=actor))


@router.post("/participations/{uuid:pk}/withdraw", response=ParticipationOut, operation_id="withdraw_participation")
def drop_out(request: HttpRequest, pk: UUID) -> Any:
    row, actor = _participation(request, pk)
    return ParticipationOut.of(withdraw(participation=row, by=actor))


@router.get("/{uuid:pk}/fellows", response=Page[FellowOut], operation_id="list_fellows")
def list_fellows(request: HttpRequest, pk: UUID, cursor: str = "", limit: int = 50) -> Any:
    """The other participants with one's own wish. Nobody else sees it but the operator."""
    day, actor = _find(request, pk)
    own_participation(day, actor)
    rows = fellows_of(day, actor)
    page = paged(request, rows, lambda row: row, order=("id",), cursor=cursor, limit=limit)
    page["items"] = [
        FellowOut(
            organisation_id=one.pk,
            organisation=str(one),
            presents=one.presents,
            kind=RequestKind(one.kind) if one.kind else None,
        )
        for one in with_wishes(page["items"], day, actor)
    ]
    return page


@router.put("/participations/{uuid:pk}/wish", response=ParticipationOut, operation_id="wish_for_meeting")
def wish(request: HttpRequest, pk: UUID, payload: WishIn) -> Any:
    """Ask for a meeting, refuse one, or (without a kind) neither."""
    row, actor = _participation(request, pk)
    done = ask(participation=row, other=payload.other_id, kind=str(payload.kind or ""), by=actor)
    return ParticipationOut.of(done)


# ---- Plans and meetings ----------------------------------------------------------------------------------------------


def _plan(row: DayPlan) -> PlanOut:
    return PlanOut.of(row, changes_of(row) if row.state == PlanState.PROPOSED else Changes())


@router.post("/{uuid:pk}/plan", response={202: PlanOut}, operation_id="start_matchmaking_plan")
def start(request: HttpRequest, pk: UUID) -> Any:
    """Begin a plan in the background; its job tells how far it is and can be cancelled."""
    day, actor = _find(request, pk)
    return Status(202, _plan(begin_plan(day, actor)))


@router.get("/{uuid:pk}/plans", response=Page[PlanOut], operation_id="list_matchmaking_plans")
def list_plans(request: HttpRequest, pk: UUID, cursor: str = "", limit: int = 20) -> Any:
    day, actor = _find(request, pk)
    needs(actor, "operator.viewer")
    rows = DayPlan.visible_to(actor).filter(day=day).select_related("day")
    return paged(request, rows, _plan, order=("-created_at", "-id"), cursor=cursor, limit=limit)


@router.post("/plans/{uuid:pk}/adopt", response=PlanOut, operation_id="adopt_matchmaking_plan")
def adopting(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    return _plan(adopt(plan=visible(DayPlan, actor, pk, "day"), by=actor))


@router.post("/plans/{uuid:pk}/discard", response=PlanOut, operation_id="discard_matchmaking_plan")
def discarding(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    return _plan(discard(plan=visible(DayPlan, actor, pk, "day"), by=actor))


@router.get("/{uuid:pk}/meetings", response=Page[MeetingOut], operation_id="list_meetings")
def list_meetings(request: HttpRequest, pk: UUID, cursor: str = "", limit: int = 50) -> Any:
    """The operator sees every meeting, an organisation its own once the schedule is published."""
    day, actor = _find(request, pk)
    rows = Meeting.visible_to(actor).filter(day=day).select_related("slot", "table")
    return paged(request, rows, MeetingOut.of, order=("id",), cursor=cursor, limit=limit)


@router.get("/{uuid:pk}/agenda", response=list[EngagementOut], operation_id="read_agenda")
def read_agenda(request: HttpRequest, pk: UUID) -> Any:
    """One's own day, slot by slot, once the schedule is published."""
    day, actor = _find(request, pk)
    own_participation(day, actor)
    if not day.is_announced:
        raise NotVisible
    return [EngagementOut.of(one) for one in agenda_of(day, actor)]


@router.put("/meetings/{uuid:pk}/feedback", response=FeedbackOut, operation_id="give_meeting_feedback")
def feedback(request: HttpRequest, pk: UUID, payload: FeedbackIn) -> Any:
    """Say how a meeting was; one's own side and the operator read it, nobody else."""
    actor = actor_of(request)
    row = visible(Meeting, actor, pk, "day", "slot")
    said = give_feedback(meeting=row, useful=payload.useful, next_step=payload.next_step, note=payload.note, by=actor)
    return FeedbackOut.of(said)
