"""What could go wrong: whom it meets, how badly, from when, for how long."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm


class ScenarioForm(RoomForm):
    name = forms.CharField(label=_("情景名称"), max_length=60)
    targets = forms.MultipleChoiceField(label=_("冲击对象"), widget=forms.SelectMultiple(attrs={"size": 10}))
    depth = forms.IntegerField(label=_("损失程度"), min_value=1, max_value=100, initial=100)
    start = forms.IntegerField(label=_("起始日"), min_value=0, max_value=729, initial=0)
    days = forms.IntegerField(label=_("持续天数"), min_value=1, max_value=365, initial=30)
    recovery = forms.IntegerField(label=_("恢复天数"), min_value=0, max_value=365, initial=0)
    horizon = forms.IntegerField(label=_("推演天数"), min_value=1, max_value=730, initial=180)

    units = {"depth": "%", "days": _("天"), "recovery": _("天"), "horizon": _("天")}
    examples = {
        "name": _("例：境外矿石停供两个月"),
        "targets": _("可多选，须为同一类：企业、地区、国家或产品。"),
        "start": _("第几天开始，0 是第一天。"),
        "recovery": _("停产结束后逐步恢复的天数。"),
    }
    short = {"depth", "start", "days", "recovery", "horizon"}

    def __init__(self, *given: Any, options: list[Any], **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["targets"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = options

    def values(self) -> dict[str, Any]:
        return {**self.cleaned_data, "depth": self.cleaned_data["depth"] / 100}
