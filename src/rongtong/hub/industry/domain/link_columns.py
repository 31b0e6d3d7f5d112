"""The columns of a file of supply links; what the list of links exports is among what is recognised."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.sheets import Column, Kind

from ..enums import Substitution


def _country(text: str) -> str:
    code = text.strip().upper()
    if not (len(code) == 2 and code.isascii() and code.isalpha()):
        raise Invalid([Fault("country", _("请填写两位大写字母的国家或地区代码，例：CN、DE。"), "link.country")])
    return code


def _share(value: Any) -> Any:
    if not 0 <= value <= 100:
        raise Invalid([Fault("input_share", _("占比应在 0 到 100 之间。"), "link.input_share")])
    return value


def _bare_percent(text: str) -> str | None:
    return text.strip().rstrip("%％").strip() or None


LINK_COLUMNS = (
    Column("supplier", _("供方"), required=True, most=200, help=_("供方企业全称；不是入驻机构也可以填。"),
           aliases=("供应商", "供方名称", "供应商名称", "供方企业")),
    Column("supplier_code", _("供方代码"), Kind.CODE, most=60,
           help=_("统一社会信用代码或境外登记号；没有可不填，按名称识别。"), aliases=("供应商代码", "供应商编号")),
    Column("country", _("国家或地区"), Kind.CODE, most=2, check=_country,
           help=_("供方所在地，两位字母，不填按 CN。"), aliases=("供方国家", "国别")),
    Column("buyer", _("需方"), most=200, help=_("需方企业全称；企业导入自己的采购时可不填。"),
           aliases=("采购方", "需方名称", "客户")),
    Column("buyer_code", _("需方代码"), Kind.CODE, most=60, help=_("统一社会信用代码；没有可不填。")),
    Column("product", pgettext_lazy("one", "产品"), most=80, help=_("产业链产品表中的名称或代码。"),
           aliases=("产品名称", "物料", "货物名称")),
    Column("product_code", _("产品代码"), Kind.CODE, most=30, help=_("与产品填一列即可；都填时以代码为准。")),
    Column("year", _("年度"), Kind.INTEGER, required=True, most=2100, aliases=("年份",)),
    Column("value", _("年交易额（元）"), Kind.NUMBER, required=True, help=_("表头写“（万元）”时按万元读取"),
           aliases=("年采购额", "采购额", "交易额", "年交易额")),
    Column("input_share", _("占需方同类采购（%）"), Kind.NUMBER, check=_share, spelled=_bare_percent,
           help=_("这一家占需方同类采购的百分数，例：35")),
    Column("stock_days", _("库存（天）"), Kind.INTEGER, most=3650, help=_("断供后库存还能用多少天"),
           aliases=("库存可用天数",)),
    Column("lead_days", _("供货周期（天）"), Kind.INTEGER, most=3650, aliases=("交期",)),
    Column("substitution", _("可替代性"), Kind.CHOICE,
           choices={value: label for value, label in Substitution.choices if value}),
    Column("confidential", _("按合同隐去供方"), Kind.YESNO,
           help=_("填“是”时，除需方、供方与运营方外，其他读者只看到代号。")),
)  # fmt: skip
TITLES = {column.key: column.title for column in LINK_COLUMNS}
