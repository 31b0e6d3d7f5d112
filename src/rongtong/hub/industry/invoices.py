"""Invoices summed to yearly links: who sold how much to whom in a year. No users, no database: files in, a table out.

Invoices that were voided do not count; red-letter invoices take away; an invoice that both sides hand in counts once.
Amounts are without tax, in yuan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

#: Headers of the seller, the buyer, and of the firm whose own invoices a file holds.
SELLERS, BUYERS, OWN = (
    ("销方单位代号", "销方代码", "seller"),
    ("购方单位代号", "购方代码", "buyer"),
    ("企业代号", "firm"),
)
NUMBERS, DATES = ("发票号码", "number"), ("开票日期", "date")
AMOUNTS, STATES = ("金额", "amount"), ("发票状态", "status")
VOID = ("作废发票", "作废", "void")
MONEY = pl.Decimal(18, 2)
KEYS = ["supplier", "buyer", "year"]


class NotInvoices(Exception):
    """A file lacks a column, or there is no file."""


@dataclass(frozen=True)
class Summed:
    """Yearly links and what became of the rows.

    Parameters
    ----------
    links
        ``supplier, buyer, year, value, invoices``; only pairs with a positive sum.
    """

    links: pl.DataFrame
    rows: int
    void: int
    unreadable: int
    twice: int
    not_positive: int

    def __str__(self) -> str:
        return (
            f"{self.rows:,} invoices: {self.links.height:,} yearly links; left out: {self.void:,} void, {self.twice:,}"
            f" handed in twice, {self.unreadable:,} unreadable; {self.not_positive:,} pairs without a positive sum"
        )


def files_of(path: Path) -> list[Path]:
    """The invoice files of a folder, or the one file.

    Raises
    ------
    NotInvoices
        There is none.
    """
    if path.is_file():
        return [path]
    found = sorted(one for one in path.glob("*invoice*.csv*") if one.suffix in (".csv", ".gz"))
    if not found:
        raise NotInvoices(f"{path} holds no file named *invoice*.csv or *invoice*.csv.gz")
    return found


def sum_invoices(paths: Sequence[Path]) -> Summed:
    """Sum all invoices of the files to one row for each supplier, buyer and year.

    Raises
    ------
    NotInvoices
        With the file and what it lacks.
    """
    invoices = pl.concat([_read(path) for path in paths])
    valid = invoices.filter(~pl.col("void"))
    readable = valid.drop_nulls(["supplier", "buyer", "year", "value"])
    once = readable.unique(["supplier", "buyer", "number", "date", "value"], maintain_order=True)
    sums = once.group_by(KEYS).agg(value=pl.col("value").sum(), invoices=pl.len())
    links = sums.filter(pl.col("value") > 0).sort(KEYS)
    return Summed(
        links=links,
        rows=invoices.height,
        void=invoices.height - valid.height,
        unreadable=valid.height - readable.height,
        twice=readable.height - once.height,
        not_positive=sums.height - links.height,
    )


def _read(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise NotInvoices(f"{path}: {error}") from error
    names = {name.strip().lstrip("\ufeff"): name for name in frame.columns}
    own = _column(names, OWN)
    supplier, buyer = _column(names, SELLERS) or own, _column(names, BUYERS) or own
    date, amount = _column(names, DATES), _column(names, AMOUNTS)
    if supplier is None or buyer is None or supplier == buyer or date is None or amount is None:
        raise NotInvoices(f"{path}: it needs seller and buyer (or the firm's own code), date and amount in its header")
    number, state = _column(names, NUMBERS), _column(names, STATES)
    moment = _text(date)
    return frame.select(
        supplier=_text(supplier).replace("", None),
        buyer=_text(buyer).replace("", None),
        number=_text(number) if number else pl.int_range(pl.len()).cast(pl.String),
        date=moment,
        year=moment.str.slice(0, 4).cast(pl.Int32, strict=False),
        value=_text(amount).str.replace_all(",", "").cast(MONEY, strict=False),
        void=_text(state).is_in(VOID).fill_null(False) if state else pl.lit(False),
    )


def _column(names: dict[str, str], known: Sequence[str]) -> str | None:
    return next((names[one] for one in known if one in names), None)


def _text(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars()
