"""Disclosure levels and the states of what is disclosed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """Who may read: everybody, members, after a signed non-disclosure agreement, named persons."""

    PUBLIC = 0, _("公开")
    MEMBERS = 1, _("成员")
    AFTER_NDA = 2, _("保密协议后")
    NAMED = 3, _("指定人")


class DocumentState(models.TextChoices):
    CHECKING = "checking", _("待查")
    READY = "ready", _("可用")
    REFUSED = "refused", _("已拒收")
    REMOVED = "removed", _("已移除")


#: Not to be read by anybody; seen by the side that brought the file.
PENDING = (DocumentState.CHECKING, DocumentState.REFUSED)
