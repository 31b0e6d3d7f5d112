from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.rooms import RoomConfig


class WebConfig(RoomConfig):
    name = "rongtong.hub.web"
    label = "web"
    verbose_name = _("网页")
