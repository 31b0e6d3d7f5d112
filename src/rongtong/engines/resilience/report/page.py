"""The page: one file, its style and pictures inside, no script, nothing fetched."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import jinja2
import polars as pl

from rongtong.engines.resilience.errors import Fault
from rongtong.engines.resilience.report.findings import Findings
from rongtong.engines.resilience.report.pictures import bars, curve
from rongtong.engines.resilience.report.words import FAULTS, TRAPS, WORDS, sentence
from rongtong.engines.resilience.traps import Trap

LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}
_RANKED, _LISTED, _PICTURED, _LINKS = 30, 30, 12, 8


class _Words:
    """Words of one language."""

    def __init__(self, language: str) -> None:
        self.place = list(LANGUAGES).index(language)
        self.chinese = language == "zh"

    def __call__(self, key: str, **numbers: object) -> str:
        return WORDS[key][self.place].format(**numbers) if numbers else WORDS[key][self.place]

    def trap(self, trap: Trap) -> str:
        return TRAPS.get(trap.code, trap.message) if self.chinese else trap.message

    def fault(self, fault: Fault) -> str:
        return FAULTS.get(fault.code, fault.message) if self.chinese else fault.message

    def sentence(self, row: dict[str, object]) -> str:
        return sentence(row, self.chinese)


def report_page(found: Findings, language: str = "zh") -> str:
    """Return the page of an analysis, in Chinese (zh) or English (en)."""
    words = _Words(language)
    ranked = found.risk.ranked().with_columns(_sectors(found))
    shown = ranked.head(_PICTURED)
    series = (words("downstream"), words("upstream"))
    pictured = [
        (str(row["firm"]), 100 * row["downstream"], 100 * row["upstream"]) for row in shown.iter_rows(named=True)
    ]
    return _template("report.html").render(
        w=words,
        lang=LANGUAGES[language],
        network=found.network,
        value=float(found.network.sales.sum()),
        traps=found.risk.traps,
        ranked=ranked.head(_RANKED).to_dicts(),
        many=len(ranked),
        bars=bars(pictured, words("risk"), series),
        curve=curve(
            (100 * ranked["esri"]).to_list(), words("curve"), (words("curve_x"), words("index"))
        ),
        explanations=[(one, one.links.head(_LINKS).to_dicts()) for one in found.explanations],
        weak=found.weak.head(_LISTED).to_dicts(),
        weak_in_all=len(found.weak),
        inputs=found.dependencies.to_frame().head(_LISTED).to_dicts(),
        singles=int(found.dependencies.inputs["single"].sum()),
        abroad=_from_abroad(found),
        countries=_countries(found).to_dicts(),
        hidden=found.dependencies.hidden.sort("share", descending=True, maintain_order=True).head(_LISTED).to_dicts(),
        hidden_in_all=len(found.dependencies.hidden),
        cuts=found.cuts,
        stability=None if found.stability is None else _by_missing(found.stability.to_frame()),
    )  # fmt: skip


def faults_page(faults: Sequence[Fault], language: str = "zh") -> str:
    """Return the page that names every fault with its row and column."""
    return _template("faults.html").render(w=_Words(language), lang=LANGUAGES[language], faults=faults)


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("rongtong.engines.resilience.report"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    made.filters["percent"] = lambda share: f"{100 * share:.2f}%"
    made.filters["yuan"] = lambda amount: f"{amount:,.0f}"
    return made


def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


def _sectors(found: Findings) -> pl.Series:
    places = found.network.places(found.risk.ranked()["firm"])
    return found.network.firms["sector"].cast(pl.String)[places].alias("sector")


def _from_abroad(found: Findings) -> int:
    return len(found.dependencies.countries.unique(["buyer", "input"]))


def _countries(found: Findings) -> pl.DataFrame:
    """What is bought in each country abroad, by how many, and how many inputs come from there alone."""
    values = found.dependencies.inputs.select("buyer", "input", "value")
    table = found.dependencies.countries.join(values, on=["buyer", "input"], how="left")
    return (
        table.group_by("country")
        .agg(
            (pl.col("value") * pl.col("share")).sum().alias("value"),
            pl.col("buyer").n_unique().alias("buyers"),
            (pl.col("share") >= 1.0 - 1e-9).sum().alias("alone"),
        )
        .sort("value", "country", descending=[True, False])
        .head(_LISTED)
    )


def _by_missing(frame: pl.DataFrame) -> list[dict[str, Any]]:
    rows: dict[float, dict[str, Any]] = {}
    for row in frame.iter_rows(named=True):
        rows.setdefault(row["missing"], {"missing": row["missing"]})[row["measure"]] = row
    for one in rows.values():
        one["top"] = next(name for name in one if name.startswith("top_"))
    return list(rows.values())
