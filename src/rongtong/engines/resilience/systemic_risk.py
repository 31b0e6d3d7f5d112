"""The Economic Systemic Risk Index: what share of a network's output is lost when a firm fails.

Diem, Borsos, Reisch, Kertész, Thurner (2022), *Quantifying firm-level economic systemic risk from nation-wide supply
networks*, Scientific Reports 12:7719.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
import polars as pl

from rongtong.engines.resilience.cascading import desk, many
from rongtong.engines.resilience.certified import certified_desk, prepared, prove
from rongtong.engines.resilience.errors import ResilienceError
from rongtong.engines.resilience.influence import Influence, Rules, influence
from rongtong.engines.resilience.network import Floats, SupplyNetwork
from rongtong.engines.resilience.risk_results import Cascade, SystemicRisk
from rongtong.engines.resilience.running import Shocks, Tell, cores, in_threads, over_ray, single_failures
from rongtong.engines.resilience.traps import traps

Direction = Literal["both", "downstream", "upstream"]
#: A shock: firm and the share of its capacity that remains (0 fails, 1 untouched).
Remaining = Mapping[Any, float]

_DIRECTIONS = {"downstream": 1, "upstream": 2, "both": 3}


def systemic_risk(
    network: SupplyNetwork,
    firms: Sequence[Any] | pl.Series | None = None,
    *,
    shocks: Sequence[Remaining] | None = None,
    direction: Direction = "both",
    eps: float = 1e-2,
    certified: bool = False,
    replaceable: bool = True,
    cost_corrected: bool = False,
    workers: int | None = None,
    over: Literal["cores", "ray"] = "cores",
    tell: Tell | None = None,
) -> SystemicRisk:
    """Return how much of the network's output is lost by each shock.

    Parameters
    ----------
    firms
        Each of them fails by itself; all firms of the network unless told.
    shocks
        Instead of `firms`: for each shock the firms it meets and the share of their capacity that remains.
    direction
        ``downstream`` (who lacks inputs), ``upstream`` (who lacks buyers), or both, the worse counting for each firm.
    eps
        Propagation stops when no firm's capacity falls by more than this in a step; 0.01 is the published value.
    certified
        Follow every shock to its fixed point instead; `error` then bounds how far off `esri` can be (1e-6 or less,
        unless a network keeps feeding a loss back to itself in full, which `error` tells).
    replaceable
        Whether firms of the same market stand in for each other.
    cost_corrected
        Whether dependence downstream is scaled by purchases / costs.
    workers, over
        Threads on this machine's cores, or tasks on a Ray cluster that is running. The figures are the same.
    tell
        Called with how many shocks are done and how many there are; a true answer stops the run.

    Raises
    ------
    ResilienceError
        For firms that are not in the network and settings that cannot be.
    Cancelled
        When `tell` asked for it.
    """
    code, limit = _code(direction, eps), None if certified else eps
    names, todo = _shocks(network, firms, shocks)
    rules = Rules(replaceable, cost_corrected)
    found = _found(todo, (influence(network, rules), code, limit), workers, over, tell)
    share = found / (network.sales.sum() or 1.0)
    told = traps(network, rules, eps=limit, downstream=bool(code & 1), upstream=bool(code & 2))
    error = share[:, 4] if certified else None
    return SystemicRisk(names, share[:, 0], share[:, 1], share[:, 2], found[:, 3].astype(np.int32), error, told)


def cascade(
    network: SupplyNetwork,
    remaining: Remaining,
    *,
    direction: Direction = "both",
    eps: float = 1e-2,
    replaceable: bool = True,
    cost_corrected: bool = False,
) -> Cascade:
    """Return what one shock does to every firm; see `systemic_risk` for the parameters."""
    rules = Rules(replaceable, cost_corrected)
    table, code = influence(network, rules), _code(direction, eps)
    todo = _given(network, [remaining])
    found, losses = np.zeros((1, 4)), np.zeros((2, len(network)))
    many(table, desk(table), *todo, code, eps, found, losses)
    told = traps(network, rules, eps=eps, downstream=bool(code & 1), upstream=bool(code & 2))
    share = float(found[0, 0] / (network.sales.sum() or 1.0))
    return Cascade(network.names, network.sales, losses[0], losses[1], share, int(found[0, 3]), told)


def portion(todo: Shocks, table: Influence, directions: int, eps: float | None) -> Floats:
    """Follow a portion of the shocks by itself, as a Ray task does."""
    return _on_desk([None], (table, directions, eps), todo.copied(), 0)


def _found(
    todo: Shocks, shared: tuple[Influence, int, float | None], workers: int | None, over: str, tell: Tell | None
) -> Floats:
    """Sales lost in all, downstream, upstream; steps; how far off the first can be: a row a shock."""
    if over == "ray":
        return over_ray(todo, portion, shared, 5, tell)
    if over != "cores":
        raise ResilienceError("over is cores or ray")
    threads = min(cores(workers), max(1, len(todo)))
    desks: list[Any] = [None] * threads
    return in_threads(todo, partial(_on_desk, desks, shared), threads, 5, tell)


def _on_desk(desks: list[Any], shared: tuple[Influence, int, float | None], todo: Shocks, number: int) -> Floats:
    """Follow shocks on a thread's own desk, which is made when it is first needed."""
    table, directions, eps = shared
    found = np.zeros((len(todo), 5))
    if eps is None:
        if desks[number] is None:
            desks[number] = (prepared(table), certified_desk(table))
        ready, proof = desks[number]
        prove(table, ready, proof, *todo, directions, found)
        return found
    if desks[number] is None:
        desks[number] = desk(table)
    many(table, desks[number], *todo, directions, eps, found, np.zeros((0, len(table.sales))))
    return found


def _code(direction: Direction, eps: float) -> int:
    if direction not in _DIRECTIONS or not eps >= 0:
        raise ResilienceError("direction is both, downstream or upstream; eps is 0 or more")
    return _DIRECTIONS[direction]


def _shocks(
    network: SupplyNetwork, firms: Sequence[Any] | pl.Series | None, shocks: Sequence[Remaining] | None
) -> tuple[pl.Series, Shocks]:
    if firms is not None and shocks is not None:
        raise ResilienceError("either firms fail one by one, or shocks are given")
    if shocks is not None:
        return pl.Series("shock", range(1, len(shocks) + 1), dtype=pl.Int64), _given(network, shocks)
    if firms is None:
        return network.names.alias("firm"), single_failures(np.arange(len(network), dtype=np.int32))
    places = network.places(firms)
    return network.names[places].alias("firm"), single_failures(places)


def _given(network: SupplyNetwork, shocks: Sequence[Remaining]) -> Shocks:
    start = np.zeros(len(shocks) + 1, np.int64)
    np.cumsum([len(one) for one in shocks], out=start[1:])
    remaining = np.array([share for one in shocks for share in one.values()], np.float64)
    if not ((remaining >= 0) & (remaining <= 1)).all():
        raise ResilienceError("what remains of a firm's capacity is a share from 0 to 1")
    return Shocks(start, network.places([firm for one in shocks for firm in one]), 1.0 - remaining)
