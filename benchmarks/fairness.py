"""Fair shares: values of games, clashes of grants, statements. Writes ``benchmarks/out/fairness.json``.

    python benchmarks/fairness.py [--quick]

Games are random (worst for a solver that looks for structure) and convex (where the nucleolus takes most steps). Grants
are invented: of an orderly technology, field by field and province by province with a few mistakes, and of a
disorderly one in which nearly everything clashes. 10,000 further sets are compared with a twin that looks at every two.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import permutations
from pathlib import Path

import numpy as np
from figures import figure, report

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rongtong.engines.fairness import (
    Exclusivity,
    Game,
    Grant,
    Period,
    PoolPatent,
    Terms,
    Tier,
    airport_shapley,
    by_count,
    clashes,
    divide_pool,
    judge,
    nucleolus,
    reproduces,
    shapley,
    shapley_sampled,
    statement,
)
from tests.engines.fairness.twins import clashes_by_hand, invented_grants

CLASSES = [f"{section}{number:02d}{letter}" for section in "ABCDEFGH" for number in (1, 2, 3, 21) for letter in "BKM"]
PROVINCES = [f"{number}0000" for number in (11, 12, 13, 31, 32, 33, 34, 35, 37, 42, 43, 44, 50, 51, 61)]


def rows(quick: bool) -> Iterator[dict[str, object]]:
    """Yield the figures."""
    yield from _values(quick)
    yield from _nucleoli(quick)
    yield from _grants(quick)
    yield from _twins(100 if quick else 10_000)
    yield from _money(quick)


def _best(run: Callable[[], object], times: int = 3) -> float:
    """The least of a few times, in seconds: others work on this machine too."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        spent.append(time.perf_counter() - began)
    return min(spent)


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # invented data protect nothing


def _random_game(players: int) -> Game:
    values = np.random.default_rng(players).integers(0, 10**12, 1 << players)
    values[0] = 0
    return Game(tuple(f"p{one:02d}" for one in range(players)), values, 100)


def _values(quick: bool) -> Iterator[dict[str, object]]:
    for players, bar in ((16, None), (20, 1.0)) if quick else ((16, None), (20, 1.0), (24, None)):
        game = _random_game(players)
        found = shapley(game)
        if sum(found.values()) != game.total:
            raise SystemExit("the shares do not sum to what is divided")
        spent = _best(partial(shapley, game))
        yield figure(f"Shapley value in exact fractions, {players} players", spent, "s", bar)
        cut = {player: Fraction(round(share * 100), 100) for player, share in found.items()}
        yield figure(f"core and most dissatisfied of {players} players", _best(partial(judge, game, cut)), "s")
    yield figure("largest difference to the mean over all 5,040 orders, 7 players", _off_orders(_random_game(7)), "", 0)
    costs = {f"p{one:02d}": (one * 37) % 101 + 1 for one in range(40)}

    def runway(group: frozenset[str]) -> int:
        return max(costs[one] for one in group)

    began = time.perf_counter()
    sample = shapley_sampled(list(costs), runway, permutations=2000, seed=3)
    spent = time.perf_counter() - began
    told = airport_shapley(costs)
    off = [abs(sample.shares[one] - float(told[one])) / sample.standard_errors[one] for one in costs]
    yield figure("sampling 2,000 permutations of 40 players", spent, "s")
    yield figure(
        "mean standard error, of the mean share", 100 * sum(sample.standard_errors.values()) / max(costs.values()), "%"
    )
    yield figure("estimates off by more than 2 standard errors, of 40", sum(one > 2 for one in off), "", 6)


def _off_orders(game: Game) -> float:
    sums = dict.fromkeys(game.players, Fraction(0))
    orders = list(permutations(game.players))
    for order in orders:
        for place, player in enumerate(order):
            sums[player] += game.value(order[: place + 1]) - game.value(order[:place])
    return float(max(abs(share - sums[player] / len(orders)) for player, share in shapley(game).items()))


def _nucleoli(quick: bool) -> Iterator[dict[str, object]]:
    for players in (8,) if quick else (8, 10, 12):
        weights = np.random.default_rng(players).integers(1, 1000, players)
        members = np.arange(1 << players)[:, None] >> np.arange(players) & 1
        convex = Game(tuple(f"p{one:02d}" for one in range(players)), (members @ weights) ** 2)
        yield figure(f"nucleolus, proved, convex game of {players} players", _best(partial(nucleolus, convex), 1), "s")
        chance = _random_game(players)
        yield figure(f"nucleolus, proved, random game of {players} players", _best(partial(nucleolus, chance), 1), "s")


def _orderly(count: int) -> list[Grant]:
    """Classes and provinces in turn, a new term when all are given; one in fifty has slipped by a month."""
    chance, found = _chance(7), []
    kinds = list(Exclusivity)
    for number in range(count):
        turn, place = divmod(number, len(CLASSES) * 5)
        start = date(2020 + 3 * turn, 1, 1) - timedelta(30 if chance.random() < 0.02 else 0)
        group, field = divmod(place, len(CLASSES))
        found.append(
            Grant(f"g{number}", "owner", f"firm{number}", kinds[number % 3], start, date(2023 + 3 * turn, 1, 1),
                  (CLASSES[field],), tuple(PROVINCES[3 * group : 3 * group + 3]))
        )  # fmt: skip
    return found


def _grants(quick: bool) -> Iterator[dict[str, object]]:
    orderly = _orderly(1000)
    yield figure(f"1,000 grants, {len(clashes(orderly))} clashes", 1000 * _best(lambda: clashes(orderly), 5), "ms", 50)
    dense = invented_grants(_chance(1), 300 if quick else 1000, 40)
    name = f"{len(dense):,} grants in disorder, {len(clashes(dense)):,} clashes"
    yield figure(name, 1000 * _best(partial(clashes, dense), 1), "ms")
    yield figure(
        f"{len(dense):,} grants in disorder, the first 200", 1000 * _best(partial(clashes, dense, most=200)), "ms", 50
    )


def _twins(sets: int) -> Iterator[dict[str, object]]:
    wrong = pairs = 0
    for seed in range(sets):
        grants = invented_grants(_chance(seed), 8)
        found = {(one.first, one.second, one.rule) for one in clashes(grants)}
        wrong += found != clashes_by_hand(grants)
        pairs += len(found)
    yield figure(f"sets of {sets:,} ({pairs:,} clashes) in which the twin finds something else", wrong, "", 0)


def _money(quick: bool) -> Iterator[dict[str, object]]:
    terms = Terms(
        tiers=(Tier(rate=Decimal("0.06")), Tier(above=Decimal(10**6), rate=Decimal("0.045"))),
        offset=Decimal("0.5"),
        offset_floor=Decimal("0.5"),
        cap=Decimal(80000),
        shares={"a": Decimal(2), "b": Decimal(1)},
    )
    period = Period(start=date(2026, 1, 1), end=date(2026, 4, 1), gross=Decimal(1234567), third_party=Decimal(40000))
    document = statement(terms, period).to_dict()
    yield figure("a royalty statement and its bytes", 1000 * _best(lambda: statement(terms, period).canonical()), "ms")
    yield figure("stored statements that do not follow from their inputs", 0 if reproduces(document) else 1, "", 0)
    begin = date(2026, 1, 1)
    pool = [PoolPatent(str(one), f"m{one % 20}", begin + timedelta(one % 365)) for one in range(500 if quick else 2000)]
    year = (Decimal("12345678.90"), begin, date(2027, 1, 1))
    yield figure(f"a year of a pool of {len(pool):,} patents that enter day by day",
                 _best(lambda: divide_pool(*year, pool, by_count), 1), "s")  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(report("fairness", __doc__, "small cases", rows))
