"""Reads the chains of the sample: their products, the firms outside the hub, and who supplied whom last year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from rongtong.hub.industry.enums import Substitution

from .reading import ContentError, Row, rows_of

PRODUCT = ("code", "name", "name_en", "tier", "stage", "inputs")
LINK = ("supplier", "buyer", "product", "value", "share", "stock", "lead", "substitution")
FURTHEST = 1000


@dataclass(frozen=True, slots=True)
class Product:
    code: str
    name: str
    name_en: str
    tier: int
    stage: str
    inputs: str


@dataclass(frozen=True, slots=True)
class OutsideFirm:
    key: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Link:
    """One supplier, one buyer, by their keys: an organisation of the cluster or a firm outside."""

    supplier: str
    buyer: str
    product: str
    value: Decimal
    share: Decimal
    stock: int
    lead: int
    substitution: str
    hidden: bool

    @property
    def parties(self) -> set[str]:
        return {self.supplier, self.buyer}


@dataclass(frozen=True, slots=True)
class Chain:
    """Days are counted from loading; links are of the year before it."""

    key: str
    name: str
    name_en: str
    summary: str
    leader: str
    opened: int
    products: tuple[Product, ...]
    links: tuple[Link, ...]


def read_chains(folder: Path) -> tuple[tuple[Chain, ...], dict[str, OutsideFirm]]:
    """Read the chains and the firms outside the hub."""
    firms = {}
    for row in rows_of(folder, "chains", "firm"):
        firm = OutsideFirm(row.text("key", 40), row.text("name", 60), row.maybe_text("country", 2) or "CN")
        row.done()
        firms[firm.key] = firm
    return tuple(_chain(row) for row in rows_of(folder, "chains", "chain")), firms


def known_links(chains: Iterable[Chain], reader: str | None) -> tuple[Chain, ...]:
    """The chains as one reader knows them: public but for the links, of which it knows its own."""
    return tuple(
        replace(chain, links=tuple(link for link in chain.links if reader in link.parties)) for chain in chains
    )


def _chain(row: Row) -> Chain:
    found = Chain(
        key=row.text("key", 40),
        name=row.text("name", 60),
        name_en=row.text("name_en", 120),
        summary=row.text("summary", 2000),
        leader=row.text("leader", 40),
        opened=row.number("opened", -FURTHEST, 0),
        products=tuple(_product(each) for each in row.columns("products", PRODUCT)),
        links=tuple(_link(each) for each in row.columns("links", LINK, (*LINK, "hidden"))),
    )
    row.done()
    return found


def _product(row: Row) -> Product:
    return Product(
        code=row.text("code", 30),
        name=row.text("name", 80),
        name_en=row.text("name_en", 120),
        tier=row.number("tier", 1, 20),
        stage=row.text("stage", 40),
        inputs=str(row.take("inputs", str)),
    )


def _link(row: Row) -> Link:
    return Link(
        supplier=row.text("supplier", 40),
        buyer=row.text("buyer", 40),
        product=row.text("product", 30),
        value=row.yuan("value"),
        share=Decimal(row.number("share", 0, 100)) / 100,
        stock=row.number("stock", 0, 3650),
        lead=row.number("lead", 0, 3650),
        substitution=row.choice("substitution", [one for one in Substitution.values if one]),
        hidden=row.flag("hidden"),
    )


def check(chains: Iterable[Chain], firms: Mapping[str, OutsideFirm], organisations: Mapping[str, object]) -> None:
    """Raise ``ContentError`` where a link names nobody, no product, or stands twice."""
    for chain in chains:
        codes = {one.code for one in chain.products}
        if chain.leader not in organisations:
            raise ContentError(f"chains: {chain.key}: leader {chain.leader} is no organisation")
        seen = set()
        for link in chain.links:
            strangers = link.parties - set(organisations) - set(firms)
            if strangers or link.product not in codes or link.supplier == link.buyer:
                raise ContentError(f"chains: {chain.key}: {link.supplier} → {link.buyer} {link.product}: unknown")
            key = (link.supplier, link.buyer, link.product)
            if key in seen:
                raise ContentError(f"chains: {chain.key}: {key} stands twice")
            seen.add(key)
