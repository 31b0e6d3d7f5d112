"""The Jinja2 environment of every page: languages, icons, addresses, money, days.

Settings name :func:`environment` for Django's Jinja2 backend and :func:`template_folders` for its ``DIRS``.
"""

from __future__ import annotations

import datetime as dt
import re
import weakref
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.templatetags.static import static
from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, npgettext, pgettext
from markupsafe import Markup

from . import formatting, forms
from .browsers import browser
from .pages import address_of

HUB = Path(__file__).resolve().parents[1]
_rendering: ContextVar[Callable[[], HttpRequest | None]] = ContextVar("rendering", default=lambda: None)
_DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.S)
_ICON = Markup(
    '<svg class="icon" viewBox="0 0 24 24" fill="{fill}" stroke="currentColor" stroke-linecap="round" '
    'stroke-linejoin="round" aria-hidden="true">{body}</svg>'
)


class Missing(jinja2.StrictUndefined):
    """A name that no view gave is an error; only ``{{ a if b }}`` without an else stays empty."""

    @property
    def _is_plain_else(self) -> bool:
        return (self._undefined_hint or "").startswith("the inline if-expression")

    def __str__(self) -> str:  # type: ignore[override]  # the strict one never returns, this one does for one case
        return "" if self._is_plain_else else super().__str__()

    def __bool__(self) -> bool:  # type: ignore[override]  # as above
        return False if self._is_plain_else else super().__bool__()


def template_folders() -> list[Path]:
    """Return the ``templates`` folder of every room.

    Only our own: packages keep Django templates in folders of that name, which are not Jinja.
    """
    return sorted(HUB.glob("*/templates"))


def environment(**options: Any) -> jinja2.Environment:
    """Build the environment; Django's Jinja2 backend calls it with its ``OPTIONS``."""
    if getattr(settings, "STRICT_TEMPLATES", settings.DEBUG):
        options.setdefault("undefined", Missing)
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = jinja2.Environment(autoescape=options.pop("autoescape", True), **options)
    env.add_extension("jinja2.ext.i18n")
    env.add_extension("jinja2.ext.do")
    env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension above
        formatting.translated, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.globals |= {
        "_": said,
        "csrf_input": PostingField(),
        "static": static,
        "url": address_of,
        "url_or_none": url_or_none,
        "icon": icon,
        "language": lambda: get_language() or "zh-hans",
        "chinese": formatting.chinese,
        "decimals": formatting.places,
        "formatting": formatting,
        "widget": forms.widget,
        "boxes": forms.boxes,
        "describe": forms.describe,
        "faults_of": forms.faults_of,
    }
    env.filters |= FILTERS
    return env


def said(message: str, /, **values: Any) -> Markup:
    """Return ``_('共%(n)s份', n=count)`` as the page says it; what Jinja does for ``_`` takes three times as long.

    As there, a percent sign is written ``%%``, and values are escaped.
    """
    text = Markup(formatting.translated(message))  # noqa: S704  our own words
    return text % values if "%" in text else text


class PostingField:
    """The field that makes a form ours, for macros: they are made once, without the values of any page."""

    def __html__(self) -> str:
        request = _rendering.get()()
        if request is None:
            raise LookupError("a form that posts stands on pages only: this text is rendered without a request")
        return csrf_input(request)


def for_macros(request: HttpRequest) -> dict[str, Any]:
    """Context processor: macros that draw a posting form find the request of the page."""
    _rendering.set(weakref.ref(request))
    return {}


def url_or_none(name: str, *args: Any, **kwargs: Any) -> str | None:
    """Return the address of a named page, or None where this hub has no such page."""
    try:
        return address_of(name, *args, **kwargs)
    except NoReverseMatch:
        return None


@cache
def icon(name: str) -> Markup:
    """Draw one of Tabler's icons.

    Raises
    ------
    LookupError
        The icon is not in the product; add its name to ``scripts/vendor_assets.py``.
    """
    path = finders.find(f"vendor/tabler-icons/{name}.svg")
    drawing = _DRAWING.search(Path(path).read_text("utf-8")) if path else None
    if drawing is None:
        raise LookupError(f"no icon {name!r}: add it to ICON_NAMES in scripts/vendor_assets.py and run the script")
    return _ICON.format(fill="currentColor" if name.endswith("-filled") else "none", body=_drawn(drawing[1]))


def _drawn(path: str) -> Markup:
    return Markup(path.strip())  # noqa: S704  our own vendored drawing, compared with its hash


def show_money(value: Decimal | int | None) -> Markup:
    """Filter ``money``: 12.5万元 with the exact yuan as its title."""
    return _titled(formatting.money(value), formatting.money_exact(value) if value is not None else "")


def show_money_range(low: Decimal | int | None, high: Decimal | int | None) -> Markup:
    """Filter ``money_range``: ``low|money_range(high)``."""
    return _titled(formatting.money_range(low, high), formatting.money_range_exact(low, high))


def show_day(value: formatting.Moment | None, short: bool = False) -> Markup:
    """Filter ``day``: 2026年11月23日 in a ``<time>``; ``short`` drops this year."""
    return _timed(value, formatting.short_day(value) if short else formatting.day(value))


def show_time(value: dt.datetime | dt.time | None) -> Markup:
    """Filter ``time``: 14:05."""
    return _timed(value, formatting.clock(value))


def show_moment(value: dt.datetime | None) -> Markup:
    """Filter ``moment``: 2026年11月23日 14:05."""
    return _timed(value, formatting.moment(value))


def show_when(value: formatting.Moment | None) -> Markup:
    """Filter ``when``: 今天14:05, with the full moment as its title."""
    full = formatting.moment(value) if isinstance(value, dt.datetime) else formatting.day(value)
    return _timed(value, formatting.when(value), title=full)


def attributes(values: Mapping[str, Any]) -> Markup:
    """Filter ``attributes``: write a mapping as HTML attributes; None and False are left out, True stands alone."""
    parts = []
    for name, value in values.items():
        if value is None or value is False:
            continue
        parts.append(Markup(" {}").format(name) if value is True else Markup(' {}="{}"').format(name, value))
    return Markup("").join(parts)


def _titled(text: str, title: str) -> Markup:
    if not title:
        return Markup('<span class="rt-num">{}</span>').format(text)
    return Markup('<span class="rt-num" title="{}">{}</span>').format(title, text)


def _timed(value: dt.datetime | dt.date | dt.time | None, text: str, title: str = "") -> Markup:
    if value is None:
        return Markup("{}").format(text)
    extra = Markup(' title="{}"').format(title) if title else Markup("")
    return Markup('<time datetime="{}"{}>{}</time>').format(value.isoformat(), extra, text)


def initial(name: str | Promise | None) -> str:
    """Filter ``initial``: the sign on an avatar, 周 or ZQ."""
    words = str(name or "").split()
    if not words:
        return "·"
    return words[0][0] if len(words) == 1 else (words[0][0] + words[-1][0]).upper()


FILTERS = {
    "money": show_money,
    "money_range": show_money_range,
    "day": show_day,
    "time": show_time,
    "moment": show_moment,
    "when": show_when,
    "days_left": formatting.days_left,
    "number": formatting.number,
    "browser": browser,
    "percent": formatting.percent,
    "size": formatting.size,
    "weekday": formatting.weekday,
    "attributes": attributes,
    "initial": initial,
}
