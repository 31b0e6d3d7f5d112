"""Codes that contain codes: fields of use by the International Patent Classification, territories by GB/T 2260."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from rongtong.engines.fairness.errors import FairnessError

#: The whole of a hierarchy.
ANY_FIELD = "*"
WORLD = "world"

#: Everything that contains a code, itself first, the whole last.
Hierarchy = Callable[[str], tuple[str, ...]]

_IPC = re.compile(r"([A-H])(?:(\d\d)(?:([A-Z])(?: ?(\d{1,4})(?:/(\d{2,6}))?)?)?)?")
_REGION = re.compile(r"[1-9]\d{5}")
_COUNTRY = re.compile(r"[A-Z]{2}")
#: Regions of GB/T 2260 that have a country code of their own.
_ALSO = {"TW": "710000", "HK": "810000", "MO": "820000"}


def ipc(code: str) -> tuple[str, ...]:
    """Return a class of the International Patent Classification and all above it.

    Section, class, subclass, main group, subgroup; the dots by which a subgroup may stand under another are not in the
    code: give a `tree` where they matter.

    Examples
    --------
    >>> ipc("H01M 10/0525")
    ('H01M 10/0525', 'H01M 10/00', 'H01M', 'H01', 'H', '*')
    """
    if code == ANY_FIELD:
        return (ANY_FIELD,)
    found = _IPC.fullmatch(code)
    if not found:
        raise FairnessError(f"{code!r} is no class of the IPC: write it like H, H01, H01M, H01M 10/00 or H01M 10/0525")
    section, number, letter, group, subgroup = found.groups()
    levels = [ANY_FIELD, section]
    if number:
        levels.append(section + number)
    if letter:
        levels.append(section + number + letter)
    if group:
        levels.append(f"{levels[-1]} {int(group)}/00")
        if subgroup and int(subgroup):
            levels.append(f"{levels[-1][:-3]}/{subgroup}")
    return tuple(reversed(levels))


def territory(code: str) -> tuple[str, ...]:
    """Return a territory and all that contain it: GB/T 2260 codes, ISO 3166 countries, ``world``.

    Examples
    --------
    >>> territory("440305")
    ('440305', '440300', '440000', 'CN', 'world')
    >>> territory("HK")
    ('810000', 'CN', 'world')
    """
    if code == WORLD:
        return (WORLD,)
    region = _ALSO.get(code, code)
    if _COUNTRY.fullmatch(region):
        return (region, WORLD)
    if not _REGION.fullmatch(region):
        raise FairnessError(f"{code!r} is no territory: write six digits (GB/T 2260), two letters (ISO 3166) or world")
    levels = dict.fromkeys([region, region[:4] + "00", region[:2] + "0000"])
    return (*levels, "CN", WORLD)


def tree(parents: Mapping[str, str]) -> Hierarchy:
    """Make a hierarchy of child to parent; what has no parent stands directly under ``*``.

    Raises
    ------
    FairnessError
        If a code is above itself; and, when asked, for a code that the tree does not name.
    """
    known = {*parents, *parents.values(), ANY_FIELD}
    above: dict[str, tuple[str, ...]] = {}
    for code in known:
        path = [code]
        while path[-1] in parents:
            path.append(parents[path[-1]])
            if path[-1] in path[:-1]:
                raise FairnessError(f"{code!r} stands above itself in this tree")
        above[code] = tuple(path) if path[-1] == ANY_FIELD else (*path, ANY_FIELD)

    def ancestors(code: str) -> tuple[str, ...]:
        if code not in above:
            raise FairnessError(f"{code!r} is not in this tree of fields")
        return above[code]

    return ancestors
