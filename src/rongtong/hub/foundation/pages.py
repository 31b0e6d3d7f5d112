"""The map of the product's pages: every room adds its own, the frame (``base.html``) draws those the reader may open.

A room writes ``navigation.py``::

    from django.utils.translation import gettext_lazy as _
    from rongtong.hub.foundation.pages import add_page

    add_page("innovation", _("榜单"), "innovation:challenges", order=10)

``RoomConfig`` imports it when Django starts. A page is offered only where its route's row in the rights table lets the
reader in, so nothing is promised that then refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import gettext_lazy as _

from .actors import VISITOR, Actor
from .errors import Text
from .middleware import roles_for


@dataclass(frozen=True)
class Chain:
    """One of the seven chains: a first-level entry of the frame."""

    key: str
    label: Text
    icon: str
    sentence: Text


CHAINS = (
    Chain("innovation", _("创新链"), "bulb", _("难题发榜，企业揭榜，专家遴选，合作攻关")),
    Chain("industry", _("产业链"), "affiliate", _("谁供谁、断一家会怎样、哪里该补链")),
    Chain("supply", _("供应链"), "truck-delivery", _("采购需求、供方资质、共享产能")),
    Chain("production", _("数据链"), "chart-dots", _("门店销售、预测、库存、排产贯通")),
    Chain("finance", _("资金链"), "currency-yuan", _("信用证据、贷款产品、应收账款")),
    Chain("services", _("服务链"), "microscope", _("仪器共享、创新券、专业服务")),
    Chain("talent", _("人才链"), "users-group", _("专家、实训、揭榜团队借用")),
)

#: Groups besides the chains: what the operator does, what an account menu holds, what stands at the foot of a page.
OPERATIONS, ACCOUNT, FOOT = "operations", "account", "foot"
GROUPS = frozenset(chain.key for chain in CHAINS) | {OPERATIONS, ACCOUNT, FOOT}


@dataclass(frozen=True)
class Page:
    """A page that the frame links to.

    Parameters
    ----------
    group
        A chain's key, or ``operations``, ``account``, ``foot``.
    route
        The URL's name; it takes no arguments.
    when
        A further condition on the reader, besides the rights row of the route.
    """

    group: str
    label: Text
    route: str
    order: int = 50
    icon: str = ""
    when: Callable[[Actor], bool] | None = None

    @property
    def href(self) -> str:
        return address_of(self.route)

    def is_open_to(self, actor: Actor) -> bool:
        """Tell whether the reader may open the page, and whether this hub has it."""
        if self.group == OPERATIONS and not actor.operator:
            return False
        if not is_known(self.route):
            return False
        needed = roles_for(self.route, [self.route.partition(":")[0]])
        return bool(needed & actor.roles) and (self.when is None or self.when(actor))


def address_of(route: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of a page: ``address_of("innovation:challenge", challenge.pk)``.

    A page asks for a hundred, and the same ones stand on many pages.

    Raises
    ------
    NoReverseMatch
        This hub has no such page.
    """
    found = _address(route, args, tuple(kwargs.items()), settings.ROOT_URLCONF, get_script_prefix())
    return found if found is not None else reverse(route, args=args, kwargs=kwargs)


def is_known(route: str) -> bool:
    """Tell whether this hub has the page, which takes no arguments."""
    return _address(route, (), (), settings.ROOT_URLCONF, get_script_prefix()) is not None


@lru_cache(maxsize=8192)
def _address(
    route: str, args: tuple[Any, ...], named: tuple[tuple[str, Any], ...], _urlconf: str, _prefix: str
) -> str | None:
    try:
        return reverse(route, args=args, kwargs=dict(named))
    except NoReverseMatch:
        return None


Provider = Callable[[HttpRequest], Mapping[str, Any]]
_pages: list[Page] = []
_providers: list[Provider] = []


def add_page(
    group: str,
    label: Text,
    route: str,
    *,
    order: int = 50,
    icon: str = "",
    when: Callable[[Actor], bool] | None = None,
) -> None:
    """Add a page to the frame. Adding the same route to the same group again changes nothing."""
    if group not in GROUPS:
        raise ValueError(f"no group of pages named {group!r}: one of {sorted(GROUPS)}")
    if not any(page.group == group and page.route == route for page in _pages):
        _pages.append(Page(group, label, route, order, icon, when))


def add_frame(provider: Provider) -> None:
    """Let a room give values to the frame: ``provider(request) -> {"organisations": […]}``."""
    if provider not in _providers:
        _providers.append(provider)


def pages_of(group: str, actor: Actor = VISITOR) -> list[Page]:
    """Return the pages of a group that the reader may open, in order."""
    found = (page for page in _pages if page.group == group and page.is_open_to(actor))
    return sorted(found, key=lambda page: page.order)


def open_pages(actor: Actor = VISITOR) -> dict[str, list[Page]]:
    """Return every group with the pages in it that the reader may open, in order."""
    return {group: pages_of(group, actor) for group in GROUPS}


def is_built(group: str) -> bool:
    """Tell whether any room has added a page to the group, whoever may open it."""
    return any(page.group == group for page in _pages)


def frame_values(request: HttpRequest) -> dict[str, Any]:
    """Return what the rooms' providers give for this request."""
    values: dict[str, Any] = {}
    for provider in _providers:
        values |= provider(request)
    return values
