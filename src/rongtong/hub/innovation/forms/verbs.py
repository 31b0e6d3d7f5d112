"""Short forms of single verbs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm


class ReturnForm(RoomForm):
    comment = forms.CharField(label=_("审核意见"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    examples = {"comment": _("写明哪一项不清楚、怎样改。发榜方会原样看到。")}


class WithdrawForm(RoomForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    examples = {"reason": _("已有企业揭榜时必填，揭榜企业会看到。")}


class AskForm(RoomForm):
    text = forms.CharField(label=_("您的问题"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    examples = {"text": _("发榜方会看到贵单位名称；公开答复时不显示提问单位。")}


class AnswerForm(RoomForm):
    answer = forms.CharField(label=_("答复"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    to_all = forms.BooleanField(label=_("公开给所有成员（公开后不能改回）"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
