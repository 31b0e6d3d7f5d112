"""What a publisher fills in about a standard."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.forms import RoomForm, row_set
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation

from ..domain.standards import MOST_REQUIREMENTS, Clause, Draft
from ..models import Chain, Standard
from ..standard_enums import Proof, RequirementKind

VALUES = ("number", "title", "scope", "changes", "validity_months", "transition_days", "public")


class StandardForm(RoomForm):
    chain = forms.ModelChoiceField(queryset=Chain._base_manager.none(), label=_("产业链"), required=False)
    number = forms.CharField(label=_("标准编号"), max_length=40)
    title = forms.CharField(label=_("标准名称"), max_length=120)
    scope = forms.CharField(label=_("适用范围"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4}))
    changes = forms.CharField(
        label=_("与上一版相比"), max_length=2000, required=False, widget=forms.Textarea({"rows": 3})
    )
    validity_months = forms.IntegerField(label=_("符合性有效期"), min_value=1, max_value=60, initial=12)
    transition_days = forms.IntegerField(label=_("换版过渡期"), min_value=0, max_value=1095, initial=180)
    public = forms.BooleanField(label=_("对外公开（不勾选时只对成员公开）"), required=False)
    schema = forms.CharField(
        label=_("数据接口的模式"),
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 14, "class": "rt-code", "spellcheck": "false"}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    units = {"validity_months": _("个月"), "transition_days": _("天")}
    examples = {
        "number": _("例：T/LCZB 001"),
        "changes": _("第 2 版起填写：改了哪些条款、为什么。"),
        "schema": _("JSON Schema draft 2020-12；没有数据交换时留空。引用只能指向 #/$defs/…。"),
    }
    short = {"number", "validity_months", "transition_days"}
    needed = {"scope"}

    def __init__(self, *given: Any, actor: Actor, standard: Standard | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        if standard is not None:
            del self.fields["chain"]
            if standard.edition == 1:
                del self.fields["changes"]
            return
        del self.fields["changes"]
        field: Any = self.fields["chain"]
        field.queryset = led_chains(actor)
        field.required = not actor.operator
        field.empty_label = _("不限产业链") if actor.operator else None

    @classmethod
    def initial_of(cls, standard: Standard) -> dict[str, Any]:
        """What the form shows of a draft."""
        shown = {name: getattr(standard, name) for name in (*VALUES, "version")}
        return shown | {"schema": written(standard.schema)}

    def draft(self, rows: Any) -> Draft:
        """What the verb takes: only the fields that stand on this form."""
        given = self.cleaned_data
        clauses = [Clause(row["clause"], row["text"], row["kind"], row["proof"]) for row in rows.filled()]
        return Draft({name: given[name] for name in VALUES if name in given}, clauses, given["schema"])


class RequirementForm(RoomForm):
    clause = forms.CharField(
        label=_("条款号"), max_length=20, widget=forms.TextInput({"class": "rt-cell-input", "size": "6"})
    )
    text = forms.CharField(label=_("要求"), max_length=1000, widget=forms.Textarea({"rows": 2}))
    kind = forms.ChoiceField(label=_("类别"), choices=RequirementKind.choices, initial=RequirementKind.MUST)
    proof = forms.ChoiceField(label=_("证明方式"), choices=Proof.choices, initial=Proof.STATEMENT)


RequirementRows = row_set(RequirementForm, most=MOST_REQUIREMENTS)
REQUIREMENT_COLUMNS = [
    ("clause", _("条款号"), ""),
    ("text", _("要求"), ""),
    ("kind", _("类别"), ""),
    ("proof", _("证明方式"), ""),
]


class ArrangeForm(RoomForm):
    public = forms.BooleanField(label=_("对外公开"), required=False)
    auditor = forms.CharField(label=_("另请审核方"), max_length=200, required=False)

    examples = {"auditor": _("已核验机构的全称，例如检测院；不填则由本单位审核。")}

    def clean_auditor(self) -> Organisation | None:
        return organisation_named(self.cleaned_data["auditor"])


class AskForm(RoomForm):
    organisation = forms.CharField(label=_("供方"), max_length=200)
    until = forms.DateField(label=_("请在此日前提交"), required=False, widget=forms.DateInput({"type": "date"}))

    examples = {"organisation": _("已核验机构的全称。")}
    short = {"until"}

    def clean_organisation(self) -> Organisation | None:
        return organisation_named(self.cleaned_data["organisation"])


class ReasonForm(RoomForm):
    reason = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea({"rows": 3}))


class DataForm(RoomForm):
    file = forms.FileField(label=_("数据文件"), widget=forms.FileInput({"accept": ".json,.csv,.xlsx"}))

    examples = {"file": _("JSON、CSV 或 Excel，不超过 10 MB。")}


def led_chains(actor: Actor) -> Any:
    """The chains a standard can be written for."""
    rows = Chain.visible_to(actor)
    return (
        rows.filter(leader=None) | rows.filter(leader_id=actor.firm)
        if actor.operator
        else rows.filter(leader_id=actor.firm)
    )


def organisation_named(name: str) -> Organisation | None:
    """The one verified organisation of that name; None for no name."""
    name = " ".join(name.split())
    if not name:
        return None
    found = list(Organisation._base_manager.filter(name=name, state=VerificationState.VERIFIED)[:2])
    if len(found) != 1:
        raise forms.ValidationError(_("没有这家已核验的机构，或不止一家。请填写全称。"), code="organisation.unknown")
    return found[0]


def written(schema: dict[str, Any] | None) -> str:
    """A schema as people read it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) if schema else ""
