from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.rooms import RoomConfig


class TrustConfig(RoomConfig):
    name = "rongtong.hub.trust"
    label = "trust"
    verbose_name = _("互信")
