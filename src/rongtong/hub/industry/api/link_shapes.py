"""What goes in and out of the API about chains and supply links."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from rongtong.hub.foundation.api import In, Money, Out

from ..domain.firms import Named, who
from ..enums import Essentiality, Substitution
from ..models import Chain, Firm, Product
from ..queries.links import Party, buyer_of, supplier_of
from ..queries.maps import ChainMap

CODE = r"^[A-Z]{2}$"


class ChainIn(In):
    name: str = Field(max_length=60)
    name_en: str = Field("", max_length=120)
    summary: str = Field("", max_length=2000)


class ChainNew(ChainIn):
    leader_id: UUID | None = None


class LeaderIn(In):
    """The chain leader; null takes the office back."""

    leader_id: UUID | None


class ProductRow(In):
    """``inputs`` are codes of other products of the chain, with how much a lack of each matters."""

    code: str = Field(max_length=30)
    name: str = Field(max_length=80)
    name_en: str = Field("", max_length=120)
    tier: int = Field(ge=1, le=20)
    stage: str = Field("", max_length=40)
    inputs: dict[str, Essentiality] = {}


class ProductsIn(In):
    products: list[ProductRow] = Field(max_length=500)


class ProductOut(Out):
    id: UUID
    code: str
    name: str
    name_en: str
    tier: int
    stage: str
    inputs: dict[str, int]

    @classmethod
    def of(cls, row: Product) -> ProductOut:
        same = {name: getattr(row, name) for name in ("code", "name", "name_en", "tier", "stage")}
        return cls(id=row.pk, inputs={one.input.code: one.essentiality for one in row.inputs.all()}, **same)


class ChainOut(Out):
    id: UUID
    name: str
    name_en: str
    summary: str
    leader_id: UUID | None
    state: str
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, row: Chain) -> ChainOut:
        return cls(id=row.pk, **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


class FirmIn(In):
    """An end of a link: an organisation of the hub by its id, or a firm by name, country and, if known, code."""

    organisation_id: UUID | None = None
    name: str = Field("", max_length=200)
    country: str = Field("CN", pattern=CODE)
    code: str = Field("", max_length=60)

    def named(self) -> Named:
        if self.organisation_id is not None:
            return Named(self.organisation_id)
        return who(self.name, self.country, self.code)


class LinkFields(In):
    """Yuan a year; the share of the buyer's purchases of the kind is between 0 and 1."""

    product_id: UUID | None = None
    year: int = Field(ge=1990, le=2100)
    value: Decimal = Field(ge=0, max_digits=17, decimal_places=2)
    input_share: Decimal | None = Field(None, ge=0, le=1, max_digits=5, decimal_places=4)
    stock_days: int | None = Field(None, ge=0, le=3650)
    lead_days: int | None = Field(None, ge=0, le=3650)
    substitution: Substitution = Substitution.UNKNOWN
    country: str = Field("", pattern=r"^([A-Z]{2})?$")
    confidential: bool = False


class LinkNew(LinkFields):
    chain_id: UUID
    supplier: FirmIn
    buyer: FirmIn | None = None


class PartyOut(Out):
    """``key`` stands for the firm on maps and in filters; a hidden supplier has a number for its name."""

    key: UUID
    name: str
    organisation_id: UUID | None
    hidden: bool

    @classmethod
    def of(cls, party: Party) -> PartyOut:
        return cls(key=party.key, name=party.name, organisation_id=party.organisation_id, hidden=party.hidden)


class SupplyLinkOut(Out):
    id: UUID
    chain_id: UUID
    product_id: UUID | None
    supplier: PartyOut
    buyer: PartyOut
    year: int
    value: Money
    input_share: str | None
    stock_days: int | None
    lead_days: int | None
    substitution: str
    country: str
    confidential: bool
    source: str
    state: str
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, row: Any) -> SupplyLinkOut:
        same = (
            "chain_id", "product_id", "year", "stock_days", "lead_days", "substitution", "country", "confidential",
            "source", "state", "version", "changed_at",
        )  # fmt: skip
        return cls(
            id=row.pk,
            supplier=PartyOut.of(supplier_of(row)),
            buyer=PartyOut.of(buyer_of(row)),
            value=Money(amount=f"{row.value:.2f}"),
            input_share=None if row.input_share is None else str(row.input_share),
            **{name: getattr(row, name) for name in same},
        )


class NodeOut(PartyOut):
    """A firm on the map; ``place`` runs from 0 at the top of its tier to 1, ``risk`` null where it is unknown."""

    tier: int
    place: float
    abroad: bool
    sold: Money
    bought: Money
    risk: float | None


class FlowOut(Out):
    supplier: UUID
    buyer: UUID
    value: Money
    abroad: bool


class MapOut(Out):
    year: int | None
    years: list[int]
    tiers: list[str]
    nodes: list[NodeOut]
    flows: list[FlowOut]
    cut: bool

    @classmethod
    def of(cls, found: ChainMap, year: int | None, years: list[int]) -> MapOut:
        same = ("key", "name", "organisation_id", "hidden", "tier", "place", "abroad", "risk")
        nodes = [
            NodeOut(
                sold=Money(amount=f"{node.sold:.2f}"),
                bought=Money(amount=f"{node.bought:.2f}"),
                **{name: getattr(node, name) for name in same},
            )
            for node in found.nodes.values()
        ]
        flows = [
            FlowOut(supplier=one.supplier, buyer=one.buyer, value=Money(amount=f"{one.value:.2f}"), abroad=one.abroad)
            for one in found.flows
        ]
        return cls(year=year, years=years, tiers=found.tiers, nodes=nodes, flows=flows, cut=found.cut)


class WayOut(Out):
    """The firms from one to the other, both included; empty where nothing connects them."""

    way: list[PartyOut]


class FirmOut(Out):
    """A firm outside the hub that links name."""

    id: UUID
    name: str
    country: str
    code: str
    organisation_id: UUID | None

    @classmethod
    def of(cls, row: Firm) -> FirmOut:
        return cls(id=row.pk, name=row.name, country=row.country, code=row.code, organisation_id=row.organisation_id)


class Resolve(In):
    organisation_id: UUID


class Decisions(In):
    """Name in the file to ``outside`` or the id of one of the organisations offered."""

    decisions: dict[str, str]
