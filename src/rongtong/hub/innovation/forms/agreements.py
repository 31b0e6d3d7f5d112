"""Forms of agreements. Amounts are written in 万元 and kept in yuan, rates in per cent and kept as shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rongtong.engines.fairness import ANY_FIELD, WORLD
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.foundation.forms import RoomForm, row_set
from rongtong.hub.organisations.reference import regions

from ..agreement_clauses import CHINA, Clauses
from ..agreement_words import EXCLUSIVITY, PERIODS, TIER_BASE, territory_name
from ..domain.agreement_faults import is_territory
from ..enums import AgreementKind
from ..models import Agreement, AgreementDraft, Grant
from ..targets import plain
from .codes import code_of, divided

WAN, HUNDRED, FEN = Decimal(10_000), Decimal(100), Decimal("0.01")
WHOLE_WORLD = {"全球", "world", "worldwide"}
WHOLE_COUNTRY = {"中国", "全国", "cn", "china"}
EVERY_FIELD = {"*", "不限", "不限领域", "any"}
MONEY = ("upfront", "cap", "minimum")
RATES = ("deduction_cap", "offset", "offset_floor", "variance")


def _money(label: Any, **given: Any) -> forms.DecimalField:
    options: dict[str, Any] = {"min_value": Decimal(0), "max_digits": 14, "decimal_places": 6, "required": False}
    return forms.DecimalField(label=label, **(options | given))


def _rate(label: Any, **given: Any) -> forms.DecimalField:
    options: dict[str, Any] = {"min_value": Decimal(0), "max_value": HUNDRED, "max_digits": 7, "decimal_places": 4}
    return forms.DecimalField(label=label, **({"required": False} | options | given))


def _day(label: Any, required: bool = False) -> forms.DateField:
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class FieldsField(forms.CharField):
    """Fields of use: classes of the IPC, or 不限."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return joined(_("不限") if one == ANY_FIELD else one for one in value)
        return value

    def clean(self, value: Any) -> list[str]:
        words = divided(super().clean(value)) or [ANY_FIELD]
        return list(dict.fromkeys(ANY_FIELD if one.lower() in EVERY_FIELD else one.upper() for one in words))


class TerritoriesField(forms.CharField):
    """Territories: regions by code or name, 中国, 全球, other countries by their two letters."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return joined(territory_name(one) if one in (CHINA, WORLD) else _region(one) for one in value)
        return value

    def clean(self, value: Any) -> list[str]:
        words = divided(super().clean(value)) or [CHINA]
        return list(dict.fromkeys(map(_territory_of, words)))


def _region(code: str) -> str:
    entry = regions.get(code)
    return f"{entry.code} {entry.label()}" if entry else code


def _territory_of(word: str) -> str:
    if word.lower() in WHOLE_WORLD:
        return WORLD
    if word.lower() in WHOLE_COUNTRY:
        return CHINA
    if len(word) == 2 and word.isascii() and word.isalpha():
        return word.upper()
    code = code_of(regions, word)
    if not is_territory(code):
        raise ValidationError(_("没有找到「%(text)s」。请填写代码或名称。"), code="unknown", params={"text": word[:20]})
    return code


class OpeningForm(RoomForm):
    """What an agreement is about and with whom."""

    kind = forms.ChoiceField(label=_("协议类型"), choices=AgreementKind.choices)
    title = forms.CharField(label=_("协议名称"), max_length=120)
    role = forms.ChoiceField(
        label=_("本单位是"),
        choices=[
            ("provider", _("提供方（许可、转让、受托）")),
            ("receiver", _("接受方（被许可、受让、委托）")),
        ],
    )
    other = forms.CharField(label=_("对方机构"), max_length=120)

    examples: ClassVar = {
        "title": _("例：对接淬火方法专利普通许可"),
        "other": _("写对方全称；对方须是平台上已核验的机构。"),
    }
    short: ClassVar = frozenset({"kind"})


class AgreementForm(RoomForm):
    """The clauses of an offer."""

    subject = forms.CharField(
        label=_("标的与范围"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    exclusivity = forms.ChoiceField(label=_("许可方式"), choices=list(EXCLUSIVITY.items()), required=False)
    fields_of_use = FieldsField(label=_("使用领域"), max_length=600, required=False)
    territories = TerritoriesField(label=_("地域"), max_length=600, required=False)
    may_sublicense = forms.BooleanField(label=_("可以分许可"), required=False)
    source = forms.ChoiceField(label=_("所依据的许可"), required=False)
    coowners_agree = forms.BooleanField(label=_("提供方保证已取得其他共有人同意"), required=False)
    starts_on, ends_on = _day(_("生效日")), _day(_("届满日"))
    upfront = _money(_("固定费用"))
    payment = forms.CharField(
        label=_("付款方式"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    tier_base = forms.ChoiceField(label=_("分档依据"), choices=list(TIER_BASE.items()), required=False)
    months = forms.TypedChoiceField(label=_("结算周期"), choices=list(PERIODS.items()), coerce=int, required=False)
    deduction_cap = _rate(_("扣除上限"))
    offset, offset_floor = _rate(_("第三方费用抵扣")), _rate(_("抵扣后保留"))
    cap, minimum = _money(_("年度上限")), _money(_("年度保底"))
    variance = _rate(_("差异提示"))
    note = forms.CharField(label=_("附言"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    valid_until = _day(_("报价有效期至"))

    units: ClassVar = {
        **{name: _("万元") for name in MONEY}, **dict.fromkeys(RATES, "%"),
    }  # fmt: skip
    examples: ClassVar = {
        "fields_of_use": _("国际专利分类号，几项用顿号分开，例：C21D 9/40；不限写「不限」。"),
        "territories": _("例：中国；浙江省、江苏省；全球；DE。"),
        "ends_on": _("不填为不设届满日；届满日当天不再有效。"),
        "payment": _("例：签署后 15 日内付一半，验收后付清。"),
        "offset": _("向第三方支付的使用费中可以抵扣的比例。"),
        "offset_floor": _("抵扣后至少保留应付额的比例。"),
        "deduction_cap": _("运费、税费等扣除最多占销售额的比例。"),
        "variance": _("与上期或核查结果相差超过此比例时提示。"),
    }
    short: ClassVar = frozenset(
        {"exclusivity", "starts_on", "ends_on", "valid_until", "months", *MONEY, *RATES, "tier_base"}
    )

    def __init__(self, *given: Any, sources: Iterable[Grant] = (), current: str = "", **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["source"]
        told = {str(one.pk): str(one.agreement.number or one.agreement) for one in sources}
        if current and current not in told:
            told[current] = str(_("提供方持有的许可"))
        field.choices = [("", _("权利人自己的权利")), *told.items()]


class TierForm(RoomForm):
    above = _money(_("净销售额超过（万元）"))
    rate = _rate(_("提成比例（%%）"), required=True)


class MilestoneForm(RoomForm):
    name = forms.CharField(label=_("里程碑"), max_length=60)
    amount = _money(_("金额（万元）"), required=True)
    sales = _money(_("累计净销售额达到（万元）"))


class DateForm(RoomForm):
    what = forms.CharField(label=_("事项"), max_length=120)
    due_on = _day(_("日期"), required=True)


class FreeForm(RoomForm):
    heading = forms.CharField(label=_("标题"), max_length=60)
    text = forms.CharField(label=_("正文"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))


ROW_FORMS: dict[str, type[RoomForm]] = {
    "tiers": TierForm,
    "milestones": MilestoneForm,
    "dates": DateForm,
    "free": FreeForm,
}
ROWS = {name: row_set(form, most=12 if name == "tiers" else 20, extra=1) for name, form in ROW_FORMS.items()}
ROW_COLUMNS = {
    name: [(key, field.label, "") for key, field in form.base_fields.items()] for name, form in ROW_FORMS.items()
}


def clauses_of(form: AgreementForm, rows: Mapping[str, Any], agreement: Agreement, before: Clauses) -> Clauses:
    """The clauses as they were written; what has a fault keeps its last good value."""
    good = {name: value for name, value in form.cleaned_data.items() if name not in form.errors}
    filled = {name: one.filled() if one.is_valid() else None for name, one in rows.items()}
    stored = before.stored()
    stored |= {name: good[name] for name in ("subject", "payment", "coowners_agree") if name in good}
    if "upfront" in good:
        stored["upfront"] = _yuan(good["upfront"])
    if agreement.kind == AgreementKind.LICENCE:
        stored["grant"] = _grant(stored["grant"] or {}, good)
    else:
        stored |= {name: good[name] for name in ("starts_on", "ends_on") if name in good}
    for name in ("dates", "free"):
        if filled[name] is not None:
            stored[name] = filled[name]
    stored["royalty"] = _royalty(stored["royalty"] or {}, good, filled)
    return Clauses.model_validate(stored)


def _grant(grant: dict[str, Any], good: Mapping[str, Any]) -> dict[str, Any]:
    names = {"fields_of_use": "fields", "territories": "territories", "source": "source"}
    names |= {name: name for name in ("exclusivity", "starts_on", "ends_on", "may_sublicense")}
    found = dict(grant)
    for name, key in names.items():
        if name in good:
            found[key] = good[name] if name not in ("source", "exclusivity") else good[name] or None
    found["exclusivity"] = found.get("exclusivity") or "non-exclusive"
    return found


def _royalty(
    royalty: dict[str, Any], good: Mapping[str, Any], filled: Mapping[str, list[dict[str, Any]] | None]
) -> dict[str, Any] | None:
    found = dict(royalty)
    for name in ("tier_base", "months"):
        if good.get(name):
            found[name] = good[name]
    for name in ("cap", "minimum"):
        if name in good:
            found[name] = _yuan(good[name])
    for name in RATES:
        if name in good:
            found[name] = None if good[name] is None else _share(good[name])
            if found[name] is None and name != "deduction_cap":
                del found[name]
    if filled["tiers"] is not None:
        found["tiers"] = [
            {"above": _yuan(row["above"]) or Decimal("0.00"), "rate": _share(row["rate"])} for row in filled["tiers"]
        ]
    if filled["milestones"] is not None:
        found["milestones"] = [
            {"name": row["name"], "amount": _yuan(row["amount"]), "sales": _yuan(row["sales"])}
            for row in filled["milestones"]
        ]
    return found if found.get("tiers") else None


def _yuan(wan: Decimal | None) -> Decimal | None:
    return None if wan is None else (wan * WAN).quantize(FEN)


def _share(percent: Decimal) -> Decimal:
    return percent / HUNDRED


def initial_of(draft: AgreementDraft, clauses: Clauses) -> dict[str, Any]:
    """What the form shows for a draft."""
    start, end = clauses.term
    shown: dict[str, Any] = {
        "subject": clauses.subject,
        "coowners_agree": clauses.coowners_agree,
        "starts_on": start,
        "ends_on": end,
        "upfront": _wan(clauses.upfront),
        "payment": clauses.payment,
        "note": draft.note,
        "valid_until": draft.valid_until,
        "variance": "20",
    }
    if clauses.grant:
        shown |= {
            "exclusivity": clauses.grant.exclusivity,
            "fields_of_use": clauses.grant.fields,
            "territories": clauses.grant.territories,
            "may_sublicense": clauses.grant.may_sublicense,
            "source": str(clauses.grant.source or ""),
        }
    royalty = clauses.royalty
    if royalty:
        shown |= {"tier_base": royalty.tier_base, "months": royalty.months}
        shown |= {"cap": _wan(royalty.cap), "minimum": _wan(royalty.minimum)}
        shown |= {name: _percent(getattr(royalty, name)) for name in RATES}
    return shown


def initial_rows(clauses: Clauses) -> dict[str, list[dict[str, Any]]]:
    """What the rows of the form show."""
    royalty = clauses.royalty
    return {
        "tiers": [{"above": _wan(one.above), "rate": _percent(one.rate)} for one in royalty.tiers] if royalty else [],
        "milestones": [
            {"name": one.name, "amount": _wan(one.amount), "sales": _wan(one.sales)} for one in royalty.milestones
        ]
        if royalty
        else [],
        "dates": [{"what": one.what, "due_on": one.due_on} for one in clauses.dates],
        "free": [{"heading": one.heading, "text": one.text} for one in clauses.free],
    }


def _wan(yuan: Decimal | None) -> str | None:
    return None if yuan is None else plain(yuan / WAN)


def _percent(rate: Decimal | None) -> str | None:
    return None if rate is None else plain(rate * HUNDRED)


class SignForm(RoomForm):
    name = forms.CharField(label=_("签署人姓名"), max_length=80)
    agreed = forms.BooleanField(label=_("我已阅读全部条款，有权代表本单位签署，同意以所示摘要对应的文本签署本协议。"))
    offer = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class EndForm(RoomForm):
    conclusion = forms.CharField(label=_("终止原因"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
