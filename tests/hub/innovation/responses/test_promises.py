"""Whether a value reaches a target: every comparison, at, below and above its bounds."""

from decimal import Decimal

import pytest

from rongtong.hub.innovation.models import Target
from rongtong.hub.innovation.promises import keeps, meets, reaches


def d(text):
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    ("comparison", "bound", "high", "value", "value_high", "expected"),
    [
        ("ge", "6", None, "6", None, True),
        ("ge", "6", None, "5.999999", None, False),
        ("ge", "6", None, "5", "7", False),
        ("ge", "6", None, "6", "7", True),
        ("le", "0.5", None, "0.5", None, True),
        ("le", "0.5", None, "0.500001", None, False),
        ("le", "0.5", None, "0.4", "0.6", False),
        ("eq", "3", None, "3.000", None, True),
        ("eq", "3", None, "3.1", None, False),
        ("between", "58", "62", "58", "62", True),
        ("between", "58", "62", "60", None, True),
        ("between", "58", "62", "57.9", "61", False),
        ("between", "58", "62", "58", "62.1", False),
        ("between", "58", "62", None, None, None),
    ],
)
def test_reaches(comparison, bound, high, value, value_high, expected):
    assert reaches(comparison, d(bound), d(high), d(value), d(value_high)) is expected
    target = Target(comparison=comparison, value=d(bound), value_high=d(high))
    assert meets(target, d(value), d(value_high)) is expected


@pytest.mark.parametrize(
    ("comparison", "promised", "promised_high", "value", "expected"),
    [
        ("ge", "7", None, "6.5", False),  # better than the target, less than the promise
        ("ge", "7", None, "7", True),
        ("le", "0.4", None, "0.45", False),
        ("le", "0.3", "0.4", "0.4", True),
        ("le", "0.3", "0.4", "0.41", False),
        ("eq", "5", "6", "5.5", True),
        ("between", "59", "61", "58.5", False),
        ("ge", None, None, "6", True),  # nothing promised: the target counts
        ("ge", None, None, "5", False),
    ],
)
def test_keeps(comparison, promised, promised_high, value, expected):
    high = d("62") if comparison == "between" else None
    target = Target(comparison=comparison, value=d("6"), value_high=high)
    assert keeps(target, d(promised), d(promised_high), d(value)) is expected
