"""A chain: its name, summary and leader; its products as rows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.forms import RoomForm, row_set

from .organisation_names import OrganisationField


class ChainForm(RoomForm):
    name = forms.CharField(label=_("产业链名称"), max_length=60)
    name_en = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    summary = forms.CharField(
        label=_("简介"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    leader = OrganisationField(label=_("链主"), max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    examples = {
        "name": _("例：隧道掘进装备链"),
        "leader": _("已核验机构的全称；链主可查看本链的供需关系。"),
    }

    def __init__(self, *given: Any, names_leader: bool, **named: Any) -> None:
        super().__init__(*given, **named)
        if not names_leader:
            del self.fields["leader"]

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "leader")}


class ProductForm(RoomForm):
    code = forms.CharField(label=_("产品代码"), max_length=30)
    name = forms.CharField(label=pgettext_lazy("one", "产品"), max_length=80)
    name_en = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    tier = forms.IntegerField(label=_("层级"), min_value=1, max_value=20)
    stage = forms.CharField(label=_("环节"), max_length=40, required=False)
    inputs = forms.CharField(label=_("投入的产品代码"), max_length=600, required=False)


Products = row_set(ProductForm, most=500)
