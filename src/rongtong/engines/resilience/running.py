"""Shocks in portions: over this machine's cores, or over a Ray cluster, with progress and a way to stop."""

import os
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from importlib.util import find_spec
from itertools import islice
from queue import SimpleQueue
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rongtong.engines.resilience.errors import Cancelled, ResilienceError
from rongtong.engines.resilience.network import Floats, Places, Starts

#: Called now and then with how many shocks are done and how many there are; a true answer stops the run.
Tell = Callable[[int, int], bool | None]
#: Works on one portion and returns its rows; called in many threads at once, each with a number of its own.
Work = Callable[["Shocks", int], Floats]

_PORTIONS_A_WORKER = 32
_LARGEST = 512
_TOGETHER = 8


class Shocks(NamedTuple):
    """The firms of shock k are ``firm[start[k]:start[k + 1]]``; `floor` is the share of each that is lost."""

    start: Starts
    firm: Places
    floor: Floats

    def __len__(self) -> int:
        return len(self.start) - 1

    def copied(self) -> "Shocks":
        """Return shocks that may be written to, as all others: what comes over Ray may not."""
        return Shocks(self.start.copy(), self.firm.copy(), self.floor.copy())

    def portion(self, first: int, last: int) -> "Shocks":
        """Return shocks `first` to `last`, without `last`."""
        begin, end = self.start[first], self.start[last]
        return Shocks(self.start[first : last + 1] - begin, self.firm[begin:end], self.floor[begin:end])


def single_failures(firms: npt.NDArray[np.int32]) -> Shocks:
    """Return one shock for each firm: it fails altogether."""
    return Shocks(np.arange(len(firms) + 1, dtype=np.int64), firms.astype(np.int32), np.ones(len(firms)))


def portions(shocks: int, workers: int) -> list[tuple[int, int]]:
    """Split so that progress is told often and no core waits long at the end.

    Every portion begins where eight shocks that are solved together begin: so figures do not depend on the split.
    """
    size = _TOGETHER * max(1, min(_LARGEST, shocks // (workers * _PORTIONS_A_WORKER)) // _TOGETHER)
    return [(first, min(shocks, first + size)) for first in range(0, shocks, size)]


def cores(workers: int | None) -> int:
    """Return how many threads to use: as told, or as many as this process may use."""
    if workers is not None:
        if workers < 1:
            raise ResilienceError("workers is 1 or more")
        return workers
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_threads(shocks: Shocks, work: Work, workers: int, columns: int, tell: Tell | None) -> Floats:
    """Run portions on threads; the rows stand in the order of the shocks whoever works on them."""
    found = np.zeros((len(shocks), columns))
    free: SimpleQueue[int] = SimpleQueue()
    for number in range(workers):
        free.put(number)

    def job(first: int, last: int) -> tuple[int, int]:
        number = free.get_nowait()
        found[first:last] = work(shocks.portion(first, last), number)
        free.put(number)
        return first, last

    with ThreadPoolExecutor(workers) as pool:
        waiting = iter(portions(len(shocks), workers))
        running: set[Future[tuple[int, int]]] = set()
        done = 0
        for first, last in islice(waiting, workers):
            running.add(pool.submit(job, first, last))
        while running:
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            done += sum(last - first for first, last in (one.result() for one in ready))
            if tell is not None and tell(done, len(shocks)):
                raise Cancelled(f"stopped after {done} of {len(shocks)} shocks")
            running |= {pool.submit(job, *span) for span in islice(waiting, len(ready))}
    return found


def over_ray(shocks: Shocks, task: Any, shared: tuple[Any, ...], columns: int, tell: Tell | None) -> Floats:
    """Run portions on a Ray cluster that somebody has started; the arrays travel to each machine once.

    Parameters
    ----------
    task
        A function of a module: called with the portion and then with `shared`.
    """
    ray = ray_here()
    found = np.zeros((len(shocks), columns))
    places = [ray.put(one) for one in shared]
    remote = ray.remote(num_cpus=1)(task)
    spans = portions(len(shocks), max(1, int(ray.cluster_resources().get("CPU", 1))))
    running = {remote.remote(shocks.portion(first, last), *places): (first, last) for first, last in spans}
    done = 0
    while running:
        ready, _ = ray.wait(list(running))
        for one in ready:
            first, last = running.pop(one)
            found[first:last] = ray.get(one)
            done += last - first
        if tell is not None and tell(done, len(shocks)):
            for one in running:
                ray.cancel(one)
            raise Cancelled(f"stopped after {done} of {len(shocks)} shocks")
    return found


def ray_here() -> Any:
    """Return Ray, connected; raises ResilienceError that says what is missing.

    Nothing imports Ray before it is asked for: it reads how to guard itself when it is imported.
    """
    if find_spec("ray") is None:
        raise ResilienceError("a run over several machines needs Ray: pip install rongtong[ray]")
    ray = sys.modules.get("ray")
    if ray is None or not ray.is_initialized():
        raise ResilienceError("Ray is not running here: call ray.init, or rongtong.engines.matching.sharded.start_here")
    return ray
