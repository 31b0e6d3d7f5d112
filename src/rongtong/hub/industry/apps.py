from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.rooms import RoomConfig


class IndustryConfig(RoomConfig):
    name = "rongtong.hub.industry"
    label = "industry"
    verbose_name = _("产业链")
