from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.rooms import RoomConfig


class WebConfig(RoomConfig):
    name = "rongtong.hub.web"
    label = "web"
    verbose_name = _("网页")

    def ready(self) -> None:
        super().ready()
        if Path(settings.SAMPLE_MARK).exists():
            from rongtong.hub.organisations.reference import regions

            regions.offer_sample()  # people of the sample cluster may choose its invented districts
