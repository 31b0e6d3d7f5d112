"""Supply links in the frame."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.pages import OPERATIONS, add_page

add_page("industry", pgettext_lazy("many", "供需关系"), "industry:links", order=20)
add_page(OPERATIONS, _("待认领的企业"), "industry:outside_firms", order=60)
