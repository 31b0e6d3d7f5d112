"""Clashes of licence grants, against a comparison of every two, day by day and code by code."""

import random
from datetime import date, timedelta
from itertools import combinations

import pytest

from rongtong.engines.fairness import Clash, Exclusivity, FairnessError, Grant, Rule, clashes, ipc, territory, tree
from tests.engines.fairness.twins import clashes_by_hand, invented_grants

EXCLUSIVE, SOLE, PLAIN = Exclusivity.EXCLUSIVE, Exclusivity.SOLE, Exclusivity.NON_EXCLUSIVE
START, END = date(2026, 1, 1), date(2029, 1, 1)


def grant(name, licensee, exclusivity=PLAIN, **changed):
    return Grant(**{"id": name, "grantor": "owner", "licensee": licensee, "exclusivity": exclusivity,
                    "start": START, "end": END} | changed)  # fmt: skip


def rules(*grants):
    return {(one.first, one.second, one.rule) for one in clashes(grants)}


def test_every_clash_and_no_other_is_found():
    kinds = set()
    for seed in range(300):
        grants = invented_grants(random.Random(seed), 9)
        found = {(one.first, one.second, one.rule) for one in clashes(grants)}
        assert found == clashes_by_hand(grants), seed
        assert clashes(grants, most=3) == clashes(grants)[:3]
        kinds |= {rule for _, _, rule in found}
    assert kinds == set(Rule)


def test_a_clash_says_what_overlaps():
    first = grant("1", "a", EXCLUSIVE, fields=("H01M", "B60L"), territories=("440000", "HK"))
    second = grant("2", "b", fields=("H01M 10/0525", "H01M 10/00", "G06F"), territories=("CN",), end=None,
                   start=date(2027, 1, 1))  # fmt: skip
    assert clashes([first, second]) == [
        Clash("1", "2", Rule.EXCLUSIVE, ("H01M 10/00",), ("440000", "810000"), date(2027, 1, 1), END)
    ]


@pytest.mark.parametrize("one", [EXCLUSIVE, SOLE, PLAIN])
@pytest.mark.parametrize("other", [EXCLUSIVE, SOLE, PLAIN])
def test_what_goes_together(one, other):
    found = rules(grant("1", "a", one), grant("2", "b", other))
    told = Rule.EXCLUSIVE if EXCLUSIVE in (one, other) else Rule.SOLE if SOLE in (one, other) else None
    assert found == ({("1", "2", told)} if told else set())


def test_the_owners_own_use():
    own = grant("own", "owner")
    assert rules(own, grant("1", "a", EXCLUSIVE)) == {("own", "1", Rule.OWN_USE)}
    assert rules(own, grant("1", "a", SOLE)) == set()
    assert rules(grant("own", "x", grantor="x"), grant("1", "a", SOLE)) == {("own", "1", Rule.SOLE)}
    chain = [grant("1", "a", SOLE, may_sublicense=True), grant("2", "b", SOLE, grantor="a", source="1")]
    assert rules(own, *chain) == set()


@pytest.mark.parametrize(
    "changed",
    [
        {"start": END, "end": None},
        {"end": START + timedelta(1), "start": date(2025, 1, 1), "licensee": "a"},
        {"fields": ("B60L",)},
        {"territories": ("TW",)},
    ],
)
def test_what_keeps_apart(changed):
    first = grant("1", "a", EXCLUSIVE, fields=("H",), territories=("440000",))
    assert rules(first, grant("2", "b", EXCLUSIVE)) == {("1", "2", Rule.EXCLUSIVE)}
    assert clashes([first, grant("2", **{"licensee": "b", "exclusivity": EXCLUSIVE} | changed)]) == []


def test_sublicences_keep_within_their_source():
    source = grant("1", "a", SOLE, fields=("H01M",), territories=("CN",), may_sublicense=True)
    within = {"grantor": "a", "source": "1", "fields": ("H01M 10/00",), "territories": ("HK",)}
    assert rules(source, grant("2", "b", **within)) == set()
    for changed, rule in (
        ({"source": "9"}, Rule.UNKNOWN_SOURCE),
        ({"grantor": "c"}, Rule.NOT_LICENSEE),
        ({"exclusivity": EXCLUSIVE}, Rule.STRONGER),
        ({"fields": ("H01",)}, Rule.FIELD),
        ({"territories": ("US", "CN")}, Rule.TERRITORY),
        ({"end": None}, Rule.TERM),
        ({"start": date(2025, 12, 31)}, Rule.TERM),
    ):
        changed = within | {"exclusivity": PLAIN} | changed
        assert (changed["source"], "2", rule) in rules(source, grant("2", "b", **changed))
    closed = grant("1", "a", fields=("H01M",), territories=("CN",))
    assert rules(closed, grant("2", "b", **within)) == {("1", "2", Rule.NO_SUBLICENCES)}
    beyond = clashes([source, grant("2", "b", **within | {"fields": ("G06F", "H01M 4/00")})])
    assert [one.fields for one in beyond] == [("G06F",)]


def test_what_is_no_grant_is_refused():
    with pytest.raises(FairnessError, match="ends before"):
        grant("1", "a", end=START)
    with pytest.raises(FairnessError, match="no field"):
        grant("1", "a", fields=())
    with pytest.raises(FairnessError, match="same identifier"):
        clashes([grant("1", "a"), grant("1", "b")])
    with pytest.raises(FairnessError, match="sublicence of itself"):
        clashes([grant("1", "a", source="2"), grant("2", "b", source="1")])
    for code in ("Z", "H1", "h01m", "H01M10/", "H01M 10/1"):
        with pytest.raises(FairnessError, match="no class of the IPC"):
            ipc(code)
    for code in ("44", "044000", "China", "Cn"):
        with pytest.raises(FairnessError, match="no territory"):
            territory(code)


def test_fields_of_a_tree():
    uses = tree({"car": "vehicle", "lorry": "vehicle", "electric car": "car"})
    assert uses("electric car") == ("electric car", "car", "vehicle", "*")
    first = grant("1", "a", EXCLUSIVE, fields=("car",))
    assert clashes([first, grant("2", "b", fields=("lorry",))], fields=uses) == []
    (found,) = clashes([first, grant("2", "b", fields=("*",))], fields=uses)
    assert found.fields == ("car",)
    with pytest.raises(FairnessError, match="not in this tree"):
        uses("ship")
    with pytest.raises(FairnessError, match="above itself"):
        tree({"a": "b", "b": "a"})


def test_territories_of_a_region_are_one_line():
    assert territory("110101") == ("110101", "110100", "110000", "CN", "world")
    assert territory("440000") == ("440000", "CN", "world")
    assert all(set(territory(one)) & {"CN"} for one, other in combinations(["TW", "710000", "MO"], 2) if one != other)
