"""Challenges and rounds in the frame."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.pages import ACCOUNT, OPERATIONS, add_page


def _writes(actor: Actor) -> bool:
    return actor.is_member and "contributor" in actor.steps and not actor.operator


add_page("innovation", _("榜单"), "innovation:challenges", order=10)
add_page("innovation", pgettext_lazy("navigation", "批次"), "innovation:rounds", order=20)
add_page(ACCOUNT, _("本单位的需求"), "innovation:own_challenges", order=15, icon="speakerphone", when=_writes)
add_page(OPERATIONS, _("需求审核"), "innovation:screening", order=20)
add_page(OPERATIONS, _("导入需求"), "innovation:challenge_import", order=40)
