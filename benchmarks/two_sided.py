"""Exposure under a cap: what it costs and what it changes. Writes ``benchmarks/out/two_sided.json``.

    python benchmarks/two_sided.py [--quick]

500 needs with 200 candidates each, out of 2,000 organisations. Invented: an organisation's score for a need is its fit,
drawn anew for each pair, and its fame, which is heavy-tailed and the same for all needs; so a few stand everywhere.
The baselines are the same lists by score alone, and a greedy filling (the best remaining score first).
"""

import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import numpy as np
from figures import figure, report

from rongtong.engines.matching.two_sided import Exposure, cap_exposure, combine, gini, middle_of

NEEDS, CANDIDATES, ORGANISATIONS, FRONT = 500, 200, 2_000, 10
CAPS = (50, 20, 10)
SECONDS_BAR = 2.0
Lists = dict[str, list[tuple[str, Decimal]]]


def invented_lists(seed: int, needs: int = NEEDS) -> Lists:
    """Invent lists; the same for the same seed."""
    chance = np.random.default_rng(seed)
    fame = 9 * np.log1p(chance.pareto(1.2, ORGANISATIONS))
    lists = {}
    for need in range(needs):
        scores = np.clip(chance.normal(30, 12, ORGANISATIONS) + fame, 0, 100)
        best = np.argsort(-scores, kind="stable")[:CANDIDATES]
        lists[f"need{need:03d}"] = [(f"firm{one:04d}", Decimal(int(scores[one] * 10)).scaleb(-1)) for one in best]
    return lists


def rows(needs: int) -> Iterator[dict[str, object]]:
    """Yield time, loss of score and inequality of exposure for each cap."""
    lists = invented_lists(1, needs)
    alone = cap_exposure(lists, None, front=FRONT)
    points = float(sum(score for rows in alone.lists.values() for score in (one.score for one in rows[:FRONT])))
    before = _gini(alone)
    most = max(alone.counts().values())
    for cap in (max(1, cap * needs // NEEDS) for cap in CAPS):
        began = time.perf_counter()
        found = cap_exposure(lists, cap, front=FRONT)
        seconds = time.perf_counter() - began
        _check(found, cap)
        name = f"{needs} needs × {CANDIDATES}, cap {cap}"
        greedy, left = _greedy_points(lists, cap)
        yield figure(f"time, {name}", seconds, "s", SECONDS_BAR)
        yield figure(f"score lost in the first {FRONT} (baseline greedy, {left} places empty), {name}",
                      100 * float(found.loss) / points, "%", None, 100 * (points - greedy) / points)  # fmt: skip
        yield figure(f"Gini of exposure (baseline no cap), {name}", _gini(found), "", before, before)
        yield figure(f"most fronts of one organisation (baseline no cap), {name}",
                      max(found.counts().values()), "", cap, most)  # fmt: skip
    yield from _combining(lists)


def _combining(lists: Lists) -> Iterator[dict[str, object]]:
    """Time to put the other side into every candidate's score, parts and all."""
    chance = np.random.default_rng(2)
    backward = [Decimal(int(value)).scaleb(-1) for value in chance.integers(0, 1000, CANDIDATES)]
    began = time.perf_counter()
    for candidates in lists.values():
        middle = middle_of(backward)
        for (_, score), side in zip(candidates, backward, strict=True):
            combine([score, Decimal("0.0"), Decimal("0.0")], side, middle)
    spent = (time.perf_counter() - began) / len(lists)
    yield figure(f"time to combine both sides of one list of {CANDIDATES}", spent * 1000, "ms", 20.0)


def _gini(found: Exposure) -> float:
    """Over all organisations of any list, also those that stand in no front."""
    return gini(found.counts().values())


def _greedy_points(lists: Lists, cap: int) -> tuple[float, int]:
    """The best remaining pair first, as long as its need has room and its organisation stands below the cap."""
    pairs = sorted((-score, need, firm) for need, candidates in lists.items() for firm, score in candidates)
    room, used = Counter(dict.fromkeys(lists, FRONT)), Counter[str]()
    points = Decimal(0)
    for negative, need, firm in pairs:
        if room[need] and used[firm] < cap:
            room[need] -= 1
            used[firm] += 1
            points -= negative
    return float(points), sum(room.values())


def _check(found: Exposure, cap: int) -> None:
    """Count again, from the lists alone."""
    counted: Counter[str] = Counter()
    for placed in found.lists.values():
        counted.update(one.organisation for one in placed[:FRONT])
    if found.unfilled == 0 and max(counted.values()) > cap:
        raise SystemExit(f"an organisation stands in {max(counted.values())} fronts, above the cap of {cap}")


if __name__ == "__main__":
    raise SystemExit(report("two_sided", __doc__, "100 needs", lambda quick: rows(100 if quick else NEEDS)))
