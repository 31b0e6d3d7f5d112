"""What goes wrong in a scenario: which firms or deliveries, how badly, from when, for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from rongtong.engines.resilience.errors import ResilienceError
from rongtong.engines.resilience.network import Floats, SupplyNetwork

Kind = Literal["firm", "sector", "region", "country", "product", "transport"]
_COLUMNS = ("sector", "region", "country")


@dataclass(frozen=True)
class Disruption:
    """One thing that goes wrong.

    Attributes
    ----------
    kind
        ``firm``, ``sector``, ``region`` or ``country``: these firms lose capacity. ``product``: deliveries of it fail.
        ``transport``: deliveries between two countries, or two regions where the firms have no countries, fail.
    names
        Firms, sectors, regions, countries, products; for transport pairs (from, to), ``"*"`` for any.
    depth
        The share that is lost, 0 to 1.
    start, days, recovery
        First day (0 is the first of all), days at full depth, days in which it then comes back evenly.
    """

    kind: Kind
    names: tuple[Any, ...]
    depth: float = 1.0
    start: int = 0
    days: int = 30
    recovery: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.depth <= 1 or self.start < 0 or self.days < 0 or self.recovery < 0 or not self.names:
            raise ResilienceError("a disruption needs names, a depth from 0 to 1, and days of 0 or more")

    def left(self, day: int) -> float:
        """Return the share that is left on a day."""
        since = day - self.start
        if since < 0:
            return 1.0
        if since < self.days:
            return 1.0 - self.depth
        if since < self.days + self.recovery:
            return 1.0 - self.depth * (1.0 - (since - self.days + 1) / (self.recovery + 1))
        return 1.0

    def firms(self, network: SupplyNetwork) -> npt.NDArray[np.bool_]:
        """Return which firms lose capacity."""
        if self.kind in ("product", "transport"):
            return np.zeros(len(network), np.bool_)
        if self.kind == "firm":
            hit = np.zeros(len(network), np.bool_)
            hit[network.places(self.names)] = True
            return hit
        if self.kind not in _COLUMNS:
            raise ResilienceError(f"there are no disruptions of kind {self.kind}")
        asked = {str(name) for name in self.names}
        return np.array([str(one) in asked for one in network.labels(self.kind)], np.bool_)

    def links(self, network: SupplyNetwork) -> npt.NDArray[np.bool_]:
        """Return on which links deliveries fail."""
        if self.kind == "product":
            if network.product is None:
                raise ResilienceError("the links name no products")
            wanted = np.array([one in {str(name) for name in self.names} for one in network.products], np.bool_)
            return wanted[network.product]
        hit = np.zeros(network.links, np.bool_)
        if self.kind == "transport":
            column = "country" if "country" in network.firms.columns else "region"
            at = np.array([str(one) for one in network.labels(column)])
            for source, target in self.names:
                here = (at == str(source))[network.supplier] if source != "*" else True
                there = (at == str(target))[network.buyer] if target != "*" else True
                away = at[network.supplier] != at[network.buyer] if "*" in (source, target) else True
                hit |= here & there & away
        return hit


@dataclass(frozen=True, eq=False)
class Course:
    """What disruptions leave of capacities and deliveries, day by day."""

    hit: npt.NDArray[np.bool_]
    firms: tuple[tuple[Disruption, npt.NDArray[np.intp]], ...]
    links: tuple[tuple[Disruption, npt.NDArray[np.intp]], ...]

    @classmethod
    def of(cls, network: SupplyNetwork, disruptions: Sequence[Disruption]) -> "Course":
        """Find whom each disruption meets; raises ResilienceError where it meets nobody."""
        firms, links, hit = [], [], np.zeros(len(network), np.bool_)
        for one in disruptions:
            met, cut = np.flatnonzero(one.firms(network)), np.flatnonzero(one.links(network))
            if not len(met) and not len(cut):
                raise ResilienceError(f"the disruption of {one.kind} {one.names} meets nobody here")
            hit[met] = True
            firms += [(one, met)] if len(met) else []
            links += [(one, cut)] if len(cut) else []
        return cls(hit, tuple(firms), tuple(links))

    def capacity(self, day: int, firms: int) -> Floats:
        """Return what is left of each firm's capacity; what meets a firm twice multiplies."""
        return _left(self.firms, day, firms)

    def delivered(self, day: int, links: int) -> Floats | None:
        """Return what is left of each delivery, None where nothing fails on any day."""
        return _left(self.links, day, links) if self.links else None


def _left(parts: tuple[tuple[Disruption, npt.NDArray[np.intp]], ...], day: int, count: int) -> Floats:
    left = np.ones(count)
    for one, places in parts:
        left[places] *= one.left(day)
    return left
