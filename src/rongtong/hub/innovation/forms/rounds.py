"""The form of a round."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm
from rongtong.hub.organisations.size_class import SizeClass

SIZES = [(one.value, one.label) for one in SizeClass if one is not SizeClass.UNCLASSIFIED]


def _moment(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget)


class RoundForm(RoomForm):
    title = forms.CharField(label=_("批次名称"), max_length=120)
    title_en = forms.CharField(label=_("英文名称"), max_length=160, required=False)
    introduction = forms.CharField(
        label=_("说明"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    number_prefix = forms.CharField(label=_("编号前缀"), max_length=12, initial="XQ")
    leader_size_classes = forms.MultipleChoiceField(
        label=_("可牵头揭榜的企业规模"), choices=SIZES, widget=forms.CheckboxSelectMultiple
    )
    collect_until = _moment(_("征集截止"))
    publish_at = _moment(_("发榜时间"))
    respond_until = _moment(_("揭榜截止"))
    select_until = _moment(_("遴选截止"))
    conclude_on = forms.DateField(
        label=_("结榜日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    examples = {
        "title": _("例：2026年第二批大企业发榜、中小企业揭榜"),
        "number_prefix": _("编号形如 XQ-2026-0001；发榜后不能再改。"),
        "leader_size_classes": _("国家项目规定由中小企业牵头；发榜后不能再改。"),
        "respond_until": _("发榜后只能延后；随批次截止的榜单一并延后。"),
    }
    short = frozenset({"number_prefix", "collect_until", "publish_at", "respond_until", "select_until", "conclude_on"})

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
