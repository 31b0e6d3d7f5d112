"""A chain's links of one year as a network for the resilience engine, and what its firms are called to a reader.

A supplier that a contract hides is a firm of its own in it (``p:`` and the id of its number). What it sells by name and
what it sells under its number are never added up: else its figures would tell who it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Max, Q
from django.utils.translation import gettext

from rongtong.hub.foundation.actors import Actor

from ..enums import Essentiality, LinkState
from ..models import Chain, Firm, Product, ProductInput, Pseudonym, SupplyLink
from .links import DIGITS

if TYPE_CHECKING:
    from rongtong.engines.resilience import SupplyNetwork

HIDDEN = "p:"
#: The sector of firms that sell nothing along the chain.
END = "end"


@dataclass(frozen=True)
class Row:
    """One link as the network takes it."""

    link: UUID
    supplier: str
    buyer: str
    product: str
    value: Decimal
    country: str
    stock: int | None


@dataclass(frozen=True)
class ChainNetwork:
    """The links of one year, and where each stands in the network.

    Attributes
    ----------
    rows
        Links with a value.
    homes, regions
        Country and region of firms, by key; hidden suppliers have no region here.
    classes
        How much a product needs another: (input, product) to 2, 1 or 0.
    """

    rows: tuple[Row, ...]
    homes: Mapping[str, str]
    regions: Mapping[str, str]
    classes: Mapping[tuple[str, str], int]

    @cached_property
    def sectors(self) -> dict[str, str]:
        """Each firm stands under the product it sells most of; who sells none here, at the end."""
        sold: dict[str, dict[str, Decimal]] = {}
        for row in self.rows:
            sold.setdefault(row.buyer, {})
            of_firm = sold.setdefault(row.supplier, {})
            of_firm[row.product] = of_firm.get(row.product, Decimal(0)) + row.value
        return {
            firm: max(sorted(products), key=lambda one: products[one]) if products else END
            for firm, products in sold.items()
        }

    @cached_property
    def countries(self) -> dict[str, str]:
        """Where each firm is; a supplier where most of what it sells here comes from."""
        found = {row.buyer: self.homes.get(row.buyer, "CN") for row in self.rows}
        sold: dict[str, dict[str, Decimal]] = {}
        for row in self.rows:
            of_firm = sold.setdefault(row.supplier, {})
            of_firm[row.country] = of_firm.get(row.country, Decimal(0)) + row.value
        for firm, countries in sold.items():
            found.setdefault(firm, max(sorted(countries), key=lambda one: countries[one]))
        return found

    @cached_property
    def stocks(self) -> dict[tuple[str, str], float]:
        """Days in stock by buyer and product, as the buyers told; the least where several suppliers differ."""
        found: dict[tuple[str, str], float] = {}
        for row in self.rows:
            if row.stock is not None:
                pair = (row.buyer, row.product)
                found[pair] = min(found.get(pair, float(row.stock)), float(row.stock))
        return found

    @cached_property
    def links(self) -> dict[tuple[str, str, str], UUID]:
        """The supply link of each supplier, buyer and product."""
        return {(row.supplier, row.buyer, row.product): row.link for row in self.rows}

    def network(self) -> SupplyNetwork:
        """The arrays of the engine. Revenue is what is sold here, and at least what is spent here."""
        # Polars and Numba take seconds to load: only the process that computes loads them
        from rongtong.engines.resilience import SupplyNetwork

        links = {
            "supplier": [row.supplier for row in self.rows],
            "buyer": [row.buyer for row in self.rows],
            "product": [row.product for row in self.rows],
            "value": [float(row.value) for row in self.rows],
        }
        return SupplyNetwork.from_edges(links, self._firms(), self._essentiality())

    def _firms(self) -> dict[str, list[Any]]:
        names = sorted(self.sectors)
        sold, spent = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0)
        stocks: dict[str, list[float]] = {}
        for row in self.rows:
            sold[row.supplier] += float(row.value)
            spent[row.buyer] += float(row.value)
            if row.stock is not None:
                stocks.setdefault(row.buyer, []).append(float(row.stock))
        covers = [sum(stocks[one]) / len(stocks[one]) if one in stocks else None for one in names]
        columns: dict[str, list[Any]] = {
            "firm": names,
            "sector": [self.sectors[one] for one in names],
            "country": [self.countries[one] for one in names],
            "region": [self.regions.get(one, "") for one in names],
            "revenue": [max(sold[one], spent[one]) for one in names],
        }
        return columns if not any(one is not None for one in covers) else {**columns, "cover_days": covers}

    def _essentiality(self) -> dict[str, list[Any]]:
        """What nobody stated is non-essential; firms at the end need an input as much as any product does."""
        sectors = sorted(set(self.sectors.values()))
        needed: dict[str, int] = {}
        for (one, _product), kind in self.classes.items():
            needed[one] = max(needed.get(one, 0), kind)
        usual = int(Essentiality.NON_ESSENTIAL)
        table: dict[str, list[Any]] = {"input": sectors}
        for buyer in sectors:
            table[buyer] = [
                needed.get(one, usual) if buyer == END else self.classes.get((one, buyer), usual) for one in sectors
            ]
        return table


def newest_year(chain: Chain) -> int | None:
    """The latest year with links that count. One query."""
    rows = SupplyLink._base_manager.filter(chain=chain, state=LinkState.ACTIVE, value__gt=0)
    found: int | None = rows.aggregate(newest=Max("year"))["newest"]
    return found


def network_of(chain: Chain, year: int, of: UUID | None = None) -> ChainNetwork:
    """The network of a year; only the links of one organisation where it is named. Three queries."""
    rows = SupplyLink._base_manager.filter(chain=chain, year=year, state=LinkState.ACTIVE, value__gt=0)
    if of is not None:
        rows = rows.filter(Q(buyer__organisation_id=of) | Q(supplier__organisation_id=of))
    found = tuple(
        Row(link, _key(supplier, pseudonym if hidden else None), str(buyer), str(product or ""), value, country, stock)
        for link, supplier, pseudonym, hidden, buyer, product, value, country, stock in rows.order_by("pk").values_list(
            "pk", "supplier_id", "pseudonym_id", "confidential", "buyer_id", "product_id", "value", "country",
            "stock_days",
        )
    )  # fmt: skip
    ends = {one for row in found for one in (row.supplier, row.buyer) if not one.startswith(HIDDEN)}
    homes, regions = {}, {}
    for firm in Firm._base_manager.filter(pk__in=ends).select_related("organisation"):
        homes[str(firm.pk)] = firm.at_home_in
        if firm.organisation is not None and firm.organisation.region:
            regions[str(firm.pk)] = firm.organisation.region
    inputs = ProductInput._base_manager.filter(product__chain=chain)
    classes = {
        (str(one), str(product)): kind
        for one, product, kind in inputs.values_list("input_id", "product_id", "essentiality")
    }
    return ChainNetwork(found, homes, regions, classes)


def _key(firm: UUID, pseudonym: UUID | None) -> str:
    return str(firm) if pseudonym is None else f"{HIDDEN}{pseudonym}"


def key_of(firm: UUID, pseudonym: UUID | None) -> str:
    """The key of a firm in a network: its id, or that of its number."""
    return _key(firm, pseudonym)


@dataclass(frozen=True)
class Called:
    """What a firm of a network is called to a reader."""

    name: str
    hidden: bool = False
    organisation_id: UUID | None = None


def names_for(keys: Iterable[str], actor: Actor) -> dict[str, Called]:
    """What firms are called, as the reader may know today. At most three queries.

    Whoever is hidden by contract bears the number; whom the reader may not know any more has no name.
    """
    asked = set(keys)
    numbers = {UUID(one.removeprefix(HIDDEN)) for one in asked if one.startswith(HIDDEN)}
    firms = {UUID(one) for one in asked if not one.startswith(HIDDEN)}
    found = {one: Called(gettext("按合同隐去的企业"), hidden=True) for one in asked}
    if firms:
        for firm in Firm.visible_to(actor).filter(pk__in=firms).select_related("organisation"):
            found[str(firm.pk)] = Called(str(firm), organisation_id=firm.organisation_id)
    if numbers:
        for pk, number in Pseudonym._base_manager.filter(pk__in=numbers).values_list("pk", "number"):
            name = gettext("供应商 %(number)s") % {"number": f"{number:0{DIGITS}d}"}
            found[f"{HIDDEN}{pk}"] = Called(name, hidden=True)
        known = SupplyLink.visible_to(actor).exclude(SupplyLink.concealed_from(actor)).filter(pseudonym__in=numbers)
        for link in known.select_related("supplier__organisation").order_by("pseudonym_id").distinct("pseudonym_id"):
            called = Called(str(link.supplier), organisation_id=link.supplier.organisation_id)
            found[f"{HIDDEN}{link.pseudonym_id}"] = called
    return found


def products_of(chain: Chain, actor: Actor) -> dict[str, str]:
    """The products of a chain by key. One query."""
    return {str(one.pk): str(one) for one in Product.visible_to(actor).filter(chain=chain)}
