"""Writing the targets of a challenge: checked row by row, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault, Text

from ..enums import Comparison
from ..models import Challenge, Target
from ..targets import TargetRow

MOST = 30
LARGEST = Decimal(10) ** 12
LENGTHS = {"indicator": 120, "unit": 40, "best_today": 60, "method": 120}


def rows_of(challenge: Challenge) -> list[TargetRow]:
    return [TargetRow.of(target) for target in challenge.targets.all()]


def replace_targets(challenge: Challenge, rows: Sequence[TargetRow]) -> None:
    """Put the rows in place of what there was. Called by verbs only, before anybody has committed to a target."""
    Target._base_manager.filter(challenge=challenge).delete()
    Target._base_manager.bulk_create(
        Target(
            challenge=challenge,
            position=number,
            **{name: getattr(row, name) for name in TargetRow.__dataclass_fields__},
        )
        for number, row in enumerate(rows, 1)
    )


def faults_of_rows(rows: Sequence[TargetRow]) -> list[Fault]:
    """All that is wrong with the rows, each with its row and column."""
    found = [Fault("targets", _("指标不超过 30 条。"), "target.too_many")] if len(rows) > MOST else []
    for number, row in enumerate(rows[: MOST + 1], 1):
        found += (Fault("targets", message, code, row=number, column=column) for column, message, code in _faults(row))
    return found


def _faults(row: TargetRow) -> Iterator[tuple[str, Text, str]]:
    if not row.indicator.strip():
        yield "indicator", _("请填写指标名称。"), "target.no_indicator"
    for name, length in LENGTHS.items():
        if len(getattr(row, name)) > length:
            yield name, _("最多 %(length)s 字。") % {"length": length}, "target.too_long"
        if "\x00" in getattr(row, name):
            yield name, _("含有不能保存的字符。"), "target.bad_character"
    if row.comparison not in Comparison.values:
        yield "comparison", _("比较方式应为 ≥、≤、= 或介于。"), "target.comparison"
    for name in ("value", "value_high"):
        number = getattr(row, name)
        if number is not None and not _fits(number):
            yield name, _("数值最多 12 位整数、6 位小数。"), "target.value"
    yield from _span_faults(row)


def _span_faults(row: TargetRow) -> Iterator[tuple[str, Text, str]]:
    between = row.comparison == Comparison.BETWEEN
    if between and row.value_high is None:
        yield "value_high", _("「介于」需要上限。"), "target.no_high"
    elif between and row.value_high is not None and row.value_high.is_finite() and row.value.is_finite():
        if row.value_high < row.value:
            yield "value_high", _("上限小于下限。"), "target.order"
    elif not between and row.value_high is not None:
        yield "value_high", _("只有「介于」才填上限。"), "target.high"


def _fits(number: Decimal) -> bool:
    if not number.is_finite():
        return False
    exponent = number.normalize().as_tuple().exponent
    return abs(number) < LARGEST and isinstance(exponent, int) and exponent >= -6
