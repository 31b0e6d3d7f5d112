"""Capabilities as search finds them."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.finding import Hit, Source, findable

from ..enums import CapabilityState
from ..models import Capability
from ..views.capabilities import Capabilities

findable(
    Source(
        "capabilities",
        _("能力"),
        rows=lambda actor, q: (
            Capability.visible_to(actor)
            .filter(Capabilities.search.condition(q), state=CapabilityState.PUBLISHED)
            .select_related("organisation")
            .order_by("-changed_at", "-id")
        ),
        hit=lambda row: Hit(row.title, reverse("innovation:capability", args=[row.pk]), str(row.organisation)),
        more=lambda q: f"{reverse('innovation:capabilities')}?{urlencode({'q': q})}",
        order=30,
    )
)
