"""Chains: the operator opens them and names their leaders, buyers and leaders tell who supplied whom.

A leader tells the links of its chain from a file, as it would; buyers tell by hand those whose supplier their contract
hides. What concerns the rival of the two worlds stands in steps of its own, days before all others, so that it is the
same whether the rest is there or not.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import partial

from rongtong.hub.industry.domain.chains import create_chain
from rongtong.hub.industry.domain.firms import Named
from rongtong.hub.industry.domain.link_imports import apply_import, check_import, decide_import
from rongtong.hub.industry.domain.links import create_link
from rongtong.hub.industry.domain.products import set_products
from rongtong.hub.industry.models import Chain as ChainRow
from rongtong.hub.industry.models import Product
from rongtong.hub.organisations.models import Organisation

from ..chains import Chain, Link
from ..records import Cluster
from .days import DAYTIME, EVENING, MORNING, Step
from .members import operator_of
from .secrets import RIVAL
from .world import World

#: Days after a chain was opened.
DESCRIBED, TOLD, IMPORTED = 3, 9, 20
HEAD = (
    *("供方", "国家或地区", "需方", "产品代码", "年度", "年交易额（元）", "占需方同类采购（%）", "库存（天）"),
    *("供货周期（天）", "可替代性"),
)


def steps(cluster: Cluster) -> Iterator[Step]:
    """Give the steps of every chain."""
    for chain in cluster.chains:
        yield Step(f"open {chain.key}", chain.opened, partial(_open, chain=chain), MORNING)
        yield Step(f"describe {chain.key}", chain.opened + DESCRIBED, partial(_describe, chain=chain))
        for number, link in enumerate(_apart(chain)):
            tell = partial(_tell, chain=chain, link=link)
            day = chain.opened + (TOLD if RIVAL.organisation in link.parties else IMPORTED)
            yield Step(f"{link.supplier} to {link.buyer} in {chain.key}", day, tell, DAYTIME + number)
        if any(_from_a_file(chain)):
            yield Step(f"import {chain.key}", chain.opened + IMPORTED, partial(_import, chain=chain), EVENING)


def _apart(chain: Chain) -> Iterator[Link]:
    """Links told one by one: the rival's, and those with a hidden supplier."""
    for link in chain.links:
        if link.hidden or RIVAL.organisation in link.parties:
            yield link


def _from_a_file(chain: Chain) -> Iterator[Link]:
    apart = set(_apart(chain))
    return (link for link in chain.links if link not in apart)


def _open(world: World, *, chain: Chain) -> None:
    leader = Organisation._base_manager.get(pk=world.id_of(chain.leader))
    values = {"name": chain.name, "name_en": chain.name_en, "summary": chain.summary}
    world.made[chain.key] = create_chain(values=values, leader=leader, by=world.manager(operator_of(world.cluster)))


def _describe(world: World, *, chain: Chain) -> None:
    rows = [
        {"code": one.code, "name": one.name, "name_en": one.name_en, "tier": one.tier, "stage": one.stage,
         "inputs": one.inputs}
        for one in chain.products
    ]  # fmt: skip
    row = _row(world, chain)
    set_products(chain=row, rows=rows, version=row.version, by=world.manager(chain.leader))


def _row(world: World, chain: Chain) -> ChainRow:
    return ChainRow._base_manager.get(pk=world.made[chain.key].pk)


def _named(world: World, key: str) -> Named:
    firm = world.cluster.outside_firms.get(key)
    return Named(world.id_of(key)) if firm is None else Named(None, firm.name, firm.country)


def _tell(world: World, *, chain: Chain, link: Link) -> None:
    row = _row(world, chain)
    told_by = link.buyer if link.buyer in world.organisations else chain.leader
    values = {
        "product": Product._base_manager.get(chain=row, code=link.product),
        "year": world.calendar.today.year - 1,
        "value": link.value,
        "input_share": link.share,
        "stock_days": link.stock,
        "lead_days": link.lead,
        "substitution": link.substitution,
        "confidential": link.hidden,
    }
    create_link(
        chain=row,
        supplier=_named(world, link.supplier),
        buyer=_named(world, link.buyer),
        values=values,
        by=world.writer(told_by),
    )


def _import(world: World, *, chain: Chain) -> None:
    by = world.manager(chain.leader)
    content = _file(world, chain).encode("utf-8-sig")
    batch = check_import(chain=_row(world, chain), content=content, file_name="2025年供需关系.csv", by=by)
    if batch.counts["ask"]:
        names = {name: "outside" for row in batch.rows for name in (one["name"] for one in row.get("asks", ()))}
        batch = decide_import(batch=batch, decisions=names, by=by)
    if batch.counts["faulty"]:
        raise ValueError(f"{chain.key}: {batch.result['faults'][:3]}")
    apply_import(batch=batch, by=by)


def _file(world: World, chain: Chain) -> str:
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(HEAD)
    for link in _from_a_file(chain):
        firms = world.cluster.outside_firms
        names = [
            firms[key].name if key in firms else world.organisations[key].name for key in (link.supplier, link.buyer)
        ]
        country = firms[link.supplier].country if link.supplier in firms else "CN"
        sheet.writerow([
            names[0], country, names[1], link.product, world.calendar.today.year - 1, link.value, link.share * 100,
            link.stock, link.lead, link.substitution,
        ])  # fmt: skip
    return text.getvalue()
