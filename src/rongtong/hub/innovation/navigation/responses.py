"""What the innovation chain offers those who answer, review and carry out."""

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.pages import add_page

add_page("innovation", _("揭榜"), "innovation:responses", order=50, when=lambda actor: actor.role is not None)
add_page("innovation", _("评审"), "innovation:reviews", order=54)
add_page("innovation", _("合作"), "innovation:collaborations", order=58)
