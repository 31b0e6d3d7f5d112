"""What the weighing of words is worth on needs it was not chosen on.

    python benchmarks/matching_crossfit.py [SET ...]

For each set the development needs are cut into five parts; for each part the setting that is best on the other four
is scored on it. Prints that figure over several cuts with its 95 % bootstrap interval, beside the setting the engine
has. A gap between the two is what choosing on the same needs would feign.
"""

import argparse
import itertools
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matching_quality import BARS, DATA, TestSet, filled, interval, load, measure, ours

from rongtong.engines.matching import Index, words

PARTS, CUTS = 5, 5
Figures = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Setting:
    """One choice of the constants of `words`."""

    saturation: float
    smoothing: float
    kept: int
    power: float
    fade: float

    def use(self) -> None:
        """Let the engine score with this setting."""
        words.SATURATION, words.SMOOTHING = self.saturation, self.smoothing
        words._CHINESE = words._OTHER = words.Weighing(self.kept, self.power, self.fade)


OWN = {
    chinese: Setting(words.SATURATION, words.SMOOTHING, *weighing)
    for chinese, weighing in ((True, words._CHINESE), (False, words._OTHER))
}


def settings(*, chinese: bool) -> list[Setting]:
    """Return the grid; the engine's own setting is in it."""
    if chinese:
        grid = itertools.product((1.2, 2.0, 3.0), (0.7, 1.5), (64,), (0.75, 1.0), (0.003,))
    else:
        grid = itertools.product((1.2, 2.0), (0.7,), (96, 128), (0.75, 1.0), (0.001, 0.003))
    return list(dict.fromkeys([*itertools.starmap(Setting, grid), OWN[chinese]]))


def scored(test: TestSet, index: Index, setting: Setting) -> Figures:
    """Return nDCG@10 and recall@100 of every need, shape (needs, 2)."""
    setting.use()
    return np.array(measure(test, ours(index))).T


def cross_fitted(figures: Figures, seed: int) -> tuple[Figures, list[int]]:
    """Return each need's figures under the setting chosen without it, and the settings chosen.

    Parameters
    ----------
    figures
        Shape (settings, needs, 2).
    """
    part = np.random.default_rng(seed).permutation(figures.shape[1]) % PARTS
    out, chosen = np.zeros(figures.shape[1:]), []
    for one in range(PARTS):
        best = int(figures[:, part != one, 0].mean(axis=1).argmax())
        out[part == one] = figures[best, part == one]
        chosen.append(best)
    return out, chosen


def told(values: Figures) -> str:
    """Return the means of both figures with their intervals."""
    return "  ".join(
        f"{name} {column.mean():.4f} [{low:.3f}, {high:.3f}]"
        for name, column in zip(("nDCG@10", "recall@100"), values.T, strict=True)
        for low, high in [interval(column.tolist())]
    )


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", help="part of a set's name; all where none is given")
    wanted = parser.parse_args().sets
    if not DATA.is_dir():
        print(f"no evaluation data at {DATA}: set RONGTONG_DATA to its folder", file=sys.stderr)
        return 1
    for name, small in BARS:
        if wanted and not any(part in f"{name} {'in_2500' if small else 'full'}" for part in wanted):
            continue
        chinese = name.endswith("-zh")
        report(load(DATA / name, small=small), OWN[chinese], settings(chinese=chinese))
    return 0


def report(test: TestSet, own: Setting, grid: list[Setting]) -> None:
    """Print one set's figures."""
    index = filled(test)
    figures = np.array([scored(test, index, setting) for setting in grid])
    cuts = [cross_fitted(figures, seed) for seed in range(CUTS)]
    print(f"{test.name}\n  the engine's setting   {told(figures[grid.index(own)])}")
    print(f"  cross-fitted           {told(np.mean([found for found, _ in cuts], axis=0))}", flush=True)
    for place, count in Counter(itertools.chain(*(chosen for _, chosen in cuts))).most_common(3):
        print(f"    chosen {count:>2} of {PARTS * CUTS}: {grid[place]}")


if __name__ == "__main__":
    raise SystemExit(main())
