from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.rooms import RoomConfig


class InnovationConfig(RoomConfig):
    name = "rongtong.hub.innovation"
    label = "innovation"
    verbose_name = _("创新链")
