"""What a file of links would do, row by row. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault
from rongtong.hub.foundation.imports.examination import Examination, in_every_language
from rongtong.hub.foundation.sheets import SheetLimits, SheetReading, SheetRow, read
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.pinyin import resolved_name
from rongtong.hub.organisations.queries import own_organisation

from ..enums import LinkState
from ..models import Chain, Product, SupplyLink
from ..queries.links import shown
from .firms import Named
from .link_columns import LINK_COLUMNS, TITLES
from .link_naming import Meant, Names, Written

LIMITS = SheetLimits(rows=5000, columns=60)
NEW, CHANGED, SAME, DUPLICATE, ASK = OUTCOMES = ("new", "changed", "same", "duplicate", "ask")
#: What a row says about the link besides its ends and product.
PLAIN = ("stock_days", "lead_days", "substitution", "confidential")
LARGEST = Decimal(10) ** 15


def examine(content: bytes, chain: Chain, by: Actor, renames: Mapping[str, str] | None = None) -> Examination:
    """Read a file and say what each row would do to the chain.

    Raises
    ------
    Refusal
        The file cannot be read at all.
    """
    reading, rows = read_links(content, chain, by, renames)
    faults = in_every_language(reading, lambda: read_links(content, chain, by, renames)[0])
    return Examination(reading, rows, faults, OUTCOMES)


def read_links(
    content: bytes, chain: Chain, by: Actor, renames: Mapping[str, str] | None = None
) -> tuple[SheetReading, list[dict[str, Any]]]:
    """Read a file; its faulty rows are in the reading, the others come as they will be written."""
    reading = read(BytesIO(content), LINK_COLUMNS, renames=renames, limits=LIMITS)
    found = _Rows(reading, chain, by)
    rows = []
    for row in list(reading.rows):
        told, faults = found.told(row)
        for fault in faults:
            reading.refuse_row(row.number, fault)
        if not faults:
            rows.append(told)
    reading.faults.sort(key=lambda fault: fault.row or 0)
    return reading, rows


class _Rows:
    """All that rows are compared with: the chain's products, who names mean, and the links that are there."""

    def __init__(self, reading: SheetReading, chain: Chain, by: Actor) -> None:
        self._by, self._any_buyer = by, "operator" in by.roles or by.acts_for(chain.leader_id)
        self._own = own_organisation(by)
        self._hides = not by.acts_for(chain.leader_id) or "operator" in by.roles
        products = list(Product.visible_to(by).filter(chain=chain))
        self._products = {one.code: one for one in products}
        self._products |= {text: one for one in products for text in (one.name, one.name_en) if text}
        self._names = Names((one for row in reading.rows for one in _written(row)), by)
        self._scale = _scale(reading)
        self._latest = datetime.now(UTC).year
        self._links: dict[Any, SupplyLink] = {}
        rows = shown(by).select_related("supplier").filter(chain=chain, state=LinkState.ACTIVE, supplier_hidden=False)
        for link in rows.order_by("confidential"):
            self._links[_key(_of(link.supplier), _of(link.buyer), link.product_id, link.year)] = link
        self._seen: dict[Any, int] = {}

    def told(self, row: SheetRow) -> tuple[dict[str, Any], list[Fault]]:
        """What a row will be written as, and all that is wrong with it."""
        faults: list[Fault] = []
        supplier = self._names.meant(_written(row)[0])
        buyer = self._buyer(row, faults)
        values, product = self._values(row, faults), self._product(row, faults)
        if supplier.named is not None and supplier.named == buyer.named:
            faults.append(Fault("supplier", _("供方与需方不能是同一家。"), "link.itself"))
        if faults:
            return {}, [_placed(fault, row.number) for fault in faults]
        told: dict[str, Any] = {
            "number": row.number,
            "supplier": _plain_end(supplier.named, row["supplier"]),
            "buyer": _plain_end(buyer.named, row["buyer"] or self._own.name),
            "product": None if product is None else str(product.pk),
            "product_name": "" if product is None else product.name,
            "values": values,
        }
        return told | self._outcome(row, supplier, buyer, product, values), []

    def _buyer(self, row: SheetRow, faults: list[Fault]) -> Meant:
        if not row["buyer"] and not row["buyer_code"]:
            if self._any_buyer and "operator" in self._by.roles:
                faults.append(Fault("buyer", _("请填写需方企业全称。"), "link.no_buyer"))
            return Meant(Named(self._own.pk))
        meant = self._names.meant(_written(row)[1])
        own = Named(self._own.pk)
        if not self._any_buyer and meant.named != own:
            if self._own.pk in {one.pk for one in meant.candidates}:
                return Meant(own)
            faults.append(Fault("buyer", _("不是贵单位的名称。企业只导入自己作为需方的供需关系。"), "link.not_buyer"))
        return meant

    def _product(self, row: SheetRow, faults: list[Fault]) -> Product | None:
        text = row["product_code"] or row["product"]
        if not text:
            return None
        found = self._products.get(text) or self._products.get(row["product"] or "")
        if found is None:
            field = "product_code" if row["product_code"] else "product"
            faults.append(Fault(field, _("这条产业链没有这种产品。"), "link.product"))
        return found

    def _values(self, row: SheetRow, faults: list[Fault]) -> dict[str, Any]:
        """The fields as JSON keeps them: yuan as text, shares of one."""
        value = (row["value"] * self._scale).quantize(Decimal("0.01"))
        if not 0 <= value < LARGEST:
            faults.append(Fault("value", _("请填写年交易额，不能为负数，也不能大得不合理。"), "link.value"))
        if not 1990 <= row["year"] <= self._latest:
            faults.append(Fault("year", _("请填写四位年份，不晚于今年。"), "link.year"))
        for name in ("stock_days", "lead_days"):
            if row[name] is not None and row[name] < 0:
                faults.append(Fault(name, _("天数应在 0 到 3650 之间。"), "link.days"))
        if row["confidential"] and not self._hides and _written(row)[1] != (self._own.name, "CN", ""):
            faults.append(Fault("confidential", _("是否隐去供方由需方或供方决定。"), "link.leader_hides"))
        values = {name: row[name] for name in PLAIN if row[name] is not None}
        values |= {"year": row["year"], "value": str(value), "country": row["country"] or "CN"}
        if row["input_share"] is not None:
            values["input_share"] = str((row["input_share"] / 100).quantize(Decimal("0.0001")))
        return values

    def _outcome(
        self, row: SheetRow, supplier: Meant, buyer: Meant, product: Product | None, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        ends = [("supplier", supplier), ("buyer", buyer)]
        asks = [
            {"end": end, "name": row[end], "country": _written(row)[end == "buyer"][1],
             "candidates": [_candidate(one) for one in meant.candidates]}
            for end, meant in ends if meant.named is None
        ]  # fmt: skip
        if supplier.named is None or buyer.named is None:
            return {"outcome": ASK, "asks": asks}
        key = _key(supplier.named, buyer.named, product.pk if product else None, row["year"])
        if key in self._seen:
            return {"outcome": DUPLICATE, "twin": self._seen[key]}
        self._seen[key] = row.number
        link = self._links.get(key)
        if link is None:
            return {"outcome": NEW}
        changes = changes_of(link, values) if self._may_change(link) else {}
        about = {"link": str(link.pk), "version": link.version, "changes": changes}
        return about | {"outcome": CHANGED if changes else SAME}

    def _may_change(self, link: SupplyLink) -> bool:
        """A chain leader does not overwrite what the buyer itself has told."""
        own = self._by.acts_for(link.buyer.organisation_id) or "operator" in self._by.roles
        return own or link.reported_by_id == self._by.organisation_id


def changes_of(link: SupplyLink, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What a row would change: field to old and new, as JSON holds them. What a file leaves empty stays."""
    old = {name: _plain(getattr(link, name)) for name in values}
    return {name: [old[name], value] for name, value in values.items() if old[name] != value}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _written(row: SheetRow) -> tuple[Written, Written]:
    supplier = (row["supplier"], row["country"] or "CN", row["supplier_code"] or "")
    return supplier, (row["buyer"] or "", "CN", row["buyer_code"] or "")


def _scale(reading: SheetReading) -> int:
    """Where the header says 万元 the amounts below it count ten thousands."""
    headers = [reading.headers[place] for place, key in reading.matched.items() if key == "value"]
    return 10_000 if any("万" in header for header in headers) else 1


def _of(firm: Any) -> Named:
    if firm.organisation_id is not None:
        return Named(firm.organisation_id)
    return Named(None, firm.name, firm.country, firm.code)


def _key(supplier: Named, buyer: Named, product: Any, year: int) -> Any:
    return _same(supplier), _same(buyer), str(product or ""), year


def _same(named: Named) -> Any:
    """What two spellings of one firm have in common."""
    if named.organisation_id is not None:
        return str(named.organisation_id)
    return resolved_name(named.name) or named.name, named.country, named.code


def _plain_end(named: Named | None, name: str) -> dict[str, Any]:
    if named is None or named.organisation_id is None:
        same = {"name": named.name, "country": named.country, "code": named.code} if named else {"name": name}
        return {"organisation": None, **same}
    return {"organisation": str(named.organisation_id), "name": name}


def _candidate(organisation: Organisation) -> dict[str, str]:
    return {"id": str(organisation.pk), "name": organisation.name, "identifier": organisation.identifier}


def _placed(fault: Fault, number: int) -> Fault:
    return Fault(fault.field, fault.message, fault.code, number, str(TITLES.get(fault.field, fault.field)))
