"""A judged condition as a sentence: what was asked, what was found."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from rongtong.hub.organisations.reference import industries, regions
from rongtong.hub.organisations.size_class import SizeClass

from .matching import Condition


def say(one: Condition) -> str:
    """「地区 江浔省：渡北区」 – the condition, and after the colon what the organisation says of itself."""
    labels = {
        "region": _("地区"),
        "industry": _("行业"),
        "size_class": _("企业规模"),
        "certificates": _("资质"),
        "readiness": _("技术就绪度"),
    }
    asked, found = _words(one.facet, one.asked), _words(one.facet, one.found)
    if one.facet == "readiness":
        asked = f"≥ {asked}"
    return _("%(label)s %(asked)s：%(found)s") % {
        "label": labels.get(one.facet, one.facet),
        "asked": asked,
        "found": found or _("未填"),
    }


def _words(facet: str, value: Any) -> str:
    if value is None:
        return ""
    names = {"region": regions.name, "industry": industries.name, "size_class": lambda code: str(SizeClass(code).label)}
    if isinstance(value, str) or not isinstance(value, Iterable):
        value = [value]
    entries = [names[facet](str(one)) if facet in names else str(one) for one in value]
    return _("、").join(str(one) for one in entries)
