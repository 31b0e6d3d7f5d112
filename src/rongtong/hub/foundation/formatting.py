"""Numbers, money, days and times as people read them, in Chinese and in English.

Every function here gives plain text in the active language. The Jinja filters of the same names (``templating``) wrap
it in ``<time>`` or in a span whose title holds the exact yuan. Spaces between 汉字 and digits are made by CSS.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

WAN = Decimal(10_000)
YI = Decimal(100_000_000)
MILLION = Decimal(1_000_000)
BILLION = Decimal(1_000_000_000)
#: From so many days before the end a deadline is drawn warm.
SOON = 7

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKDAYS_ZH = "一二三四五六日"

Moment = dt.datetime | dt.date


def translated(message: str) -> str:
    """Return a message in the reader's language; a page has some 800, and Django's own look-up takes 5 µs for each."""
    return _translated(get_language(), message)


@lru_cache(maxsize=16_384)
def _translated(_language: str | None, message: str) -> str:
    return gettext(message)


def chinese() -> bool:
    """Tell whether the page is being written in Chinese."""
    return (get_language() or "zh").startswith("zh")


def joined(parts: Iterable[object]) -> str:
    """Write a list in the marks of the language: 甲、乙; A, B."""
    return ("、" if chinese() else ", ").join(str(part) for part in parts)


def clauses(parts: Iterable[object]) -> str:
    """Write parts that may hold commas: 甲；乙; A; B."""
    return ("；" if chinese() else "; ").join(str(part) for part in parts)


def bracketed(text: object) -> str:
    """Write what follows a word in brackets: （元）; with the space that English has before them."""
    return f"（{text}）" if chinese() else f" ({text})"


def number(value: Decimal | int | float | None, places: int | None = None) -> str:
    """Write a number with thousands separators; ``—`` for nothing.

    Parameters
    ----------
    value
        The number. A ``Decimal`` keeps what it holds, without trailing zeros.
    places
        Exactly so many digits after the point; ``None`` writes what is there.
    """
    if value is None:
        return "—"
    exact = Decimal(str(value))
    if places is None:
        return _plain(exact)
    return f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"


def places(values: Iterable[Decimal | int | float | None], most: int = 2) -> int:
    """How many digits after the point a column needs so that all its numbers can have as many: 160.0 over 120.8.

    It is what the most exact one holds, but no more than ``most``; give it to ``number``. Where all are whole it is 0.
    """
    return min(most, max((_digits(Decimal(str(value))) for value in values if value is not None), default=0))


def percent(share: Decimal | float | None, places: int = 0) -> str:
    """Write a share of one as per cent: 0.784 → 78%."""
    return "—" if share is None else number(Decimal(str(share)) * 100, places) + "%"


def size(count: int | None) -> str:
    """Write a number of bytes: 2.4 MB."""
    if count is None:
        return "—"
    value = Decimal(count)
    for unit in ("B", "kB", "MB"):
        if value < 1000:
            return f"{_rounded(value, 1)} {unit}"
        value /= 1000
    return f"{_rounded(value, 1)} GB"


def money(value: Decimal | int | None) -> str:
    """Write an amount of yuan for reading: 12.5万元, 3.2亿元; ¥3.0 million."""
    if value is None:
        return "—"
    amount = Decimal(value)
    if chinese():
        return _zh_amount(amount) + "元"
    scale, word = _en_scale(amount)
    return _en_digits(amount, scale, sign=True) + word


def money_exact(value: Decimal | int | None) -> str:
    """Write the same amount to the yuan: 125,000元; CNY 125,000."""
    if value is None:
        return "—"
    digits = _plain(Decimal(value))
    return f"{digits}元" if chinese() else f"CNY {digits}"


def money_range(low: Decimal | int | None, high: Decimal | int | None) -> str:
    """Write a span of money: 300万–450万元; ¥3.0–4.5 million; one end open; 面议 when both are."""
    if low is None and high is None:
        return gettext("面议")
    if low is None:
        return gettext("%(amount)s以内") % {"amount": money(high)}
    if high is None:
        return gettext("%(amount)s以上") % {"amount": money(low)}
    if low == high:
        return money(low)
    a, b = Decimal(low), Decimal(high)
    if chinese():
        return f"{_zh_amount(a)}–{_zh_amount(b)}元"
    scale, word = _en_scale(b)
    return f"{_en_digits(a, scale, sign=True)}–{_en_digits(b, scale)}{word}"


def money_range_exact(low: Decimal | int | None, high: Decimal | int | None) -> str:
    """Write a span of money to the yuan; empty when both ends are open."""
    return "–".join(money_exact(end) for end in (low, high) if end is not None)


def day(value: Moment | None) -> str:
    """Write a day: 2026年11月23日; 23 Nov 2026."""
    if value is None:
        return "—"
    d = local_day(value)
    return f"{d.year}年{d.month}月{d.day}日" if chinese() else f"{d.day} {_MONTHS[d.month - 1]} {d.year}"


def short_day(value: Moment | None, today: dt.date | None = None) -> str:
    """Write a day without its year when that is this year: 11月23日; 23 Nov."""
    if value is None:
        return "—"
    d = local_day(value)
    if d.year != (today or timezone.localdate()).year:
        return day(d)
    return f"{d.month}月{d.day}日" if chinese() else f"{d.day} {_MONTHS[d.month - 1]}"


def weekday(value: Moment) -> str:
    """Write the day of the week: 星期一; Monday."""
    index = local_day(value).weekday()
    return "星期" + _WEEKDAYS_ZH[index] if chinese() else _WEEKDAYS_EN[index]


def clock(value: dt.datetime | dt.time | None) -> str:
    """Write a time of day: 14:05."""
    if value is None:
        return "—"
    local = timezone.localtime(value) if isinstance(value, dt.datetime) and timezone.is_aware(value) else value
    return f"{local:%H:%M}"


def moment(value: dt.datetime | None) -> str:
    """Write a day with its time: 2026年11月23日 14:05; 23 Nov 2026, 14:05."""
    return "—" if value is None else _join(day(value), clock(value))


def when(value: Moment | None, now: dt.datetime | None = None) -> str:
    """Write a moment as one speaks of it: 今天14:05, 昨天09:10, 11月20日15:40."""
    if value is None:
        return "—"
    today = timezone.localdate(now) if now else timezone.localdate()
    ago = (today - local_day(value)).days
    name = {0: gettext("今天"), 1: gettext("昨天"), -1: gettext("明天")}.get(ago) or short_day(value, today)
    return _join(name, clock(value)) if isinstance(value, dt.datetime) else name


def days_left(value: Moment | None, now: dt.datetime | None = None) -> str:
    """Write how far away an end is: 还有27天; 明天截止; 今天17:00截止; 已截止."""
    if value is None:
        return gettext("未定截止时间")
    present = now or timezone.now()
    if is_over(value, present):
        return gettext("已截止")
    days = (local_day(value) - timezone.localdate(present)).days
    if days == 0:
        at = clock(value) if isinstance(value, dt.datetime) else ""
        return gettext("今天%(time)s截止") % {"time": at} if at else gettext("今天截止")
    if days == 1:
        return gettext("明天截止")
    return ngettext("还有%(days)s天", "还有%(days)s天", days) % {"days": days}


def is_over(value: Moment, now: dt.datetime | None = None) -> bool:
    """Tell whether an end has passed; a day ends at its midnight."""
    present = now or timezone.now()
    if isinstance(value, dt.datetime):
        return value <= present
    return value < timezone.localdate(present)


def is_soon(value: Moment | None, now: dt.datetime | None = None) -> bool:
    """Tell whether an end lies within the next seven days."""
    if value is None or is_over(value, now):
        return False
    return (local_day(value) - timezone.localdate(now or timezone.now())).days <= SOON


def local_day(value: Moment) -> dt.date:
    """Return the day of a moment on the wall calendar of the hub."""
    if isinstance(value, dt.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def _join(date: str, time: str) -> str:
    return f"{date}{time}" if chinese() and date[-1] != "日" else f"{date} {time}" if chinese() else f"{date}, {time}"


def _digits(value: Decimal) -> int:
    return len(f"{value:f}".partition(".")[2].rstrip("0"))


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rounded(value: Decimal, places: int) -> str:
    return _plain(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _zh_amount(amount: Decimal) -> str:
    size_ = abs(amount)
    if size_ < WAN:
        return _rounded(amount, 2)
    # 99,999,999 rounds up to a whole 亿: the unit is chosen after rounding
    if (size_ / WAN).quantize(Decimal("0.01"), ROUND_HALF_UP) < WAN:
        return _rounded(amount / WAN, 2) + "万"
    return _rounded(amount / YI, 2) + "亿"


def _en_scale(amount: Decimal) -> tuple[Decimal, str]:
    size_ = abs(amount)
    if size_ < MILLION:
        return Decimal(1), ""
    return (MILLION, " million") if (size_ / MILLION).quantize(Decimal("0.01")) < 1000 else (BILLION, " billion")


def _en_digits(amount: Decimal, scale: Decimal, *, sign: bool = False) -> str:
    if scale == 1:
        digits = _rounded(abs(amount), 2)
    else:
        digits = _rounded(abs(amount) / scale, 2)
        digits = digits if "." in digits else digits + ".0"
    return ("-" if amount < 0 else "") + ("¥" if sign else "") + digits
