"""Links from a file: dry run, names, confirmation, taking back; and what a leader's file must not find out."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from rongtong.hub.foundation.errors import Forbidden, Refusal
from rongtong.hub.industry.domain import link_imports as verbs
from rongtong.hub.industry.models import Chain, Firm, SupplyLink
from tests.factories import a_member, actor_of, an_organisation, operator_actor

from .factories_industry import a_chain, a_link, a_product

pytestmark = pytest.mark.django_db
HEAD = "供方,国家或地区,需方,产品,年度,年交易额（万元）,占需方同类采购（%）,库存（天）,可替代性,按合同隐去供方"


def a_file(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows]).encode("utf-8-sig")


@pytest.fixture
def chain() -> Chain:
    chain = a_chain(an_organisation())
    a_product(chain, code="B1", name="主轴承")
    return chain


@pytest.fixture
def buyer() -> Any:
    return actor_of(a_member("contributor", an_organisation(name="江渡掘进装备有限公司")))


def checked(chain: Chain, by: Any, *rows: str, head: str = HEAD) -> Any:
    return verbs.check_import(chain=chain, content=a_file(*rows, head=head), file_name="供需.csv", by=by)


def outcomes(batch: Any) -> dict[str, int]:
    return {name: count for name, count in batch.counts.items() if count}


def test_a_buyer_imports_its_suppliers_and_nothing_is_written_before(chain: Chain, buyer: Any) -> None:
    known = an_organisation(name="砚川密封科技有限公司")
    batch = checked(
        chain, buyer,
        "砚川密封科技有限公司,,,主轴承,2025,120.5,62,21,替代需认证,",
        "Norvik Bearings AS,NO,,B1,2025,2160,100%,0,没有替代,是",
    )  # fmt: skip
    assert outcomes(batch) == {"new": 2}
    assert not SupplyLink._base_manager.exists()
    verbs.apply_import(batch=batch, by=buyer)
    first, second = SupplyLink._base_manager.select_related("supplier").order_by("value")
    assert (first.supplier.organisation, str(first.value), str(first.input_share)) == (known, "1205000.00", "0.6200")
    assert (first.substitution, first.stock_days, first.source) == ("qualify", 21, "file")
    assert (second.supplier.name, second.supplier.country, second.country) == ("Norvik Bearings AS", "NO", "NO")
    assert (second.confidential, str(second.pseudonym), str(second.input_share)) == (True, "01", "1.0000")
    assert first.buyer.organisation_id == buyer.organisation_id


def test_each_fault_is_told_with_its_row_and_column(chain: Chain, buyer: Any) -> None:
    batch = checked(
        chain, buyer,
        ",,,主轴承,2025,1,,,,",
        "甲厂,,,没有的产品,2025,1,,,,",
        "甲厂,,别家公司,主轴承,2025,1,,,,",
        "甲厂,,,主轴承,2090,-1,,,,",
        "甲厂,德国,,主轴承,2025,1,,,,",
        "江渡掘进装备有限公司,,,主轴承,2025,1,,,,",
    )  # fmt: skip
    told = {(fault["row"], fault["code"]) for fault in batch.result["faults"]}
    assert {row for row, _code in told} == {2, 3, 4, 5, 6, 7}
    assert {(3, "link.product"), (4, "link.not_buyer"), (5, "link.value"), (5, "link.year"), (7, "link.itself")} <= told
    assert batch.counts["new"] == 0
    columns = {fault["code"]: fault["column"]["zh-hans"] for fault in batch.result["faults"]}
    assert columns["link.product"] == "产品"


def test_the_same_again_is_unchanged_and_what_differs_is_shown_and_can_be_taken_back(chain: Chain, buyer: Any) -> None:
    row = "Norvik Bearings AS,NO,,主轴承,2025,2160,100,0,没有替代,"
    verbs.apply_import(batch=checked(chain, buyer, row), by=buyer)
    assert outcomes(checked(chain, buyer, row, row)) == {"same": 1, "duplicate": 1}
    batch = checked(chain, buyer, row.replace(",0,", ",30,"))
    assert batch.rows[0]["changes"] == {"stock_days": [0, 30]}
    verbs.apply_import(batch=batch, by=buyer)
    assert SupplyLink._base_manager.get().stock_days == 30
    verbs.undo_import(batch=batch, by=buyer)
    assert SupplyLink._base_manager.get().stock_days == 0


def test_what_was_changed_since_is_not_taken_back(chain: Chain, buyer: Any) -> None:
    batch = checked(chain, buyer, "甲厂,,,主轴承,2025,1,,,,")
    verbs.apply_import(batch=batch, by=buyer)
    link = SupplyLink._base_manager.get()
    link.touch()
    with pytest.raises(Refusal, match="不能撤销"):
        verbs.undo_import(batch=batch, by=buyer)
    assert SupplyLink._base_manager.filter(pk=link.pk).exists()


def test_an_import_of_new_links_is_taken_back(chain: Chain, buyer: Any) -> None:
    batch = checked(chain, buyer, "甲厂,,,主轴承,2025,1,,,,是")
    verbs.apply_import(batch=batch, by=buyer)
    verbs.undo_import(batch=batch, by=buyer)
    assert not SupplyLink._base_manager.exists()


def test_a_name_like_an_organisation_is_asked_once_and_remembered_for_the_asker(chain: Chain, buyer: Any) -> None:
    known = an_organisation(name="渡北精锻环件有限公司")
    row = "渡北精锻环建有限公司,,,主轴承,2025,100,,,,"
    batch = checked(chain, buyer, row)
    assert outcomes(batch) == {"ask": 1}
    with pytest.raises(Refusal, match="还不能写入"):
        verbs.apply_import(batch=batch, by=buyer)
    verbs.decide_import(batch=batch, decisions={"渡北精锻环建有限公司": str(known.pk)}, by=buyer)
    batch.refresh_from_db()
    assert outcomes(batch) == {"new": 1}
    verbs.apply_import(batch=batch, by=buyer)
    assert SupplyLink._base_manager.get().supplier.organisation == known
    assert outcomes(checked(chain, buyer, row)) == {"same": 1}
    stranger = actor_of(a_member("contributor"))
    assert outcomes(checked(chain, stranger, row)) == {"ask": 1}, "another firm decides for itself"


def test_a_name_may_be_none_of_those_offered(chain: Chain, buyer: Any) -> None:
    an_organisation(name="渡北精锻环件有限公司")
    batch = checked(chain, buyer, "渡北精锻环建有限公司,,,主轴承,2025,100,,,,")
    verbs.decide_import(batch=batch, decisions={"渡北精锻环建有限公司": "outside"}, by=buyer)
    batch.refresh_from_db()
    verbs.apply_import(batch=batch, by=buyer)
    assert SupplyLink._base_manager.get().supplier.is_outside


def test_numbers_are_not_guessed_from_names(chain: Chain, buyer: Any) -> None:
    head = "供方,供方代码,年度,年交易额（元）"
    known = an_organisation(name="恒砺热处理有限公司")
    batch = checked(
        chain, buyer, f"随便怎么写,{known.identifier},2025,1", "恒砺热处理有限公司,X-1,2025,2", head=head
    )  # fmt: skip
    verbs.apply_import(batch=batch, by=buyer)
    first, second = SupplyLink._base_manager.select_related("supplier__organisation").order_by("value")
    assert first.supplier.organisation == known
    assert (second.supplier.organisation, second.supplier.code) == (None, "X-1")


def test_the_leader_imports_for_the_chain_and_learns_of_no_hidden_link(chain: Chain) -> None:
    assert chain.leader is not None
    leader = actor_of(a_member("manager", chain.leader))
    hidden, buyer = an_organisation(name="暗河特种合金有限公司"), an_organisation(name="渡口重工有限公司")
    product = chain.products.get()
    a_link(chain, hidden, buyer, product=product, confidential=True, value=5_000_000)
    a_link(chain, an_organisation(name="明流合金有限公司"), buyer, product=product, value=4_000_000)
    batch = checked(
        chain, leader,
        "暗河特种合金有限公司,,渡口重工有限公司,主轴承,2025,500,,,,",
        "明流合金有限公司,,渡口重工有限公司,主轴承,2025,100,,,,",
    )  # fmt: skip
    assert [row["outcome"] for row in batch.rows] == ["new", "same"], "what the buyer has told is not overwritten"
    verbs.apply_import(batch=batch, by=leader)
    assert SupplyLink._base_manager.filter(confidential=False, supplier__organisation=hidden).count() == 1


def test_others_neither_read_nor_write_a_batch(chain: Chain, buyer: Any) -> None:
    batch = checked(chain, buyer, "甲厂,,,主轴承,2025,1,,,,")
    rival = actor_of(a_member("owner"))
    for verb in (verbs.apply_import, verbs.discard_import):
        with pytest.raises(Refusal) as refused:
            verb(batch=batch, by=rival)
        assert refused.value.status == 404
    with pytest.raises(Forbidden):
        checked(chain, actor_of(a_member("viewer")), "甲厂,,,主轴承,2025,1,,,,")


def test_the_operator_names_the_buyer(chain: Chain) -> None:
    batch = checked(chain, operator_actor(), "甲厂,,,主轴承,2025,1,,,,", "甲厂,,乙厂,主轴承,2025,1,,,,是")
    assert (outcomes(batch)["new"], batch.result["faults"][0]["code"]) == (1, "link.no_buyer")


def test_five_hundred_rows_take_a_fixed_number_of_queries(
    chain: Chain, buyer: Any, django_assert_max_num_queries: Any
) -> None:
    rows = [f"外厂{n},JP,,主轴承,2025,{n},,,," for n in range(500)]
    with django_assert_max_num_queries(40):
        batch = checked(chain, buyer, *rows)
    verbs.apply_import(batch=batch, by=buyer)
    assert SupplyLink._base_manager.count() == Firm._base_manager.filter(organisation=None).count() == 500


def test_the_pages_from_upload_to_undo_and_the_export_reads_back(chain: Chain, client: Any) -> None:
    person = a_member("manager", an_organisation(name="江浔掘进装备有限公司"))
    client.force_login(person.account)
    file = SimpleUploadedFile("a.csv", a_file("甲厂,,,主轴承,2025,12.5,40,9,可随时替代,是", "乙厂,,,错,2025,1,,,,"))
    upload = client.post(reverse("industry:link_import"), {"chain": str(chain.pk), "file": file})
    assert upload.status_code == 302
    page = client.get(upload["Location"]).content.decode()
    assert "甲厂" in page
    assert "这条产业链没有这种产品。" in page
    base = upload["Location"]
    assert client.get(f"{base}faults/").status_code == 200
    assert client.post(f"{base}apply/").status_code == 302
    answer = client.get(reverse("industry:links"), {"export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:6] == ["甲厂", "CN", "江浔掘进装备有限公司", "主轴承", "B1", 125000]
    again = verbs.check_import(chain=chain, content=answer.content, file_name="out.xlsx", by=actor_of(person))
    assert (outcomes(again), again.columns["missing"]) == ({"same": 1}, again.columns["missing"])
    assert client.post(f"{base}undo/").status_code == 302
    assert not SupplyLink._base_manager.exists()
    assert client.get(reverse("industry:link_import_template")).status_code == 200
