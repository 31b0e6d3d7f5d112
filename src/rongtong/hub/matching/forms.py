"""Forms of matchmaking days."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import formatting
from rongtong.hub.foundation.forms import RoomForm
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.size_class import SizeClass

from .domain.days import LAYOUT, TEXTS, Layout
from .domain.participation import Answer
from .enums import NextStep, Usefulness
from .guests import GuestList
from .models import DaySlot, DayTable, MatchmakingDay

MOMENT = "%Y-%m-%dT%H:%M"
KINDS = [(one.value, one.label) for one in OrganisationKind if one != OrganisationKind.OPERATOR]
SIZES = [(one.value, one.label) for one in SizeClass if one is not SizeClass.UNCLASSIFIED]


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(label=label, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT))


class DayForm(RoomForm):
    title = forms.CharField(label=_("对接会名称"), max_length=120)
    title_en = forms.CharField(label=_("英文名称"), max_length=160, required=False)
    place = forms.CharField(label=_("地点"), max_length=120)
    introduction = forms.CharField(label=_("说明"), max_length=4000, required=False, widget=forms.Textarea({"rows": 5}))
    answers_until = _moment(_("报名截止"))
    starts_at = _moment(_("第一场开始"))
    slots = forms.IntegerField(label=_("时段数"), min_value=1, max_value=24, initial=8)
    minutes = forms.IntegerField(label=_("每场"), min_value=5, max_value=240, initial=25)
    gap = forms.IntegerField(label=_("两场之间"), min_value=0, max_value=60, initial=5)
    pause_after = forms.IntegerField(label=_("第几场后休息"), min_value=0, max_value=23, initial=4)
    pause_minutes = forms.IntegerField(label=_("休息"), min_value=0, max_value=240, initial=60)
    tables = forms.IntegerField(label=_("桌位数"), min_value=1, max_value=100, initial=10)
    most = forms.IntegerField(label=_("每家最多对接场次"), min_value=1, max_value=24, initial=6)
    in_a_row = forms.IntegerField(label=_("最多连续场次"), min_value=0, max_value=24, initial=3)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    units = {"minutes": _("分钟"), "gap": _("分钟"), "pause_minutes": _("分钟"), "slots": _("个"), "tables": _("张")}
    examples = {
        "title": _("例：2026年秋季装备制造供需对接会"),
        "pause_after": _("0表示中间不休息。"),
        "most": _("单位报名时可以另选更少的场次。"),
        "in_a_row": _("连续这么多场之后空一场；0表示不限。"),
    }
    short = frozenset({*LAYOUT, "answers_until", "most", "in_a_row"})

    def __init__(self, *args: Any, settled: bool = False, **given: Any) -> None:
        """``settled``: slots and tables are fixed and not asked for."""
        super().__init__(*args, **given)
        self.settled = settled
        if settled:
            for name in LAYOUT:
                del self.fields[name]

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*TEXTS, *LAYOUT) if name in self.cleaned_data}


def initial_of(day: MatchmakingDay, slots: list[DaySlot], tables: list[DayTable]) -> dict[str, Any]:
    """A day as its form shows it; the pause is read off the slots."""
    first = {name: getattr(day, name) for name in (*TEXTS, "version", "starts_at")}
    length = [int((one.ends_at - one.starts_at).total_seconds()) // 60 for one in slots]
    gaps = [int((later.starts_at - one.ends_at).total_seconds()) // 60 for one, later in pairwise(slots)]
    gap = min(gaps, default=0)
    pause = next((place for place, one in enumerate(gaps, 1) if one > gap), 0)
    layout = Layout(
        day.starts_at,
        len(slots),
        length[0] if length else 25,
        gap,
        pause,
        gaps[pause - 1] if pause else gap,
        len(tables),
    )
    return first | {name: getattr(layout, name) for name in LAYOUT}


class SourceForm(RoomForm):
    """Whom to invite: by what they are, by a list, or by names."""

    kinds = forms.MultipleChoiceField(
        label=_("机构类型"), choices=KINDS, required=False, widget=forms.CheckboxSelectMultiple
    )
    sizes = forms.MultipleChoiceField(
        label=_("企业规模"), choices=SIZES, required=False, widget=forms.CheckboxSelectMultiple
    )
    listed = forms.BooleanField(label=_("只邀请已发布能力或需求的单位"), required=False)
    names = forms.CharField(
        label=_("机构名称或统一社会信用代码"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 6})
    )

    examples = {"names": _("一行一家；可以从Excel中粘贴一列。")}

    def __init__(self, *args: Any, sources: list[tuple[GuestList, list[tuple[str, Any]]]], **given: Any) -> None:
        super().__init__(*args, **given)
        self.sources = [one for one, choices in sources if choices]
        for one, choices in sources:
            if choices:
                self.fields[f"list_{one.key}"] = forms.ChoiceField(
                    label=str(one.label), choices=[("", "—"), *choices], required=False
                )


class AdjustForm(RoomForm):
    """When an organisation is there and how much it wants. Slots that are ticked are those in which it is there."""

    slots = forms.TypedMultipleChoiceField(
        label=_("能到场的时段"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    most = forms.IntegerField(label=_("最多对接场次"), min_value=1, max_value=24, required=False)

    examples = {"most": _("不填即按本场规定。")}
    short = frozenset({"most"})

    def __init__(self, *args: Any, slots: list[DaySlot], **given: Any) -> None:
        super().__init__(*args, **given)
        self._positions = [slot.position for slot in slots]
        field: Any = self.fields["slots"]
        field.choices = [(slot.position, time_of(slot)) for slot in slots]

    def slots_away(self) -> frozenset[int]:
        return frozenset(self._positions) - frozenset(self.cleaned_data["slots"])


class AnswerForm(AdjustForm):
    """An organisation's answer."""

    presents = forms.CharField(label=_("到场介绍"), max_length=300, required=False, widget=forms.Textarea({"rows": 3}))
    contact = forms.CharField(label=_("到场人员"), max_length=80, required=False)

    examples = {
        "presents": _("其他参加单位在名单中会看到；例：带来新型轴承样件，寻找热处理合作。"),
        "contact": _("日程公布后，只有与贵单位对接的单位会看到。"),
        **AdjustForm.examples,
    }

    def answer(self, *, comes: bool) -> Answer:
        given = self.cleaned_data
        return Answer(comes, self.slots_away(), given["most"], given["presents"], given["contact"])


class FeedbackForm(RoomForm):
    useful = forms.ChoiceField(label=_("这次见面"), choices=Usefulness.choices, widget=forms.RadioSelect)
    next_step = forms.ChoiceField(
        label=_("下一步"), choices=NextStep.choices, initial=NextStep.NONE, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("备注"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4}))

    examples = {"note": _("只有本单位和运营方会看到。")}


def time_of(slot: DaySlot) -> str:
    """09:00–09:25."""
    return f"{formatting.clock(slot.starts_at)}–{formatting.clock(slot.ends_at)}"
