"""Why a listing was matched: parts that the reader may see and that add up to the score."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rongtong.engines.matching.constraints import Outcome, Verdict
from rongtong.engines.matching.listing import Constraint

TENTHS = 10  # points are given with one decimal: more would feign exactness


@dataclass(frozen=True, slots=True)
class WordReason:
    """Words of the need that stand in the listing, as the need has them.

    Where they stand there in the other language only, both are named: ``轴承 → bearing``.
    """

    words: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class MeaningReason:
    """How close the meanings are.

    `similarity` is None while the listing is not encoded; its points are then the median of the other candidates.
    """

    similarity: float | None
    points: Decimal


@dataclass(frozen=True, slots=True)
class ConstraintReason:
    """A condition, the listing's own value and what comparing them gave; required ones carry no points."""

    constraint: Constraint
    found: object
    outcome: Outcome
    points: Decimal


@dataclass(frozen=True, slots=True)
class Reasons:
    """All parts of a score; `words` from the heaviest down."""

    words: tuple[WordReason, ...]
    meaning: MeaningReason | None
    constraints: tuple[ConstraintReason, ...]

    @property
    def total(self) -> Decimal:
        """The sum of all points, which is the score."""
        parts = [reason.points for reason in self.words] + [reason.points for reason in self.constraints]
        return sum(parts, self.meaning.points if self.meaning else Decimal("0.0"))


def explain(
    words: Sequence[tuple[str, float]],
    meaning: tuple[float | None, float] | None,
    verdicts: Sequence[Verdict],
    wanted_points: float,
    score: Decimal,
) -> Reasons:
    """Round the parts so that they add up to the score.

    Parameters
    ----------
    words
        Words and their points.
    meaning
        Similarity (None: not encoded yet) and points; None where meaning was not used.
    verdicts, wanted_points
        Conditions compared, and the points of the wanted ones that are met, together.
    score
        The sum of all points, `rounded`.
    """
    met = [verdict for verdict in verdicts if not verdict.constraint.required and verdict.outcome is Outcome.MET]
    each = wanted_points / len(met) if met else 0.0
    exact = [points for _, points in words] + ([meaning[1]] if meaning else []) + [each for _ in met]
    rounded = iter(round_together(exact, score))
    word_reasons = [WordReason(text, next(rounded)) for text, _ in words]
    meaning_reason = MeaningReason(meaning[0], next(rounded)) if meaning else None
    constraint_reasons = []
    for verdict in verdicts:
        counts = not verdict.constraint.required and verdict.outcome is Outcome.MET
        points = next(rounded) if counts else Decimal("0.0")
        constraint_reasons.append(ConstraintReason(verdict.constraint, verdict.found, verdict.outcome, points))
    word_reasons = sorted((reason for reason in word_reasons if reason.points), key=lambda reason: -reason.points)
    return Reasons(tuple(word_reasons), meaning_reason, tuple(constraint_reasons))


def rounded(score: float) -> Decimal:
    """Return a score as it is told, in tenths."""
    return Decimal(round(score * TENTHS)).scaleb(-1)


def round_together(values: Sequence[float], total: Decimal) -> list[Decimal]:
    """Round to tenths by largest remainder: the rounded values sum to `total`, their own rounded sum."""
    tenths = [value * TENTHS for value in values]
    floors = [int(value) for value in tenths]
    missing = int(total * TENTHS) - sum(floors)
    by_remainder = sorted(range(len(tenths)), key=lambda place: (floors[place] - tenths[place], place))
    for place in by_remainder[: max(0, missing)]:
        floors[place] += 1
    return [Decimal(value).scaleb(-1) for value in floors]
