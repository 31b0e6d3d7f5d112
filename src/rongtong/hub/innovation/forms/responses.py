"""The form of a response: texts, a row for each target, rows of milestones. Amounts are written in 万元."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.forms import RoomForm, row_set

from ..domain.responses import LONGEST, NUMBERS, Draft, Promise, Step
from ..models import Target
from ..models.response import TEXTS
from ..targets import plain
from .spans import SpanField, write_span

WAN = Decimal(10_000)
NEEDED = ("team", "record", "summary", "plan", "months", "cost")
LEVELS = (
    _("1 级：发现基本原理"),
    _("2 级：形成技术方案"),
    _("3 级：方案通过验证"),
    _("4 级：实验室环境下部件验证"),
    _("5 级：相关环境下部件验证"),
    _("6 级：相关环境下样机验证"),
    _("7 级：使用环境下样机验证"),
    _("8 级：产品定型"),
    _("9 级：产品经使用检验"),
)
READINESS: Any = [("", _("未填"))] + [(str(n), label) for n, label in enumerate(LEVELS, 1)]
STEP_COLUMNS = [
    ("title", _("里程碑"), ""),
    ("month", _("完成于"), _("第几个月")),
    ("deliverable", _("交付物"), ""),
    ("cost", _("经费"), _("万元")),
]


def _text(name: str, label: Any, rows: int) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=LONGEST[name], required=False, widget=area)


def _amount(label: Any) -> forms.DecimalField:
    # six places of 万元 are a fen: what the API wrote is shown and kept exactly
    return forms.DecimalField(label=label, min_value=Decimal(0), max_digits=16, decimal_places=6, required=False)


class ResponseForm(RoomForm):
    """Everything of a draft but its rows. Nothing is required until the response goes in."""

    team = _text("team", _("团队"), 5)
    record = _text("record", _("研发基础与业绩"), 5)
    summary = _text("summary", _("方案概要"), 3)
    plan = _text("plan", _("技术路线"), 9)
    readiness = forms.TypedChoiceField(
        label=_("目前技术就绪度"), choices=READINESS, coerce=int, empty_value=None, required=False
    )
    months = forms.IntegerField(label=_("攻关周期"), min_value=1, max_value=120, required=False)
    cost = _amount(_("所需经费"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    units = {"months": _("个月"), "cost": _("万元")}
    examples = {
        "team": _("负责人和骨干的姓名、专长、做过的项目、投入时间。"),
        "record": _("与本需求有关的研发项目、专利、设备、试验数据。"),
        "summary": _("用两三句话说清怎么做、凭什么能成。"),
        "plan": _("工艺原理、设备改造、参数窗口、失败时的退路。建议 100–1,500 字。"),
        "cost": _("应等于各里程碑经费之和。"),
    }
    short = frozenset({"readiness", "months", "cost"})


class PromiseForm(RoomForm):
    """What is promised against one target."""

    target = forms.IntegerField(widget=forms.HiddenInput)
    value = SpanField(label=_("承诺值"))
    note = forms.CharField(label=_("依据或说明"), max_length=300, required=False)


class StepForm(RoomForm):
    """One milestone of the plan."""

    title = forms.CharField(label=_("里程碑"), max_length=120, required=False)
    month = forms.IntegerField(label=_("完成于"), min_value=1, max_value=120, required=False)
    deliverable = forms.CharField(label=_("交付物"), max_length=300, required=False)
    cost = _amount(_("经费"))


PromiseRows = forms.formset_factory(PromiseForm, extra=0, absolute_max=60, max_num=60)
StepRows = row_set(StepForm, most=12, extra=2)


class ResponseForms:
    """The form and its two sets of rows, drawn from a snapshot or read from what was sent."""

    def __init__(
        self, values: Mapping[str, Any], targets: Iterable[Target] | None, version: int, data: QueryDict | None = None
    ) -> None:
        self.targets = list(targets) if targets is not None else None
        initial = initial_of(values) | {"version": version}
        promises = _promise_initial(values, self.targets or [])
        self.form = ResponseForm(data, initial=initial)
        self.promises: Any = (
            PromiseRows(data, initial=promises, prefix="promises") if self.targets is not None else None
        )
        self.steps: Any = StepRows(data, initial=_step_initial(values), prefix="steps")

    @property
    def all(self) -> list[Any]:
        return [one for one in (self.form, self.promises, self.steps) if one is not None]

    def is_valid(self) -> bool:
        return forms.all_valid(self.all)

    def mark_needed(self) -> None:
        """Draw what must be filled before handing in without the mark of the optional; a draft may still lack it."""
        for name in NEEDED:
            self.form.fields[name].required = True
        self.form.use_required_attribute = False

    @property
    def version(self) -> int:
        return int(self.form.cleaned_data["version"])

    def draft(self) -> Draft:
        """The draft as written. Targets that the reader may not see stay as they are; amended ones may be gone."""
        given = self.form.cleaned_data
        asked = {target.pk for target in self.targets or ()}
        return Draft(
            **{name: given[name] for name in TEXTS},
            months=given["months"],
            readiness=given["readiness"],
            cost=_yuan(given["cost"]),
            promises=None
            if self.promises is None
            else tuple(
                _promise(one.cleaned_data) for one in self.promises.forms if one.cleaned_data["target"] in asked
            ),
            steps=tuple(
                Step(row.get("title", ""), row.get("month"), _yuan(row.get("cost")), row.get("deliverable", ""))
                for row in self.steps.filled()
                if any(value not in (None, "") for value in row.values())
            ),
        )


def _promise(row: Mapping[str, Any]) -> Promise:
    low, high = row["value"]
    return Promise(row["target"], low, high, row["note"])


def _yuan(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else (amount * WAN).quantize(Decimal("0.01"))


def _wan(text: str | None) -> str | None:
    return None if text is None else plain(Decimal(text) / WAN)


def initial_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows for a snapshot."""
    shown = {name: values[name] for name in (*TEXTS, *NUMBERS)}
    return shown | {"cost": _wan(values["cost"])}


def _promise_initial(values: Mapping[str, Any], targets: list[Target]) -> list[dict[str, Any]]:
    given = {one["target"]: one for one in values["promises"]}
    rows = []
    for target in targets:
        one = given.get(target.pk)
        span = write_span(_decimal(one["value"]), _decimal(one["value_high"])) if one else ""
        rows.append({"target": target.pk, "value": span, "note": one["note"] if one else ""})
    return rows


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _step_initial(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one | {"cost": _wan(one["cost"])} for one in values["steps"]]


def shown_fields(values: Mapping[str, Any], targets: Iterable[Target] | None) -> dict[str, str]:
    """A snapshot as the controls of the form show it, by control name: what two versions are compared by."""
    found = {name: "" if value is None else str(value) for name, value in initial_of(values).items()}
    for number, row in enumerate(_promise_initial(values, list(targets or []))):
        found |= {f"promises-{number}-{name}": str(row[name]) for name in ("value", "note")}
    for number, row in enumerate(_step_initial(values)):
        found |= {
            f"steps-{number}-{name}": "" if row[name] is None else str(row[name]) for name in StepForm.base_fields
        }
    return found


def labels_of(names: Iterable[str], targets: Iterable[Target] | None) -> list[tuple[str, Text]]:
    """A label for each control name, in the order of the form."""
    rows = list(targets or [])
    found: list[tuple[str, Text]] = []
    for name in names:
        kind, _sep, rest = name.partition("-")
        if not rest:
            found.append((name, ResponseForm.base_fields[name].label or name))
            continue
        number, _sep, field = rest.partition("-")
        if kind == "promises":
            text = f"{rows[int(number)].indicator} · {PromiseForm.base_fields[field].label}"
        else:
            text = _("里程碑 %(number)s · %(field)s") % {
                "number": int(number) + 1,
                "field": StepForm.base_fields[field].label,
            }
        found.append((name, text))
    return found


def merged(data: QueryDict, theirs: Mapping[str, str]) -> QueryDict:
    """What was sent, with the other side's value wherever the reader chose it (``keep-<name>`` = ``theirs``)."""
    chosen = [
        name.removeprefix("keep-") for name, value in data.items() if name.startswith("keep-") and value == "theirs"
    ]
    if not chosen:
        return data
    mixed = data.copy()
    for name in chosen:
        mixed[name] = theirs.get(name, "")
    rows = max((int(name.split("-")[1]) + 1 for name in chosen if name.startswith("steps-")), default=0)
    total = mixed.get("steps-TOTAL_FORMS", "0")
    if rows and total.isdigit() and int(total) < rows:
        mixed["steps-TOTAL_FORMS"] = str(rows)
    return mixed


class PartnerForm(RoomForm):
    """Whom to ask, and for what."""

    organisation = forms.UUIDField(label=_("机构"), widget=forms.HiddenInput)
    part = forms.CharField(label=_("承担内容"), max_length=300)
    share = forms.DecimalField(
        label=_("经费占比"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=2, required=False
    )

    units = {"share": "%"}
    short = frozenset({"share"})


class PartForm(RoomForm):
    """What a member is to do."""

    part = forms.CharField(label=_("承担内容"), max_length=300)
    share = forms.DecimalField(
        label=_("经费占比"), min_value=Decimal(0), max_value=Decimal(100), decimal_places=2, required=False
    )


class RefusalForm(RoomForm):
    """Why a member declines."""

    reason = forms.CharField(label=_("谢绝理由"), max_length=300, required=False)


class HandInForm(RoomForm):
    """The review page before a response goes in."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(label=_("所填内容属实；同意截止后向评审与发榜方披露。"))
