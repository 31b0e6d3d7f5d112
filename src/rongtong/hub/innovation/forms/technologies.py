"""What an organisation fills in about a technology."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.forms import RoomForm, row_set
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.pinyin import resolved_name
from rongtong.hub.organisations.reference import industries
from rongtong.hub.trust.enums import Level

from ..domain.technologies import Part
from ..enums import AgreementKind, LegalStatus, TechnologyKind
from ..models import Technology
from .codes import CodeField, WordsField


def _text(label: Any, most: int, rows: int = 5, **given: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, required=False, widget=area, **given)


def _level(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=Level.choices, coerce=int)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class TechnologyForm(RoomForm):
    title = forms.CharField(label=_("成果名称"), max_length=120)
    kind = forms.ChoiceField(label=_("类型"), choices=TechnologyKind.choices)
    teaser = _text(_("简介"), 600, 4)
    industry = CodeField(label=_("适用行业"), register=industries, required=False)
    fields_of_use = WordsField(label=_("技术领域"), longest=20, max_length=600, required=False)
    readiness = forms.TypedChoiceField(
        label=_("技术就绪度"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), *((n, str(n)) for n in range(1, 10))],
    )
    ways = forms.MultipleChoiceField(
        label=_("合作方式"), choices=AgreementKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    legal_status = forms.ChoiceField(label=_("法律状态"), choices=LegalStatus.choices)
    patent_number = forms.CharField(label=_("专利号或登记号"), max_length=60, required=False)
    filed_on, granted_on, expires_on = _day(_("申请日")), _day(_("授权日")), _day(_("保护期届满日"))
    inventors = WordsField(label=_("发明人"), longest=40, max_length=1300, required=False)
    inventors_level = _level(_("「发明人」谁能看"))
    owners_level = _level(_("「权利份额」谁能看"))
    application = _text(_("应用场景"), 2000, 4)
    application_level = _level(_("「应用场景」谁能看"))
    advantage = _text(_("技术优势与指标"), 4000)
    advantage_level = _level(_("「技术优势」谁能看"))
    details = _text(_("技术方案"), 6000)
    details_level = _level(_("「技术方案」谁能看"))
    secret = _text(_("技术秘密要点"), 6000, 4)
    secret_level = _level(_("「技术秘密」谁能看"))
    terms = _text(_("合作意向与报价"), 2000, 3)
    terms_level = _level(_("「合作意向」谁能看"))
    contact_name = forms.CharField(label=_("联系人"), max_length=80, required=False)
    contact_phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    contact_email = forms.EmailField(label=_("邮箱"), required=False)
    contact_level = _level(_("「联系人」谁能看"))

    examples: ClassVar = {
        "title": _("例：大型环形滚道双感应器对接淬火方法"),
        "teaser": _("人人可见：解决什么问题、好在哪里；不写技术秘密。"),
        "industry": _("写代码或名称，例：3453 或 齿轮及齿轮减、变速箱制造"),
        "fields_of_use": _("国际专利分类号，几项用顿号分开，例：C21D 9/40、C21D 1/10"),
        "readiness": _("1 为原理，9 为批量应用。"),
        "patent_number": _("例：ZL 2022 1 0041207.3；软件写登记号。"),
        "inventors": _("几位用顿号分开。"),
        "secret": _("默认只有权利人能看到；谈成之后再逐步披露。"),
        "terms": _("例：普通许可，入门费 30 万元，提成 4%。"),
    }
    needed: ClassVar = frozenset({"teaser", "readiness", "ways"})
    short: ClassVar = frozenset(
        {"kind", "readiness", "legal_status", "patent_number", "filed_on", "granted_on", "expires_on", "contact_phone"}
    )

    def values(self) -> dict[str, Any]:
        """What was filled in without a fault, as a technology keeps it."""
        found = {name: value for name, value in self.cleaned_data.items() if name not in self.errors}
        if "fields_of_use" in found:
            found["fields"] = found.pop("fields_of_use")
        return found

    def add_faults(self, refusal: Invalid) -> None:
        """The field of the same meaning has another name here: a form's own ``fields`` is taken."""
        moved = [
            Fault("fields_of_use", one.message, one.code) if one.field == "fields" else one for one in refusal.faults
        ]
        super().add_faults(Invalid(moved))


class ShareField(forms.CharField):
    """A share as it is written: 1/3, 40%, 0.4."""

    def to_python(self, value: Any) -> Any:
        text = "".join(str(value or "").replace("％", "%").split())
        if not text:
            return None
        try:
            return read_share(text)
        except (ValueError, ZeroDivisionError, InvalidOperation) as error:
            message = _("份额写成 40%、0.4 或 1/3。")
            raise ValidationError(message, code="share") from error

    def prepare_value(self, value: Any) -> Any:
        return write_share(value) if isinstance(value, Fraction) else value

    def run_validators(self, value: Any) -> None:
        """The verb judges the number."""


def read_share(text: str) -> Fraction:
    """A share from 1/3, 40% or 0.4.

    Raises
    ------
    ValueError, ZeroDivisionError, InvalidOperation
        It is none of these.
    """
    if len(text) > 24:
        raise ValueError(text)
    if "/" in text:
        above, _slash, below = text.partition("/")
        return Fraction(int(above), int(below))
    number = Decimal(text.removesuffix("%"))
    if not number.is_finite() or abs(number) > 1000:
        raise ValueError(text)
    return Fraction(number) / (100 if text.endswith("%") else 1)


def write_share(share: Fraction) -> str:
    """The shortest exact way to write it."""
    percent = share * 100
    rest = percent.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest == 1:
        digits = format((Decimal(percent.numerator) / Decimal(percent.denominator)).normalize(), "f")
        return f"{digits}%"
    return f"{share.numerator}/{share.denominator}"


class OwnerForm(RoomForm):
    name = forms.CharField(label=_("权利人"), max_length=120)
    share = ShareField(label=_("份额"), max_length=24)


OwnerRows = row_set(OwnerForm, most=20, extra=1)
OWNER_COLUMNS = [("name", _("权利人全称"), ""), ("share", _("份额"), "")]


def owner_parts(rows: Iterable[Mapping[str, Any]], actor: Actor) -> list[Part]:
    """Owners as they were written; a name that one verified organisation has means that organisation. One query."""
    rows = [row for row in rows if row.get("name") and row.get("share") is not None]
    known: dict[str, list[Organisation]] = {}
    wanted = {resolved_name(row["name"]) for row in rows}
    found = Organisation.visible_to(actor).filter(state=VerificationState.VERIFIED, resolved_name__in=wanted)
    for one in found:
        known.setdefault(one.resolved_name, []).append(one)
    parts = []
    for row in rows:
        meant = known.get(resolved_name(row["name"]), [])
        exact = [one for one in meant if row["name"] in (one.name, one.name_en)] or meant
        parts.append(Part(row["name"], row["share"], exact[0].pk if len(exact) == 1 else None))
    return parts


def initial_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows for the values of a technology."""
    shown = dict(values)
    shown["fields_of_use"] = shown.pop("fields", [])
    return shown


def initial_owners(technology: Technology) -> list[dict[str, Any]]:
    return [{"name": one.name, "share": one.share} for one in technology.owners.all()]
