"""Telling a link by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm

from ..domain.firms import Named, who
from ..enums import Substitution
from ..models import Chain, Product, SupplyLink

WAN = Decimal(10_000)
PERCENT = Decimal(100)


class LinkForm(RoomForm):
    """Supplier and buyer are given once, when the link is made; afterwards they are what the link is."""

    supplier = forms.CharField(label=_("供方"), max_length=200)
    supplier_country = forms.CharField(label=_("供方所在国家或地区"), max_length=2, initial="CN")
    supplier_code = forms.CharField(label=_("供方代码"), max_length=60, required=False)
    buyer = forms.CharField(label=_("需方"), max_length=200)
    product = forms.ModelChoiceField(label=_("产品"), queryset=Product._base_manager.none(), required=False)
    year = forms.IntegerField(label=_("年度"))
    value = forms.DecimalField(label=_("年交易额"), max_digits=14, decimal_places=6)
    input_share = forms.DecimalField(label=_("占需方同类采购"), max_digits=5, decimal_places=2, required=False)
    stock_days = forms.IntegerField(label=_("库存可用天数"), required=False)
    lead_days = forms.IntegerField(label=_("供货周期"), required=False)
    substitution = forms.ChoiceField(label=_("可替代性"), choices=Substitution.choices, required=False)
    confidential = forms.BooleanField(label=_("合同约定隐去供方：链主等其他读者只看到代号"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    units = {"value": _("万元"), "input_share": "%", "stock_days": _("天"), "lead_days": _("天")}
    examples = {
        "supplier": _("全称。不是入驻机构也可以填，以后可认领。"),
        "supplier_country": _("两位字母，例：CN、DE、JP"),
        "supplier_code": _("统一社会信用代码或境外登记号；没有可不填。"),
        "input_share": _("这一家占您同类采购的百分之几。"),
    }
    short = frozenset({"supplier_country", "year", "value", "input_share", "stock_days", "lead_days", "substitution"})

    def __init__(
        self, *given: Any, chain: Chain, ends: bool, buyer: str = "", hides: bool = True, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["product"]
        field.queryset = Product._base_manager.filter(chain=chain)
        if not ends:
            for name in ("supplier", "supplier_code", "buyer"):
                del self.fields[name]
        elif buyer:
            del self.fields["buyer"]
        if not hides:
            del self.fields["confidential"]

    @classmethod
    def initial_of(cls, link: SupplyLink) -> dict[str, Any]:
        """The fields of a link as the form holds them."""
        same = ("product", "year", "stock_days", "lead_days", "substitution", "confidential", "version")
        return {name: getattr(link, name) for name in same} | {
            "supplier_country": link.country,
            "value": (link.value / WAN).normalize(),
            "input_share": None if link.input_share is None else (link.input_share * PERCENT).normalize(),
        }

    def named(self, end: str) -> Named:
        """Who is meant at one end: a verified organisation with exactly this code or name, or a firm outside."""
        code = self.cleaned_data.get(f"{end}_code", "")
        country = self.cleaned_data.get(f"{end}_country", "CN").upper()
        return who(self.cleaned_data[end], country, code)

    def values(self) -> dict[str, Any]:
        """The fields as the verbs take them: yuan, shares of one."""
        same = ("product", "year", "stock_days", "lead_days", "substitution")
        values = {name: self.cleaned_data[name] for name in same}
        share = self.cleaned_data["input_share"]
        values |= {
            "value": self.cleaned_data["value"] * WAN,
            "input_share": None if share is None else share / PERCENT,
            "country": self.cleaned_data["supplier_country"].upper(),
        }
        if "confidential" in self.fields:
            values["confidential"] = self.cleaned_data["confidential"]
        return values
