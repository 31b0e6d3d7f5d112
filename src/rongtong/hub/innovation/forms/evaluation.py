"""Forms of the evaluation of matching."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm

RANKERS = (
    ("shown", _("当时展示的顺序")),
    ("forward", _("只看需求一侧")),
    ("backward", _("只看对方一侧")),
    ("two-sided", _("两侧合分")),
)


class ExposureForm(RoomForm):
    most = forms.IntegerField(
        label=_("同一机构最多在几个需求的前 10 名出现"),
        required=False,
        help_text=_("留空表示不限。保存后约一分钟生效。"),
    )
    units, short = {"most": _("个需求")}, {"most"}


class ReplayForm(forms.Form):
    """Which two rankers to compare. What is no ranker is taken for the usual one."""

    a = forms.ChoiceField(label=_("甲"), choices=RANKERS)
    b = forms.ChoiceField(label=_("乙"), choices=RANKERS)
