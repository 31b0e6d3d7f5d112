"""Day by day: stocks run down, firms stop, orders fail to come, things recover.

An inventory model of input and output in the line of Hallegatte (2008, *Risk Analysis* 28:779), Henriet, Hallegatte
and Tabourier (2012, *Journal of Economic Dynamics and Control* 36:150) and Inoue and Todo (2019, *Nature
Sustainability* 2:841). Everything is measured against a normal day, a 365th of a year's value. Each day a firm makes
what its capacity, its stocks of inputs and its orders allow, delivers to its buyers in proportion to their orders, and
orders what it wants to use and what its stocks lack. Orders go to the suppliers of an input in proportion to what they
usually deliver and still can.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rongtong.engines.resilience.disruptions import Course, Disruption
from rongtong.engines.resilience.errors import Cancelled, ResilienceError
from rongtong.engines.resilience.essentiality import ESSENTIAL, NEGLIGIBLE
from rongtong.engines.resilience.network import Floats, SupplyNetwork, added

DAYS = 365
#: A firm or a network works again, or still, at this share of normal.
WORKS = 0.99


@dataclass(frozen=True)
class Conduct:
    """How firms keep stocks and react.

    Attributes
    ----------
    cover
        Days of normal use that are in stock beyond the day's own, for every input; a column ``cover_days`` of the table
        of firms goes before it.
    restock
        Days in which a firm wants to fill up what its stocks lack.
    surge
        How much more than normal a firm can make, as a share.
    """

    cover: float = 10.0
    restock: float = 5.0
    surge: float = 0.1

    def __post_init__(self) -> None:
        if not (self.cover >= 0 and self.restock >= 1 and self.surge >= 0):
            raise ResilienceError("cover and surge are 0 or more, restock is 1 day or more")


class Plant:
    """A network laid out for days: inputs per buyer, and the order of links that makes sums quick."""

    def __init__(self, network: SupplyNetwork, conduct: Conduct) -> None:
        firms = len(network)
        self.network, self.conduct = network, conduct
        kind = network.essentiality.classes[network.sector[network.supplier], network.sector[network.buyer]]
        matters = np.flatnonzero((kind != NEGLIGIBLE) & (network.value > 0))
        group = network.sector if network.product is None else None
        goods = group[network.supplier] if group is not None else network.product
        assert goods is not None
        key = network.buyer.astype(np.int64) * (int(goods.max(initial=0)) + 1) + goods
        order = matters[np.argsort(key[matters], kind="stable")]
        self.links = order
        self.supplier, self.value = network.supplier[order], network.value[order] / DAYS
        fresh = np.flatnonzero(np.diff(key[order], prepend=-1))
        self.first = fresh
        self.input = np.repeat(np.arange(len(fresh)), np.diff(np.append(fresh, len(order))))
        self.buyer = network.buyer[order][fresh]
        self.use = np.add.reduceat(self.value, fresh) if len(fresh) else np.zeros(0)
        self.share = self.value / self.use[self.input]
        self.essential = np.zeros(len(fresh), np.bool_)
        np.logical_or.at(self.essential, self.input, kind[order] == ESSENTIAL)
        spent = np.bincount(self.buyer, self.use, firms)
        self.weight = self.use / spent[self.buyer]
        self.normal = np.maximum(network.revenue, network.sales) / DAYS
        self.final = self.normal - np.bincount(self.supplier, self.value, firms)
        cover = np.full(firms, conduct.cover)
        if "cover_days" in network.firms.columns:
            cover = network.firms["cover_days"].cast(pl.Float64).fill_null(conduct.cover).to_numpy()
        self.target = 1.0 + cover[self.buyer]

    def run(self, disruptions: Sequence[Disruption], days: int) -> Floats:
        """Return what each firm makes each day, as a share of normal; shape (days, firms)."""
        course, firms = Course.of(self.network, disruptions), len(self.network)
        most, stock, orders = 1.0 + self.conduct.surge, self.target.copy(), self.value.copy()
        made: Floats = np.ones((days, firms))
        busy = self.normal > 0
        for day in range(days):
            capacity = course.capacity(day, firms)
            asked = np.bincount(self.supplier, orders, firms) + self.final
            wanted = np.divide(asked, self.normal, out=np.ones(firms), where=busy)
            made[day] = np.minimum(np.minimum(capacity * most, wanted), self._by_stock(stock, most))
            filled = np.divide(made[day], wanted, out=np.zeros(firms), where=wanted > 0)
            passed, able = self._passed(course, day), capacity[self.supplier]
            arrived = orders * filled[self.supplier] * passed
            stock = np.maximum(0.0, stock - made[day][self.buyer])
            stock += self._by_input(arrived) / self.use
            need = np.minimum(wanted, capacity * most)[self.buyer] + (self.target - stock) / self.conduct.restock
            orders = (np.maximum(0.0, need) * self.use)[self.input] * self._split(able * passed)
        return made

    def _passed(self, course: Course, day: int) -> Floats | float:
        left = course.delivered(day, self.network.links)
        return 1.0 if left is None else left[self.links]

    def _by_input(self, amounts: Floats) -> Floats:
        return np.add.reduceat(amounts, self.first) if len(self.first) else np.zeros(0)

    def _by_stock(self, stock: Floats, most: float) -> Floats:
        """What the stocks allow: the scarcest essential input, and the others together by their weight."""
        there = np.minimum(stock, most)
        others = ~self.essential
        short = (self.weight * (most - there))[others]
        allowed = most - added(self.buyer[others], short, len(self.network))
        np.minimum.at(allowed, self.buyer[self.essential], there[self.essential])
        return allowed

    def _split(self, able: Floats) -> Floats:
        """How the orders for an input are split among its suppliers."""
        weight = self.share * able
        total = self._by_input(weight)[self.input]
        return np.divide(weight, total, out=self.share.copy(), where=total > 0)


@dataclass(frozen=True, eq=False)
class Simulation:
    """What happened, day by day.

    Attributes
    ----------
    made
        What each firm made, as a share of its normal day; shape (days, firms).
    normal
        What each firm makes on a normal day, in yuan.
    hit
        Which firms the disruptions meet themselves.
    start
        The first day on which anything goes wrong.
    """

    network: SupplyNetwork
    made: npt.NDArray[np.float64]
    normal: Floats
    hit: npt.NDArray[np.bool_]
    start: int

    @property
    def lost(self) -> Floats:
        """Yuan not made on each day, in all; what is made later to catch up is not set off."""
        yuan: Floats = np.maximum(0.0, 1.0 - self.made) @ self.normal
        return yuan

    @property
    def value_lost(self) -> float:
        """Yuan not made over all days."""
        return float(self.lost.sum())

    @property
    def time_to_survive(self) -> int | None:
        """Days from the start until a firm that is not hit itself falls below 99 % of normal; None where none does."""
        others = (self.made[:, ~self.hit] < WORKS).any(axis=1)
        return int(others.argmax()) - self.start if others.any() else None

    @property
    def time_to_recover(self) -> int | None:
        """Days from the start until the network makes 99 % again for good; None where it does not in this time."""
        whole = self.normal.sum() or 1.0
        below = np.flatnonzero(self.lost > (1.0 - WORKS) * whole)
        if not len(below):
            return 0
        return None if below[-1] == len(self.made) - 1 else int(below[-1]) + 1 - self.start

    def to_frame(self) -> pl.DataFrame:
        """Return a row a day: day, output as a share of normal, yuan lost, firms below 99 %."""
        whole = self.normal.sum() or 1.0
        return pl.DataFrame(
            {
                "day": range(len(self.made)),
                "output": self.made @ self.normal / whole,
                "lost": self.lost,
                "firms_below": (self.made < WORKS).sum(axis=1),
            }
        )

    def firms(self) -> pl.DataFrame:
        """Return the firms that lose anything: hit or not, first day below 99 %, days below, worst day, yuan lost."""
        below = self.made < WORKS
        table = pl.DataFrame(
            {
                "firm": self.network.names,
                "hit": self.hit,
                "stops_after": np.where(below.any(axis=0), below.argmax(axis=0) - self.start, -1),
                "days_below": below.sum(axis=0),
                "lowest": self.made.min(axis=0),
                "lost": np.maximum(0.0, 1.0 - self.made).sum(axis=0) * self.normal,
            }
        )
        return table.filter(pl.col("lost") > 0).sort("lost", descending=True, maintain_order=True)

    def __str__(self) -> str:
        back = self.time_to_recover
        return (
            f"{self.value_lost:,.0f} yuan lost in {len(self.made)} days; others are hit after "
            f"{'no' if self.time_to_survive is None else self.time_to_survive} days; "
            + ("not recovered in this time" if back is None else f"recovered after {back} days")
        )


def simulate(
    network: SupplyNetwork, disruptions: Sequence[Disruption], *, days: int = DAYS, conduct: Conduct | None = None
) -> Simulation:
    """Follow disruptions day by day.

    Raises
    ------
    ResilienceError
        For names that are not in the network, and disruptions that meet nobody.
    """
    if days < 1:
        raise ResilienceError("days is 1 or more")
    plant = Plant(network, conduct or Conduct())
    made = plant.run(disruptions, days)
    hit = Course.of(network, disruptions).hit
    return Simulation(network, made, plant.normal, hit, min((one.start for one in disruptions), default=0))


@dataclass(frozen=True, eq=False)
class Bands:
    """Many runs: what is lost each day and in all, as percentiles.

    Attributes
    ----------
    daily
        Yuan lost; shape (runs, days).
    """

    daily: npt.NDArray[np.float64]

    @property
    def totals(self) -> Floats:
        """Yuan lost in each run."""
        yuan: Floats = self.daily.sum(axis=1)
        return yuan

    def value_at_risk(self, level: float = 0.95) -> float:
        """Yuan that are not exceeded in this share of the runs."""
        return float(np.quantile(self.totals, level, method="higher"))

    def expected_shortfall(self, level: float = 0.95) -> float:
        """The mean of the runs that lose at least the value at risk."""
        return float(self.totals[self.totals >= self.value_at_risk(level)].mean())

    def to_frame(self, percentiles: Sequence[float] = (5, 50, 95)) -> pl.DataFrame:
        """Return a row a day: day, mean, and a column a percentile (p5, p50 …)."""
        bands: dict[str, Any] = {f"p{one:g}": np.percentile(self.daily, one, axis=0) for one in percentiles}
        return pl.DataFrame({"day": range(self.daily.shape[1]), "mean": self.daily.mean(axis=0), **bands})


def monte_carlo(
    network: SupplyNetwork,
    draw: Callable[[np.random.Generator], Sequence[Disruption]],
    *,
    runs: int = 100,
    days: int = DAYS,
    conduct: Conduct | None = None,
    seed: int = 0,
    tell: Callable[[int, int], bool | None] | None = None,
) -> Bands:
    """Follow many scenarios.

    Parameters
    ----------
    draw
        Called with a source of chance, says what goes wrong in one run; nothing may. The same seed gives the same runs.
    tell
        Called with runs done and runs in all; a true answer stops.
    """
    if runs < 1 or days < 1:
        raise ResilienceError("runs and days are 1 or more")
    plant, daily = Plant(network, conduct or Conduct()), np.zeros((runs, days))
    for number, source in enumerate(np.random.SeedSequence(seed).spawn(runs)):
        made = plant.run(draw(np.random.default_rng(source)), days)
        daily[number] = np.maximum(0.0, 1.0 - made) @ plant.normal
        if tell is not None and tell(number + 1, runs):
            raise Cancelled(f"stopped after {number + 1} of {runs} runs")
    return Bands(daily)
