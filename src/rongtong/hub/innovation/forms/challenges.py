"""The form of a challenge. Amounts are written in 万元 and kept in yuan."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm, row_set
from rongtong.hub.organisations.reference import industries, regions
from rongtong.hub.organisations.size_class import SizeClass
from rongtong.hub.trust.enums import Level

from ..enums import Comparison
from ..models import Round
from ..targets import TargetRow, plain
from .codes import CodeField, CodesField, WordsField

WAN = Decimal(10_000)
MONEY = ("budget_min", "budget_max")
OPEN_LEVELS = [(one.value, one.label) for one in (Level.PUBLIC, Level.MEMBERS, Level.AFTER_NDA)]
SIZES = [(one.value, one.label) for one in SizeClass if one is not SizeClass.UNCLASSIFIED]
READINESS = [("", _("不限"))] + [(str(n), format_lazy(_("{level} 级以上"), level=n)) for n in range(1, 10)]


def _level(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=OPEN_LEVELS, coerce=int)


def _text(label: Any, most: int, rows: int = 5) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, widget=forms.Textarea(attrs={"rows": rows}))


class ChallengeForm(RoomForm):
    title = forms.CharField(label=_("需求名称"), max_length=120)
    industry = CodeField(label=_("所属行业"), register=industries, required=False)
    region = CodeField(label=_("地区"), register=regions, required=False)
    anonymous = forms.BooleanField(label=_("匿名发榜：除本单位与运营方外，不显示发榜方与联系人"), required=False)
    problem = _text(_("要解决的问题"), 6000, 8)
    problem_level = _level(_("「要解决的问题」谁能看"))
    tried = _text(_("已做过的尝试"), 4000)
    tried_level = _level(_("「尝试」谁能看"))
    details = _text(_("工况与细节"), 6000)
    details_level = _level(_("「细节」谁能看"))
    targets_level = _level(_("「技术指标」谁能看"))
    regions = CodesField(label=_("揭榜方所在地区"), register=regions, required=False)
    certificates = WordsField(label=_("需要的资质"), longest=60, max_length=600, required=False)
    size_classes = forms.MultipleChoiceField(
        label=_("揭榜方规模"), choices=SIZES, required=False, widget=forms.CheckboxSelectMultiple
    )
    readiness = forms.TypedChoiceField(
        label=_("技术就绪度"), choices=READINESS, coerce=int, empty_value=None, required=False
    )
    budget_min = forms.DecimalField(
        label=_("预算下限"), min_value=Decimal(0), max_digits=12, decimal_places=4, required=False
    )
    budget_max = forms.DecimalField(
        label=_("预算上限"), min_value=Decimal(0), max_digits=12, decimal_places=4, required=False
    )
    budget_note = forms.CharField(label=_("资金来源"), max_length=200, required=False)
    budget_level = _level(_("「预算」谁能看"))
    months = forms.IntegerField(label=_("攻关周期"), min_value=1, max_value=120, required=False)
    deadline = forms.DateTimeField(
        label=_("揭榜截止"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    ip_terms = _text(_("知识产权与使用条件"), 2000, 3)
    ip_level = _level(_("「知识产权」谁能看"))
    contact_name = forms.CharField(label=_("联系人"), max_length=80, required=False)
    contact_department = forms.CharField(label=_("部门"), max_length=80, required=False)
    contact_phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    contact_email = forms.EmailField(label=_("邮箱"), required=False)
    contact_level = _level(_("「联系人」谁能看"))

    units = {"budget_min": _("万元"), "budget_max": _("万元"), "months": _("个月")}
    examples = {
        "title": _("例：直径 6 米级盾构主轴承滚道淬硬层均匀性控制"),
        "industry": _("写代码或名称，例：3453 或 齿轮及齿轮减、变速箱制造"),
        "region": _("写区县或城市，例：杭州市西湖区"),
        "problem": _("写清对象、现状、后果和希望得到的结果。"),
        "details": _("图纸、载荷谱、失效记录等；默认签署保密协议后可见。"),
        "regions": _("不限可不填；几个地区用顿号分开，例：浙江省、江苏省"),
        "certificates": _("几项用顿号分开，例：CNAS、ISO 9001"),
        "deadline": _("不填则随批次的揭榜截止时间。"),
        "ip_terms": _("例：新成果双方共有；发榜方在隧道掘进装备领域独占使用 5 年。"),
        "budget_note": _("例：发榜方 70%，市级专项 30%"),
    }
    needed = frozenset({"industry", "region", "problem", "months", "contact_name"})
    short = frozenset({"region", "readiness", "budget_min", "budget_max", "months", "deadline", "contact_phone"})

    def values(self) -> dict[str, Any]:
        """What was filled in without a fault, as a challenge keeps it."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in self.errors}
        for name in MONEY:
            if found.get(name) is not None:
                found[name] = (found[name] * WAN).quantize(Decimal("0.01"))
        return found


class NewChallengeForm(ChallengeForm):
    """The same with the round to write it into."""

    round = forms.ModelChoiceField(label=_("批次"), queryset=Round._base_manager.none())

    def __init__(self, *given: Any, rounds: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["round"]
        field.queryset = rounds

    def values(self) -> dict[str, Any]:
        found = super().values()
        found.pop("round", None)
        return found


class TargetForm(RoomForm):
    indicator = forms.CharField(label=_("指标"), max_length=120)
    # the first choice is the initial one: a row in which nothing else stands counts as empty
    comparison = forms.ChoiceField(label=_("比较"), choices=Comparison.choices, initial=Comparison.AT_LEAST)
    value = forms.DecimalField(label=_("目标值"), max_digits=18, decimal_places=6)
    value_high = forms.DecimalField(label=_("上限"), max_digits=18, decimal_places=6, required=False)
    unit = forms.CharField(label=_("单位"), max_length=40, required=False)
    best_today = forms.CharField(label=_("目前最好"), max_length=60, required=False)
    method = forms.CharField(label=_("测法"), max_length=120, required=False)
    must_meet = forms.BooleanField(label=_("必达"), required=False)


TargetRows = row_set(TargetForm, most=30, extra=2)
TARGET_COLUMNS = [(name, field.label, "") for name, field in TargetForm.base_fields.items()]


def target_rows(formset: Any) -> list[TargetRow]:
    """The filled rows, in order."""
    return [TargetRow(**row) for row in formset.filled()]


def initial_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows for the values of a challenge."""
    shown = dict(values)
    for name in MONEY:
        if shown.get(name) is not None:
            shown[name] = plain(shown[name] / WAN)
    return shown


def initial_targets(rows: list[TargetRow]) -> list[dict[str, Any]]:
    found = []
    for row in rows:
        shown = {**vars(row), "value": plain(row.value)}
        found.append(shown | {"value_high": None if row.value_high is None else plain(row.value_high)})
    return found
