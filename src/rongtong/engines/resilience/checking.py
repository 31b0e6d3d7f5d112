"""What must hold before links and firms are a network; every fault is found in one go."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rongtong.engines.resilience.errors import Fault

_AMOUNTS = {"revenue": "the revenue", "costs": "the costs"}
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Joined:
    """Links by the places of their firms; -1 where a firm is not known or not named."""

    supplier: npt.NDArray[np.int32]
    buyer: npt.NDArray[np.int32]
    value: npt.NDArray[np.float64]
    product: npt.NDArray[np.int32] | None


def firm_faults(firms: pl.DataFrame) -> list[Fault]:
    """Return what is wrong with the firms by themselves."""
    found = _marked("firms", "firm", "missing", "the firm has no name", firms["firm"].is_null().to_numpy())
    again = (~firms["firm"].is_first_distinct() & firms["firm"].is_not_null()).to_numpy()
    found += _told("firms", "firm", "duplicate", "{} stands here again", again, firms["firm"])
    found += _marked("firms", "sector", "missing", "the firm has no sector", firms["sector"].is_null().to_numpy())
    for column, name in _AMOUNTS.items():
        if column in firms.columns:
            found += _amount("firms", column, name, firms[column])
    return found


def sector_faults(firms: pl.DataFrame, known: Flags) -> list[Fault]:
    """Return a fault for each firm whose sector the table of classes does not know."""
    return _told("firms", "sector", "unknown_sector", "essentiality knows no sector {}", ~known, firms["sector"])


def link_faults(links: pl.DataFrame, joined: Joined, duplicates: Flags | None) -> list[Fault]:
    """Return what is wrong with the links."""
    found: list[Fault] = []
    for column, places in (("supplier", joined.supplier), ("buyer", joined.buyer)):
        unnamed = links[column].is_null().to_numpy()
        found += _marked("links", column, "missing", "no firm is named", unnamed)
        strangers = (places < 0) & ~unnamed
        found += _told("links", column, "unknown_firm", "{} is not among the firms", strangers, links[column])
    loops = (joined.supplier == joined.buyer) & (joined.supplier >= 0)
    found += _told("links", "buyer", "self_loop", "{} supplies itself", loops, links["buyer"])
    found += _amount("links", "value", "the value", links["value"])
    if duplicates is not None:
        told = "the same supplier, buyer and product stand above; add them up, or ask for add_duplicates"
        found += _marked("links", "supplier", "duplicate", told, duplicates)
    return sorted(found, key=lambda fault: fault.row)


def repeated(joined: Joined, firms: int) -> Flags:
    """Return which links have the supplier, buyer and product of a link above them."""
    key = joined.supplier.astype(np.int64) * firms + joined.buyer
    order = np.argsort(key, kind="stable") if joined.product is None else np.lexsort((joined.product, key))
    key = key[order]
    same = key[1:] == key[:-1]
    if joined.product is not None:
        product = joined.product[order]
        same &= product[1:] == product[:-1]
    again = np.zeros(len(key), np.bool_)
    again[order[1:][same]] = True
    return again & (joined.supplier >= 0) & (joined.buyer >= 0)


def _amount(table: str, column: str, name: str, series: pl.Series) -> list[Fault]:
    numbers = series.cast(pl.Float64, strict=False)
    finite = numbers.is_finite().fill_null(False).to_numpy()
    found = _marked(table, column, "missing", f"{name} is missing", series.is_null().to_numpy())
    wrong = ~finite & series.is_not_null().to_numpy()
    found += _told(table, column, "no_number", f"{name} {{}} is no number", wrong, series)
    negative = (numbers.fill_null(0.0) < 0).to_numpy()
    return found + _told(table, column, "negative", f"{name} {{}} is below 0", negative & finite, series)


def _marked(table: str, column: str, code: str, message: str, which: Flags) -> list[Fault]:
    return [Fault(table, int(row) + 1, column, code, message) for row in np.flatnonzero(which)]


def _told(table: str, column: str, code: str, message: str, which: Flags, values: pl.Series) -> list[Fault]:
    rows: list[Any] = np.flatnonzero(which).tolist()
    return [Fault(table, row + 1, column, code, message.format(values[row])) for row in rows]
