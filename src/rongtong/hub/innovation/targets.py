"""Technical targets as plain rows, and as the one line a cell of the need form holds.

``★滚道有效淬硬层深 ≥ 6.0 mm【目前最好：4.5】【测法：解剖】；表面硬度 58–62 HRC``
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault
from rongtong.hub.foundation.formatting import clauses

from .enums import Comparison
from .models import Target


@dataclass(frozen=True)
class TargetRow:
    """One target as it comes in and goes out."""

    indicator: str
    comparison: str
    value: Decimal
    value_high: Decimal | None = None
    unit: str = ""
    best_today: str = ""
    method: str = ""
    must_meet: bool = False

    @classmethod
    def of(cls, target: Target) -> TargetRow:
        return cls(
            indicator=target.indicator,
            comparison=str(target.comparison),
            value=target.value,
            value_high=target.value_high,
            unit=target.unit,
            best_today=target.best_today,
            method=target.method,
            must_meet=target.must_meet,
        )

    @property
    def sign(self) -> str:
        """The comparison as a sign: ≥, ≤, =; a span has none."""
        return _SIGNS.get(self.comparison, "")

    @property
    def amount(self) -> str:
        """The value or the span, without trailing zeros: 6, 58–62."""
        low = plain(self.value)
        return low if self.value_high is None else f"{low}–{plain(self.value_high)}"

    def __str__(self) -> str:
        return " ".join(part for part in (self.indicator, self.sign, self.amount, self.unit) if part)


# ---- one line of text ------------------------------------------------------------------------------------------

_SIGNS = {Comparison.AT_LEAST.value: "≥", Comparison.AT_MOST.value: "≤", Comparison.EQUAL.value: "="}
_WORDS = {
    Comparison.AT_LEAST: (
        "≥", ">=", "⩾", ">", "不低于", "不小于", "不少于", "大于等于", "大于或等于", "大于", "高于", "至少",
    ),
    Comparison.AT_MOST: (
        "≤", "<=", "⩽", "<", "不高于", "不大于", "不超过", "不多于", "小于等于", "小于或等于", "小于", "低于", "至多",
    ),
    Comparison.EQUAL: ("=", "等于"),
    Comparison.BETWEEN: ("介于",),
}  # fmt: skip
_MEANING = {word: str(comparison) for comparison, words in _WORDS.items() for word in words}
_WORD = "|".join(re.escape(word) for word in sorted(_MEANING, key=len, reverse=True))
_NUMBER = r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_REST = r"(?P<unit>(?:\s.*|[^\d.,].*)?)$"
_TO = r"\s*(?:–|—|-|~|至|到|和|与)\s*"
# with a word of comparison the first one before a number divides; without, only a span of two numbers is clear
_COMPARED = re.compile(
    rf"^(?P<indicator>.+?)\s*(?P<word>{_WORD})\s*(?P<low>{_NUMBER})"
    rf"(?:{_TO}(?P<high>{_NUMBER})(?:\s*之间)?)?{_REST}"
)

_SPANNED = re.compile(rf"^(?P<indicator>.+?)\s*(?P<low>{_NUMBER}){_TO}(?P<high>{_NUMBER}){_REST}")
_NOTE = re.compile(r"【\s*(?P<name>目前最好|测法)\s*[:：]\s*(?P<text>[^】]*)】")
_LEADING = re.compile(r"^\s*(?:[((]\d{1,2}[))]|\d{1,2}\s*[、.](?!\d)|[①-⑳])\s*")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，：＞＜＝＋－～％（）＊\u3000", "0123456789.,:><=+-~%()* ")
_CUT = re.compile(r"[；;\r\n]+(?![^【]*】)")


def write_targets(rows: Iterable[TargetRow]) -> str:
    """Write targets as one text; :func:`read_targets` reads it back."""
    return clauses(_write(row) for row in rows)


def _write(row: TargetRow) -> str:
    text = ("★" if row.must_meet else "") + str(row)
    if row.best_today:
        text += f"【目前最好：{row.best_today}】"
    return text + (f"【测法：{row.method}】" if row.method else "")


def read_targets(text: str) -> tuple[list[TargetRow], list[Fault]]:
    """Read targets from one text, parts divided by ``；`` or by lines.

    Returns
    -------
    The rows that could be read, and a fault for each part that could not, with the part's number as its row.
    """
    rows: list[TargetRow] = []
    faults: list[Fault] = []
    parts = [part.strip() for part in _CUT.split(text) if part.strip()]
    for number, part in enumerate(parts, 1):
        row = read_target(part)
        if row is None:
            message = _("第 %(number)s 条「%(part)s」没有认出数值，请写成「指标 ≥ 数值 单位」。") % {
                "number": number,
                "part": part[:40],
            }
            faults.append(Fault("targets", message, "target.unreadable", row=number))
        else:
            rows.append(row)
    return rows, faults


def read_target(part: str) -> TargetRow | None:
    """Read one target, or None where no value is found."""
    notes = {match["name"]: match["text"].strip() for match in _NOTE.finditer(part)}
    text = _LEADING.sub("", _NOTE.sub("", part).translate(_FULL_WIDTH)).strip()
    must = text.startswith(("★", "*", "☆"))
    text = _LEADING.sub("", text.lstrip("★☆* "))
    match = _COMPARED.match(text) or _SPANNED.match(text)
    comparison = _comparison(match) if match else None
    if match is None or comparison is None or not match["indicator"].strip(" :"):
        return None
    return TargetRow(
        indicator=match["indicator"].strip(" :"),
        comparison=comparison,
        value=number_of(match["low"]),
        value_high=number_of(match["high"]) if match["high"] is not None else None,
        unit=match["unit"].strip().rstrip("。.").strip(),
        best_today=notes.get("目前最好", ""),
        method=notes.get("测法", ""),
        must_meet=must,
    )


def _comparison(match: re.Match[str]) -> str | None:
    """What is compared: a span is always 介于, and 介于 always a span."""
    word = match.groupdict().get("word")
    if match["high"] is not None:
        return Comparison.BETWEEN.value if word in (None, "介于") else None
    return None if word is None or _MEANING[word] == Comparison.BETWEEN else _MEANING[word]


def number_of(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-"))


def plain(value: Decimal) -> str:
    """Write a number without trailing zeros and without an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
