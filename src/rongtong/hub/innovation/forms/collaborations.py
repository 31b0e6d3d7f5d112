"""Forms of a collaboration: proposals, deliveries, acceptance, results, the end. Amounts are written in 万元."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm

from ..domain.collaborations import Result
from ..domain.milestones import Change
from ..models import Milestone
from ..targets import plain
from .spans import SpanField, write_span

WAN = Decimal(10_000)


class ChangeForm(RoomForm):
    """A milestone as one side wants it."""

    title = forms.CharField(label=_("里程碑"), max_length=120)
    due_on = forms.DateField(label=_("应完成于"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    cost = forms.DecimalField(label=_("经费"), min_value=Decimal(0), max_digits=16, decimal_places=6, required=False)
    deliverable = forms.CharField(label=_("交付物"), max_length=300, required=False)

    units = {"cost": _("万元")}
    short = frozenset({"due_on", "cost"})

    @classmethod
    def of(cls, milestone: Milestone) -> ChangeForm:
        cost = None if milestone.cost is None else plain(milestone.cost / WAN)
        initial = {"title": milestone.title, "due_on": milestone.due_on, "cost": cost}
        return cls(initial=initial | {"deliverable": milestone.deliverable}, auto_id=f"id_{milestone.position}_%s")

    def change(self) -> Change:
        given = self.cleaned_data
        cost = None if given["cost"] is None else (given["cost"] * WAN).quantize(Decimal("0.01"))
        return Change(given["title"], given["due_on"], cost, given["deliverable"])


class NoteForm(RoomForm):
    """What is said with a delivery or a decision on it."""

    note = forms.CharField(label=_("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ConclusionForm(RoomForm):
    conclusion = forms.CharField(label=_("结论"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class ResultForm(RoomForm):
    """What was measured for one target."""

    target = forms.IntegerField(widget=forms.HiddenInput)
    value = SpanField(label=_("实测值"))
    note = forms.CharField(label=_("测试依据"), max_length=300, required=False)


ResultRows = forms.formset_factory(ResultForm, extra=0, max_num=60, absolute_max=60)


def result_initial(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """What the form shows for the results stated so far."""
    return [
        {
            "target": row.promise.target.pk,
            "value": write_span(row.achievement.value, row.achievement.value_high) if row.achievement else "",
            "note": row.achievement.note if row.achievement else "",
        }
        for row in rows
    ]


def results_of(formset: Any) -> list[Result]:
    """The rows with a value."""
    found = []
    for row in formset.cleaned_data:
        low, high = row["value"]
        if low is not None:
            found.append(Result(row["target"], low, high, row["note"]))
    return found
