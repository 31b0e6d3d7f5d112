"""From a cell's content to a typed value, with an answer for people where that fails."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..errors import Invalid, Text
from ..formatting import joined
from .columns import Column, Kind, in_all_languages, recognisable

LARGEST_MONEY: Final = Decimal(10) ** 16
LONGEST_TEXT: Final = 5000
_EXACT_INTEGER: Final = 10**15  # Excel keeps fifteen digits of a number
_UNITS: Final = {"": 1, "万": 10_000, "亿": 100_000_000, "千": 1000}
_YES: Final = {"是", "有", "√", "✓", "y", "yes", "true", "1", "已", "对"}
_NO: Final = {"否", "无", "×", "✗", "n", "no", "false", "0", "未", "没有"}
_DATE: Final = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?")
_COMPACT_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME: Final = re.compile(r"[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?$")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

Raw = str | bool | int | float | dt.datetime | dt.date | None


class Unfit(ValueError):
    """A cell does not hold what its column asks for; `message` says what is wrong and how to mend it."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def typed(column: Column, raw: Raw) -> Any:
    """Return the typed value of a cell, None for an empty one.

    Raises
    ------
    Unfit
        With the message for the person who filled in the file.
    """
    if raw is None or (isinstance(raw, str) and not clean(raw)):
        if column.required:
            raise Unfit("required", _("必填项为空。请补填。"))
        return None
    if column.spelled is not None and isinstance(raw, str):
        raw = _respelled(column, raw, column.spelled(clean(raw)))
    value = _READERS[Kind(column.kind)](column, raw)
    if column.check is None:
        return value
    try:
        return column.check(value)
    except Invalid as refusal:
        fault = refusal.faults[0]
        raise Unfit(fault.code, fault.message) from refusal
    except Unfit:
        raise
    except ValueError as error:
        raise Unfit("invalid", str(error)) from error


def _respelled(column: Column, raw: str, plain: str | None) -> str:
    if plain is None:
        message = _("没有认出“%(text)s”。%(help)s") % {"text": _short(raw), "help": column.help}
        raise Unfit("spelling", message)
    return plain


def clean(text: str) -> str:
    """Return `text` without control characters and outer blanks, with plain line ends."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def as_text(raw: Raw) -> str:
    """Return a cell as a person would read it."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return format(Decimal(repr(raw)).normalize(), "f") if abs(raw) < _EXACT_INTEGER else repr(raw)
    if isinstance(raw, dt.datetime) and raw.time() == dt.time():
        return raw.date().isoformat()
    return clean(str(raw))


def _text(column: Column, raw: Raw) -> str:
    text = as_text(raw)
    most = column.most or LONGEST_TEXT
    if len(text) > most:
        message = _("内容有 %(count)s 个字，最多 %(most)s 个字。请缩短。") % {"count": len(text), "most": most}
        raise Unfit("too_long", message)
    return text


def _code(column: Column, raw: Raw) -> str:
    if isinstance(raw, int | float) and not isinstance(raw, bool) and abs(raw) >= _EXACT_INTEGER:
        raise Unfit("code_as_number", _("编码被存成了数字，超过 15 位的部分已丢失。请把单元格设为“文本”后重新填写。"))
    return "".join(unicodedata.normalize("NFKC", _text(column, raw)).split())


def _number(column: Column, raw: Raw) -> Decimal:
    if isinstance(raw, bool | dt.date):
        raise Unfit("number", _not("数字", raw, "12.5"))
    if isinstance(raw, int | float):
        number = Decimal(repr(raw))
    else:
        text = re.sub(r"[,，\s]", "", unicodedata.normalize("NFKC", as_text(raw)))
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text):
            raise Unfit("number", _not("数字", raw, "12.5"))
        number = Decimal(text)
    if column.most is not None and number > column.most:
        raise Unfit("too_large", _("数值超过上限 %(most)s。请核对。") % {"most": column.most})
    return number


def _integer(column: Column, raw: Raw) -> int:
    number = _number(column, raw)
    if number != number.to_integral_value():
        raise Unfit("integer", _not("整数", raw, "300"))
    return int(number)


def _money(column: Column, raw: Raw) -> Decimal:
    if isinstance(raw, bool | dt.date):
        raise Unfit("money", _not("金额", raw, "125000.00"))
    if isinstance(raw, int | float):
        amount = Decimal(repr(raw))
        near = round(amount, 2)
        # A sum that Excel computed carries binary dust; a third decimal that somebody typed does not look like that.
        amount = near if abs(amount - near) < Decimal("0.000001") else amount
    else:
        amount = _written_money(raw)
    if amount != round(amount, 2):
        raise Unfit("money_places", _("金额最多两位小数（到分）。请四舍五入后填写。"))
    if abs(amount) >= (column.most or LARGEST_MONEY):
        raise Unfit("too_large", _("金额过大。请核对单位：本列以元计。"))
    return round(amount, 2)


def _written_money(raw: Raw) -> Decimal:
    text = re.sub(r"[,，\s¥￥]", "", unicodedata.normalize("NFKC", as_text(raw)))
    match = re.fullmatch(r"([+-]?(?:\d+\.?\d*|\.\d+))(万|亿|千)?(?:元|RMB|CNY)?", text, re.IGNORECASE)
    if not match:
        raise Unfit("money", _not("金额", raw, "125000.00"))
    return Decimal(match[1]) * _UNITS[match[2] or ""]


def _date(_column: Column, raw: Raw) -> dt.date:
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    text = unicodedata.normalize("NFKC", as_text(raw)) if not isinstance(raw, bool) else ""
    match = _DATE.match(text) or _COMPACT_DATE.fullmatch(text)
    rest = text[match.end() :] if match else text
    try:
        if match and (not rest or _TIME.fullmatch(rest)):
            return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise Unfit("date", _("“%(text)s”不是存在的日期。请核对。") % {"text": _short(raw)}) from error
    raise Unfit("date", _not("日期", raw, "2026-11-23"))


def _datetime(column: Column, raw: Raw) -> dt.datetime:
    """A time without zone is in the reader's; the product keeps UTC."""
    if isinstance(raw, dt.datetime):
        moment = raw
    else:
        text = unicodedata.normalize("NFKC", as_text(raw))
        time = _TIME.search(text)
        day = _date(column, raw if isinstance(raw, dt.date) else text)
        try:
            clock = dt.time(int(time[1]), int(time[2]), int(time[3] or 0)) if time else dt.time()
        except ValueError as error:
            raise Unfit("datetime", _not("时间", raw, "2026-11-23 14:05")) from error
        moment = dt.datetime.combine(day, clock)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def _choice(column: Column, raw: Raw) -> str:
    wanted = recognisable(as_text(raw))
    for code, label in column.choices.items():
        if wanted in {recognisable(code), *(recognisable(each) for each in in_all_languages(label))}:
            return code
    labels = joined(list(column.choices.values())[:12])
    message = _("“%(text)s”不在可选值中。请填写：%(labels)s。") % {"text": _short(raw), "labels": labels}
    raise Unfit("choice", message)


def _yesno(_column: Column, raw: Raw) -> bool:
    text = "1" if raw is True else "0" if raw is False else unicodedata.normalize("NFKC", as_text(raw)).lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise Unfit("yesno", _("“%(text)s”不是“是”或“否”。请填写其一。") % {"text": _short(raw)})


def _not(what: str, raw: Raw, example: str) -> Text:
    names = {"数字": _("数字"), "整数": _("整数"), "金额": _("金额"), "日期": _("日期"), "时间": _("时间")}
    values = {"text": _short(raw), "kind": names[what], "example": example}
    return _("“%(text)s”不是%(kind)s。请按“%(example)s”的形式填写。") % values


def _short(raw: Raw) -> str:
    text = as_text(raw)
    return text if len(text) <= 20 else text[:20] + "…"


_READERS: Final[dict[Kind, Callable[[Column, Raw], Any]]] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.DATETIME: _datetime,
    Kind.CHOICE: _choice,
    Kind.YESNO: _yesno,
}
