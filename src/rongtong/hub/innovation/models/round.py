"""A call with dates: collect needs → publish → respond → select → conclude."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.size_class import SizeClass

from ..enums import Stage


def smes() -> list[str]:
    """Who may lead a response unless the round says otherwise: the programme's rule."""
    return [SizeClass.MEDIUM.value, SizeClass.SMALL.value, SizeClass.MICRO.value]


class Round(Entity):
    """A round run by an operator. The dates say when each stage ends; the operator moves it on."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="rounds")
    title = models.CharField(_("批次名称"), max_length=120)
    title_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    introduction = models.TextField(_("说明"), blank=True, max_length=4000)
    number_prefix = models.CharField(_("编号前缀"), max_length=12, default="XQ")
    state = models.CharField(_("阶段"), max_length=10, choices=Stage, default=Stage.COLLECT)
    collect_until = models.DateTimeField(_("征集截止"))
    publish_at = models.DateTimeField(_("发榜时间"))
    respond_until = models.DateTimeField(_("揭榜截止"))
    select_until = models.DateTimeField(_("遴选截止"))
    conclude_on = models.DateField(_("结榜日期"))
    leader_size_classes = ArrayField(models.CharField(max_length=12), default=smes, verbose_name=_("可牵头的企业规模"))

    class Meta:
        ordering = ["-publish_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(collect_until__lte=F("publish_at"))
                & Q(publish_at__lt=F("respond_until"))
                & Q(respond_until__lt=F("select_until")),
                name="round_dates_in_order",
            ),
            models.UniqueConstraint(fields=["title"], name="round_title"),
        ]

    def __str__(self) -> str:
        return self.title_en if translation.get_language() == "en" and self.title_en else self.title

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Round]":
        """Rounds are public announcements."""
        return cls._base_manager.all()
