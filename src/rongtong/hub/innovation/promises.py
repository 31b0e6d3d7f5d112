"""Whether a value reaches a target, and whether a result keeps a promise."""

from decimal import Decimal

from .enums import Comparison
from .models import Target


def reaches(
    comparison: str,
    bound: Decimal,
    bound_high: Decimal | None,
    value: Decimal | None,
    value_high: Decimal | None = None,
) -> bool | None:
    """Tell whether ``value`` (or the range up to ``value_high``) lies where ``comparison`` with the bound wants it.

    Returns
    -------
    bool or None
        None while there is no value. A range reaches a bound only with both its ends.
    """
    if value is None:
        return None
    low, high = value, value if value_high is None else value_high
    if comparison == Comparison.AT_LEAST:
        return low >= bound
    if comparison == Comparison.AT_MOST:
        return high <= bound
    if comparison == Comparison.EQUAL:
        return low == high == bound
    return bound <= low and high <= (bound if bound_high is None else bound_high)


def meets(target: Target, value: Decimal | None, value_high: Decimal | None = None) -> bool | None:
    """Tell whether a promised or measured value reaches what the challenge asks for."""
    return reaches(target.comparison, target.value, target.value_high, value, value_high)


def keeps(
    target: Target,
    promised: Decimal | None,
    promised_high: Decimal | None,
    value: Decimal | None,
    value_high: Decimal | None = None,
) -> bool | None:
    """Tell whether a measured value keeps what was promised; where nothing was promised the target itself counts."""
    if promised is None:
        return meets(target, value, value_high)
    comparison = target.comparison
    if comparison == Comparison.EQUAL and promised_high is not None:
        comparison = Comparison.BETWEEN
    # a one-sided target that was promised as a range is kept by its weaker end
    bound = promised_high if comparison == Comparison.AT_MOST and promised_high is not None else promised
    return reaches(comparison, bound, promised_high, value, value_high)
