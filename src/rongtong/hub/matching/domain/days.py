"""Verbs on a matchmaking day: prepare, invite, open, publish, cancel, finish."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of
from rongtong.hub.organisations.enums import OrganisationKind, Role
from rongtong.hub.organisations.models import Organisation

from ..enums import DayState, MeetingState, ParticipationState
from ..models import DaySlot, DayTable, MatchmakingDay, Meeting, Participation

TEXTS = ("title", "title_en", "place", "introduction", "answers_until", "most", "in_a_row")
LAYOUT = ("starts_at", "slots", "minutes", "gap", "pause_after", "pause_minutes", "tables")
MOST_SLOTS, MOST_TABLES, MOST_GUESTS = 24, 100, 300
WRITERS = (Role.CONTRIBUTOR, Role.MANAGER, Role.OWNER)
EVERYBODY = (Role.VIEWER, *WRITERS)


@dataclass(frozen=True)
class Layout:
    """How a day is cut: so many slots of so many minutes, a gap between two, one pause, so many tables."""

    starts_at: datetime
    slots: int
    minutes: int
    gap: int
    pause_after: int
    pause_minutes: int
    tables: int

    def times(self) -> Iterator[tuple[datetime, datetime]]:
        """Start and end of each slot."""
        at = self.starts_at
        for number in range(self.slots):
            yield at, at + timedelta(minutes=self.minutes)
            at += timedelta(minutes=self.minutes + self.gap)
            if self.pause_after and number + 1 == self.pause_after:
                at += timedelta(minutes=self.pause_minutes - self.gap)


@verb("matchmaking.create")
def create_day(*, values: Mapping[str, Any], by: Actor) -> MatchmakingDay:
    """Prepare a day: its words, its slots and its tables. Nobody else sees it yet. Raises ``Invalid``."""
    day = MatchmakingDay(organisation_id=by.firm)
    layout = _layout(values)
    _assign(day, values, layout)
    day.save()
    _lay_out(day, layout)
    return day


@verb("matchmaking.edit", on="day")
def edit_day(*, day: MatchmakingDay, version: int, values: Mapping[str, Any], by: Actor) -> MatchmakingDay:
    """Change a day. Slots and tables are settled once organisations were invited to answer."""
    if day.version != version:
        raise Stale(theirs={name: getattr(day, name) for name in TEXTS}, yours=dict(values), version=day.version)
    layout = _layout(values) if day.state == DayState.DRAFT else None
    _assign(day, values, layout)
    if layout is not None:
        _lay_out(day, layout)
    day.touch()
    return day


def _layout(values: Mapping[str, Any]) -> Layout:
    layout = Layout(**{name: values[name] for name in LAYOUT})
    faults = []
    if not 1 <= layout.slots <= MOST_SLOTS:
        faults.append(Fault("slots", _("时段为1至24个。"), "matchmaking.slots"))
    if not 1 <= layout.tables <= MOST_TABLES:
        faults.append(Fault("tables", _("桌位为1至100张。"), "matchmaking.tables"))
    if not 5 <= layout.minutes <= 240:
        faults.append(Fault("minutes", _("每场为5至240分钟。"), "matchmaking.minutes"))
    if not (0 <= layout.gap <= 60 and 0 <= layout.pause_minutes <= 240):
        faults.append(Fault("gap", _("间隔不超过60分钟，休息不超过240分钟。"), "matchmaking.gap"))
    elif layout.pause_after and layout.pause_minutes < layout.gap:
        faults.append(Fault("pause_minutes", _("休息不短于两场之间的间隔。"), "matchmaking.pause"))
    if faults:
        raise Invalid(faults)
    return layout


def _assign(day: MatchmakingDay, values: Mapping[str, Any], layout: Layout | None) -> None:
    for name in TEXTS:
        value = values.get(name, getattr(day, name))
        setattr(day, name, value.strip() if isinstance(value, str) else value)
    if layout is not None:
        day.starts_at = layout.starts_at
    faults = list(_faults(day))
    if faults:
        raise Invalid(faults)


def _faults(day: MatchmakingDay) -> Iterator[Fault]:
    for name in ("title", "place"):
        if not getattr(day, name):
            yield Fault(name, _("请填写。"), "matchmaking.missing")
    if any("\x00" in str(getattr(day, name)) for name in TEXTS):
        yield Fault("title", _("含有不能保存的字符。"), "matchmaking.bad_character")
    if not 1 <= day.most <= MOST_SLOTS:
        yield Fault("most", _("每家最多对接1至24场。"), "matchmaking.most")
    if not 0 <= day.in_a_row <= MOST_SLOTS:
        yield Fault("in_a_row", _("连续场次为0至24，0表示不限。"), "matchmaking.in_a_row")
    if day.answers_until > day.starts_at:
        yield Fault("answers_until", _("报名须在开始之前截止。"), "matchmaking.answers_late")
    same = MatchmakingDay._base_manager.filter(title=day.title).exclude(pk=day.pk)
    if same.exists():
        yield Fault("title", _("已有同名的对接会。"), "matchmaking.title")


def _lay_out(day: MatchmakingDay, layout: Layout) -> None:
    DaySlot._base_manager.filter(day=day).delete()
    DayTable._base_manager.filter(day=day).delete()
    DaySlot._base_manager.bulk_create(
        DaySlot(day=day, position=number, starts_at=start, ends_at=end)
        for number, (start, end) in enumerate(layout.times())
    )
    DayTable._base_manager.bulk_create(DayTable(day=day, position=number) for number in range(layout.tables))


@verb("matchmaking.invite", on="day")
def invite(*, day: MatchmakingDay, organisations: Collection[UUID], by: Actor) -> MatchmakingDay:
    """Put verified organisations on the guest list. Before the day is opened they are not told yet.

    Raises
    ------
    Invalid
        Nobody, too many, or somebody who does not exist or is not verified.
    """
    wanted = set(organisations)
    if not wanted:
        raise Invalid([Fault("organisations", _("请至少选择一家单位。"), "matchmaking.nobody")])
    rows = Organisation.visible_to(by).filter(pk__in=wanted).exclude(kind=OrganisationKind.OPERATOR)
    known = {row.pk for row in rows if row.is_verified}
    if known != wanted:
        message = _("有 %(count)s 家单位不存在、未核验或是运营方。") % {"count": len(wanted - known)}
        raise Invalid([Fault("organisations", message, "matchmaking.unknown")])
    here = set(Participation._base_manager.filter(day=day).values_list("organisation_id", flat=True))
    if len(here | wanted) > MOST_GUESTS:
        raise Invalid([Fault("organisations", _("一场对接会最多邀请300家。"), "matchmaking.too_many")])
    fresh = sorted(wanted - here)
    Participation._base_manager.bulk_create(Participation(day=day, organisation_id=one) for one in fresh)
    if day.state != DayState.DRAFT:
        _tell_invited(day, fresh, by)
    audit.note(invited=len(fresh))
    return day


@verb("matchmaking.open", on="day")
def open_day(*, day: MatchmakingDay, by: Actor) -> MatchmakingDay:
    """Send the invitations; from now on the invited answer and name their wishes."""
    guests = list(Participation._base_manager.filter(day=day).values_list("organisation_id", flat=True))
    if not guests:
        raise Refusal(
            "matchmaking.no_guests",
            what=_("没有发出邀请。"),
            why=_("邀请名单还是空的。"),
            cure=_("请先邀请单位，再开放报名。"),
        )
    if day.answers_until <= timezone.now():
        raise Refusal(
            "matchmaking.answers_over",
            what=_("没有发出邀请。"),
            why=_("报名截止时间已过。"),
            cure=_("请先修改报名截止时间。"),
        )
    day.state = DayState.INVITING
    day.touch("state")
    _tell_invited(day, guests, by)
    return day


def _tell_invited(day: MatchmakingDay, organisations: Collection[UUID], by: Actor) -> None:
    for one in organisations:
        notify("matchmaking.invited", to=people_of(one, *WRITERS), about=day, by=by, organisation_id=one)


@verb("matchmaking.set_table", on="day")
def set_table(*, day: MatchmakingDay, table: int, closed_slots: Collection[int], by: Actor) -> MatchmakingDay:
    """Say in which slots a table cannot be used. What is planned there waits for the next plan."""
    slots = set(DaySlot._base_manager.filter(day=day).values_list("position", flat=True))
    if not set(closed_slots) <= slots:
        raise Invalid([Fault("closed_slots", _("没有这个时段。"), "matchmaking.no_slot")])
    rows = DayTable._base_manager.filter(day=day, position=table)
    if not rows.update(closed_slots=sorted(set(closed_slots))):
        raise Invalid([Fault("table", _("没有这张桌。"), "matchmaking.no_table")])
    audit.note(table=table, closed=len(set(closed_slots)))
    return day


@verb("matchmaking.publish", on="day")
def publish_day(*, day: MatchmakingDay, by: Actor) -> MatchmakingDay:
    """Make the plan public to those who meet: each sees its own agenda."""
    meetings = list(Meeting._base_manager.filter(day=day, state=MeetingState.PLANNED))
    if not meetings:
        raise Refusal(
            "matchmaking.no_plan",
            what=_("没有公布日程。"),
            why=_("还没有采用任何排期方案。"),
            cure=_("请先排期并采用方案。"),
        )
    day.state, day.published_at = DayState.PUBLISHED, timezone.now()
    day.touch("state", "published_at")
    for one in coming(day):
        notify("matchmaking.published", to=people_of(one, *EVERYBODY), about=day, by=by, organisation_id=one)
    audit.note(meetings=len(meetings))
    return day


@verb("matchmaking.cancel", on="day")
def cancel_day(*, day: MatchmakingDay, by: Actor) -> MatchmakingDay:
    """Call the day off. Those who were invited are told."""
    told = day.state != DayState.DRAFT
    day.state = DayState.CANCELLED
    day.touch("state")
    rows = Participation._base_manager.filter(day=day)
    guests = rows.exclude(state__in=[ParticipationState.DECLINED, ParticipationState.WITHDRAWN])
    for one in guests.values_list("organisation_id", flat=True) if told else ():
        notify("matchmaking.cancelled", to=people_of(one, *EVERYBODY), about=day, by=by, organisation_id=one)
    return day


@verb("matchmaking.finish", on="day")
def finish_day(*, day: MatchmakingDay, by: Actor) -> MatchmakingDay:
    """The day is over. Those who met are asked how it was."""
    last = DaySlot._base_manager.filter(day=day).order_by("-position").first()
    if last is not None and last.ends_at > timezone.now():
        raise Refusal(
            "matchmaking.still_on",
            what=_("对接会还没有结束。"),
            why=_("最后一个时段尚未结束。"),
            cure=_("请等最后一个时段结束；到时会自动转为已举办。"),
        )
    day.state = DayState.HELD
    day.touch("state")
    for one in coming(day):
        notify("matchmaking.held", to=people_of(one, *WRITERS), about=day, by=by, organisation_id=one)
    return day


def coming(day: MatchmakingDay) -> list[UUID]:
    """The organisations that take part."""
    rows = Participation._base_manager.filter(day=day, state=ParticipationState.ACCEPTED)
    return list(rows.values_list("organisation_id", flat=True))


def finish_due() -> list[MatchmakingDay]:
    """Finish the days whose last slot is over. Running it twice changes nothing."""
    over = MatchmakingDay._base_manager.filter(state=DayState.PUBLISHED).exclude(slots__ends_at__gt=timezone.now())
    return [finish_day(day=day, by=SYSTEM) for day in over]
