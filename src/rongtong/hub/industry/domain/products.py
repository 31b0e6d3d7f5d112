"""The products of a chain and what goes into what, written as one table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Stale
from rongtong.hub.foundation.verbs import verb

from ..enums import Essentiality
from ..models import Chain, Product, ProductInput

MOST = 500
TEXTS = {"code": 30, "name": 80, "name_en": 120, "stage": 40}
_SEPARATORS = re.compile(r"[\s,，、;；]+")


@dataclass(frozen=True)
class Row:
    """One product as a row of the table; ``inputs`` names codes, a star marks those without which it cannot be made."""

    code: str
    name: str
    tier: int
    stage: str
    name_en: str
    inputs: dict[str, Essentiality]


def inputs_of(text: str) -> dict[str, Essentiality]:
    """Read ``★S1 S2``: codes, a star before those that are essential."""
    found = {}
    for word in filter(None, _SEPARATORS.split(text)):
        code = word.lstrip("★*")
        found[code] = Essentiality.ESSENTIAL if code != word else Essentiality.NON_ESSENTIAL
    return found


def inputs_text(product: Product) -> str:
    """The reverse of :func:`inputs_of`."""
    marks = {Essentiality.ESSENTIAL: "★"}
    return " ".join(f"{marks.get(Essentiality(one.essentiality), '')}{one.input.code}" for one in product.inputs.all())


@verb("chain.set_products", on="chain")
def set_products(*, chain: Chain, rows: Sequence[Mapping[str, Any]], version: int, by: Actor) -> Chain:
    """Write all products of a chain anew. A product is known by its code; one that has links cannot be left out.

    Raises
    ------
    Invalid
        With every fault and its row.
    Stale
        Somebody else changed the chain meanwhile.
    """
    if chain.version != version:
        raise Stale(theirs={}, yours={}, version=chain.version)
    known = {one.code: one for one in Product._base_manager.select_for_update().filter(chain=chain)}
    wanted = _clean(rows)
    gone = [one for code, one in known.items() if code not in {row.code for row in wanted}]
    _refuse_used(gone)
    Product._base_manager.filter(pk__in=[one.pk for one in gone]).delete()
    # names may change places: free them first
    for one in known.values():
        if one not in gone:
            Product._base_manager.filter(pk=one.pk).update(name=str(one.pk))
    written = {row.code: _write(chain, known.get(row.code), row) for row in wanted}
    ProductInput._base_manager.filter(product__chain=chain).delete()
    ProductInput._base_manager.bulk_create(
        ProductInput(product=written[row.code], input=written[code], essentiality=essentiality)
        for row in wanted
        for code, essentiality in row.inputs.items()
    )
    audit.note(products=len(wanted), removed=len(gone))
    chain.touch()
    return chain


def _write(chain: Chain, known: Product | None, row: Row) -> Product:
    product = known or Product(chain=chain, code=row.code)
    for name in ("name", "name_en", "tier", "stage"):
        setattr(product, name, getattr(row, name))
    if known is None:
        product.save()
    else:
        product.touch()
    return product


def _clean(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    faults: list[Fault] = []
    found: list[Row] = []
    if len(rows) > MOST:
        raise Invalid([Fault("code", _("一条产业链最多 %(most)s 种产品。") % {"most": MOST}, "product.many")])
    for number, given in enumerate(rows, 1):
        texts = {name: " ".join(str(given.get(name) or "").split()) for name in TEXTS}
        faults += [
            Fault(name, _("最多 %(most)s 字。") % {"most": most}, "product.long", number)
            for name, most in TEXTS.items()
            if len(texts[name]) > most
        ]
        if not texts["code"] or not texts["name"]:
            faults.append(Fault("code", _("请填写产品代码和名称。"), "product.empty", number))
        tier = given.get("tier")
        if not isinstance(tier, int) or not 1 <= tier <= 20:
            faults.append(Fault("tier", _("层级应在 1 到 20 之间，1 为最上游。"), "product.tier", number))
            tier = 1
        inputs = given.get("inputs") or {}
        found.append(Row(tier=tier, inputs=inputs_of(inputs) if isinstance(inputs, str) else dict(inputs), **texts))
    faults += _clashes(found)
    if faults:
        raise Invalid(faults)
    return found


def _clashes(rows: Sequence[Row]) -> list[Fault]:
    """Codes and names that stand twice; inputs that are no products of the chain, or the product itself."""
    faults: list[Fault] = []
    codes = {row.code for row in rows}
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows, 1):
        for field in ("code", "name"):
            key = (field, getattr(row, field))
            if key in seen:
                faults.append(Fault(field, _("与前面的产品重复。"), "product.twice", number))
            seen.add(key)
        if row.code in row.inputs:
            faults.append(Fault("inputs", _("产品不能用作自己的投入。"), "product.itself", number))
        strange = sorted(set(row.inputs) - codes)
        if strange:
            message = _("没有这些产品代码：%(codes)s。") % {"codes": "、".join(strange[:5])}
            faults.append(Fault("inputs", message, "product.unknown_input", number))
    return faults


def _refuse_used(gone: Sequence[Product]) -> None:
    used = [one.name for one in gone if one.links.exists()]
    if used:
        message = _("有供需关系的产品不能删除：%(names)s。") % {"names": "、".join(used[:5])}
        raise Invalid([Fault("code", message, "product.used")])
