"""Every possible team, one by one: exact and quick where there are few, and without the solver."""

import math
import time
from collections.abc import Iterator, Sequence
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from rongtong.engines.matching.teams_model import Found, Ints, Places, TeamModel

_PORTION = 20_000


def teams_to_try(model: TeamModel) -> int:
    """How many teams there are, leader or not."""
    free, places = len(_pool(model)), model.most - (model.leader is not None)
    return sum(math.comb(free, size) for size in range(places + 1))


def best_of_all(model: TeamModel, earlier: Sequence[Places]) -> Found | None:
    """The best team there is beside those proposed before; the first in the candidates' order among equals."""
    began = time.monotonic()
    best: tuple[int, int] | None = None
    found: Places = ()
    for teams in _portions(model):
        musts, points = _worths(model, teams)
        musts[~_allowed(model, teams, earlier)] = -1
        place = int(np.lexsort((-np.arange(len(teams)), points, musts))[-1])
        worth = (int(musts[place]), int(points[place]))
        if worth[0] >= 0 and (best is None or worth > best):
            best, found = worth, tuple(teams[place].tolist())
    if best is None:
        return None
    return Found(tuple(sorted(found)), best[1], True, time.monotonic() - began)


def _pool(model: TeamModel) -> list[int]:
    """Who can make a difference: carries something, may lead, is in a known pair or from another region."""
    paired = {who for pair in model.together for who in pair}
    return [
        who
        for who in range(len(model.names))
        if who != model.leader
        and (model.may_lead[who] or model.points[who].any() or who in paired or (model.spread and model.regions[who]))
    ]


def _portions(model: TeamModel) -> Iterator[Ints]:
    """All teams, in arrays of one size each."""
    fixed = () if model.leader is None else (model.leader,)
    pool = _pool(model)
    for size in range(0 if fixed else 1, model.most - len(fixed) + 1):
        several = combinations(pool, size)
        while True:
            flat = np.fromiter(
                chain.from_iterable(fixed + team for _, team in zip(range(_PORTION), several, strict=False)), np.int64
            )
            if not len(flat):
                break
            yield flat.reshape(-1, size + len(fixed))
            if not size:
                break


def _worths(model: TeamModel, teams: Ints) -> tuple[Ints, Ints]:
    """The musts and points of many teams at once."""
    best = model.points[teams[:, 0]]
    for column in range(1, teams.shape[1]):
        best = np.maximum(best, model.points[teams[:, column]])
    musts = (best[:, model.musts] > 0) @ model.weights[model.musts]
    costs = np.array(model.costs, dtype=np.int64)[teams].sum(axis=1) + model.member_cost * (teams.shape[1] - 1)
    points = best.sum(axis=1) - costs
    if model.together:
        points += _pair_table(model, model.together)[teams[:, :, None], teams[:, None, :]].sum(axis=(1, 2)) // 2
    if model.spread:
        names = sorted(set(model.regions) - {""})
        marks = np.array([names.index(one) if one else -1 for one in model.regions], dtype=np.int64)
        here = np.zeros((len(teams), len(names) + 1), dtype=np.bool_)
        here[np.arange(len(teams))[:, None], marks[teams]] = True
        points += model.spread * np.maximum(0, here[:, :-1].sum(axis=1) - 1)
    return musts.astype(np.int64), points.astype(np.int64)


def _allowed(model: TeamModel, teams: Ints, earlier: Sequence[Places]) -> NDArray[np.bool_]:
    """Which of many teams the rules let be one, and which are another than those before."""
    # a leader that is given stands in every one of them
    fine = np.ones(len(teams), dtype=np.bool_)
    np.logical_or.reduce(np.array(model.may_lead, dtype=np.bool_)[teams], axis=1, out=fine)
    if model.apart:
        quarrels = _pair_table(model, dict.fromkeys(model.apart, 1))
        fine &= ~quarrels[teams[:, :, None], teams[:, None, :]].any(axis=(1, 2))
    for before in earlier:
        kept = np.isin(teams, [who for who in before if who != model.leader]).sum(axis=1)
        np.logical_and(fine, np.less_equal(kept, model.kept_at_most(before)), out=fine)
    return fine


def _pair_table(model: TeamModel, pairs: dict[tuple[int, int], int]) -> Ints:
    table = np.zeros((len(model.names), len(model.names)), dtype=np.int64)
    for (one, other), worth in pairs.items():
        table[one, other] = table[other, one] = worth
    return table
