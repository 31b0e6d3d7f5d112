"""Standards in the frame, and the section of an organisation's page that says what it conforms to."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.pages import add_page
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.profile_sections import add_section

from ..queries.conformities import results_of


def conformities_of(actor: Actor, organisation: Organisation) -> Mapping[str, Any] | None:
    """The results that hold and that this reader may know of. One query."""
    found = results_of(organisation, actor)
    return {"rows": found} if found else None


add_page("industry", pgettext_lazy("many", "标准"), "industry:standards", order=60)
add_page("industry", _("符合性"), "industry:conformities", order=64)
add_section("conformities", _("符合标准"), "industry/profile_conformities.html", conformities_of, order=30)
