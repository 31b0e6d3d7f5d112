"""Technologies as search finds them: by what everybody may read."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.finding import Hit, Source, findable

from ..enums import TechnologyState
from ..models import Technology
from ..views.technologies import Technologies

findable(
    Source(
        "technologies",
        _("技术成果"),
        rows=lambda actor, q: (
            Technology.visible_to(actor)
            .filter(Technologies.search.condition(q), state=TechnologyState.PUBLISHED)
            .select_related("organisation")
            .order_by("-published_at", "-id")
        ),
        hit=lambda row: Hit(row.title, reverse("innovation:technology", args=[row.pk]), str(row.organisation)),
        more=lambda q: f"{reverse('innovation:technologies')}?{urlencode({'q': q})}",
        order=35,
    )
)
