"""What the entries of a challenge's or a round's activity are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.errors import Text

WORDS: dict[str, Text] = {
    "challenge.create": _("开始填写"),
    "challenge.edit": _("修改了内容"),
    "challenge.submit": pgettext_lazy("activity", "提交审核"),
    "challenge.return": pgettext_lazy("activity", "退回修改"),
    "challenge.screen": pgettext_lazy("activity", "通过审核"),
    "challenge.publish": pgettext_lazy("activity", "发布"),
    "challenge.close": _("截止揭榜，开始遴选"),
    "challenge.withdraw": pgettext_lazy("activity", "撤回"),
    "challenge.amend": _("更正了内容"),
    "challenge.copy": _("从以往需求复制"),
    "challenge.invite": _("邀请企业揭榜"),
    "selection.set_criteria": _("确定评分标准"),
    "selection.assign_reviewer": _("指定评审人"),
    "selection.award": _("公布遴选结果"),
    "selection.close_without_award": _("结束遴选，无中选方"),
    "round.create": _("发布批次公告"),
    "round.edit": _("修改了批次"),
    "round.advance": _("进入下一阶段"),
}


def spoken(verb: str) -> Text | None:
    """The words for a verb; None for what is told elsewhere."""
    return WORDS.get(verb)
