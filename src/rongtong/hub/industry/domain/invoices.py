"""Yearly links from invoices, written into a chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import polars as pl
from django.db import transaction

from ..enums import LinkSource, LinkState
from ..models import Chain, Firm, SupplyLink

PORTION = 5000


@transaction.atomic
def write_links(chain: Chain, links: pl.DataFrame, progress: Callable[[int, int], None]) -> int:
    """Put the links of the table into a chain, in place of what invoices of the same years had given it before.

    Codes of firms are kept as they stand; who they are is for the operator to say. Links that people have told are
    not overwritten. Years to come are left out: such a date is a slip.

    Returns
    -------
    int
        How many links the chain has now from invoices of these years.
    """
    links = links.filter(pl.col("year").is_between(1990, datetime.now(UTC).year))
    firms = _firms(pl.concat([links["supplier"], links["buyer"]]).unique().to_list())
    years = links["year"].unique().to_list()
    former = SupplyLink._base_manager.filter(chain=chain, source=LinkSource.INVOICES, year__in=years)
    former.delete()
    columns = (links[name].to_list() for name in ("supplier", "buyer", "year", "value"))
    rows = [
        SupplyLink(
            chain=chain, supplier=firms[supplier], buyer=firms[buyer], year=year, value=value,
            source=LinkSource.INVOICES,
        )
        for supplier, buyer, year, value in zip(*columns, strict=True)
        if supplier != buyer
    ]  # fmt: skip
    for start in range(0, len(rows), PORTION):
        SupplyLink._base_manager.bulk_create(rows[start : start + PORTION], ignore_conflicts=True)
        progress(min(start + PORTION, len(rows)), len(rows))
    return former.filter(state=LinkState.ACTIVE).count()


def _firms(codes: Iterable[str]) -> dict[str, Firm]:
    """The node of each code: an outside firm whose name is not known yet."""
    wanted = sorted(codes)
    for start in range(0, len(wanted), PORTION):
        fresh = [Firm(name=code[:200], code=code[:60]) for code in wanted[start : start + PORTION]]
        for firm in fresh:
            firm.derive()
        Firm._base_manager.bulk_create(fresh, ignore_conflicts=True)
    found = Firm._base_manager.filter(code__in=[code[:60] for code in wanted], country="CN")
    by_code = {firm.code: firm for firm in found.order_by("organisation_id", "pk")}
    return {code: by_code[code[:60]] for code in wanted}
