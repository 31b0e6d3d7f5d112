"""Cursor pages: stable while rows come and go, and as cheap on page 1,000 as on page 1."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema

from ..errors import Fault, Invalid

T = TypeVar("T")
MOST = 200


class Page(Schema, Generic[T]):
    """Some rows, and the address of the next ones."""

    items: list[T]
    next: str | None = None


def paged(
    request: HttpRequest,
    rows: QuerySet[Any],
    show: Callable[[Any], Any],
    *,
    order: tuple[str, ...],
    cursor: str = "",
    limit: int = 50,
) -> dict[str, Any]:
    """One page of ``rows`` in ``order`` (names of non-null fields, the last one unique, ``-`` for descending)."""
    limit = max(1, min(limit, MOST))
    rows = rows.order_by(*order)
    if cursor:
        rows = rows.filter(_after(order, _read(cursor, len(order), rows)))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    return {"items": [show(row) for row in found], "next": _next(request, found[-1], order) if more else None}


def _after(order: tuple[str, ...], values: list[Any]) -> Q:
    """Rows behind the one with these values."""
    condition, equal = Q(pk__in=()), Q()
    for name, value in zip(order, values, strict=True):
        field = name.removeprefix("-")
        condition |= equal & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{field: value})
    return condition


def _next(request: HttpRequest, last: Model, order: tuple[str, ...]) -> str:
    values = [getattr(last, name.removeprefix("-")) for name in order]
    text = json.dumps([one.isoformat() if isinstance(one, datetime) else str(one) for one in values])
    query = {**request.GET.dict(), "cursor": base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")}
    return f"{request.path}?{urlencode(query)}"


def _read(cursor: str, parts: int, rows: QuerySet[Any]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        names = [str(name).removeprefix("-") for name in rows.query.order_by]
        if not isinstance(values, list) or len(values) != parts:
            raise ValueError(cursor)
        return [rows.model._meta.get_field(name).to_python(value) for name, value in zip(names, values, strict=True)]
    except (ValueError, binascii.Error, UnicodeDecodeError, ValidationError) as error:
        fault = Fault("cursor", _("翻页位置无效，请从第一页重新开始。"), "cursor.invalid")
        raise Invalid([fault]) from error
