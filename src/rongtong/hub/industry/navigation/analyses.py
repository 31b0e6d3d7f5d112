"""Weak links and scenarios in the frame, and the colours of the map."""

from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.pages import add_page

from ..queries.maps import colour_by
from ..queries.weak_links import colours

add_page("industry", pgettext_lazy("many", "薄弱环节"), "industry:weak_links", order=30)
add_page("industry", pgettext_lazy("many", "推演情景"), "industry:scenarios", order=40)
colour_by(colours)
