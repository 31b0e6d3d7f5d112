"""What trust offers in the menus."""

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.pages import FOOT, OPERATIONS, add_page

add_page(OPERATIONS, _("透明日志"), "trust:log", order=92)
add_page(FOOT, _("存证与核验"), "trust:about_evidence", order=25)
