"""What people are told by the frame itself."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.models import SavedSearch
from rongtong.hub.foundation.notices import event

from .saved import address


def _link(search: SavedSearch) -> str:
    return address(search) or reverse("web:searches")


event(
    "search.news",
    subject=_("您保存的搜索有新内容"),
    words=lambda search, details: gettext("「%(name)s」有新内容") % {"name": search.name},
    link=_link,
    outside=False,
)
