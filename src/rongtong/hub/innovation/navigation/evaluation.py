"""The evaluation of matching in the frame."""

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.pages import OPERATIONS, add_page

add_page(OPERATIONS, _("匹配评估"), "innovation:match_evaluation", order=60)
