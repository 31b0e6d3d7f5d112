"""The two code lists of the product, read from the files beside this one."""

import csv
import re
from collections.abc import Iterator
from importlib import resources

from .register import Entry, Register


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files(__package__) / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _regions() -> Iterator[Entry]:
    rows = [(row, False) for row in _rows("regions.csv")] + [(row, True) for row in _rows("sample_regions.csv")]
    known = {row["code"] for row, _ in rows}
    for row, sample in rows:
        yield Entry(
            row["code"],
            _region_above(row["code"], known),
            row["name"],
            row["english"],
            sample,
        )


def _region_above(code: str, known: set[str]) -> str:
    """Counties that a province governs directly have no prefecture: their parent is the province."""
    if code.endswith("0000"):
        return ""
    prefecture = code[:4] + "00"
    return prefecture if code != prefecture and prefecture in known else code[:2] + "0000"


def _canonical_region(code: str) -> str:
    """Two and four digits stand for the province and the prefecture."""
    return code.ljust(6, "0") if re.fullmatch(r"\d{2}|\d{4}", code) else code


def _industries() -> Iterator[Entry]:
    for row in _rows("industries.csv"):
        yield Entry(row["code"], row["parent"], row["name"], row["english"])


def _canonical_industry(code: str) -> str:
    """Codes are often written with their section in front: C3670 is 3670."""
    return code[1:] if re.fullmatch(r"[A-T]\d{2,4}", code) else code


regions = Register(_regions, _canonical_region)
industries = Register(_industries, _canonical_industry)
