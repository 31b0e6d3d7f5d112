"""Forms of statements and of the royalty calculator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm, row_set

from ..agreement_clauses import RoyaltyClause
from ..agreement_words import TIER_BASE
from ..domain.statements import Sales
from ..models import Statement

NOTHING = Decimal("0.00")


def _yuan(label: Any, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=Decimal(0), max_digits=16, decimal_places=2, required=required)


class SalesForm(RoomForm):
    """What was sold in a period, in yuan."""

    gross = _yuan(_("销售额"))
    third_party = _yuan(_("向第三方支付的使用费"), required=False)
    events = forms.MultipleChoiceField(label=_("本期达到的里程碑"), required=False, widget=forms.CheckboxSelectMultiple)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    units: ClassVar = {"gross": _("元"), "third_party": _("元")}
    examples: ClassVar = {
        "gross": _("本期开票的含扣除项的销售额。"),
        "third_party": _("按协议可以抵扣的部分由系统计算。"),
    }
    short: ClassVar = frozenset({"gross", "third_party"})

    def __init__(self, *given: Any, royalty: RoyaltyClause, **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["events"]
        field.choices = [(one.name, one.name) for one in royalty.milestones if one.sales is None]
        if not field.choices:
            del self.fields["events"]

    def sales(self, deductions: Any) -> Sales:
        given = self.cleaned_data
        return Sales(
            gross=given["gross"],
            deductions={row["name"]: row["amount"] for row in deductions.filled()},
            third_party=given["third_party"] or NOTHING,
            events=tuple(given.get("events", ())),
        )


class DeductionForm(RoomForm):
    name = forms.CharField(label=_("扣除项"), max_length=60)
    amount = _yuan(_("金额（元）"))


DeductionRows = row_set(DeductionForm, most=20, extra=1)
DEDUCTION_COLUMNS = [(name, field.label, "") for name, field in DeductionForm.base_fields.items()]


def initial_of(row: Statement) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the form and its rows show of a statement's inputs."""
    period = row.document["inputs"]["period"]
    shown = {name: period[name] for name in ("gross", "third_party", "events")}
    deductions = [{"name": name, "amount": amount} for name, amount in period["deductions"].items()]
    return {**shown, "version": row.version}, deductions


class CommentForm(RoomForm):
    comment = forms.CharField(label=_("退回意见"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class CalculatorForm(RoomForm):
    """What if: terms of royalties, and sales from year to year. Amounts in 万元, rates in per cent."""

    rate = forms.DecimalField(label=_("提成比例"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=4)
    above = forms.DecimalField(
        label=_("第二档起点"), min_value=Decimal(0), max_digits=12, decimal_places=4, required=False
    )
    second_rate = forms.DecimalField(
        label=_("第二档比例"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=4, required=False
    )
    tier_base = forms.ChoiceField(label=_("分档依据"), choices=list(TIER_BASE.items()), required=False)
    upfront = forms.DecimalField(
        label=_("固定费用"), min_value=Decimal(0), max_digits=12, decimal_places=4, required=False
    )
    minimum = forms.DecimalField(
        label=_("年度保底"), min_value=Decimal(0), max_digits=12, decimal_places=4, required=False
    )
    cap = forms.DecimalField(label=_("年度上限"), min_value=Decimal(0), max_digits=12, decimal_places=4, required=False)
    sales = forms.DecimalField(label=_("首年净销售额"), min_value=Decimal(0), max_digits=12, decimal_places=4)
    growth = forms.DecimalField(
        label=_("年增长"), min_value=Decimal(-90), max_value=Decimal(300), decimal_places=2, required=False
    )
    years = forms.IntegerField(label=_("年数"), min_value=1, max_value=20)

    units: ClassVar = {
        **dict.fromkeys(("rate", "second_rate", "growth"), "%"),
        **dict.fromkeys(("above", "upfront", "minimum", "cap", "sales"), _("万元")),
        "years": _("年"),
    }
    short: ClassVar = frozenset(
        {"rate", "above", "second_rate", "tier_base", "upfront", "minimum", "cap", "sales", "growth", "years"}
    )
