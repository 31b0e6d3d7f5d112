"""What the pages of matchmaking days show, as far as their reader may see it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.organisations.models import Organisation

from ..enums import MeetingState, ParticipationState
from ..models import (
    DayPlan,
    DaySlot,
    DayTable,
    Listing,
    MatchmakingDay,
    Meeting,
    MeetingFeedback,
    MeetingRequest,
    Participation,
)


def own_participation(day: MatchmakingDay, actor: Actor) -> Participation:
    """The reader's own invitation to a day; others have none here. One query."""
    row = None
    if actor.is_member:
        rows = Participation.visible_to(actor).filter(day=day, organisation_id=actor.firm)
        row = rows.select_related("day", "organisation").first()
    if row is None:
        raise NotVisible
    return row


def slots_of(day: MatchmakingDay) -> list[DaySlot]:
    return list(DaySlot._base_manager.filter(day=day).order_by("position"))


def tables_of(day: MatchmakingDay) -> list[DayTable]:
    return list(DayTable._base_manager.filter(day=day).order_by("position"))


@dataclass(frozen=True)
class Tally:
    """How many of a day's invited said what, and how many meetings stand."""

    invited: int = 0
    accepted: int = 0
    declined: int = 0
    waiting: int = 0
    withdrawn: int = 0
    meetings: int = 0


def tallies(days: Iterable[MatchmakingDay], actor: Actor) -> dict[UUID, Tally]:
    """For the operator every count, for others only how many meetings they have. Two queries."""
    days = list(days)
    states: dict[UUID, dict[str, int]] = defaultdict(dict)
    if "operator.viewer" in actor.roles:
        rows = Participation.visible_to(actor).filter(day__in=days).order_by()
        for day, state, count in rows.values_list("day_id", "state").annotate(count=Count("pk")):
            states[day][state] = count
    meetings = Meeting.visible_to(actor).filter(day__in=days, state=MeetingState.PLANNED).order_by()
    counts = dict(meetings.values_list("day_id").annotate(count=Count("pk")))
    return {
        one.pk: Tally(
            invited=sum(states[one.pk].values()),
            accepted=states[one.pk].get(ParticipationState.ACCEPTED, 0),
            declined=states[one.pk].get(ParticipationState.DECLINED, 0),
            waiting=states[one.pk].get(ParticipationState.INVITED, 0),
            withdrawn=states[one.pk].get(ParticipationState.WITHDRAWN, 0),
            meetings=counts.get(one.pk, 0),
        )
        for one in days
    }


# ---- Those who take part ---------------------------------------------------------------------------------------------


def fellows_of(day: MatchmakingDay, actor: Actor) -> QuerySet[Organisation]:
    """The other organisations that take part: that they do is all that is told of their answers."""
    coming = Participation.visible_to(SYSTEM).filter(day=day, state=ParticipationState.ACCEPTED)
    return Organisation.visible_to(actor).filter(pk__in=coming.values("organisation_id")).exclude(pk=actor.firm)


@dataclass(frozen=True)
class Fellow:
    """Another participant as its fellows read it, with one's own wish."""

    organisation: Organisation
    presents: str
    kind: str

    @property
    def pk(self) -> UUID:
        return self.organisation.pk

    def __str__(self) -> str:
        return str(self.organisation)


def with_wishes(rows: Iterable[Organisation], day: MatchmakingDay, actor: Actor) -> list[Fellow]:
    """Organisations with what they present here and one's own wish. Two queries."""
    rows = list(rows)
    presents = dict(
        Participation.visible_to(SYSTEM)
        .filter(day=day, organisation__in=rows)
        .values_list("organisation_id", "presents")
    )
    mine = MeetingRequest.visible_to(actor).filter(day=day, organisation_id=actor.firm, other__in=rows)
    kinds = dict(mine.values_list("other_id", "kind"))
    return [Fellow(one, presents.get(one.pk, ""), kinds.get(one.pk, "")) for one in rows]


def wish_counts(day: MatchmakingDay, actor: Actor) -> dict[str, int]:
    """How many wishes and refusals one's own side has made. One query."""
    rows = MeetingRequest.visible_to(actor).filter(day=day, organisation_id=actor.firm).order_by()
    return dict(rows.values_list("kind").annotate(count=Count("pk")))


# ---- Agendas ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Engagement:
    """A slot of one's own day: a meeting, or time to oneself."""

    slot: DaySlot
    meeting: Meeting | None = None
    other: Organisation | None = None
    presents: str = ""
    contact: str = ""
    topics: list[str] = field(default_factory=list)
    feedback: MeetingFeedback | None = None

    @property
    def begun(self) -> bool:
        return self.slot.starts_at <= timezone.now()


def agenda_of(day: MatchmakingDay, actor: Actor) -> list[Engagement]:
    """One's own day, slot by slot. Five queries. Before the plan is public every slot is free."""
    rows = Meeting.visible_to(actor).filter(day=day, state=MeetingState.PLANNED)
    rows = rows.filter(Q(first_id=actor.firm) | Q(second_id=actor.firm)).select_related("first", "second", "table")
    meetings = {row.slot_id: row for row in rows}
    others = {row.pk: row.other_than(actor.organisation_id) for row in meetings.values()}
    about = topics_of(meetings.values(), actor)
    said = {row.meeting_id: row for row in MeetingFeedback.visible_to(actor).filter(meeting__in=meetings.values())}
    shown = _shown_by(day, [one.pk for one in others.values()])
    agenda = []
    for slot in slots_of(day):
        meeting = meetings.get(slot.pk)
        if meeting is None:
            agenda.append(Engagement(slot))
            continue
        other = others[meeting.pk]
        presents, contact = shown.get(other.pk, ("", ""))
        agenda.append(Engagement(slot, meeting, other, presents, contact, about[meeting.pk], said.get(meeting.pk)))
    return agenda


def _shown_by(day: MatchmakingDay, organisations: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """What those one meets have published of themselves for the day: their words, and who comes."""
    rows = Participation.visible_to(SYSTEM).filter(day=day, organisation_id__in=organisations)
    return {row.organisation_id: (row.presents, row.contact) for row in rows}


def topics_of(meetings: Iterable[Meeting], actor: Actor) -> dict[UUID, list[str]]:
    """The titles of the listings that meetings are about, as this reader may see them now. One query."""
    meetings = list(meetings)
    wanted = {UUID(subject) for meeting in meetings for subject in meeting.topics}
    titles = dict(Listing.visible_to(actor).filter(subject_id__in=wanted).values_list("subject_id", "title"))
    return {meeting.pk: [titles[UUID(one)] for one in meeting.topics if UUID(one) in titles] for meeting in meetings}


# ---- Plans -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A table in a slot, as the grid shows it."""

    first: Organisation | None = None
    second: Organisation | None = None
    points: float = 0.0
    requests: int = 0
    closed: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Grid:
    """Tables down, slots across."""

    slots: list[DaySlot]
    rows: list[tuple[DayTable, list[Cell]]]


@dataclass(frozen=True)
class Shift:
    """One meeting before and after."""

    first: Organisation
    second: Organisation
    before: str = ""
    after: str = ""


def names_in(seats: Iterable[Any], actor: Actor) -> dict[str, Organisation]:
    """The organisations that a plan names. One query."""
    wanted = {name for one in seats for name in (one["first"], one["second"])}
    return {str(row.pk): row for row in Organisation.visible_to(actor).filter(pk__in=wanted)}


def grid_of(plan: DayPlan, names: dict[str, Organisation], fresh: Collection[tuple[int, int]] = ()) -> Grid:
    """A plan as a grid; ``fresh`` names (table, slot) where something is new. Two queries."""
    slots, tables = slots_of(plan.day), tables_of(plan.day)
    seats = {(one["table"], one["slot"]): one for one in plan.seats}
    rows = []
    for table in tables:
        cells = [
            _cell(seats.get((table.position, slot.position)), names, slot.position in table.closed_slots, fresh)
            for slot in slots
        ]
        rows.append((table, cells))
    return Grid(slots, rows)


def _cell(one: Any, names: dict[str, Organisation], closed: bool, fresh: Collection[tuple[int, int]]) -> Cell:
    if one is None:
        return Cell(closed=closed)
    mark = "new" if (one["table"], one["slot"]) in fresh else ""
    return Cell(names.get(one["first"]), names.get(one["second"]), one["points"], one["requests"], closed, mark)


def without_meeting(plan: DayPlan, actor: Actor) -> list[Organisation]:
    """Those who take part and meet nobody. One query."""
    seated = {name for one in plan.seats for name in (one["first"], one["second"])}
    rows = Participation.visible_to(actor).filter(day=plan.day, state=ParticipationState.ACCEPTED)
    rows = rows.exclude(organisation_id__in=seated).select_related("organisation")
    return [row.organisation for row in rows.order_by("organisation__sort_key", "pk")]


def wishes_met(plan: DayPlan, actor: Actor) -> tuple[int, int]:
    """Of the wished pairs, how many meet and how many there are. One query."""
    rows = MeetingRequest.visible_to(actor).filter(day=plan.day, kind="wish").values_list("organisation_id", "other_id")
    wished = {tuple(sorted((str(one), str(other)))) for one, other in rows}
    seated = {(one["first"], one["second"]) for one in plan.seats}
    return len(wished & seated), len(wished)
