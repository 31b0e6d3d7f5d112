"""Closed lists of words about chains, their products and the links between firms."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChainState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("chain", "运行中")
    CLOSED = "closed", pgettext_lazy("chain", "已停用")


class Essentiality(models.IntegerChoices):
    """What happens to a product that lacks an input: the classes of the resilience engine."""

    NEGLIGIBLE = 0, _("可忽略")
    NON_ESSENTIAL = 1, _("一般投入")
    ESSENTIAL = 2, _("关键投入")


class LinkState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("supply link", "有效")
    WITHDRAWN = "withdrawn", _("已撤回")


class LinkSource(models.TextChoices):
    """How a link came to be known."""

    HAND = "hand", _("手工填报")
    FILE = "file", _("表格导入")
    INVOICES = "invoices", _("发票汇总")
    SAMPLE = "sample", _("示例")


class Substitution(models.TextChoices):
    """How hard it would be for the buyer to replace the supplier."""

    UNKNOWN = "", _("未填")
    READY = "ready", _("可随时替代")
    QUALIFY = "qualify", _("替代需认证")
    NONE = "none", _("没有替代")
