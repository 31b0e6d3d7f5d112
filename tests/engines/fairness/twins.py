"""Second ways to the same answer: slow and plain."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from rongtong.engines.fairness import Exclusivity, Grant, Rule

Plain = dict[str, Any]
KINDS = list(Exclusivity)
FIELDS = ["*", "H", "H01", "H01M", "H01M 10/00", "H01M 10/0525", "H01M 4/00", "B60L", "B", "G06F 17/10"]
PLACES = ["world", "CN", "US", "440000", "440300", "440305", "440100", "310000", "HK", "810000", "DE"]
FIRST = date(2026, 1, 1)


def invented_grants(chance: random.Random, count: int, parties: int = 5) -> list[Grant]:
    """Invent grants, some to the owner itself, some of them sublicences, of which some keep within their source."""
    grants: list[Grant] = []
    for number in range(count):
        begin = chance.randrange(0, 60)
        end = None if chance.random() < 0.2 else FIRST + timedelta(begin + chance.randrange(1, 40))
        source = chance.choice(grants) if grants and chance.random() < 0.3 else None
        grantor = "p0" if source is None or chance.random() < 0.2 else source.licensee
        grants.append(
            Grant(
                id=f"g{number}",
                grantor=grantor,
                licensee=f"p{chance.randrange(parties)}",
                exclusivity=chance.choice(KINDS),
                start=FIRST + timedelta(begin),
                end=end,
                fields=tuple(chance.sample(FIELDS, chance.randint(1, 2))),
                territories=tuple(chance.sample(PLACES, chance.randint(1, 2))),
                source=None if source is None else source.id if chance.random() < 0.95 else "lost",
                may_sublicense=chance.random() < 0.7,
            )
        )
    return grants


def clashes_by_hand(grants: list[Grant]) -> set[tuple[str, str, Rule]]:
    """Compare every two."""
    found = set()
    for at, one in enumerate(grants):
        if one.source is not None:
            found |= {(one.source, one.id, rule) for rule in not_carried(one, grants)}
        for other in grants[at + 1 :]:
            rule = broken_by_hand(one, other, grants)
            if rule is not None:
                found.add((one.id, other.id, rule))
    return found


def broken_by_hand(one: Grant, other: Grant, grants: list[Grant]) -> Rule | None:
    if one.licensee == other.licensee or one in line(other, grants) or other in line(one, grants):
        return None
    if not days_meet(one, other):
        return None
    if not any(inside(a, b) or inside(b, a) for a in one.fields for b in other.fields):
        return None
    if not any(within(a, b) or within(b, a) for a in one.territories for b in other.territories):
        return None
    rules = set()
    for promise, use in ((one, other), (other, one)):
        if promise.exclusivity.value == "exclusive":
            rules.add(Rule.OWN_USE if use.grantor == use.licensee else Rule.EXCLUSIVE)
        if promise.exclusivity.value == "sole":
            granted_by = [each.grantor for each in [promise, *line(promise, grants)]]
            if use.grantor != use.licensee or use.grantor not in granted_by:
                rules.add(Rule.SOLE)
    for rule in (Rule.EXCLUSIVE, Rule.OWN_USE, Rule.SOLE):
        if rule in rules:
            return rule
    return None


def not_carried(one: Grant, grants: list[Grant]) -> set[Rule]:
    above = [each for each in grants if each.id == one.source]
    if not above:
        return {Rule.UNKNOWN_SOURCE}
    (source,) = above
    order = ["non-exclusive", "sole", "exclusive"]
    rules = set()
    if one.grantor != source.licensee:
        rules.add(Rule.NOT_LICENSEE)
    if not source.may_sublicense:
        rules.add(Rule.NO_SUBLICENCES)
    if order.index(one.exclusivity.value) > order.index(source.exclusivity.value):
        rules.add(Rule.STRONGER)
    if not all(any(inside(code, broad) for broad in source.fields) for code in one.fields):
        rules.add(Rule.FIELD)
    if not all(any(within(code, broad) for broad in source.territories) for code in one.territories):
        rules.add(Rule.TERRITORY)
    if one.start < source.start or (one.end or date.max) > (source.end or date.max):
        rules.add(Rule.TERM)
    return rules


def line(one: Grant, grants: list[Grant]) -> list[Grant]:
    """What a sublicence comes from, directly or not."""
    above = [each for each in grants if each.id == one.source]
    return [each for source in above for each in [source, *line(source, grants)]]


def days_meet(one: Grant, other: Grant) -> bool:
    """Whether there is a day in both terms."""
    longest = max(one.start, other.start) + timedelta(1)
    ends = [each.end or longest for each in (one, other)]
    return max(one.start, other.start) < min(ends)


def inside(code: str, broad: str) -> bool:
    """Whether one class of the IPC lies in another: a main group's subgroups share what stands before the stroke."""
    return broad in ("*", code) or code.startswith(broad.removesuffix("/00") + ("/" if "/" in broad else ""))


def within(code: str, broad: str) -> bool:
    """Whether one territory lies in another."""
    code, broad = ("810000" if one == "HK" else one for one in (code, broad))
    if broad in ("world", code):
        return True
    if broad == "CN":
        return code.isdigit()
    return broad.isdigit() and code.startswith(broad.rstrip("0")) and len(broad.rstrip("0")) in (2, 4)


def payable_by_hand(terms: Plain, period: Plain, carried: Plain) -> Plain:
    """Royalties in whole fen, of plain dictionaries with numbers: what is due, and what is carried on."""
    taken = sum(period["deductions"])
    if terms["deduction_cap"] is not None:
        taken = min(taken, half_up(period["gross"] * terms["deduction_cap"]))
    net = period["gross"] - taken
    due = counted_cap = counted_minimum = 0
    reached = []
    for step in terms["order"]:
        if step == "running":
            sold = {"period": 0, "year": carried["year_sales"], "life": carried["life_sales"]}[terms["tier_base"]]
            due += running_by_hand(terms["tiers"], sold, net)
        if step == "offset":
            due = max(due - half_up(period["third_party"] * terms["offset"]), half_up(due * terms["offset_floor"]))
        if step == "cap":
            if terms["cap"] is not None:
                due = min(due, max(0, terms["cap"] - carried["year_capped"]))
            counted_cap = due
        if step == "minimum":
            if terms["minimum"] is not None and period["closes_year"]:
                due = max(due, terms["minimum"] - carried["year_credited"])
            counted_minimum = due
        if step == "milestones":
            for name, amount, sales in terms["milestones"]:
                there = name in period["events"] if sales is None else carried["life_sales"] + net >= sales
                if there and name not in carried["milestones"]:
                    due += amount
                    reached.append(name)
    go_on = 0 if period["closes_year"] else 1
    return {
        "due": due,
        "year_sales": go_on * (carried["year_sales"] + net),
        "life_sales": carried["life_sales"] + net,
        "year_capped": go_on * (carried["year_capped"] + counted_cap),
        "year_credited": go_on * (carried["year_credited"] + counted_minimum),
        "milestones": [*carried["milestones"], *reached],
    }


def running_by_hand(tiers: list[tuple[int, Fraction]], sold: int, net: int) -> int:
    """What lies in each tier after this period, less what lay in it before."""
    due = 0
    for place, (above, rate) in enumerate(tiers):
        room = tiers[place + 1][0] - above if place + 1 < len(tiers) else sold + net
        before, after = (min(max(one - above, 0), room) for one in (sold, sold + net))
        due += half_up((after - before) * rate)
    return due


def half_up(value: Fraction | int) -> int:
    """Round a number that is 0 or more."""
    return int(value + Fraction(1, 2))
