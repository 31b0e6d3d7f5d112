"""States and choices of matchmaking days."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DayState(models.TextChoices):
    DRAFT = "draft", _("筹备中")
    INVITING = "inviting", _("报名中")
    PUBLISHED = "published", _("日程已公布")
    HELD = "held", _("已举办")
    CANCELLED = "cancelled", pgettext_lazy("day", "已取消")


#: Participants know their meetings.
ANNOUNCED = (DayState.PUBLISHED, DayState.HELD)


class ParticipationState(models.TextChoices):
    INVITED = "invited", _("待答复")
    ACCEPTED = "accepted", pgettext_lazy("day", "参加")
    DECLINED = "declined", pgettext_lazy("day", "不参加")
    WITHDRAWN = "withdrawn", pgettext_lazy("day", "已退出")


class RequestKind(models.TextChoices):
    WISH = "wish", _("想见")
    REFUSAL = "refusal", _("不安排")


class PlanState(models.TextChoices):
    WORKING = "working", _("计算中")
    PROPOSED = "proposed", _("待采用")
    ADOPTED = "adopted", _("已采用")
    DISCARDED = "discarded", pgettext_lazy("plan", "已放弃")


class MeetingState(models.TextChoices):
    PLANNED = "planned", _("已安排")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "已取消")


class Usefulness(models.TextChoices):
    USEFUL = "useful", _("有用")
    PARTLY = "partly", _("有些用")
    USELESS = "useless", _("没有用")
    NOT_HELD = "not_held", _("没有见成")


class NextStep(models.TextChoices):
    NONE = "none", _("暂无下一步")
    CONTACT = "contact", _("保持联系")
    VISIT = "visit", _("互访考察")
    SAMPLE = "sample", _("送样试制")
    CONTRACT = "contract", _("商谈合同")
