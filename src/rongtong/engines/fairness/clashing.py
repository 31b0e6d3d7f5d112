"""Finding the clashes among grants.

Sets of grants are whole numbers whose bits are grants: what overlaps one grant in field, in territory and in term, and
what is its rival at all, are four numbers, and the clashes are the bits that all four share.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from itertools import accumulate, islice
from operator import or_

from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.grants import Clash, Exclusivity, Grant, Rule
from rongtong.engines.fairness.hierarchies import Hierarchy, ipc, territory

_STRENGTH = {Exclusivity.NON_EXCLUSIVE: 0, Exclusivity.SOLE: 1, Exclusivity.EXCLUSIVE: 2}
_GRAVEST = (Rule.EXCLUSIVE, Rule.OWN_USE, Rule.SOLE)


def clashes(
    grants: Sequence[Grant],
    fields: Hierarchy = ipc,
    territories: Hierarchy = territory,
    *,
    most: int | None = None,
) -> list[Clash]:
    """Return every clash among the grants of one technology.

    Parameters
    ----------
    fields, territories
        What contains a code: `ipc`, `territory`, or a `tree`.
    most
        How many clashes are enough; None for all: a thousand grants of everything to everybody have half a million.

    Returns
    -------
    list
        Sublicences that their source does not carry first, then pairs by the later of the two.

    Raises
    ------
    FairnessError
        If two grants have one identifier, a code is unknown, or sublicences go in a circle.
    """
    known = {grant.id: grant for grant in grants}
    if len(known) < len(grants):
        raise FairnessError("two grants have the same identifier")
    sources = {grant.id: _sources(grant, known) for grant in grants}
    reaches = (
        _Reach([grant.fields for grant in grants], fields),
        _Reach([one.territories for one in grants], territories),
    )
    return list(islice(_each(grants, known, sources, *reaches), most))


def _each(
    grants: Sequence[Grant],
    known: Mapping[str, Grant],
    sources: Mapping[str, list[Grant]],
    fields: _Reach,
    places: _Reach,
) -> Iterator[Clash]:
    place_of = {grant.id: place for place, grant in enumerate(grants)}
    for at, grant in enumerate(grants):
        if grant.source is not None:
            yield from _beyond(grant, at, place_of.get(grant.source), known, fields, places)
    for second, rivals in enumerate(_rivals(grants, sources, place_of)):
        rivals &= fields.overlapping(second) if rivals else 0
        rivals &= places.overlapping(second) if rivals else 0
        for first in _bits(rivals):
            rule = _broken(grants[first], grants[second], sources)
            if rule is not None:
                common = fields.common(first, second), places.common(first, second)
                yield _pair(grants[first], grants[second], rule, *common)


class _Reach:
    """What each grant covers in one hierarchy."""

    def __init__(self, codes: Sequence[tuple[str, ...]], hierarchy: Hierarchy) -> None:
        self._paths: dict[str, tuple[str, ...]] = {}
        for code in {code for each in codes for code in each}:
            path = hierarchy(code)
            self._paths[code] = self._paths[path[0]] = path
        self._own = [tuple(dict.fromkeys(self._paths[code][0] for code in each)) for each in codes]
        self._above = [frozenset(level for code in own for level in self._paths[code]) for own in self._own]
        #: Many pairs of grants are about the same two sets of codes.
        self._common: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}
        self._holders: defaultdict[str, int] = defaultdict(int)
        self._below: defaultdict[str, int] = defaultdict(int)
        for at, (own, above) in enumerate(zip(self._own, self._above, strict=True)):
            for code in own:
                self._holders[code] |= 1 << at
            for code in above:
                self._below[code] |= 1 << at

    def overlapping(self, at: int) -> int:
        """The grants that cover something that this one covers: by a code above one of its own, or below."""
        broader = reduce(or_, (self._holders.get(code, 0) for code in self._above[at]), 0)
        return reduce(or_, (self._below[code] for code in self._own[at]), broader)

    def common(self, first: int, second: int) -> tuple[str, ...]:
        """What both cover, in the narrower codes, none of them inside another."""
        asked = (self._own[first], self._own[second])
        if asked not in self._common:
            self._common[asked] = self._narrower(first, second)
        return self._common[asked]

    def _narrower(self, first: int, second: int) -> tuple[str, ...]:
        found = {code for code in self._own[first] if self._covers(second, code)}
        found |= {code for code in self._own[second] if self._covers(first, code)}
        return tuple(sorted(code for code in found if not found.intersection(self._paths[code][1:])))

    def beyond(self, at: int, source: int) -> tuple[str, ...]:
        """The codes of a grant that its source does not cover."""
        return tuple(sorted(code for code in self._own[at] if not self._covers(source, code)))

    def _covers(self, at: int, code: str) -> bool:
        return not set(self._own[at]).isdisjoint(self._paths[code])


def _sources(grant: Grant, known: Mapping[str, Grant]) -> list[Grant]:
    """The grants that a sublicence comes from, the nearest first."""
    found: list[Grant] = []
    source = grant.source
    while source is not None and source in known:
        if any(source == one.id for one in (grant, *found)):
            raise FairnessError(f"grant {grant.id} is a sublicence of itself")
        found.append(known[source])
        source = found[-1].source
    return found


def _rivals(grants: Sequence[Grant], sources: Mapping[str, list[Grant]], places: Mapping[str, int]) -> Iterator[int]:
    """For each grant those before it that hold at one time, for somebody else, in another line, one of them strong."""
    same: defaultdict[str, int] = defaultdict(int)
    family = [0] * len(grants)
    strong = 0
    for at, grant in enumerate(grants):
        same[grant.licensee] |= 1 << at
        strong |= (grant.exclusivity is not Exclusivity.NON_EXCLUSIVE) << at
        for source in sources[grant.id]:
            family[at] |= 1 << places[source.id]
            family[places[source.id]] |= 1 << at
    for at, (grant, together) in enumerate(zip(grants, _together(grants), strict=True)):
        before = together & ((1 << at) - 1) & ~same[grant.licensee] & ~family[at]
        yield before if strong >> at & 1 else before & strong


def _together(grants: Sequence[Grant]) -> Iterator[int]:
    """For each grant those that hold at some time when it does."""
    starts = sorted((grant.start, 1 << at) for at, grant in enumerate(grants))
    ends = sorted((grant.end, 1 << at) for at, grant in enumerate(grants) if grant.end is not None)
    begun = list(accumulate((bit for _, bit in starts), or_, initial=0))
    over = list(accumulate((bit for _, bit in ends), or_, initial=0))
    start_days, end_days = [day for day, _ in starts], [day for day, _ in ends]
    for grant in grants:
        until = len(starts) if grant.end is None else bisect_left(start_days, grant.end)
        yield begun[until] & ~over[bisect_right(end_days, grant.start)]


def _broken(first: Grant, second: Grant, sources: Mapping[str, list[Grant]]) -> Rule | None:
    """The gravest promise that one of two overlapping grants breaks."""
    broken = {_taken(first, second, sources), _taken(second, first, sources)}
    return next((rule for rule in _GRAVEST if rule in broken), None)


def _taken(promise: Grant, use: Grant, sources: Mapping[str, list[Grant]]) -> Rule | None:
    own_use = use.licensee == use.grantor
    if promise.exclusivity is Exclusivity.EXCLUSIVE:
        return Rule.OWN_USE if own_use else Rule.EXCLUSIVE
    if promise.exclusivity is Exclusivity.NON_EXCLUSIVE:
        return None
    grantors = {promise.grantor, *(source.grantor for source in sources[promise.id])}
    return None if own_use and use.grantor in grantors else Rule.SOLE


def _beyond(
    grant: Grant, at: int, source_at: int | None, known: Mapping[str, Grant], fields: _Reach, places: _Reach
) -> Iterator[Clash]:
    """What a sublicence has that its source does not carry."""
    source_id = grant.source or ""
    source = known.get(source_id)
    if source is None or source_at is None:
        yield Clash(source_id, grant.id, Rule.UNKNOWN_SOURCE, grant.fields, grant.territories, grant.start, grant.end)
        return
    outside, abroad = fields.beyond(at, source_at), places.beyond(at, source_at)
    late = source.end is not None and (grant.end is None or grant.end > source.end)
    for broken, rule in (
        (grant.grantor != source.licensee, Rule.NOT_LICENSEE),
        (not source.may_sublicense, Rule.NO_SUBLICENCES),
        (_STRENGTH[grant.exclusivity] > _STRENGTH[source.exclusivity], Rule.STRONGER),
        (bool(outside), Rule.FIELD),
        (bool(abroad), Rule.TERRITORY),
        (late or grant.start < source.start, Rule.TERM),
    ):
        if broken:
            which = outside if rule is Rule.FIELD else grant.fields
            where = abroad if rule is Rule.TERRITORY else grant.territories
            yield Clash(source.id, grant.id, rule, which, where, grant.start, grant.end)


def _pair(first: Grant, second: Grant, rule: Rule, fields: tuple[str, ...], territories: tuple[str, ...]) -> Clash:
    ends = [end for end in (first.end, second.end) if end is not None]
    end: date | None = min(ends, default=None)
    return Clash(first.id, second.id, rule, fields, territories, max(first.start, second.start), end)


def _bits(number: int) -> Iterator[int]:
    """The places of the bits that are set, the lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
