"""Saved searches: kept by name, forgotten, watched for news."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.models import SavedSearch
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import actor_by_id

from ..saved import LISTS, news_in

MOST = 50


@verb("search.save")
def save_search(*, page: str, name: str, query: str, notify: bool, by: Actor) -> SavedSearch:
    """Keep a list as the address bar holds it. The same name again replaces what was kept.

    Raises
    ------
    Invalid
        No name, an unknown list, an address that is too long, or too many searches kept already.
    """
    name = name.strip()
    faults = []
    if not name or len(name) > 80:
        faults.append(Fault("name", _("请填写名称，不超过 80 个字。"), "required"))
    if page not in LISTS or len(query) > 2000:
        faults.append(Fault("query", _("这个列表不能保存。"), "invalid"))
    own = SavedSearch.visible_to(by)
    if own.exclude(page=page, name=name).count() >= MOST:
        faults.append(Fault("name", _("最多保存 50 个搜索，请先删去不用的。"), "too_many"))
    if faults:
        raise Invalid(faults)
    saved, made = SavedSearch._base_manager.update_or_create(
        account_id=by.person,
        page=page,
        name=name,
        defaults={
            "organisation_id": by.organisation_id,
            "query": _clean(query),
            "notify": notify,
            "seen_until": datetime.now(UTC),
        },
    )
    if not made:
        saved.touch("version")
    return saved


def _clean(query: str) -> str:
    """The query without what belongs to one look at it only."""
    return urlencode([(key, value) for key, value in parse_qsl(query.lstrip("?")) if key not in {"page", "export"}])


@verb("search.forget", on="search")
def forget_search(*, search: SavedSearch, by: Actor) -> None:
    """Delete a saved search."""
    SavedSearch._base_manager.filter(pk=search.pk).delete()


def tell_news() -> int:
    """Tell those whose kept searches have rows they have not seen, with the rights they have now. Returns how many.

    What was told is not told again: the mark moves with the notice, in one transaction.
    """
    told = 0
    for search in SavedSearch._base_manager.filter(notify=True).order_by("pk").iterator():
        known = actor_by_id(search.account_id, search.organisation_id)
        if known is None or not news_in(search, known[0]):
            continue
        with transaction.atomic():
            seen = SavedSearch._base_manager.filter(pk=search.pk, seen_until=search.seen_until)
            if seen.update(seen_until=datetime.now(UTC)):
                notify("search.news", to=[search.account_id], about=search, by=SYSTEM)
                told += 1
    return told
