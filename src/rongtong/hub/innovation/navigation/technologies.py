"""Technologies in the frame."""

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.pages import add_page

add_page("innovation", _("技术成果"), "innovation:technologies", order=50)
