"""Closed lists of words about analyses and scenarios of a chain."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WorkState(models.TextChoices):
    """How far an analysis or a scenario is."""

    WORKING = "working", pgettext_lazy("analysis", "计算中")
    DONE = "done", pgettext_lazy("analysis", "已完成")
    STOPPED = "stopped", pgettext_lazy("analysis", "未完成")


class Direction(models.TextChoices):
    DOWNSTREAM = "downstream", _("向下游")
    UPSTREAM = "upstream", _("向上游")


class ScenarioKind(models.TextChoices):
    """Whom a disruption meets."""

    FIRM = "firm", pgettext_lazy("scenario", "企业")
    REGION = "region", pgettext_lazy("scenario", "地区")
    COUNTRY = "country", _("国家或地区")
    PRODUCT = "product", pgettext_lazy("one", "产品")
