"""Which organisation an outside firm is."""

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm

from .organisation_names import OrganisationField


class ResolveForm(RoomForm):
    organisation = OrganisationField(label=_("入驻机构"), max_length=200)

    examples = {"organisation": _("已核验机构的全称或证件号码。请先核对证照，名称相近不等于同一家。")}
