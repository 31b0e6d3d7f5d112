"""Closed lists of words of the innovation chain."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """Where a round is. What is allowed in a stage is enforced by the verbs."""

    COLLECT = "collect", _("征集")
    PUBLISH = "publish", _("发榜")
    RESPOND = "respond", _("揭榜")
    SELECT = "select", _("遴选")
    CONCLUDE = "conclude", _("结榜")


class ChallengeState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    SCREENED = "screened", _("待发布")
    OPEN = "open", _("揭榜中")
    SELECTING = "selecting", _("遴选中")
    AWARDED = "awarded", _("攻关中")
    CONCLUDED = "concluded", _("已结榜")
    WITHDRAWN = "withdrawn", _("已撤回")


PUBLISHED = (
    ChallengeState.OPEN,
    ChallengeState.SELECTING,
    ChallengeState.AWARDED,
    ChallengeState.CONCLUDED,
)


class Comparison(models.TextChoices):
    AT_LEAST = "ge", "≥"
    AT_MOST = "le", "≤"
    EQUAL = "eq", "="
    BETWEEN = "between", _("介于")


class CapabilityState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已下架")


class ResponseState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已揭榜")
    WITHDRAWN = "withdrawn", _("已撤回")
    AWARDED = "awarded", _("已入选")
    DECLINED = "declined", _("未入选")


class Consent(models.TextChoices):
    ASKED = "asked", _("待确认")
    GIVEN = "given", _("已同意")
    REFUSED = "refused", _("已谢绝")


class SheetState(models.TextChoices):
    DRAFT = "draft", _("评分中")
    SUBMITTED = "submitted", _("已提交")


class ConflictState(models.TextChoices):
    UNDECLARED = "undeclared", _("未声明")
    NONE = "none", _("无利益冲突")
    CONFLICT = "conflict", _("有利益冲突，回避")


class CollaborationState(models.TextChoices):
    ACTIVE = "active", _("攻关中")
    COMPLETED = "completed", _("已验收")
    TERMINATED = "terminated", _("已终止")


class MilestoneState(models.TextChoices):
    PLANNED = "planned", _("进行中")
    DELIVERED = "delivered", _("待验收")
    ACCEPTED = "accepted", _("已验收")
    RETURNED = "returned", _("需修改")


class TechnologyKind(models.TextChoices):
    PATENT = "patent", _("专利")
    KNOW_HOW = "know_how", _("技术秘密")
    SOFTWARE = "software", _("软件")


class TechnologyState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已下架")


class LegalStatus(models.TextChoices):
    """Where the protection of a technology stands."""

    NONE = "none", _("未申请登记")
    APPLIED = "applied", _("审查中")
    GRANTED = "granted", _("有效")
    LAPSED = "lapsed", _("已失效")


class AgreementKind(models.TextChoices):
    LICENCE = "licence", _("技术许可")
    ASSIGNMENT = "assignment", _("技术转让")
    COOPERATION = "cooperation", _("合作开发")
    SERVICE = "service", _("技术服务")


class AgreementState(models.TextChoices):
    DRAFT = "draft", _("草拟中")
    OFFERED = "offered", _("磋商中")
    ACCEPTED = "accepted", _("待签署")
    IN_FORCE = "in_force", _("生效中")
    ENDED = "ended", _("已终止")
    DECLINED = "declined", _("已谢绝")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已过期")


class StatementState(models.TextChoices):
    ENTERED = "entered", _("待确认")
    RETURNED = "returned", _("已退回")
    CONFIRMED = "confirmed", _("已确认")
