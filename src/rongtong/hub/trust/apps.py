from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.rooms import RoomConfig


class TrustConfig(RoomConfig):
    name = "rongtong.hub.trust"
    label = "trust"
    verbose_name = _("互信")

    def ready(self) -> None:
        super().ready()
        from . import checks  # noqa: F401  importing registers the system checks
