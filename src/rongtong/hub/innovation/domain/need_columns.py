"""The programme's need form 《大企业技术创新需求表》: its columns and how their cells are read and written."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault, Invalid, Text
from rongtong.hub.foundation.sheets import Column, Kind
from rongtong.hub.organisations.reference import Register, industries, regions

from ..periods import months_of
from ..targets import plain, read_targets
from .codes import meant

WAN = Decimal(10_000)


def _months(text: str) -> str | None:
    found = months_of(text, timezone.localdate())
    return None if found is None else str(found)


LARGEST_WAN = Decimal(100_000_000)
_AMOUNT = r"\d+(?:,\d{3})*(?:\.\d{1,4})?"
_BUDGET = re.compile(rf"(?P<low>{_AMOUNT})(?:(?:-|–|—|~|～|至|到)(?P<high>{_AMOUNT}))?")
_OPEN_BUDGET = {"面议", "待定", "negotiable", ""}


def read_budget(text: str) -> tuple[Decimal | None, Decimal | None]:
    """Yuan from a cell in 万元: ``300–450``, ``300``, 面议.

    Raises
    ------
    ValueError
        Neither a number, nor a span in order, nor 面议.
    """
    bare = re.sub(r"\s|万元", "", str(text)).lower()
    if bare in _OPEN_BUDGET:
        return None, None
    match = _BUDGET.fullmatch(bare)
    if match is None:
        raise ValueError(text)
    low = Decimal(match["low"].replace(",", ""))
    high = Decimal(match["high"].replace(",", "")) if match["high"] else low
    if high < low or high >= LARGEST_WAN:
        raise ValueError(text)
    return low * WAN, high * WAN


def write_budget(low: Decimal | None, high: Decimal | None) -> str:
    """The reverse of :func:`read_budget`; an end that is open is written as the other one."""
    if low is None and high is None:
        return gettext("面议")
    ends = [plain((end if end is not None else other or Decimal(0)) / WAN) for end, other in ((low, high), (high, low))]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def _check_budget(text: str) -> str:
    try:
        read_budget(text)
    except ValueError:
        message = _("预算应写成 300 或 300-450 这样的万元数，或写「面议」。")
        raise Invalid([Fault("budget", message, "need.budget")]) from None
    return text


def _check_targets(text: str) -> str:
    faults = read_targets(text)[1]
    if faults:
        raise Invalid(faults)
    return text


def _code(register: Register, field: str, unknown: Text) -> Any:
    def check(text: str) -> str:
        codes = meant(register, text)
        if len(codes) != 1:
            raise Invalid([Fault(field, unknown, f"need.{field}")])
        return codes[0]

    return check


NEED_COLUMNS = (
    Column("serial", _("序号"), help=_("只作记号，导入时不用。"), value=lambda row: row["serial"], aliases=("No",)),
    Column("organisation", _("企业名称"), most=200, help=_("运营方代录时填写全称；企业自己导入时可不填。")),
    Column(
        "industry", _("所属行业"), required=True, most=80, help=_("《国民经济行业分类》的代码或名称。"),
        check=_code(industries, "industry", _("没有这个行业。请填写《国民经济行业分类》的代码或名称。")),
    ),
    Column(
        "region", _("所在地区"), most=80, help=_("地区代码或全称，例：浙江省杭州市西湖区。不填则用企业所在地区。"),
        check=_code(regions, "region", _("没有找到这个地区，或不止一个同名。请填写代码或全称。")),
    ),
    Column("title", _("技术需求名称"), required=True, most=120, aliases=("需求名称",)),
    Column("problem", _("主要问题"), required=True, most=6000, aliases=("需解决的主要技术难题", "问题描述")),
    Column(
        "targets", _("技术指标"), required=True, most=6000, aliases=("主要技术指标", "期望实现的主要技术目标"),
        help=_("每条写成「指标 ≥ 数值 单位」，几条之间用分号隔开；必达的前面加 ★。例：★层深 ≥ 6 mm；硬度 58–62 HRC"),
        check=_check_targets,
    ),
    Column("tried", _("已做过的尝试"), most=4000),
    Column(
        "budget", _("预算（万元）"), most=60, aliases=("拟投入资金", "计划投入"), check=_check_budget,
        help=_("300 或 300-450；未定写「面议」。"),
    ),
    Column(
        "months",
        _("期限（月）"),
        Kind.INTEGER,
        required=True,
        most=120,
        aliases=("攻关周期", "研发周期"),
        spelled=_months,
        help=_("写月数，例：18；也可写 18个月、一年半、2年、至2027年12月（从今天起算）。"),
    ),
    Column("ip", _("知识产权约定"), most=2000, aliases=("知识产权",)),
    Column("contact_name", _("联系人"), required=True, most=80),
    Column("contact_department", _("部门"), most=80),
    Column("contact_phone", _("联系电话"), Kind.CODE, most=40, aliases=("电话", "手机", "联系方式")),
    Column("contact_email", _("邮箱"), most=254, aliases=("电子邮箱",)),
)  # fmt: skip
TITLES: dict[str, Text] = {column.key: column.title for column in NEED_COLUMNS}
