"""How organisations are found from any page."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.finding import Hit, Source, findable

from .models import Organisation
from .queries import found_by
from .reference import regions


def _rows(actor: Actor, q: str) -> QuerySet[Organisation]:
    return found_by(Organisation.visible_to(actor), q).order_by("sort_key", "pk")


def _hit(organisation: Organisation) -> Hit:
    return Hit(
        title=str(organisation),
        link=reverse("organisations:organisation", args=[organisation.pk]),
        line=" · ".join(
            part for part in (organisation.get_kind_display(), regions.full_name(organisation.region)) if part
        ),
        code=organisation.identifier,
    )


def _more(q: str) -> str:
    return f"{reverse('organisations:organisations')}?{urlencode({'q': q})}"


findable(Source("organisations", _("机构"), rows=_rows, hit=_hit, more=_more, order=30))
