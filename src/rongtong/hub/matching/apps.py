from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.rooms import RoomConfig


class MatchingConfig(RoomConfig):
    name = "rongtong.hub.matching"
    label = "matching"
    verbose_name = _("匹配")
