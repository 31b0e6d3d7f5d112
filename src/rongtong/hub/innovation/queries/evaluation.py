"""How matching does in use: what it covers, where the chosen stood, whom it shows, what follows from a rank.

For the operator. Figures of groups of organisations are told for three or more, none of which makes up four fifths.
A fixed number of queries, whatever was logged.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from rongtong.engines.matching.two_sided import gini
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.matching.domain.pair_scores import exposure_cap
from rongtong.hub.matching.queries.logged import fronts, fronts_by_score, shown_pairs, worth_counts
from rongtong.hub.organisations.reference import regions
from rongtong.hub.organisations.size_class import SizeClass

from ..enums import CapabilityState, ChallengeState
from ..models import Award, Capability, Challenge
from .matching import FRONT
from .outcomes import Outcomes, outcomes_since
from .report import TOP
from .small_cells import told

WINDOW = timedelta(days=365)
#: A match counts from so many points of both sides together.
WORTH = Decimal("25.0")
LEAST = (1, 3, 5, 10, 20)
BANDS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 200))
#: Regions are told at the finest level at which they are so few: county, prefecture, province.
FEW = 12


@dataclass(frozen=True)
class Share:
    """A part of a whole, both counted."""

    name: str
    part: int
    whole: int

    @property
    def percent(self) -> Decimal | None:
        return percent(self.part, self.whole)


@dataclass(frozen=True)
class RankRow:
    """What followed for the (need, organisation) pairs whose best rank lies in a band."""

    name: str
    shown: int
    clicked: int
    invited: int
    responded: int
    awarded: int

    @property
    def rates(self) -> tuple[Decimal | None, ...]:
        """Per cent followed, invited, answered."""
        return tuple(percent(part, self.shown) for part in (self.clicked, self.invited, self.responded))


@dataclass(frozen=True)
class ExposureRow:
    """A group's share of those who offer something, and of the fronts that were shown."""

    name: str
    organisations: int
    of_organisations: Decimal | None
    of_fronts: Decimal | None


@dataclass(frozen=True)
class Evaluation:
    """Everything the page and the file show.

    Parameters
    ----------
    coverage
        Open challenges with at least so many matches.
    firms
        Organisations with a published capability, and those of them that were shown at all.
    top
        Awards whose rank among the matches is known, and those of them in the first ten.
    unequal, unequal_by_score
        Gini of fronts over all organisations with a published capability, under the cap and by score alone; None before
        anything was computed.
    """

    at: datetime
    since: datetime
    cap: int | None
    coverage: list[Share]
    firms: Share
    top: Share
    ranks: list[RankRow]
    sizes: list[ExposureRow]
    regions: list[ExposureRow]
    unequal: float | None
    unequal_by_score: float | None


def evaluation(actor: Actor) -> Evaluation:
    """Count what this actor may see of the last twelve months."""
    at = timezone.now()
    since = at - WINDOW
    needs = list(Challenge.visible_to(actor).filter(state=ChallengeState.OPEN).values_list("pk", flat=True))
    worth = worth_counts(needs, WORTH)
    offers = _offers(actor)
    pairs = shown_pairs(since)
    awarded = Award.visible_to(actor).values_list("match_rank", flat=True)
    chosen = [rank for rank in awarded if rank is not None]
    exposed = Counter(organisation for (_need, organisation), rank in pairs.items() if rank <= FRONT)
    digits = _digits(region for _size, region in offers.values())
    now, alone = fronts(), fronts_by_score(FRONT)
    return Evaluation(
        at=at,
        since=since,
        cap=exposure_cap(),
        coverage=[_covered(least, worth, len(needs)) for least in LEAST],
        firms=Share("", len({organisation for _need, organisation in pairs} & offers.keys()), len(offers)),
        top=Share("", sum(rank <= TOP for rank in chosen), len(chosen)),
        ranks=_ranks(pairs, outcomes_since(since, actor)),
        sizes=_exposure(offers, exposed, lambda one: one[0], _size),
        regions=_exposure(offers, exposed, lambda one: one[1][:digits], _region),
        unequal=gini(now.get(one, 0) for one in offers) if now else None,
        unequal_by_score=gini(alone.get(one, 0) for one in offers) if alone else None,
    )


def percent(part: int, whole: int) -> Decimal | None:
    """One decimal; None where there is no whole."""
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1")) if whole else None


def _offers(actor: Actor) -> dict[UUID, tuple[str, str]]:
    """Organisation with a published capability → its size class and region. One query."""
    rows = Capability.visible_to(actor).filter(state=CapabilityState.PUBLISHED)
    told = rows.values_list("organisation_id", "organisation__size_class", "organisation__region").distinct()
    return {pk: (size, region) for pk, size, region in told}


def _covered(least: int, worth: Mapping[UUID, int], needs: int) -> Share:
    return Share(f"≥ {least}", sum(count >= least for count in worth.values()), needs)


def _ranks(pairs: Mapping[tuple[UUID, UUID], int], came: Outcomes) -> list[RankRow]:
    rows = []
    for low, high in BANDS:
        inside = [key for key, rank in pairs.items() if low <= rank <= high]
        if inside:
            counts = [
                sum(key in when for key in inside)
                for when in (came.clicked, came.invited, came.responded, came.awarded)
            ]
            rows.append(RankRow(str(low) if low == high else f"{low}–{high}", len(inside), *counts))
    return rows


def _exposure(
    offers: Mapping[UUID, tuple[str, str]],
    exposed: Mapping[UUID, int],
    group: Callable[[tuple[str, str]], str],
    name: Callable[[str], str],
) -> list[ExposureRow]:
    """Fronts by a group of organisations, small groups together; those of most organisations first."""
    groups: dict[str, dict[object, int]] = {}
    for organisation, facts in offers.items():
        groups.setdefault(group(facts), {})[organisation] = exposed.get(organisation, 0)
    total = sum(exposed.get(organisation, 0) for organisation in offers)
    cells = sorted(told(groups), key=lambda cell: (cell.name is None, -cell.organisations, cell.name or ""))
    return [
        ExposureRow(
            name=_("其他（合并）") if cell.name is None else name(cell.name),
            organisations=cell.organisations,
            of_organisations=percent(cell.organisations, len(offers)),
            of_fronts=percent(cell.total, total),
        )
        for cell in cells
    ]


def _size(code: str) -> str:
    return str(SizeClass(code).label)


def _digits(codes: Iterable[str]) -> int:
    """How much of a region's code to tell."""
    found = set(codes)
    return next((digits for digits in (6, 4) if len({code[:digits] for code in found}) <= FEW), 2)


def _region(code: str) -> str:
    return regions.name(code.ljust(6, "0")) if code else _("未填")
