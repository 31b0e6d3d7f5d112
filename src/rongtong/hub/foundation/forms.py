"""The Form archetype: how Django forms are drawn, how their faults are listed, how repeatable rows work.

A room's form says what is particular to a field in plain tables::

    class ChallengeForm(RoomForm):
        title = forms.CharField(label=_("名称"), max_length=80)
        budget_max = forms.DecimalField(label=_("预算上限"), required=False)
        units = {"budget_max": _("万元")}
        examples = {"title": _("例：盾构主轴承滚道淬硬层均匀性控制")}
        short = {"budget_max"}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from .errors import Fault, Invalid, Text

NON_FIELD = forms.forms.NON_FIELD_ERRORS  # type: ignore[attr-defined]  # re-exported by django.forms.forms, not in the stubs


class RoomForm(forms.Form):
    """A form of any room; ``units``, ``examples``, ``short`` and ``needed`` are read by ``c.field``.

    ``needed`` names what a draft may lack and what is handed in may not: it is not marked as optional.
    """

    units: ClassVar[Mapping[str, Text]] = {}
    examples: ClassVar[Mapping[str, Text]] = {}
    short: ClassVar[frozenset[str] | set[str]] = frozenset()
    needed: ClassVar[frozenset[str] | set[str]] = frozenset()

    def add_faults(self, refusal: Invalid) -> None:
        """Hang what a verb refused at the fields it names; unknown names go above the form."""
        add_faults(self, refusal.faults)


class RoomFormSet(BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """Rows of one form. The button ``<prefix>-add`` gives an empty row where there are no scripts."""

    def wants_row(self) -> bool:
        """Tell whether the reader pressed "加一行" instead of going on."""
        return self.is_bound and f"{self.prefix}-add" in self.data

    def filled(self) -> list[dict[str, Any]]:
        """Return the cleaned rows that hold something and were not taken out, in order."""
        return [
            {name: value for name, value in form.cleaned_data.items() if name != "DELETE"}
            for form in self.forms
            if form.has_changed() and not form.cleaned_data.get("DELETE")
        ]


def row_set(form: type[forms.Form], *, least: int = 0, most: int = 50, extra: int = 1) -> type[RoomFormSet]:
    """Make the class of repeatable rows.

    Parameters
    ----------
    least, most
        How many rows must and may be filled; both are checked.
    extra
        Empty rows to begin with.
    """
    made: type[Any] = forms.formset_factory(
        form,
        formset=RoomFormSet,
        extra=extra,
        min_num=least,
        max_num=most,
        validate_min=True,
        validate_max=True,
        can_delete=True,
        absolute_max=most + 50,
    )
    return made


def one_more(formset: RoomFormSet) -> RoomFormSet:
    """Return the formset with what was typed and one more empty row; for ``wants_row`` without scripts."""
    data: Any = formset.data.copy()  # type: ignore[attr-defined]  # bound rows come from a QueryDict
    key = f"{formset.prefix}-TOTAL_FORMS"
    data[key] = str(min(int(data.get(key) or 0) + 1, formset.max_num))
    data.pop(f"{formset.prefix}-add", None)
    return type(formset)(data, prefix=formset.prefix)


@dataclass(frozen=True)
class About:
    """How a field is drawn."""

    kind: str
    help: Text
    unit: Text
    short: bool
    described: str


@dataclass(frozen=True)
class Listed:
    """One line of the summary above a form."""

    label: Text
    message: Text
    href: str = ""


def describe(bound: BoundField, unit: Text = "", example: Text = "", short: bool = False) -> About:
    """Return how ``c.field`` draws a field; what the caller says goes before what the form says."""
    form: Any = bound.form
    help_text = example or bound.help_text or getattr(form, "examples", {}).get(bound.name, "")
    return About(
        kind=_kind(bound),
        help=help_text,
        unit=unit or getattr(form, "units", {}).get(bound.name, ""),
        short=bool(short or bound.name in getattr(form, "short", ())),
        described=_described(bound, bool(help_text)),
    )


def _kind(bound: BoundField) -> str:
    control = bound.field.widget
    if isinstance(control, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    if isinstance(control, forms.CheckboxInput):
        return "check"
    if isinstance(control, forms.FileInput):
        return "file"
    return "select" if isinstance(control, forms.Select) else "text"


def _described(bound: BoundField, has_help: bool) -> str:
    parts = [f"{bound.auto_id}_helptext"] if has_help else []
    if bound.errors:
        parts.append(f"{bound.auto_id}_error")
    return " ".join(parts)


_CLASSES = {
    "check": "form-check-input",
    "select": "form-select",
    "file": "form-control",
    "text": "form-control",
    "group": "",
}


def widget(bound: BoundField, **attributes: Any) -> SafeString:
    """Draw the control alone, with the classes of the look and what it is described by.

    Parameters
    ----------
    attributes
        Further HTML attributes; ``aria-label`` for a control in a table cell.
    """
    about, control = describe(bound), bound.field.widget
    in_cell = "aria-label" in attributes
    described = about.described
    if in_cell:  # a table has no room for the help text, only for the fault
        described = f"{bound.auto_id}_error" if bound.errors else ""
    attrs: dict[str, Any] = {"class": f"{_CLASSES[about.kind]} {control.attrs.get('class', '')}".strip()}
    attrs |= _hints(bound) | attributes
    # Django itself names a help text by the same id; here it is named only where it is drawn
    attrs = bound.build_widget_attrs({**attrs, "aria-describedby": described or " "}, control)
    if not described:
        del attrs["aria-describedby"]
    if bound.auto_id and "id" not in control.attrs:
        attrs.setdefault("id", bound.auto_id)
    html: SafeString = control.render(
        name=bound.html_name, value=bound.value(), attrs=attrs, renderer=bound.form.renderer
    )
    return html


def _hints(bound: BoundField) -> dict[str, str]:
    hints = {"aria-invalid": "true"} if bound.errors else {}
    if isinstance(bound.field.widget, forms.Textarea) and bound.field.widget.attrs.get("rows") == "10":
        hints["rows"] = "5"  # Django's own default is taller than what people write
    if isinstance(bound.field, forms.DecimalField | forms.FloatField | forms.IntegerField):
        hints["inputmode"] = "numeric" if type(bound.field) is forms.IntegerField else "decimal"
    return hints


def boxes(bound: BoundField) -> list[Any]:
    """Return the buttons or boxes of a group; each has ``tag()``, ``choice_label`` and ``id_for_label``."""
    bound.field.widget.attrs.setdefault("class", "form-check-input")
    return list(bound.subwidgets)


def faults_of(*sources: forms.BaseForm | RoomFormSet | Invalid | None) -> list[Listed]:
    """List what is wrong in forms, rows and a verb's refusal, in the order of the page."""
    found: list[Listed] = []
    for source in sources:
        if isinstance(source, Invalid):
            found += [Listed("", _where(fault)) for fault in source.faults]
        elif isinstance(source, BaseFormSet):
            found += _rows_faults(source)
        elif source is not None:
            found += _form_faults(source)
    return found


def _where(fault: Fault) -> Text:
    if fault.row is None:
        return fault.message
    return _("第%(row)s行：%(message)s") % {"row": fault.row, "message": fault.message}


def _form_faults(form: forms.BaseForm, row: int | None = None) -> list[Listed]:
    found = []
    for name, messages in form.errors.items():
        for message in messages:
            if name == NON_FIELD:
                found.append(Listed(_("第%(row)s行") % {"row": row} if row else "", str(message)))
                continue
            bound = form[name]
            label = bound.label if row is None else _("第%(row)s行 %(label)s") % {"row": row, "label": bound.label}
            found.append(Listed(label, str(message), f"#{_target(bound)}"))
    return found


def _target(bound: BoundField) -> str:
    # a group of boxes has no single control: its frame takes the jump
    return str(bound.auto_id) if _kind(bound) == "group" else str(bound.id_for_label or bound.auto_id)


def _rows_faults(formset: Any) -> list[Listed]:
    if not formset.is_bound:
        return []
    found = [Listed("", message, f"#{formset.prefix}-faults") for message in formset.non_form_errors()]
    for number, form in enumerate(formset.forms, 1):
        found += _form_faults(form, number)
    return found


def add_faults(form: forms.BaseForm, faults: Iterable[Fault]) -> None:
    """Hang faults at the fields they name; unknown names go above the form."""
    for fault in faults:
        name = fault.field if fault.field in form.fields else None
        form.add_error(name, forms.ValidationError(str(_where(fault)), code=fault.code))


def differences(
    fields: Sequence[tuple[str, Text]], yours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Set two versions side by side for ``c.conflict``; what differs comes first."""
    rows = [
        {"name": name, "label": label, "yours": yours.get(name, ""), "theirs": theirs.get(name, "")}
        | {"same": yours.get(name) == theirs.get(name)}
        for name, label in fields
    ]
    return sorted(rows, key=lambda row: bool(row["same"]))
