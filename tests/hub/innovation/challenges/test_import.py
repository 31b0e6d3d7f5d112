"""The need form as a file: out, in again, with faults, confirmed at once, taken back."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rongtong.hub.foundation import sheets
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.foundation.models import ImportBatch
from rongtong.hub.innovation.domain.challenges import create_challenge, edit_challenge
from rongtong.hub.innovation.domain.need_columns import NEED_COLUMNS, read_budget, write_budget
from rongtong.hub.innovation.domain.need_imports import apply_import, check_import, rename_import, undo_import
from rongtong.hub.innovation.domain.rounds import advance_round
from rongtong.hub.innovation.enums import Stage
from rongtong.hub.innovation.exports.challenges import need_rows
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.innovation.queries.disclosure import disclosed
from rongtong.hub.innovation.targets import TargetRow
from tests.factories import a_challenge, a_member, a_round, actor_of, an_organisation, operator_actor
from tests.hub.innovation.factories_challenges import target, values

pytestmark = pytest.mark.django_db

GOOD = {
    "organisation": "",
    "industry": "367",
    "region": "浙江省杭州市",
    "title": "滚道淬硬层均匀性控制",
    "problem": "首尾搭接处形成软带。",
    "targets": "★有效淬硬层深 ≥ 6 mm；表面硬度 58–62 HRC",
    "budget": "300–450",
    "months": 14,
    "contact_name": "陈若岚",
    "contact_phone": "0571-88612207",
}
TITLES = {column.key: str(column.title) for column in NEED_COLUMNS}


def a_file(*rows: dict[str, object], headers: dict[str, str] | None = None) -> bytes:
    keys = list(GOOD)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([(headers or {}).get(key, TITLES[key]) for key in keys])
    for row in rows:
        sheet.append([{**GOOD, **row}[key] for key in keys])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def own():
    return a_member("contributor", an_organisation(size="large"))


def check(own, content: bytes, submit: bool = False) -> ImportBatch:
    by = actor_of(own)
    return check_import(round=a_round(), content=content, file_name="需求 表.xlsx", submit=submit, by=by)


def test_nothing_is_written_until_confirmed_then_all_at_once(own) -> None:
    batch = check(own, a_file({}, {"title": "第二项", "budget": "面议"}), submit=True)

    assert (batch.counts["new"], batch.counts["faulty"], Challenge._base_manager.count()) == (2, 0, 0)
    applied = apply_import(batch=batch, by=actor_of(own))

    made = Challenge._base_manager.order_by("created_at")
    assert applied.result["created"] == [str(one.pk) for one in made]
    first, second = made
    assert (first.state, first.organisation_id, first.region) == ("submitted", own.organisation_id, "330100")
    assert (first.budget_min, first.budget_max, first.months) == (Decimal(3_000_000), Decimal(4_500_000), 14)
    assert (second.budget_min, second.budget_max) == (None, None)
    rows = [TargetRow.of(one) for one in first.targets.all()]
    assert [(row.indicator, row.must_meet, str(row.value_high)) for row in rows] == [
        ("有效淬硬层深", True, "None"),
        ("表面硬度", False, "62.000000"),
    ]
    with pytest.raises(Refusal) as again:
        apply_import(batch=batch, by=actor_of(own))
    assert again.value.code == "rights.state"


def test_every_fault_is_told_with_its_row_and_column_and_the_rest_goes_on(own) -> None:
    wrong: list[tuple[dict[str, object], str, str]] = [
        ({"industry": "没有的行业"}, "所属行业", "need.industry"),
        ({"region": "西湖区区"}, "所在地区", "need.region"),
        ({"title": ""}, "技术需求名称", "required"),
        ({"title": "长" * 121}, "技术需求名称", "too_long"),
        ({"targets": "表面光洁"}, "技术指标", "target.unreadable"),
        ({"budget": "很多"}, "预算（万元）", "need.budget"),
        ({"budget": "450-300"}, "预算（万元）", "need.budget"),
        ({"months": "待定"}, "期限（月）", "spelling"),
        ({"months": 0}, "期限（月）", "challenge.months"),
        ({"contact_phone": ""}, "联系电话", "challenge.no_contact"),
        ({"organisation": "另一家公司"}, "企业名称", "need.other_organisation"),
    ]
    rows = [{"title": f"第{n}项", **row} for n, (row, _, _) in enumerate(wrong)]
    batch = check(own, a_file({}, *rows))

    found = [(fault["row"], fault["column"]["zh-hans"]) for fault in batch.result["faults"]]
    assert found == [(3 + n, column) for n, (_, column, _) in enumerate(wrong)]
    assert [fault["code"] for fault in batch.result["faults"]] == [code for _, _, code in wrong]
    assert all(fault["message"]["en"] and fault["message"]["zh-hans"] for fault in batch.result["faults"])
    assert (batch.counts["new"], batch.counts["faulty"]) == (1, len(wrong))
    apply_import(batch=batch, by=actor_of(own))
    assert Challenge._base_manager.count() == 1


def test_the_same_need_twice_is_written_once(own) -> None:
    round = a_round()
    create_challenge(round=round, values=values(title=GOOD["title"]), targets=[target()], by=actor_of(own))

    content = a_file({}, {"title": "新"}, {"title": "新"})
    batch = check_import(round=round, content=content, file_name="a.xlsx", submit=False, by=actor_of(own))

    assert [row["outcome"] for row in batch.rows] == ["duplicate", "new", "duplicate"]


def test_the_operator_imports_for_large_enterprises_by_name() -> None:
    large = an_organisation(size="large", name="澜川重工股份有限公司")
    small = an_organisation(name="澜川小厂有限公司")
    by = operator_actor("contributor")
    content = a_file({"organisation": large.name}, {"organisation": small.name}, {"organisation": "查无此司"}, {})

    batch = check_import(round=a_round(), content=content, file_name="a.xlsx", submit=True, by=by)
    apply_import(batch=batch, by=by)

    assert {(fault["row"], fault["code"]) for fault in batch.result["faults"]} == {
        (3, "challenge.challenger_not_large"), (4, "need.unknown_organisation"), (5, "need.no_organisation"),
    }  # fmt: skip
    assert Challenge._base_manager.get().organisation_id == large.pk


def test_an_unknown_header_can_be_renamed_on_the_screen(own) -> None:
    batch = check(own, a_file({}, headers={"problem": "痛点"}))
    assert (batch.counts["new"], batch.columns["unknown"]) == (0, ["痛点"])

    again = rename_import(batch=batch, renames={"痛点": "problem"}, by=actor_of(own))

    assert (again.counts["new"], again.counts["faulty"]) == (1, 0)


def test_an_import_is_taken_back_while_nobody_has_worked_on_it(own) -> None:
    by = actor_of(own)
    first, second = check(own, a_file({})), check(own, a_file({"title": "第二份"}))
    apply_import(batch=first, by=by)
    apply_import(batch=second, by=by)
    touched = Challenge._base_manager.get(title="第二份")
    edit_challenge(challenge=touched, version=1, values={"months": 9}, by=by)

    undone = undo_import(batch=first, by=by)
    with pytest.raises(Refusal) as refused:
        undo_import(batch=second, by=by)

    assert undone.state == "undone"
    assert refused.value.code == "import.no_undo"
    assert list(Challenge._base_manager.values_list("title", flat=True)) == ["第二份"]


def test_nothing_is_written_when_the_round_has_moved_on(own) -> None:
    round = a_round()
    batch = check_import(
        round=round, content=a_file({}, {"title": "二"}), file_name="a.xlsx", submit=False, by=actor_of(own)
    )
    advance_round(round=round, to=Stage.PUBLISH, by=operator_actor())

    with pytest.raises(Refusal) as refused:
        apply_import(batch=batch, by=actor_of(own))

    assert refused.value.code == "challenge.round_not_collecting"
    assert not Challenge._base_manager.exists()


def test_what_is_exported_can_be_imported(own) -> None:
    by = actor_of(own)
    made = create_challenge(
        round=a_round(),
        values=values(tried="试过。", ip_terms="共有", contact_email="a@tests.example"),
        targets=[target(), target("软带长度", "8", comparison="le", best_today="35", method="扫描", must_meet=False)],
        by=by,
    )
    content = sheets.write(NEED_COLUMNS, need_rows([disclosed(made, by)]))

    batch = check_import(round=a_round(), content=content, file_name="a.xlsx", submit=False, by=by)
    assert batch.result["faults"] == []
    apply_import(batch=batch, by=by)

    again = Challenge._base_manager.exclude(pk=made.pk).get()
    for name in ("title", "industry", "region", "problem", "tried", "months", "ip_terms", "budget_min", "budget_max",
                 "contact_name", "contact_phone", "contact_email"):  # fmt: skip
        assert getattr(again, name) == getattr(made, name), name
    assert [TargetRow.of(one) for one in again.targets.all()] == [TargetRow.of(one) for one in made.targets.all()]


@pytest.mark.parametrize("text", ["300", "300-450", "300 – 450 万元", "0.5至1.25", "1,200", "面议"])
def test_budgets_are_read_and_written_alike(text: str) -> None:
    assert read_budget(write_budget(*read_budget(text))) == read_budget(text)


@pytest.mark.parametrize("text", ["450-300", "-3", "3e5", "三百", "300-", "100000000"])
def test_what_is_no_budget(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        read_budget(text)


def test_the_pages_from_upload_to_undo(own) -> None:
    client = Client()
    client.force_login(own.account)
    round = a_round()
    assert client.get(reverse("innovation:challenge_import")).status_code == 200
    template = client.get(reverse("innovation:challenge_import_template"))
    heads = [cell.value for cell in next(openpyxl.load_workbook(BytesIO(template.content)).worksheets[0].iter_rows())]
    assert heads == [str(column.title) for column in NEED_COLUMNS]

    file = SimpleUploadedFile("need.xlsx", a_file({}, {"title": ""}))
    sent = client.post(reverse("innovation:challenge_import"), {"round": round.pk, "file": file, "submit": ""})
    batch = ImportBatch._base_manager.get()
    page = client.get(sent.headers["Location"])
    faulty = client.get(reverse("innovation:challenge_import_faults", args=[batch.pk]))
    sheet = openpyxl.load_workbook(BytesIO(faulty.content)).worksheets[0]

    assert "技术需求名称" in page.content.decode()
    assert (sheet.max_row, sheet.cell(1, sheet.max_column).value) == (2, "问题")
    client.post(reverse("innovation:challenge_import_apply", args=[batch.pk]))
    assert Challenge._base_manager.count() == 1
    client.post(reverse("innovation:challenge_import_undo", args=[batch.pk]))
    assert Challenge._base_manager.count() == 0
    rival = Client()
    rival.force_login(a_member("contributor", an_organisation(size="large")).account)
    assert rival.get(reverse("innovation:challenge_import_batch", args=[batch.pk])).status_code == 404


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old"])
def test_a_file_that_cannot_be_read_is_said_at_the_field(own, content: bytes) -> None:
    client = Client()
    client.force_login(own.account)
    round = a_round()
    file = SimpleUploadedFile("need.xlsx", content)

    answer = client.post(reverse("innovation:challenge_import"), {"round": round.pk, "file": file})

    assert answer.status_code == 422
    assert not ImportBatch._base_manager.exists()


def test_small_enterprises_are_told_why_they_cannot() -> None:
    client = Client()
    client.force_login(a_member("owner").account)

    answer = client.get(reverse("innovation:challenge_import"))

    assert answer.status_code == 409
    assert "challenge.challenger_not_large" in answer.content.decode()
    assert a_challenge().is_published


def test_the_same_steps_through_the_api(own) -> None:
    client, rival = Client(), Client()
    client.force_login(own.account)
    rival.force_login(a_member("contributor").account)
    root, round = "/api/v1/challenge-imports", a_round()

    file = SimpleUploadedFile("need.xlsx", a_file({}, {"title": ""}, headers={"problem": "痛点"}))
    sent = client.post(root, {"round_id": round.pk, "file": file})
    path = f"{root}/{sent.json()['id']}"
    named = client.post(f"{path}/rename", {"renames": {"痛点": "problem"}}, content_type="application/json")
    assert (sent.status_code, sent.json()["counts"]["new"], named.json()["counts"]["new"]) == (201, 0, 1)
    assert rival.get(path).status_code == 404
    assert Client().get(root).status_code == 401
    applied = client.post(f"{path}/apply")
    assert [str(one.pk) for one in Challenge._base_manager.all()] == applied.json()["created"]
    assert client.post(f"{path}/discard").json()["code"] == "rights.state"
    assert client.post(f"{path}/undo").json()["state"] == "undone"
    assert len(client.get(root).json()["items"]) == 1
    assert client.post(root, {"round_id": "x"}).status_code == 422
