"""The columns of a file of organisations, and what one of its rows says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.sheets import Column, Kind, SheetReading, SheetRow

from ..enums import Cultivation, IdentifierScheme, OrganisationKind
from ..models import Organisation
from ..reference import Register, industries, regions
from ..size_class import TEN_THOUSAND
from .profile import clean_profile

KINDS = {value: label for value, label in OrganisationKind.choices if value != OrganisationKind.OPERATOR}
SCHEMES = {value: label for value, label in IdentifierScheme.choices if value != IdentifierScheme.SECURITIES}
CULTIVATION = {value: label for value, label in Cultivation.choices if value}
FIGURES = ("headcount", "revenue", "assets")

COLUMNS = (
    Column(
        "name", _("机构名称"), required=True, most=200, help=_("与证照一致"), aliases=("企业名称", "单位名称", "名称")
    ),
    Column("kind", _("机构类型"), Kind.CHOICE, choices=KINDS, help=_("不填按企业")),
    Column("scheme", _("证件类型"), Kind.CHOICE, choices=SCHEMES, help=_("不填按统一社会信用代码")),
    Column(
        "identifier",
        _("证件号码"),
        Kind.CODE,
        most=60,
        help=_("18 位统一社会信用代码；已入驻的机构可以不填，按名称识别"),
        aliases=("统一社会信用代码", "信用代码", "社会信用代码"),
    ),
    Column("country", _("国家或地区"), Kind.CODE, most=2, help=_("两位字母，不填按 CN")),
    Column(
        "region",
        _("地区"),
        most=60,
        help=_("6 位代码或全称，如 330106 或 浙江省杭州市西湖区"),
        aliases=("所在地区", "地区代码"),
    ),
    Column(
        "industry",
        _("行业"),
        most=60,
        help=_("国民经济行业代码或名称，如 C36 或 汽车制造业"),
        aliases=("行业代码", "所属行业"),
    ),
    Column("short_name", _("简称"), most=60),
    Column("name_en", _("英文名称"), most=200),
    Column("address", _("地址"), most=200),
    Column("founded", _("成立年份"), Kind.INTEGER, most=2100),
    Column("introduction", _("简介"), most=2000),
    Column("year", _("年度"), Kind.INTEGER, most=2100, help=_("从业人员、营业收入、资产总额所属的年度")),
    Column("headcount", _("从业人员（人）"), Kind.INTEGER, most=2_000_000_000, aliases=("员工人数", "从业人数")),
    Column("revenue", _("营业收入（元）"), Kind.NUMBER, help=_("表头写“（万元）”时按万元读取")),
    Column("assets", _("资产总额（元）"), Kind.NUMBER, help=_("表头写“（万元）”时按万元读取")),
    Column("cultivation", _("梯度培育"), Kind.CHOICE, choices=CULTIVATION),
    Column("cultivation_certificate", _("培育证书编号"), most=60),
    Column("cultivation_expires", _("培育有效期至"), Kind.DATE),
    Column("leads_chain", _("所任链主的产业链"), most=60),
)
TITLES = {column.key: column.title for column in COLUMNS}


@dataclass
class Entry:
    """What one row says: a profile, perhaps without a number, and perhaps the figures of one year."""

    number: int
    profile: dict[str, Any]
    year: int | None = None
    figures: dict[str, Any] = field(default_factory=dict)


def entry_of(row: SheetRow, scales: Mapping[str, int], latest: int) -> Entry:
    """Interpret a row.

    Parameters
    ----------
    scales
        What amounts of a column are multiplied by: 10,000 where its header says 万元.
    latest
        The last year that figures can be of.

    Raises
    ------
    Invalid
        With every fault of the row.
    """
    values = {key: value for key, value in row.values.items() if value is not None}
    faults: list[Fault] = []
    year, figures = _figures(values, scales, latest, faults)
    profile = {key: value for key, value in values.items() if key not in (*FIGURES, "year")}
    profile = {"kind": OrganisationKind.ENTERPRISE, "country": "CN"} | profile
    if profile["country"] == "CN":
        profile.setdefault("scheme", IdentifierScheme.CREDIT_CODE)
    for key, register in (("region", regions), ("industry", industries)):
        if key in profile:
            profile[key] = code_of(register, profile[key]) or profile[key]
    faults += _profile_faults(profile)
    if faults:
        raise Invalid([Fault(one.field, one.message, one.code, row.number, str(TITLES[one.field])) for one in faults])
    return Entry(row.number, profile, year, figures)


def _profile_faults(profile: dict[str, Any]) -> list[Fault]:
    """Bring the profile into its own form; a missing number is no fault yet, the name may tell."""
    nobody = None if "identifier" in profile else Organisation(country=profile["country"])
    given = profile if nobody is None else {key: value for key, value in profile.items() if key != "scheme"}
    try:
        profile.update(clean_profile(given, nobody))
    except Invalid as refused:
        return refused.faults
    return []


def _figures(
    values: dict[str, Any], scales: Mapping[str, int], latest: int, faults: list[Fault]
) -> tuple[int | None, dict[str, Any]]:
    figures = {key: values[key] for key in FIGURES if key in values}
    for key in ("revenue", "assets"):
        if key in figures:
            figures[key] = (figures[key] * scales.get(key, 1)).quantize(Decimal("0.01"))
            if not 0 <= figures[key] < Decimal(10) ** 15:
                faults.append(Fault(key, _("不能为负数，也不能大得不合理。"), "figures.range"))
    if figures.get("headcount", 0) < 0:
        faults.append(Fault("headcount", _("不能为负数，也不能大得不合理。"), "figures.range"))
    year = values.get("year")
    if figures and year is None:
        year = latest
    if year is not None and not 1990 <= year <= latest:
        faults.append(Fault("year", _("请填写四位年份，不晚于今年。"), "figures.year"))
    return (year if figures else None), figures


def scales_of(reading: SheetReading) -> dict[str, int]:
    """Where a header says 万元 the amounts below it count ten thousands."""
    scales = {}
    for place, key in reading.matched.items():
        if key in ("revenue", "assets") and "万" in reading.headers[place]:
            scales[key] = int(TEN_THOUSAND)
    return scales


def code_of(register: Register, text: str) -> str | None:
    """The code that a cell means: itself, or the one whose name it is. A name that several bear tells nothing."""
    if register.get(text) is not None:
        return register.canonical(text)
    return _codes_by_name(register).get("".join(text.split()))


@cache
def _codes_by_name(register: Register) -> dict[str, str]:
    found: dict[str, str] = {}
    shared: set[str] = set()
    for entry in register:
        for name in {register.full_name(entry.code, "zh-hans"), entry.name}:
            if name in found:
                shared.add(name)
            found[name] = entry.code
    return {name: code for name, code in found.items() if name not in shared}
