"""How long a project lasts, as people write it in a form: 18个月, 一年半, 2年, 24月, 至2027年12月."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_NUMBER = r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+"
#: A calendar year is no number of years.
_YEARS = r"(?<!\d)\d{1,2}(?:\.\d+)?|[一二两三四五六七八九十]+"
_SPANS = (
    re.compile(rf"(?P<months>{_NUMBER})(?:个月|月|months?|mos?\.?|m)?"),
    re.compile(rf"(?P<years>{_YEARS})(?:年|周年|years?|yrs?\.?|y)(?P<half>半)?"),
    re.compile(rf"(?P<years>{_YEARS})(?:年|years?)[零又加和and]*(?P<months>{_NUMBER})(?:个月|月|months?)"),
    re.compile(r"(?P<half>半)年|(?P<halfyear>half)(?:a)?year"),
)
_UNTIL = re.compile(
    r"(?:自?即日起)?(?:至|到|截至|截止|until|by|to)?(?P<year>20\d{2})[年./-](?P<month>\d{1,2})"
    r"(?:月|(?:[月./-]\d{1,2}日?))?(?:底|末|前|止|为止)*"
)
_ABOUT = re.compile(r"^(?:约|大约|为期|共|周期|期限)+|(?:左右|以内|内)+$")


def months_of(text: str, today: dt.date) -> int | None:
    """Read a period in months, None where none is recognised.

    Parameters
    ----------
    today
        From when an end such as 至2027年12月 is counted; the month it ends in counts as a whole one.
    """
    plain = _ABOUT.sub("", re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()).strip(":")
    for span in _SPANS:
        match = span.fullmatch(plain)
        if match:
            return _whole(match.groupdict())
    match = _UNTIL.fullmatch(plain)
    if match is None or not 1 <= int(match["month"]) <= 12:
        return None
    left = (int(match["year"]) - today.year) * 12 + int(match["month"]) - today.month
    return left if left > 0 else None


def _whole(found: dict[str, str | None]) -> int | None:
    years, months = _number(found.get("years")), _number(found.get("months"))
    total = years * 12 + months + (6 if found.get("half") or found.get("halfyear") else 0)
    return int(total) if total == total.to_integral_value() else None


def _number(text: str | None) -> Decimal:
    if not text:
        return Decimal(0)
    return Decimal(text) if text[0].isdigit() and text[0].isascii() else Decimal(_chinese(text))


def _chinese(text: str) -> int:
    """A number below a thousand in 汉字: 十八, 二十四, 一百二十."""
    total, digit = 0, 0
    for letter in text:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
        else:
            total += (digit or 1) * (10 if letter == "十" else 100)
            digit = 0
    return total + digit
