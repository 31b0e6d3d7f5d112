"""What people are told by the frame itself."""

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.models import SavedSearch
from rongtong.hub.foundation.notices import event

from .saved import LISTS


def _link(search: SavedSearch) -> str:
    kept = LISTS.get(search.page)
    try:
        return f"{reverse(kept.route)}?{search.query}" if kept else reverse("web:searches")
    except NoReverseMatch:
        return reverse("web:searches")


event(
    "search.news",
    subject=_("您保存的搜索有新内容"),
    words=lambda search, details: gettext("「%(name)s」有新内容") % {"name": search.name},
    link=_link,
)
