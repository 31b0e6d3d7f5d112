"""Notices about reviewing. They hold no score and no responder's name."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.notices import event

from ..models import Challenge, Reviewer


def _review(reviewer: Reviewer) -> str:
    return reverse("innovation:review", args=[reviewer.pk])


def _selection(challenge: Challenge) -> str:
    return reverse("innovation:selection", args=[challenge.pk])


def _asked(reviewer: Reviewer, details: dict[str, Any]) -> str:
    return _("请您评审「%(title)s」的揭榜书") % {"title": reviewer.challenge.title}


def _opened(challenge: Challenge, details: dict[str, Any]) -> str:
    return _("「%(title)s」的评审已全部提交，可以作出决定") % {"title": challenge.title}


event("reviewer.assigned", subject=_("请您担任评审"), words=_asked, link=_review, outside=False)
event("selection.scores_open", subject=_("评审已全部提交"), words=_opened, link=_selection)
