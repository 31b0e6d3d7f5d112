"""What the frame of every page shows: who runs the hub, the seven chains, the reader, notices, languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import pages
from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.models import Notice, Setting

#: What the operator of the hub may say of itself, and what stands there until it does.
DEFAULTS: dict[str, Text] = {
    "hub.cluster": _("中小企业融通发展平台"),
    "hub.host": "",
    "hub.operator": "",
    "hub.phone": "",
    "hub.mail": "",
}
SETTINGS_KEY = "frame.settings"
SETTINGS_SECONDS = 60
#: The tab bar has room for two signs.
MOST_NOTICES = 99
Known = Mapping[str, list[pages.Page]]
LANGUAGES = (("zh-hans", "中文"), ("en", "English"))


@dataclass(frozen=True)
class Link:
    """An entry of a menu as the frame draws it."""

    label: Text
    href: str
    current: bool = False
    icon: str = ""
    key: str = ""
    built: bool = True


@dataclass(frozen=True)
class Account:
    """The reader, as the header names them."""

    name: str
    organisation: str
    verified: bool
    operator: bool
    organisations: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Frame:
    """Everything that ``base.html`` draws around a page."""

    site: Mapping[str, Any]
    places: Mapping[str, str | None]
    chain: str = ""
    chains: list[Link] = field(default_factory=list)
    subs: list[Link] = field(default_factory=list)
    menu: list[Link] = field(default_factory=list)
    foot: list[Link] = field(default_factory=list)
    account: Account | None = None
    notices: str = ""
    language: str = "zh-hans"
    other: tuple[str, str] = LANGUAGES[1]
    path: str = "/"
    request_id: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_account(self) -> bool:
        return self.account is not None


#: The names of pages that the frame itself links to; a hub without one simply does not show the link.
PLACES = {
    "home": "web:home",
    "desk": "web:desk",
    "search": "web:search",
    "notices": "web:notices",
    "sign_in": "account_login",
    "sign_out": "account_logout",
    "sign_up": "account_signup",
    "language": "web:language",
    "switch": "organisations:switch",
}


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: give every page its ``frame``."""
    return {"frame": frame_of(request)}


def frame_of(request: HttpRequest) -> Frame:
    """Gather the frame of a request. One query for unread notices, and once a minute one for the settings."""
    actor: Actor = getattr(request, "actor", VISITOR)
    extra = pages.frame_values(request)
    known = pages.open_pages(actor)
    chain = current_group(request.path, known)
    return Frame(
        site=site_settings(),
        places=places(),
        chain=chain,
        chains=chain_links(chain, known),
        subs=links_of(known.get(chain, []), request.path),
        menu=links_of(known[pages.ACCOUNT], request.path),
        foot=links_of(known[pages.FOOT], request.path),
        account=account_of(request, actor, extra),
        notices=unread(actor),
        language=get_language() or "zh-hans",
        other=LANGUAGES[1] if (get_language() or "zh").startswith("zh") else LANGUAGES[0],
        path=request.get_full_path(),
        request_id=getattr(request, "request_id", ""),
        extra=extra,
    )


def bare_frame(request: HttpRequest | None = None) -> Frame:
    """Return a frame that needs no database: for the pages that say that something broke."""
    return Frame(
        site=dict(DEFAULTS),
        places=places(),
        language=get_language() or "zh-hans",
        request_id=getattr(request, "request_id", ""),
    )


def site_settings() -> dict[str, Any]:
    """Return what the operator said of the hub; each process reads it once a minute."""
    cache = caches["process"]
    known: dict[str, Any] | None = cache.get(SETTINGS_KEY)
    if known is None:
        known = dict(Setting._base_manager.filter(key__in=DEFAULTS).values_list("key", "value"))
        cache.set(SETTINGS_KEY, known, SETTINGS_SECONDS)
    return dict(DEFAULTS) | known


def places() -> dict[str, str | None]:
    """Return the addresses of the pages the frame links to; None for what this hub lacks."""
    return {key: _address(name) for key, name in PLACES.items()}


def _address(name: str) -> str | None:
    return pages.address_of(name) if pages.is_known(name) else None


def current_group(path: str, known: Known) -> str:
    """Return the chain (or ``operations``) whose page holds this path; the longest address that fits wins."""
    groups = [*(chain.key for chain in pages.CHAINS), pages.OPERATIONS]
    fitting = [(len(page.href), group) for group in groups for page in known[group] if _holds(page, path)]
    return max(fitting, default=(0, ""))[1]


def _holds(page: pages.Page, path: str) -> bool:
    return page.href != "/" and path.startswith(page.href)


def chain_links(current: str, known: Known) -> list[Link]:
    """Return the seven chains, and the operator's work for an operator. What is not built yet says so."""
    home = _address(PLACES["home"]) or "/"
    links = []
    for chain in pages.CHAINS:
        own = known[chain.key]
        href = own[0].href if own else f"{home}#chain-{chain.key}"
        links.append(Link(chain.label, href, chain.key == current, chain.icon, chain.key, pages.is_built(chain.key)))
    work = known[pages.OPERATIONS]
    if work:
        links.append(Link(_("运营"), work[0].href, current == pages.OPERATIONS, "settings", pages.OPERATIONS))
    return links


def links_of(own: list[pages.Page], path: str) -> list[Link]:
    """Return pages as links, the one that is open marked."""
    here = max((page.href for page in own if _holds(page, path)), key=len, default="")
    return [Link(page.label, page.href, page.href == here, page.icon, page.route) for page in own]


def account_of(request: HttpRequest, actor: Actor, extra: Mapping[str, Any]) -> Account | None:
    """Return the reader as the header names them, in the reader's language; None for a visitor."""
    if actor.account_id is None:
        return None
    user = getattr(request, "user", None)  # a token's request has none
    english = str(getattr(user, "name_en", "")) if get_language() == "en" else ""
    own = (one.organisation for one in getattr(request, "memberships", ()))
    here = next((one.short for one in own if one.pk == actor.organisation_id), actor.organisation_name)
    organisations = list(extra.get("organisations", ()))
    return Account(english or actor.name, here, actor.verified, actor.operator, organisations)


def unread(actor: Actor) -> str:
    """Return the number of unread notices as the bell shows it: "", "5", "99+"."""
    if actor.account_id is None:
        return ""
    count = Notice.visible_to(actor).filter(read_at=None).order_by()[: MOST_NOTICES + 1].count()
    return "" if not count else str(count) if count <= MOST_NOTICES else f"{MOST_NOTICES}+"
