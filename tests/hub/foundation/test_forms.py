"""Forms: how fields are described, how faults are listed, how rows are read."""

from __future__ import annotations

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.forms import (
    RoomForm,
    boxes,
    describe,
    differences,
    faults_of,
    one_more,
    row_set,
    widget,
)


class Need(RoomForm):
    title = forms.CharField(label="名称", max_length=5, help_text="写清楚")
    fee = forms.DecimalField(label="预算", required=False)
    count = forms.IntegerField(label="件数", required=False)
    kind = forms.ChoiceField(label="种类", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect, required=False)
    plan = forms.CharField(label="方案", widget=forms.Textarea, required=False)
    units = {"fee": "万元"}
    examples = {"fee": "例：120"}
    short = {"fee"}


class Step(RoomForm):
    name = forms.CharField(label="里程碑")
    month = forms.IntegerField(label="月份", max_value=14)


Steps = row_set(Step, least=1, most=3, extra=1)


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


def posted(**values):
    data = QueryDict(mutable=True)
    data.update({"steps-TOTAL_FORMS": "2", "steps-INITIAL_FORMS": "0"} | values)
    return data


def test_a_field_is_described_by_its_form_and_by_the_page():
    form = Need()
    assert (describe(form["fee"]).unit, describe(form["fee"]).help, describe(form["fee"]).short) == (
        "万元",
        "例：120",
        True,
    )
    assert describe(form["title"]).help == "写清楚"
    assert describe(form["title"], example="别的").help == "别的"
    assert [describe(form[name]).kind for name in ("title", "kind")] == ["text", "group"]


def test_a_control_names_its_help_and_its_fault():
    form = Need({"title": "太长的名称了"})
    html = widget(form["title"])
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'class="form-control"' in html
    assert "aria-describedby" not in widget(Need()["count"])


def test_numbers_ask_for_the_right_keyboard_and_texts_for_room():
    form = Need()
    assert 'inputmode="decimal"' in widget(form["fee"])
    assert 'inputmode="numeric"' in widget(form["count"])
    assert 'rows="5"' in widget(form["plan"])


def test_a_control_in_a_cell_is_named_by_its_label():
    html = widget(Need()["title"], **{"aria-label": "第1行 名称"})
    assert 'aria-label="第1行 名称"' in html
    assert "aria-describedby" not in html


def test_boxes_of_a_group_look_alike():
    assert all('class="form-check-input"' in one.tag() for one in boxes(Need()["kind"]))


def test_faults_are_listed_in_the_order_of_the_page_and_jump():
    steps = Steps(posted(**{"steps-0-name": "试件", "steps-0-month": "16", "steps-1-month": "2"}), prefix="steps")
    listed = faults_of(Need({"title": "", "kind": "c"}), steps)
    assert [(str(one.label), one.href) for one in listed] == [
        ("名称", "#id_title"),
        ("种类", "#id_kind"),
        ("第1行 月份", "#id_steps-0-month"),
        ("第2行 里程碑", "#id_steps-1-name"),
    ]


def test_what_a_verb_refuses_is_hung_at_its_field_or_above_the_form():
    form = Need({"title": "名称"})
    assert form.is_valid()
    form.add_faults(Invalid([Fault("fee", "超过上限", "fee.high"), Fault("steps", "太晚", row=3)]))
    assert form.errors["fee"] == ["超过上限"]
    assert form.errors["__all__"] == ["第3行：太晚"]
    assert form.errors.as_data()["fee"][0].code == "fee.high"


def test_a_refusal_alone_can_be_listed():
    listed = faults_of(Invalid([Fault("a", "不行", row=2)]))
    assert [str(one.message) for one in listed] == ["第2行：不行"]


def test_empty_rows_are_nobodys_fault_and_deleted_ones_are_left_out():
    data = posted(
        **{
            "steps-TOTAL_FORMS": "3",
            "steps-0-name": "甲",
            "steps-0-month": "3",
            "steps-1-name": "乙",
            "steps-1-month": "4",
            "steps-1-DELETE": "on",
        }
    )
    steps = Steps(data, prefix="steps")
    assert steps.is_valid(), steps.errors
    assert steps.filled() == [{"name": "甲", "month": 3}]


@pytest.mark.parametrize(("count", "fault"), [(0, True), (1, False), (3, False), (4, True)])
def test_too_few_and_too_many_rows_are_refused(count, fault):
    rows = {f"steps-{n}-{key}": value for n in range(count) for key, value in (("name", "甲"), ("month", "1"))}
    steps = Steps(posted(**{"steps-TOTAL_FORMS": str(count)}, **rows), prefix="steps")
    assert steps.is_valid() is not fault
    if count == 4:
        assert faults_of(steps)[0].href == "#steps-faults"


def test_a_row_is_added_without_scripts_and_nothing_typed_is_lost():
    steps = Steps(posted(**{"steps-0-name": "甲", "steps-add": "1"}), prefix="steps")
    assert steps.wants_row()
    more = one_more(steps)
    assert len(more.forms) == 3
    assert more.forms[0]["name"].value() == "甲"
    assert len(one_more(one_more(more)).forms) == 3  # never more than may be filled


def test_a_forged_number_of_rows_is_cut():
    assert len(Steps(posted(**{"steps-TOTAL_FORMS": "100000"}), prefix="steps").forms) <= 53


def test_what_differs_between_two_versions_comes_first():
    rows = differences([("a", "甲"), ("b", "乙")], {"a": 1, "b": 2}, {"a": 1, "b": 3})
    assert [(row["name"], row["same"]) for row in rows] == [("b", False), ("a", True)]
