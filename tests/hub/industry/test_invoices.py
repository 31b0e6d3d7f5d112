"""Invoices summed to yearly links, and put into a chain."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rongtong.hub.config.commands import CommandFailed
from rongtong.hub.industry.commands import invoices as command
from rongtong.hub.industry.domain.invoices import write_links
from rongtong.hub.industry.invoices import NotInvoices, files_of, sum_invoices
from rongtong.hub.industry.models import Firm, SupplyLink

from .factories_industry import a_chain, a_firm, a_link

SHARED = Path(__file__).resolve().parents[4] / "shared/data/sme-invoices"
BOUGHT = """企业代号,发票号码,开票日期,销方单位代号,金额,税额,价税合计,发票状态
E1,1,2018-07-18,A1,100.10,0,0,有效发票
E1,2,2018-08-18,A1,-20.05,0,0, 有效发票
E1,3,2018-09-18,A1,999.00,0,0,作废发票
E1,4,2019-01-02,A1,50.00,0,0,有效发票
E1,5,2019-01-02,A2,-7.00,0,0,有效发票
E1,6,not a day,A2,8.00,0,0,有效发票
E1,7,2019-01-03,A2,many,0,0,有效发票
"""
SOLD = """企业代号,发票号码,开票日期,购方单位代号,金额,税额,价税合计,发票状态
A1,4,2019-01-02,E1,50.00,0,0,有效发票
E1,9,2018-02-01,B7,"1,000.00",0,0,有效发票
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a_input_invoice.csv.gz").write_bytes(gzip.compress(BOUGHT.encode("utf-8-sig")))
    (tmp_path / "b_output_invoice.csv").write_text(SOLD, "utf-8")
    return tmp_path


def test_red_ones_take_away_void_ones_do_not_count_and_both_sides_count_once(folder: Path) -> None:
    found = sum_invoices(files_of(folder))
    assert found.links.rows() == [
        ("A1", "E1", 2018, Decimal("80.05"), 2), ("A1", "E1", 2019, Decimal("50.00"), 1),
        ("E1", "B7", 2018, Decimal("1000.00"), 1),
    ]  # fmt: skip
    told = (found.rows, found.void, found.unreadable, found.twice, found.not_positive)
    assert told == (9, 1, 2, 1, 1)


def test_what_is_no_invoice_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotInvoices, match="no file named"):
        files_of(tmp_path)
    path = tmp_path / "invoices.csv"
    path.write_text("企业代号,金额\nE1,3\n", "utf-8")
    with pytest.raises(NotInvoices, match="seller and buyer"):
        sum_invoices([path])


@pytest.mark.django_db
def test_links_of_invoices_are_replaced_and_what_people_told_stays(folder: Path) -> None:
    chain = a_chain()
    told = a_link(chain, a_firm("A1", code="A1"), a_firm("E1", code="E1"), year=2018, value=7)
    links = sum_invoices(files_of(folder)).links
    steps: list[tuple[int, int]] = []
    for _turn in range(2):
        assert write_links(chain, links, lambda done, total: steps.append((done, total))) == 2
    assert steps == [(3, 3)] * 2
    rows = SupplyLink._base_manager.filter(chain=chain).order_by("year", "value")
    assert [(row.supplier.code, row.buyer.code, row.year, row.source) for row in rows] == [
        ("A1", "E1", 2018, told.source), ("E1", "B7", 2018, "invoices"), ("A1", "E1", 2019, "invoices"),
    ]  # fmt: skip
    assert Firm._base_manager.count() == 3


@pytest.mark.django_db
def test_the_command_writes_a_file_and_a_chain(folder: Path, tmp_path: Path, capsys: Any) -> None:
    chain, out = a_chain(name="发票链"), tmp_path / "links.csv"
    command(SimpleNamespace(path=folder, output=out, chain="发票链", json=True))  # type: ignore[arg-type]  # as parsed
    assert json.loads(capsys.readouterr().out) == {
        "rows": 9, "links": 3, "void": 1, "twice": 1, "unreadable": 2, "not_positive": 1, "written": 3,
    }  # fmt: skip
    assert out.read_text("utf-8-sig").splitlines()[:2] == ["supplier,buyer,year,value,invoices", "A1,E1,2018,80.05,2"]
    assert chain.links.count() == 3
    with pytest.raises(CommandFailed, match="no active chain"):
        command(SimpleNamespace(path=folder, output=None, chain="没有", json=False))  # type: ignore[arg-type]  # as parsed


def test_the_shared_invoices_sum_to_what_a_plain_loop_finds() -> None:
    path = SHARED / "credit_history_output_invoice.csv.gz"
    if not path.exists():
        pytest.skip("the shared invoices are not on this machine")
    found = sum_invoices([path])
    fen: dict[tuple[str, str, str], int] = {}
    seen = set()
    with gzip.open(path, "rt", encoding="utf-8-sig") as file:
        next(file)
        for line in file:
            own, number, day, other, amount, *_tax, state = line.rstrip("\n").split(",")
            key = (own, other, number, day, amount)
            if state.strip() == "有效发票" and key not in seen:
                seen.add(key)
                fen[own, other, day[:4]] = fen.get((own, other, day[:4]), 0) + round(float(amount) * 100)
    positive = {key: value for key, value in fen.items() if value > 0}
    assert (found.rows, found.unreadable, found.links.height) == (162_484, 0, len(positive))
    assert sum(found.links["value"]) * 100 == sum(positive.values())
