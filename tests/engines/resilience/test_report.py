"""A chain on one's own files: the page, what it tells, and what the command says where files are wrong."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from rongtong.engines.resilience import Conduct, SupplyNetwork, dependencies, systemic_risk, weak_links
from rongtong.engines.resilience.report import analyse, read_table, report_page
from rongtong.engines.resilience.report.words import FAULTS, TRAPS, WORDS, sentence
from rongtong.hub.config.command import main

LINKS = """供应商,采购方,年交易额
矿山,钢厂,"300,000"
矿山,锻造厂,200000
钢厂,机械厂,900000
锻造厂,机械厂,150000
钢厂,船厂<b>,400000
机械厂,船厂<b>,800000
"""
FIRMS = """企业,行业,营业收入,国家,库存天数
矿山,ore,900000,AU,
钢厂,steel,2000000,CN,0
锻造厂,steel,400000,CN,5
机械厂,machines,3000000,CN,
船厂<b>,ships,5000000,CN,
"""
NEEDS = """input,ore,steel,machines,ships
ore,0,2,0,0
steel,0,0,2,2
machines,0,0,0,1
ships,0,0,0,0
"""


class Read(HTMLParser):
    """Words, tags and tables of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and "style" not in self.open:
            self.words.append(data.strip())


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, text in (("links", LINKS), ("firms", FIRMS), ("needs", NEEDS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def run(files: Path, *more: str) -> int:
    return main(["chain", "report", str(files / "links.csv"), str(files / "firms.csv"), *more])


def test_the_page_tells_everything_offline(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    needs = ["--essentiality", str(files / "needs.csv")]
    assert run(files, *needs, "-o", str(files / "report.html")) == 0
    told = capsys.readouterr()
    assert "1. 矿山" in told.out and told.err.startswith("network …")
    page = Read((files / "report.html").read_text(encoding="utf-8"))
    kinds = [tag for tag, _ in page.tags]
    assert kinds.count("svg") == 2 and not {"script", "link", "img", "iframe", "b"} & set(kinds)
    assert not [name for _, given in page.tags for name in given if name.startswith(("on", "src", "href", "style"))]
    assert {given["id"] for tag, given in page.tags if tag == "table" and "id" in given} == {
        "risk", "weak", "dependencies", "countries", "hidden",
    }  # fmt: skip
    words = "\n".join(page.words)
    assert "唯一供应商，境外（AU），无库存，网络内无替代，停供 1 天后停产。" in page.words
    assert "缺了它，产品网络就断成几块： steel" in words
    assert "船厂<b>" in page.words
    assert [given["data-trap"] for tag, given in page.tags if "data-trap" in given] == ["truncated"]


def test_in_english_no_word_is_chinese(files: Path) -> None:
    english = Read(report_page(analyse(*_english(files)), "en"))
    assert [word for word in english.words if re.search("[\u3000-\u9fff\uff00-\uffef]", word)] == []
    assert "Only supplier, abroad (AU), no stock, no substitute in the network, " in "\n".join(english.words)
    assert english.tags[0] == ("html", {"lang": "en"})


def _english(files: Path) -> list[pl.DataFrame]:
    names = {"矿山": "mine", "钢厂": "mill", "锻造厂": "forge", "机械厂": "works", "船厂<b>": "yard"}
    tables = [read_table(files / f"{name}.csv", name) for name in ("links", "firms")]
    columns = ("supplier", "buyer", "firm")
    return [one.with_columns(pl.col(name).replace(names) for name in columns if name in one.columns) for one in tables]


def test_the_same_for_a_program_and_from_a_spreadsheet_in_gbk(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "links.csv").write_bytes(LINKS.encode("gb18030"))
    assert run(files, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["good"], told["firms"], told["links"], told["report"]) == (True, 5, 6, None)
    risk = systemic_risk(
        SupplyNetwork.from_edges(*(read_table(files / f"{one}.csv", one) for one in ("links", "firms")))
    )
    assert told["gravest"][0]["esri"] == risk.esri.max() and told["gravest"][0]["firm"] == "矿山"
    assert {trap["code"] for trap in told["traps"]} == {"truncated", "all_linear"}


def test_every_fault_with_its_row_and_column(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "links.csv").write_text(LINKS + "钢厂,钢厂,-5\n谁,钢厂,多\n", encoding="utf-8")
    assert run(files, "-o", str(files / "report.html")) == 1
    told = capsys.readouterr().err
    assert (
        "links row 7, buyer: 钢厂 supplies itself" in told and "links row 8, value: the value 多 is no number" in told
    )
    rows = [
        (word, *Read((files / "report.html").read_text(encoding="utf-8")).words) for word in ("供应商和采购方相同",)
    ]
    assert all(word in words for word, *words in rows)
    assert run(files, "--json", "--lang", "en") == 1
    faults = json.loads(capsys.readouterr().out)["faults"]
    assert {(one["row"], one["column"], one["code"]) for one in faults} == {
        (7, "buyer", "self_loop"), (7, "value", "negative"), (8, "supplier", "unknown_firm"), (8, "value", "no_number"),
    }  # fmt: skip


def test_asked_wrongly(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files) == 2
    assert "say where the page goes" in capsys.readouterr().err
    assert main(["chain", "report", str(files / "none.csv"), str(files / "firms.csv"), "--json"]) == 2
    assert run(files, "-o", str(files / "nowhere/report.html")) == 2
    (files / "links.csv").write_text("supplier,buyer,value\n矿山,钢厂,0\n", encoding="utf-8")
    assert run(files, "--json") == 1
    assert "no links that carry anything" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["chain", "report", "--help"])
    assert (
        ended.value.code == 0 and "rongtong chain report links.csv firms.csv -o report.html" in capsys.readouterr().out
    )


def test_weak_links_are_ranked_by_what_is_at_stake_and_followed_by_days(files: Path) -> None:
    tables = [read_table(files / f"{name}.csv", name) for name in ("links", "firms", "needs")]
    network = SupplyNetwork.from_edges(*tables)
    found, risk = dependencies(network), systemic_risk(network)
    weak = weak_links(network, found, risk, followed=3, days=60, conduct=Conduct(cover=20))
    index = dict(zip(risk.names, risk.esri, strict=True))
    expected = [row["criticality"] * index[row["buyer"]] for row in weak.iter_rows(named=True)]
    assert weak["stake"].to_list() == pytest.approx(expected) and sorted(expected, reverse=True) == expected
    assert weak["is_followed"].to_list() == [True] * 3 + [False] * (len(weak) - 3)
    by = {(row["buyer"], row["input"]): row for row in weak.iter_rows(named=True)}
    assert by["钢厂", "ore"]["stops_after"] == 1 and by["钢厂", "ore"]["country"] == "AU"
    assert by["机械厂", "steel"]["cover"] == 20 and by["机械厂", "steel"]["less_after"] >= 20
    stocked = weak_links(network, found, risk, days=60, stocks={("钢厂", "ore"): 30}).row(0, named=True)
    assert (stocked["buyer"], stocked["cover"]) == ("钢厂", 30) and 28 <= stocked["stops_after"] <= 31
    assert sentence(by["机械厂", "steel"], chinese=False).startswith("Largest supplier has 86%, 20 days in stock")


def test_every_word_has_both_languages_and_every_name_its_chinese() -> None:
    assert all(chinese and english for chinese, english in WORDS.values())
    assert all(set(re.findall(r"{\w+}", one)) == set(re.findall(r"{\w+}", other)) for one, other in WORDS.values())
    source = Path(analyse.__code__.co_filename).parents[1]
    codes = {code for path in source.glob("*.py") for code in re.findall(r'Trap\("(\w+)"', path.read_text("utf-8"))}
    assert codes - {"no_flows", "margins_miss", "totals_differ"} == set(TRAPS)  # these three are of `reconstruct`
    assert all(FAULTS.values())
