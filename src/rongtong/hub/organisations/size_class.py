"""The national rule that tells large, medium, small and micro enterprises apart.

Source: 《中小企业划型标准规定》(工信部联企业〔2011〕300号) and 《统计上大中小微型企业划分办法（2017）》
(国统字〔2017〕213号). To be large, medium or small an enterprise must reach the lower bound of every indicator that
its industry lists; otherwise it falls one class and is tested again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .reference import industries

TEN_THOUSAND: Final = Decimal(10_000)


class SizeClass(models.TextChoices):
    """The class of an enterprise; what the rule does not reach is unclassified."""

    LARGE = "large", _("大型")
    MEDIUM = "medium", _("中型")
    SMALL = "small", _("小型")
    MICRO = "micro", _("微型")
    UNCLASSIFIED = "unclassified", _("未划型")


class Indicator(models.TextChoices):
    """What the rule measures. Revenue and assets are in yuan here, in 万元 in the table."""

    HEADCOUNT = "headcount", _("从业人员")
    REVENUE = "revenue", _("营业收入")
    ASSETS = "assets", _("资产总额")


class Reason(models.TextChoices):
    """Why a class was given, or none."""

    DECIDED = "decided", _("按国家划型标准划定")
    ABROAD = "abroad", _("境外机构不参加划型")
    NO_INDUSTRY = "no_industry", _("未填写行业")
    UNKNOWN_INDUSTRY = "unknown_industry", _("行业代码不在《国民经济行业分类》中")
    TOO_BROAD = "too_broad", _("行业代码过粗：同一门类下有不同标准，请填写到大类或中类")
    NOT_COVERED = "not_covered", _("该行业不适用中小企业划型标准")
    MISSING = "missing", _("缺少划型所需的指标")
    NEGATIVE = "negative", _("指标不能为负数")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower bounds of one indicator: persons, or 万元."""

    large: int
    medium: int
    small: int


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """One row group of the table: an industry's name there and its indicators."""

    name: str | Promise
    bounds: Mapping[Indicator, Bounds]


@dataclass(frozen=True, slots=True)
class Decision:
    """A class with what it rests on.

    ``reached`` gives the class that each indicator alone would allow; ``deciding`` are those that allow no higher
    class than the one given; ``missing`` are the indicators the rule needs and did not get.
    """

    size_class: SizeClass
    reason: Reason
    standard: Standard | None = None
    reached: tuple[tuple[Indicator, SizeClass], ...] = ()
    missing: tuple[Indicator, ...] = ()

    @property
    def deciding(self) -> tuple[Indicator, ...]:
        return tuple(indicator for indicator, reached in self.reached if reached == self.size_class)


def _standard(name: Promise, **bounds: tuple[int, int, int]) -> Standard:
    return Standard(name, {Indicator(indicator): Bounds(*row) for indicator, row in bounds.items()})


STANDARDS: Final[Mapping[str, Standard]] = {
    "agriculture": _standard(_("农、林、牧、渔业"), revenue=(20000, 500, 50)),
    "manufacturing": _standard(_("工业"), headcount=(1000, 300, 20), revenue=(40000, 2000, 300)),
    "construction": _standard(_("建筑业"), revenue=(80000, 6000, 300), assets=(80000, 5000, 300)),
    "wholesale": _standard(_("批发业"), headcount=(200, 20, 5), revenue=(40000, 5000, 1000)),
    "retail": _standard(_("零售业"), headcount=(300, 50, 10), revenue=(20000, 500, 100)),
    "transport": _standard(_("交通运输业"), headcount=(1000, 300, 20), revenue=(30000, 3000, 200)),
    "storage": _standard(_("仓储业"), headcount=(200, 100, 20), revenue=(30000, 1000, 100)),
    "post": _standard(_("邮政业"), headcount=(1000, 300, 20), revenue=(30000, 2000, 100)),
    "accommodation": _standard(_("住宿业"), headcount=(300, 100, 10), revenue=(10000, 2000, 100)),
    "catering": _standard(_("餐饮业"), headcount=(300, 100, 10), revenue=(10000, 2000, 100)),
    "transmission": _standard(_("信息传输业"), headcount=(2000, 100, 10), revenue=(100000, 1000, 100)),
    "software": _standard(_("软件和信息技术服务业"), headcount=(300, 100, 10), revenue=(10000, 1000, 50)),
    "development": _standard(_("房地产开发经营"), revenue=(200000, 1000, 100), assets=(10000, 5000, 2000)),
    "property": _standard(_("物业管理"), headcount=(1000, 300, 100), revenue=(5000, 1000, 500)),
    "business": _standard(_("租赁和商务服务业"), headcount=(300, 100, 10), assets=(120000, 8000, 100)),
    "other": _standard(_("其他未列明行业"), headcount=(300, 100, 10)),
}

# The longest code that an industry lies under decides. None: the rule does not reach it (railways, finance, education,
# health, public bodies, letting of one's own real estate). A section that is absent holds several standards.
INDUSTRY_STANDARDS: Final[Mapping[str, str | None]] = {
    "A": "agriculture", "B": "manufacturing", "C": "manufacturing", "D": "manufacturing", "E": "construction",
    "51": "wholesale", "52": "retail",
    "53": None, "54": "transport", "55": "transport", "56": "transport", "57": "transport", "58": "transport",
    "591": "transport", "592": "storage", "593": "storage", "594": "storage", "595": "storage", "596": "storage",
    "599": "storage", "60": "post",
    "61": "accommodation", "62": "catering",
    "63": "transmission", "64": "transmission", "65": "software",
    "J": None,
    "701": "development", "702": "property", "703": "other", "704": None, "709": "other",
    "L": "business", "M": "other", "N": "other", "O": "other",
    "P": None, "84": None, "85": "other", "R": "other", "S": None, "T": None,
}  # fmt: skip

_DESCENDING: Final = (SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL)
_ORDER: Final = (SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM, SizeClass.LARGE)


def size_class(
    industry_code: str,
    headcount: int | None,
    revenue: Decimal | None,
    assets: Decimal | None,
    country: str = "CN",
) -> SizeClass:
    """Return the class of an enterprise.

    Parameters
    ----------
    industry_code
        GB/T 4754 code of two to four digits, with or without its section letter, or a section of one standard.
    headcount
        Persons employed.
    revenue, assets
        Yearly revenue and total assets in yuan. What the industry's standard does not ask for may be None.
    country
        ISO 3166 code; bodies outside the mainland get no class.
    """
    return explain(industry_code, headcount, revenue, assets, country).size_class


def explain(
    industry_code: str,
    headcount: int | None,
    revenue: Decimal | None,
    assets: Decimal | None,
    country: str = "CN",
) -> Decision:
    """Return the class with its reason, the standard used and what each indicator allows. See `size_class`."""
    if country != "CN":
        return Decision(SizeClass.UNCLASSIFIED, Reason.ABROAD)
    standard = standard_of(industry_code)
    if isinstance(standard, Reason):
        return Decision(SizeClass.UNCLASSIFIED, standard)
    figures = {
        Indicator.HEADCOUNT: None if headcount is None else Decimal(headcount),
        Indicator.REVENUE: None if revenue is None else revenue / TEN_THOUSAND,
        Indicator.ASSETS: None if assets is None else assets / TEN_THOUSAND,
    }
    missing = tuple(indicator for indicator in standard.bounds if figures[indicator] is None)
    known = [
        (indicator, bounds, figure)
        for indicator, bounds in standard.bounds.items()
        if (figure := figures[indicator]) is not None
    ]
    if any(figure < 0 for _indicator, _bounds, figure in known):
        return Decision(SizeClass.UNCLASSIFIED, Reason.NEGATIVE, standard)
    reached = tuple((indicator, _reached(bounds, figure)) for indicator, bounds, figure in known)
    if missing:
        return Decision(SizeClass.UNCLASSIFIED, Reason.MISSING, standard, reached, missing)
    lowest = min((each for _indicator, each in reached), key=_ORDER.index)
    return Decision(lowest, Reason.DECIDED, standard, reached)


def standard_of(industry_code: str) -> Standard | Reason:
    """Return the standard that an industry follows, or the reason why it follows none."""
    if not industry_code.strip():
        return Reason.NO_INDUSTRY
    entry = industries.nearest(industry_code)
    if entry is None or not _is_plausible(industries.canonical(industry_code), entry.code):
        return Reason.UNKNOWN_INDUSTRY
    for step in reversed(industries.path(entry.code)):
        if step.code in INDUSTRY_STANDARDS:
            key = INDUSTRY_STANDARDS[step.code]
            return Reason.NOT_COVERED if key is None else STANDARDS[key]
    return Reason.TOO_BROAD


def _is_plausible(code: str, known: str) -> bool:
    """A class (four digits) counts by its group; anything else must be in the list."""
    return code == known or (len(code) == 4 and len(known) == 3 and code.isdigit())


def _reached(bounds: Bounds, figure: Decimal) -> SizeClass:
    for size in _DESCENDING:
        if figure >= getattr(bounds, size.value):
            return size
    return SizeClass.MICRO
