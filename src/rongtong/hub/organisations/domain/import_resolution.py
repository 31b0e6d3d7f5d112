"""Whether a row of a file is an organisation that is here already: by its number, or by its name and region."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ..enums import VerificationState
from ..models import NameDecision, Organisation
from ..pinyin import resolved_name, similarity, spelling
from .import_columns import Entry

#: Names at least so alike, in one town, are shown to a person.
ALIKE = 0.85
MOST_CANDIDATES = 3


@dataclass
class Resolution:
    """What a row turned out to be.

    Exactly one of: ``organisation`` (it is that one), ``candidates`` (a person must say), neither (it is new).
    """

    organisation: Organisation | None = None
    candidates: list[Organisation] = field(default_factory=list)


class Resolver:
    """Answers for all rows of one file, with a few queries whatever their number."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = list(entries)
        rows = Organisation._base_manager.filter(state__in=[VerificationState.VERIFIED, VerificationState.SUSPENDED])
        numbers = [entry.profile["identifier"] for entry in entries if entry.profile.get("identifier")]
        numbered = rows.filter(identifier__in=numbers).prefetch_related("years")
        self._by_number = {(one.scheme, one.country, one.identifier): one for one in numbered}
        self._towns = _ByTown(rows, {_town(entry.profile.get("region", "")) for entry in entries})
        names = [resolved_name(entry.profile["name"]) for entry in entries]
        decisions = NameDecision._base_manager.filter(resolved_name__in=names).select_related("organisation")
        decisions = decisions.prefetch_related("organisation__years")
        self._decisions = {(one.resolved_name, one.region): one for one in decisions}

    def resolve(self, entry: Entry) -> Resolution:
        """Say what the row is."""
        profile = entry.profile
        key = (profile.get("scheme"), profile["country"], profile.get("identifier"))
        known = self._by_number.get(key)  # type: ignore[arg-type]  # a row without number fits no key
        if known is not None:
            return Resolution(known)
        name, region = resolved_name(profile["name"]), profile.get("region", "")
        decided = self._decisions.get((name, _town(region)))
        if decided is not None:
            return Resolution(decided.organisation)
        alike = self._towns.alike(profile["name"], region)
        same = [one for one in alike if one.resolved_name == name]
        if not profile.get("identifier") and len(same) == 1 and len(alike) == 1:
            return Resolution(same[0])
        return Resolution(candidates=alike)


class _ByTown:
    """Names of organisations by town, found by the pairs of letters they share, so that no row is compared with all."""

    def __init__(self, rows: Any, towns: set[str]) -> None:
        self._pairs: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._spelled: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._rows: list[Organisation] = []
        for one in rows.exclude(region="") if "" not in towns else rows:
            town = _town(one.region)
            if town not in towns and "" not in towns:
                continue
            place = len(self._rows)
            self._rows.append(one)
            for where in {town, ""}:
                for pair in _pairs(one.resolved_name):
                    self._pairs[where, pair].append(place)
                self._spelled[where, spelling(one.resolved_name)].append(place)

    def alike(self, name: str, region: str) -> list[Organisation]:
        """The organisations of the town (of everywhere for a row without one) whose names are alike, best first."""
        town, core = _town(region), resolved_name(name)
        shared = Counter(place for pair in _pairs(core) for place in self._pairs.get((town, pair), ()))
        # Dice of the pairs: below the bar by the number of shared pairs alone, nothing need be compared
        near = [place for place, count in shared.items() if 2 * count >= ALIKE * (len(_pairs(core)) + 1)]
        near += self._spelled.get((town, spelling(core)), [])
        scored = [(similarity(name, self._rows[place].name), place) for place in dict.fromkeys(near)]
        best = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: (-pair[0], pair[1]))
        return [self._rows[place] for _score, place in best[:MOST_CANDIDATES]]


def remember(entry: Entry, organisation_id: UUID | None, by: UUID) -> None:
    """Keep what a person decided, so that the next file does not ask again."""
    NameDecision._base_manager.update_or_create(
        resolved_name=resolved_name(entry.profile["name"]),
        region=_town(entry.profile.get("region", "")),
        defaults={"organisation_id": organisation_id, "decided_by": by},
    )


def _town(region: str) -> str:
    """The prefecture: two files often differ in the county."""
    return region[:4]


def _pairs(name: str) -> set[str]:
    padded = f"^{name}$"
    return {padded[at : at + 2] for at in range(len(padded) - 1)}
