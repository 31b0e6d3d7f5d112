"""Verbs of those who are invited: answer, ask for meetings or against them, drop out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of

from ..enums import DayState, ParticipationState, RequestKind
from ..models import DaySlot, MatchmakingDay, MeetingRequest, Participation
from .days import MOST_SLOTS, WRITERS


@dataclass(frozen=True)
class Answer:
    """What an organisation says to its invitation.

    Parameters
    ----------
    slots_away
        Positions of slots in which nobody of it is there.
    most
        How many meetings it wants at most; None leaves it to the day's own number.
    presents
        What others who take part read of it.
    """

    comes: bool
    slots_away: frozenset[int] = frozenset()
    most: int | None = None
    presents: str = ""
    contact: str = ""


@verb("participation.answer", on="participation")
def answer(*, participation: Participation, answer: Answer, by: Actor) -> Participation:
    """Accept or decline; until the answers close it can be changed.

    Raises
    ------
    Refusal
        The answers are closed.
    Invalid
        No slot is left, or a number that makes no sense.
    """
    _require_open(participation.day)
    faults = list(_faults(participation, answer.slots_away, answer.most)) if answer.comes else []
    if any("\x00" in text for text in (answer.presents, answer.contact)):
        faults.append(Fault("presents", _("含有不能保存的字符。"), "participation.bad_character"))
    if faults:
        raise Invalid(faults)
    participation.state = ParticipationState.ACCEPTED if answer.comes else ParticipationState.DECLINED
    participation.slots_away = sorted(answer.slots_away) if answer.comes else []
    participation.most = answer.most
    participation.presents, participation.contact = answer.presents.strip(), answer.contact.strip()
    participation.answered_at = timezone.now()
    participation.touch()
    return participation


@verb("participation.adjust", on="participation")
def adjust(*, participation: Participation, slots_away: Collection[int], most: int | None, by: Actor) -> Participation:
    """The operator notes that somebody comes late, leaves early or wants fewer meetings; also after the answers."""
    faults = list(_faults(participation, slots_away, most))
    if faults:
        raise Invalid(faults)
    participation.slots_away, participation.most = sorted(set(slots_away)), most
    participation.touch("slots_away", "most")
    audit.note(away=len(set(slots_away)))
    return participation


def _faults(participation: Participation, slots_away: Collection[int], most: int | None) -> list[Fault]:
    slots = set(DaySlot._base_manager.filter(day=participation.day_id).values_list("position", flat=True))
    faults = []
    if not set(slots_away) <= slots:
        faults.append(Fault("slots", _("没有这个时段。"), "participation.no_slot"))
    elif set(slots_away) == slots:
        faults.append(Fault("slots", _("请至少留一个能到场的时段；都不能到场，请选择不参加。"), "participation.never"))
    if most is not None and not 1 <= most <= MOST_SLOTS:
        faults.append(Fault("most", _("场次为1至24。"), "participation.most"))
    return faults


def _require_open(day: MatchmakingDay) -> None:
    if day.state != DayState.INVITING or day.answers_until <= timezone.now():
        raise Refusal(
            "participation.closed",
            what=_("没有保存。"),
            why=_("报名已经截止，或对接会已不在报名阶段。"),
            cure=_("如有变动，请联系运营方；临时不能到场，可以退出。"),
        )


@verb("participation.ask", on="participation")
def ask(*, participation: Participation, other: UUID, kind: str, by: Actor) -> Participation:
    """Wish to meet another participant, refuse to, or (with an empty kind) neither. The other side is not told.

    Raises
    ------
    Refusal
        The answers are closed.
    Invalid
        The other does not take part.
    """
    _require_open(participation.day)
    if kind not in (*RequestKind.values, ""):
        raise Invalid([Fault("kind", _("请选择想见、不安排，或取消选择。"), "participation.kind")])
    there = Participation._base_manager.filter(
        day=participation.day_id, organisation_id=other, state=ParticipationState.ACCEPTED
    )
    if other == participation.organisation_id or not there.exists():
        raise Invalid([Fault("other", _("这家单位不在参加名单中。"), "participation.not_there")])
    mine = MeetingRequest._base_manager.filter(
        day=participation.day_id, organisation_id=participation.organisation_id, other_id=other
    )
    if not kind:
        mine.delete()
    else:
        MeetingRequest._base_manager.update_or_create(
            day_id=participation.day_id,
            organisation_id=participation.organisation_id,
            other_id=other,
            defaults={"kind": kind},
        )
    return participation


@verb("participation.withdraw", on="participation")
def withdraw(*, participation: Participation, by: Actor) -> Participation:
    """Drop out. The organisation's meetings stay in the plan until the operator has planned again.

    Raises
    ------
    Refusal
        The day is over.
    """
    day = participation.day
    if day.state not in (DayState.INVITING, DayState.PUBLISHED):
        raise Refusal("participation.over", what=_("不能退出。"), why=_("对接会已经结束或取消。"), cure="")
    participation.state, participation.withdrawn_at = ParticipationState.WITHDRAWN, timezone.now()
    participation.touch("state", "withdrawn_at")
    notify(
        "matchmaking.withdrawn",
        to=people_of(day.organisation_id, *WRITERS),
        about=participation,
        by=by,
        organisation_id=day.organisation_id,
    )
    if by.operator:
        notify(
            "matchmaking.taken_out",
            to=people_of(participation.organisation_id, *WRITERS),
            about=day,
            by=by,
            organisation_id=participation.organisation_id,
        )
    return participation
