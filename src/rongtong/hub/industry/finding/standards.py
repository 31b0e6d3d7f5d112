"""Standards as search finds them."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.finding import Hit, Source, findable

from ..models import Standard
from ..standard_enums import StandardState
from ..views.standards import Standards

findable(
    Source(
        "standards",
        pgettext_lazy("many", "标准"),
        rows=lambda actor, q: (
            Standard.visible_to(actor)
            .filter(Standards.search.condition(q), state=StandardState.PUBLISHED)
            .select_related("organisation")
            .order_by("number", "id")
        ),
        hit=lambda row: Hit(
            row.title, reverse("industry:standard", args=[row.pk]), str(row.organisation), code=row.number
        ),
        more=lambda q: f"{reverse('industry:standards')}?{urlencode({'q': q})}",
        order=60,
    )
)
