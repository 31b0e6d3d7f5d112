"""Closed lists of words about standards and who conforms to them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StandardState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("standard", "起草中")
    PUBLISHED = "published", pgettext_lazy("standard", "现行")
    SUPERSEDED = "superseded", pgettext_lazy("standard", "已被替代")
    WITHDRAWN = "withdrawn", pgettext_lazy("standard", "已废止")


class RequirementKind(models.TextChoices):
    MUST = "must", _("必须")
    SHOULD = "should", _("宜")


class Proof(models.TextChoices):
    """How it is shown that a requirement is met."""

    STATEMENT = "statement", _("自我声明")
    DOCUMENT = "document", _("文件资料")
    CERTIFICATE = "certificate", _("证书")
    TEST_REPORT = "test_report", _("检测报告")
    DATA_FILE = "data_file", _("数据文件")


class ConformityState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("conformity", "待自评")
    DRAFT = "draft", pgettext_lazy("conformity", "自评中")
    SUBMITTED = "submitted", pgettext_lazy("conformity", "待审核")
    RETURNED = "returned", pgettext_lazy("conformity", "需整改")
    ACCEPTED = "accepted", pgettext_lazy("conformity", "符合")
    REPLACED = "replaced", pgettext_lazy("conformity", "已续期")
    EXPIRED = "expired", pgettext_lazy("conformity", "已到期")
    REVOKED = "revoked", pgettext_lazy("conformity", "已撤销")


#: The supplier writes.
WRITING = (ConformityState.ASKED, ConformityState.DRAFT, ConformityState.RETURNED)
#: Not decided yet.
OPEN = (*WRITING, ConformityState.SUBMITTED)
#: What the supplier has not handed in is nobody else's to read.
UNSENT = (ConformityState.ASKED, ConformityState.DRAFT)


class Claim(models.TextChoices):
    MET = "met", _("满足")
    PARTLY = "partly", _("部分满足")
    NOT_MET = "not_met", _("不满足")
    NOT_APPLICABLE = "not_applicable", _("不适用")


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", pgettext_lazy("verdict", "认可")
    RETURNED = "returned", pgettext_lazy("verdict", "退回")


class GapKind(models.TextChoices):
    """What keeps a must-requirement from being met."""

    NOT_BEGUN = "not_begun", _("没有自评")
    ENDED = "ended", _("结果已失效")
    CHANGED = "changed", _("新版有变化")
    NOT_CLAIMED = "not_claimed", _("还没有填写")
    PARTLY = "partly", _("部分满足")
    NOT_MET = "not_met", _("不满足")
    RETURNED = "returned", _("审核退回")
    WAITING = "waiting", _("等待审核")
    LAPSED = "lapsed", _("证书已过期")
    EXPIRING = "expiring", _("即将到期")
