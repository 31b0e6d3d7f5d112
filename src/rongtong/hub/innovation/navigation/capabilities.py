"""The pages of capabilities and of what fits."""

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.pages import ACCOUNT, add_page

add_page("innovation", _("能力"), "innovation:capabilities", order=40)
add_page("innovation", _("适合您"), "innovation:for_you", order=30, when=lambda actor: not actor.operator)
add_page(ACCOUNT, _("本单位的能力"), "innovation:own_capabilities", order=30, icon="tool")
