"""Forms of selection: criteria, reviewers, declarations, score sheets, the decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.forms import RoomForm, row_set

from ..domain.awards import LONGEST, Choice
from ..domain.criteria import Weight
from ..domain.scoring import LONGEST_COMMENT, LONGEST_REASON, Point
from ..models import Criterion, Response

WAN = Decimal(10_000)


class CriterionForm(RoomForm):
    name = forms.CharField(label=_("评分项"), max_length=60)
    weight = forms.IntegerField(label=_("权重"), min_value=1, max_value=100)
    guidance = forms.CharField(label=_("评分要点"), max_length=300, required=False)


CriterionRows = row_set(CriterionForm, least=2, most=10, extra=0)
CRITERION_COLUMNS = [("name", _("评分项"), ""), ("weight", _("权重"), "%"), ("guidance", _("评分要点"), "")]


def weights_of(formset: Any) -> list[Weight]:
    return [Weight(row["name"], row["weight"], row["guidance"]) for row in formset.filled()]


class ReviewerForm(RoomForm):
    email = forms.EmailField(label=_("评审的电子邮箱"), max_length=254)

    examples = {"email": _("本单位、运营方或其他已核验机构的在册人员。")}


class DeclarationForm(RoomForm):
    conflict = forms.TypedChoiceField(
        label=_("利益关系"),
        choices=[
            ("no", _("与各揭榜方均无任职、投资、近三年合作等利益关系")),
            ("yes", _("有利益关系，申请回避")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("利益关系说明"), max_length=300, required=False)

    examples = {"reason": _("申请回避时填写；声明回避后不再看到任何揭榜书。")}


class SheetForm(RoomForm):
    """One response's scores: ``points-<criterion>``, ``reason-<criterion>``, a comment."""

    comment = forms.CharField(
        label=_("总体意见"), max_length=LONGEST_COMMENT, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, criteria: Iterable[Criterion], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.criteria = list(criteria)
        for one in self.criteria:
            self.fields[f"points-{one.pk}"] = forms.IntegerField(
                label=str(one),
                min_value=0,
                max_value=100,
                required=False,
                widget=forms.NumberInput(attrs={"class": "rt-cell-input", "min": 0, "max": 100, "step": 1}),
            )
            self.fields[f"reason-{one.pk}"] = forms.CharField(
                label=_("「%(name)s」的理由") % {"name": one},
                max_length=LONGEST_REASON,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def mark_needed(self) -> None:
        """Draw what must be filled before handing in without the mark of the optional."""
        for one in self.criteria:
            self.fields[f"points-{one.pk}"].required = self.fields[f"reason-{one.pk}"].required = True
        self.use_required_attribute = False

    def pairs(self) -> list[tuple[Criterion, Any, Any]]:
        """Each criterion with its two controls."""
        return [(one, self[f"points-{one.pk}"], self[f"reason-{one.pk}"]) for one in self.criteria]

    def points(self) -> list[Point]:
        given = self.cleaned_data
        return [Point(one.pk, given[f"points-{one.pk}"], given[f"reason-{one.pk}"]) for one in self.criteria]


def sheet_initial(values: Mapping[str, Any], version: int) -> dict[str, Any]:
    """What the form shows for a sheet's snapshot."""
    shown: dict[str, Any] = {"comment": values["comment"], "version": version}
    for one in values["points"]:
        shown[f"points-{one['criterion_id']}"] = one["points"]
        shown[f"reason-{one['criterion_id']}"] = one["reason"]
    return shown


class DecisionForm(RoomForm):
    """The decision: for each response whether it is chosen, why, for how much, and what its people are told."""

    def __init__(self, responses: Iterable[Response], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.responses = list(responses)
        for one in self.responses:
            area = {"rows": 3, "maxlength": LONGEST}
            self.fields[f"chosen-{one.pk}"] = forms.BooleanField(
                label=_("选「%(name)s」") % {"name": one.organisation}, required=False
            )
            self.fields[f"amount-{one.pk}"] = forms.DecimalField(
                label=pgettext_lazy("field", "金额"),
                min_value=Decimal(0),
                max_digits=16,
                decimal_places=6,
                required=False,
            )
            for name, label in (("reason", _("入选理由")), ("feedback", _("给揭榜方的反馈"))):
                self.fields[f"{name}-{one.pk}"] = forms.CharField(
                    label=label, max_length=LONGEST, required=False, widget=forms.Textarea(attrs=dict(area))
                )

    def rows(self) -> list[tuple[Response, dict[str, Any]]]:
        names = ("chosen", "amount", "reason", "feedback")
        return [(one, {name: self[f"{name}-{one.pk}"] for name in names}) for one in self.responses]

    def choices(self) -> list[Choice]:
        given = self.cleaned_data
        return [
            Choice(one.pk, given[f"reason-{one.pk}"], _yuan(given[f"amount-{one.pk}"]))
            for one in self.responses
            if given[f"chosen-{one.pk}"]
        ]

    def feedback(self) -> dict[UUID, str]:
        return {one.pk: self.cleaned_data[f"feedback-{one.pk}"] for one in self.responses}


def _yuan(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else (amount * WAN).quantize(Decimal("0.01"))
