"""A judged condition as a sentence: what was asked, what was found."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import get_language, gettext_lazy

from rongtong.hub.foundation.formatting import translated as _
from rongtong.hub.organisations.reference import industries, regions
from rongtong.hub.organisations.size_class import SizeClass

from .hits import Condition

LABELS: Final = {
    "region": gettext_lazy("地区"),
    "industry": gettext_lazy("行业"),
    "size_class": gettext_lazy("企业规模"),
    "certificates": gettext_lazy("资质"),
    "readiness": gettext_lazy("技术就绪度"),
    "standard": gettext_lazy("标准"),
}
#: What is told of a demand that another room judges.
STANDING: Final = {
    "met": gettext_lazy("符合"),
    "not_met": gettext_lazy("没有有效的符合性结果"),
    "unknown": gettext_lazy("没有您能看到的结果"),
}
NAMES: Final[Mapping[str, Callable[[str], str]]] = {
    "region": regions.name,
    "industry": industries.name,
    "size_class": lambda code: str(SizeClass(code).label),
    "standing": lambda outcome: str(STANDING[outcome]),
}


def say(one: Condition) -> str:
    """「地区 江浔省：渡北区」 – the condition, and after the colon what the organisation says of itself."""
    return _sentence(get_language(), one.facet, _fixed(one.asked), _fixed(one.found))


@lru_cache(maxsize=4096)
def _sentence(_language: str | None, facet: str, asked: Any, found: Any) -> str:
    wanted = _words(facet, asked)
    return _("%(label)s %(asked)s：%(found)s") % {
        "label": LABELS.get(facet, facet),
        "asked": f"≥ {wanted}" if facet == "readiness" else wanted,
        "found": _words("standing" if facet == "standard" else facet, found) or _("未填"),
    }


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else value


def _words(facet: str, value: Any) -> str:
    if value is None:
        return ""
    entries = value if isinstance(value, tuple) else (value,)
    named = [NAMES[facet](str(one)) if facet in NAMES else str(one) for one in entries]
    return _("、").join(named)
