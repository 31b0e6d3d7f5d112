"""Closed lists of words about those who take part."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("企业")
    UNIVERSITY = "university", _("高校")
    INSTITUTE = "institute", _("科研院所")
    SERVICE_AGENCY = "service_agency", _("专业服务机构")
    FINANCIAL_INSTITUTION = "financial_institution", _("金融机构")
    OPERATOR = "operator", _("运营方")


class IdentifierScheme(models.TextChoices):
    CREDIT_CODE = "credit_code", _("统一社会信用代码")
    LEI = "lei", _("全球法人识别编码（LEI）")
    REGISTER = "register", _("境外登记号")
    SECURITIES = "securities", _("证券代码")


class VerificationState(models.TextChoices):
    DRAFT = "draft", _("待提交")
    PENDING = "pending", _("待核验")
    VERIFIED = "verified", _("已核验")
    RETURNED = "returned", _("已退回")
    SUSPENDED = "suspended", _("已停用")


class Cultivation(models.TextChoices):
    NONE = "", _("未入库")
    INNOVATIVE = "innovative", _("创新型中小企业")
    SPECIALISED = "specialised", _("专精特新中小企业")
    LITTLE_GIANT = "little_giant", _("专精特新“小巨人”企业")
    CHAMPION = "champion", _("制造业单项冠军企业")


class Role(models.TextChoices):
    VIEWER = "viewer", _("查阅者")
    CONTRIBUTOR = "contributor", _("经办人")
    MANAGER = "manager", _("管理员")
    OWNER = "owner", _("负责人")


class InvitationState(models.TextChoices):
    OPEN = "open", _("待接受")
    ACCEPTED = "accepted", _("已接受")
    WITHDRAWN = "withdrawn", _("已撤回")


class MemberState(models.TextChoices):
    ACTIVE = "active", _("在任")
    ENDED = "ended", _("已结束")


class TokenState(models.TextChoices):
    ACTIVE = "active", _("有效")
    REVOKED = "revoked", _("已吊销")


class RecoveryState(models.TextChoices):
    WAITING = "waiting", _("等待生效")
    CANCELLED = "cancelled", _("已撤销")
    DONE = "done", _("已移除")


class WebhookState(models.TextChoices):
    ACTIVE = "active", _("推送中")
    PAUSED = "paused", _("已暂停")


class PauseReason(models.TextChoices):
    NONE = "", "—"
    HAND = "hand", _("本单位暂停")
    FAILURES = "failures", _("连续未能送达")
    GONE = "gone", _("接收方答复该地址已停用")


class DeliveryProblem(models.TextChoices):
    """Why an attempt did not succeed, or none was made."""

    NONE = "", "—"
    STATUS = "status", _("接收方没有答复成功")
    REFUSED = "refused", _("地址不允许访问")
    UNREACHABLE = "unreachable", _("连接不上、超时或答复不完整")
    HIDDEN = "hidden", _("本单位已无权查看")
    SECRET = "secret", _("密钥无法读取，请轮换密钥")
    EXPIRED = "expired", _("暂停期间保留期满")


class Language(models.TextChoices):
    CHINESE = "zh-hans", _("中文")
    ENGLISH = "en", "English"
