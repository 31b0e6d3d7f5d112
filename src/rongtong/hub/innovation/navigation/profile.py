"""What an organisation's page says of the innovation chain: its capabilities and its record."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.profile_sections import add_section

from ..enums import CapabilityState
from ..models import Capability
from ..queries.collaborations import record_of

SHOWN = 8


def capabilities_of(actor: Actor, organisation: Organisation) -> Mapping[str, Any] | None:
    """The published capabilities this reader may see. One query."""
    rows = Capability.visible_to(actor).filter(organisation=organisation, state=CapabilityState.PUBLISHED)
    found = list(rows.order_by("-changed_at", "-id")[: SHOWN + 1])
    return {"rows": found[:SHOWN], "more": len(found) > SHOWN, "organisation": organisation} if found else None


def results_of(actor: Actor, organisation: Organisation) -> Mapping[str, Any] | None:
    """What it has carried through. Two queries."""
    records = record_of(organisation, actor)
    return {"records": records} if records else None


add_section("capabilities", _("能力"), "innovation/profile_capabilities.html", capabilities_of, order=10)
add_section("record", _("合作记录"), "innovation/profile_record.html", results_of, order=20)
