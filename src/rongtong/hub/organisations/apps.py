from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.rooms import RoomConfig


class OrganisationsConfig(RoomConfig):
    name = "rongtong.hub.organisations"
    label = "organisations"
    verbose_name = _("机构")
