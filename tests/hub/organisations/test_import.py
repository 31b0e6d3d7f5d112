"""Organisations from a file: every fault at once, names resolved by people, written in one piece, taken back."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Forbidden, NotVisible, Refusal
from rongtong.hub.foundation.models import ImportBatch, ImportState
from rongtong.hub.organisations.domain import imports
from rongtong.hub.organisations.enums import OrganisationKind, Role, VerificationState
from rongtong.hub.organisations.models import NameDecision, Organisation, YearFigures
from rongtong.hub.organisations.size_class import SizeClass
from tests import factories

pytestmark = pytest.mark.django_db

HEADERS = [
    "机构名称",
    "统一社会信用代码",
    "地区",
    "行业",
    "年度",
    "从业人员（人）",
    "营业收入（万元）",
    "资产总额（元）",
]
LAST_YEAR = datetime.now(UTC).year - 1


def code(serial: int) -> str:
    return factories.make_credit_code("330106", serial)


def row(serial: int, **changes: Any) -> list[Any]:
    values: dict[str, Any] = {
        "name": f"杭州试导{serial}号精密机械有限公司",
        "identifier": code(serial),
        "region": "浙江省杭州市西湖区",
        "industry": "C36",
        "year": LAST_YEAR,
        "headcount": 64,
        "revenue": 1200,
        "assets": 25_000_000,
    }
    return list((values | changes).values())


def workbook(rows: list[list[Any]], headers: list[str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for each in [headers or HEADERS, *rows]:
        sheet.append(each)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.fixture
def operator() -> Actor:
    return factories.operator_actor()


def check(rows: list[list[Any]], by: Actor, headers: list[str] | None = None) -> ImportBatch:
    return imports.check_import(content=workbook(rows, headers), file_name="名单.xlsx", by=by)


def outcomes(batch: ImportBatch) -> dict[int, str]:
    return {one["number"]: one["outcome"] for one in batch.rows}


FAULTY: list[tuple[dict[str, Any], str]] = [
    ({"identifier": "123"}, "证件号码"),
    ({"identifier": "9133010600000000IO"}, "证件号码"),
    ({"name": ""}, "机构名称"),
    ({"region": "火星市"}, "地区"),
    ({"industry": "不存在的行业"}, "行业"),
    ({"headcount": "六十四"}, "从业人员（人）"),
    ({"revenue": -3}, "营业收入（元）"),
    ({"year": 2999}, "年度"),
]


def test_forty_faulty_rows_of_a_thousand_are_all_listed_and_nothing_is_written(operator: Actor) -> None:
    rows = [row(serial) for serial in range(1, 1001)]
    wrong = {25 * number: FAULTY[number % len(FAULTY)] for number in range(1, 41)}
    for place, (change, _column) in wrong.items():
        rows[place - 1] = row(place, **change)
    batch = check(rows, operator)
    assert batch.counts == {
        "new": 960, "changed": 0, "same": 0, "duplicate": 0, "ask": 0, "faulty": 40, "faults": 40,
    }  # fmt: skip
    found = [(fault["row"], fault["column"]["zh-hans"]) for fault in batch.result["faults"]]
    assert found == [(place + 1, column) for place, (_change, column) in sorted(wrong.items())]
    for fault in batch.result["faults"]:
        assert fault["message"]["zh-hans"], "each says how to mend it"
        assert fault["message"]["en"] != fault["message"]["zh-hans"]
    assert not Organisation._base_manager.filter(source__startswith="import:").exists()
    imports.apply_import(batch=batch, by=operator)
    assert Organisation._base_manager.filter(source=f"import:{batch.pk.hex}").count() == 960


def test_what_is_written_is_derived_like_anything_else(operator: Actor) -> None:
    batch = imports.apply_import(batch=check([row(1)], operator), by=operator)
    organisation = Organisation._base_manager.get(identifier=code(1))
    assert (organisation.state, organisation.region, organisation.industry) == ("verified", "330106", "36")
    assert organisation.size_class == SizeClass.SMALL
    assert "hzsd1hjmjxyxgs" in organisation.search_keys.split()
    figures = YearFigures._base_manager.get(organisation=organisation)
    assert (figures.headcount, figures.revenue, figures.assets) == (64, Decimal("12000000"), Decimal("25000000")), (
        "万元 by the header, yuan by the other"
    )
    assert batch.state == ImportState.APPLIED and batch.content is None


def test_rows_that_are_here_already(operator: Actor) -> None:
    imports.apply_import(batch=check([row(1), row(2)], operator), by=operator)
    batch = check(
        [row(1), row(2, headcount=400, name="杭州试导贰号机械有限公司"), row(3), row(3, headcount=1)], operator
    )
    assert outcomes(batch) == {2: "same", 3: "changed", 4: "new", 5: "duplicate"}
    assert batch.rows[1]["changes"] == {
        "name": ["杭州试导2号精密机械有限公司", "杭州试导贰号机械有限公司"],
        "headcount": [64, 400],
    }
    assert batch.rows[3]["twin"] == 4
    imports.apply_import(batch=batch, by=operator)
    organisation = Organisation._base_manager.get(identifier=code(2))
    assert organisation.name == "杭州试导贰号机械有限公司"
    assert YearFigures._base_manager.get(organisation=organisation).headcount == 400


def test_a_claim_of_the_same_number_neither_blocks_nor_is_overwritten(operator: Actor) -> None:
    claim = factories.an_organisation(verified=False, identifier=code(1))
    batch = check([row(1)], operator)
    assert outcomes(batch) == {2: "new"}
    imports.apply_import(batch=batch, by=operator)
    claim.refresh_from_db()
    assert claim.state == VerificationState.DRAFT


def test_a_similar_name_in_the_same_town_is_a_persons_to_decide_once(operator: Actor) -> None:
    known = factories.an_organisation(name="杭州恒力液压机械有限公司", region="330108")
    factories.an_organisation(name="杭州恒力液压机械有限公司", region="110105")
    similar = row(7, name="杭州恒利液压机械股份有限公司")
    batch = check([similar], operator)
    assert outcomes(batch) == {2: "ask"}
    assert [one["id"] for one in batch.rows[0]["candidates"]] == [str(known.pk)]
    with pytest.raises(Refusal) as caught:
        imports.apply_import(batch=batch, by=operator)
    assert caught.value.code == "import.undecided"
    imports.decide_import(batch=batch, decisions={2: str(known.pk)}, by=operator)
    imports.apply_import(batch=batch, by=operator)
    known.refresh_from_db()
    assert known.identifier != code(7), "who it is was vouched for and stays"
    assert known.years.get(year=LAST_YEAR).headcount == 64
    again = check([row(7, name="杭州恒利液压机械股份有限公司", headcount=70)], operator)
    assert outcomes(again) == {2: "changed"}, "the decision is remembered"


def test_the_decision_that_it_is_another_is_remembered_too(operator: Actor) -> None:
    factories.an_organisation(name="杭州恒力液压机械有限公司", region="330108")
    batch = check([row(7, name="杭州恒利液压机械有限公司")], operator)
    imports.decide_import(batch=batch, decisions={2: "new", 99: "new"}, by=operator)
    batch.refresh_from_db()
    assert NameDecision._base_manager.get().organisation is None
    imports.discard_import(batch=batch, by=operator)
    assert outcomes(check([row(7, name="杭州恒利液压机械有限公司")], operator)) == {2: "new"}


def test_a_choice_that_was_not_offered_is_none(operator: Actor) -> None:
    factories.an_organisation(name="杭州恒力液压机械有限公司", region="330108")
    stranger = factories.an_organisation()
    batch = check([row(7, name="杭州恒利液压机械有限公司")], operator)
    batch = imports.decide_import(batch=batch, decisions={2: str(stranger.pk)}, by=operator)
    assert "decision" not in batch.rows[0]


def test_a_row_without_number_is_known_by_its_name_or_faulty(operator: Actor) -> None:
    known = factories.an_organisation(name="杭州恒力液压机械有限公司", region="330108")
    batch = check([row(1, identifier=None, name="杭州恒力液压机械 有限责任公司"), row(2, identifier=None)], operator)
    assert outcomes(batch) == {2: "changed"}
    assert batch.rows[0]["organisation"] == str(known.pk)
    assert [(fault["row"], fault["code"]) for fault in batch.result["faults"]] == [(3, "identifier.empty")]


def test_columns_are_renamed_on_the_screen(operator: Actor) -> None:
    headers = ["公司", "代码号", *HEADERS[2:]]
    batch = check([row(1)], operator, headers)
    assert batch.columns["unknown"] == ["公司", "代码号"]
    assert batch.rows == [] and batch.counts["faulty"] == 1
    batch = imports.rename_import(batch=batch, renames={"公司": "name", "代码号": "identifier"}, by=operator)
    assert outcomes(batch) == {2: "new"}
    assert batch.columns["unknown"] == []


def test_an_organisation_changed_meanwhile_stops_the_whole_import(operator: Actor) -> None:
    imports.apply_import(batch=check([row(1)], operator), by=operator)
    batch = check([row(1, headcount=65), row(2)], operator)
    organisation = Organisation._base_manager.get(identifier=code(1))
    organisation.touch()
    with pytest.raises(Refusal) as caught:
        imports.apply_import(batch=batch, by=operator)
    assert caught.value.code == "import.outdated"
    assert not Organisation._base_manager.filter(identifier=code(2)).exists()
    batch.refresh_from_db()
    assert batch.state == ImportState.CHECKED


def test_a_number_taken_meanwhile_stops_the_whole_import(operator: Actor) -> None:
    batch = check([row(1), row(2)], operator)
    factories.an_organisation(identifier=code(2))
    with pytest.raises(Refusal) as caught:
        imports.apply_import(batch=batch, by=operator)
    assert caught.value.code == "organisation.number_taken"
    assert not Organisation._base_manager.filter(identifier=code(1)).exists()


def test_an_import_is_taken_back(operator: Actor) -> None:
    imports.apply_import(batch=check([row(1)], operator), by=operator)
    before = Organisation._base_manager.values("name", "size_class").get(identifier=code(1))
    batch = check(
        [row(1, name="新名称机械有限公司", headcount=5000, revenue=90_000, year=LAST_YEAR - 1), row(2)], operator
    )
    imports.apply_import(batch=batch, by=operator)
    assert Organisation._base_manager.get(identifier=code(1)).name == "新名称机械有限公司"
    imports.undo_import(batch=batch, by=operator)
    assert Organisation._base_manager.values("name", "size_class").get(identifier=code(1)) == before
    assert YearFigures._base_manager.filter(organisation__identifier=code(1)).count() == 1
    assert not Organisation._base_manager.filter(identifier=code(2)).exists()
    with pytest.raises(Refusal) as caught:
        imports.undo_import(batch=batch, by=operator)
    assert caught.value.code == "rights.state"


@pytest.mark.parametrize("why", ["member", "challenge", "edited", "late"])
def test_what_others_rest_on_is_not_taken_back(operator: Actor, why: str) -> None:
    batch = imports.apply_import(batch=check([row(1)], operator), by=operator)
    organisation = Organisation._base_manager.get(identifier=code(1))
    if why == "member":
        factories.a_member(organisation=organisation)
    elif why == "challenge":
        factories.a_challenge("draft", organisation)
    elif why == "edited":
        organisation.touch()
    else:
        ImportBatch._base_manager.filter(pk=batch.pk).update(applied_at=datetime.now(UTC) - timedelta(hours=25))
    with pytest.raises(Refusal) as caught:
        imports.undo_import(batch=batch, by=operator)
    assert caught.value.code == "import.no_undo"
    assert Organisation._base_manager.filter(pk=organisation.pk).exists()


def test_only_the_operators_people_import(operator: Actor) -> None:
    batch = check([row(1)], operator)
    owner = factories.actor_of(factories.a_member())
    viewer = factories.operator_actor(Role.VIEWER)
    with pytest.raises(Forbidden):
        check([row(1)], owner)
    with pytest.raises(Forbidden):
        check([row(1)], viewer)
    with pytest.raises(NotVisible):
        imports.apply_import(batch=batch, by=owner)
    foreign = factories.operator_actor()
    with pytest.raises(NotVisible):
        imports.apply_import(batch=batch, by=foreign)


def test_a_batch_of_another_room_is_not_touched(operator: Actor) -> None:
    batch = check([row(1)], operator)
    batch.kind = "challenges"
    batch.save()
    for act in (imports.apply_import, imports.discard_import):
        with pytest.raises(NotVisible):
            act(batch=batch, by=operator)


# ---- On the pages ---------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(client: Client) -> Client:
    member = factories.a_member(Role.CONTRIBUTOR, factories.an_organisation(OrganisationKind.OPERATOR))
    client.force_login(member.account)
    return client


def send(client: Client, content: bytes, name: str = "名单.xlsx") -> Any:
    file = io.BytesIO(content)
    file.name = name
    return client.post(reverse("organisations:import"), {"file": file}, follow=True)


def test_the_whole_way_on_the_pages(staff: Client) -> None:
    assert staff.get(reverse("organisations:import")).status_code == 200
    known = factories.an_organisation(name="杭州恒力液压机械有限公司", region="330108")
    rows = [row(1), row(2, identifier="123"), row(7, name="杭州恒利液压机械有限公司")]
    answer = send(staff, workbook(rows))
    page = answer.content.decode()
    assert 'data-faults="1"' in page and "统一社会信用代码应为 18 位" in page
    batch = ImportBatch._base_manager.get()
    at = {
        name: reverse(f"organisations:import_{name}", args=[batch.pk]) for name in ("faults", "decide", "apply", "undo")
    }
    assert at["apply"] not in page, "nothing is confirmed while a row is undecided"
    decided = staff.post(at["decide"], {"decide-4": str(known.pk), "decide-x": "new"}, follow=True)
    assert at["apply"] in decided.content.decode()
    faulty = openpyxl.load_workbook(io.BytesIO(staff.get(at["faults"]).content)).active
    assert faulty is not None
    assert [cell.value for cell in faulty[1]][-1] == "问题" and faulty.max_row == 2
    done = staff.post(at["apply"], follow=True).content.decode()
    assert "已写入：新增1家，更新1家。" in done and at["undo"] in done
    undone = staff.post(at["undo"], follow=True).content.decode()
    assert "这次导入已撤销" in undone
    assert not Organisation._base_manager.filter(identifier=code(1)).exists()


def test_the_faults_are_said_in_the_language_of_the_page(staff: Client) -> None:
    send(staff, workbook([row(2, identifier="123")]))
    batch = ImportBatch._base_manager.get()
    staff.cookies["language"] = "en"
    page = staff.get(reverse("organisations:import_batch", args=[batch.pk])).content.decode()
    assert "应为 18 位" not in page and "has 18 characters; this one has 3" in page


def test_what_is_no_sheet_is_refused_where_it_was_chosen(staff: Client) -> None:
    answer = send(staff, b"GIF89a nonsense \x00\x01", "x.xlsx")
    assert answer.status_code == 422
    assert not ImportBatch._base_manager.exists()


def test_the_template_can_be_filled_in_and_sent_back(staff: Client) -> None:
    content = staff.get(reverse("organisations:import_template")).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    titles = [str(cell.value) for cell in sheet[1]]
    values = {"机构名称": "杭州试导1号机械有限公司", "证件号码": code(1), "地区": "330106", "行业": "36"}
    sheet.append([values.get(title) for title in titles])
    filled = io.BytesIO()
    book.save(filled)
    send(staff, filled.getvalue())
    assert ImportBatch._base_manager.get().counts["new"] == 1


def test_others_find_no_import(client: Client) -> None:
    client.force_login(factories.a_member().account)
    for name in ("import", "import_template"):
        assert client.get(reverse(f"organisations:{name}")).status_code == 404
