"""Files about standards: what suppliers lack, and what is wrong with a data file."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.sheets import Column, Kind

from ..exchange.words import DataFault
from ..queries.gaps import Gap

GAP_COLUMNS: Final = (
    Column("supplier", _("供方"), value=lambda gap: str(gap.supplier)),
    Column("number", _("标准编号"), Kind.CODE, value=lambda gap: gap.standard.number),
    Column("standard", _("标准名称"), value=lambda gap: gap.standard.title),
    Column("clause", _("条款号"), Kind.CODE, value=lambda gap: gap.requirement.clause if gap.requirement else ""),
    Column("text", _("要求"), value=lambda gap: gap.requirement.text if gap.requirement else ""),
    Column("kind", _("缺口"), value=lambda gap: str(gap.kind.label), help=_("为什么这一条还不算满足，或将要失效。")),
    Column("until", _("到期"), Kind.DATE),
    Column("reason", _("审核理由")),
)
FAULT_COLUMNS: Final = (
    Column("row", _("行"), Kind.INTEGER),
    Column("column", _("列")),
    Column("pointer", _("位置"), Kind.CODE, help=_("JSON 指针，从 0 数起。")),
    Column("found", _("现有内容")),
    Column("what", _("问题"), value=lambda fault: str(fault.what)),
    Column("cure", _("如何改正"), value=lambda fault: str(fault.cure)),
)


def gap_rows(gaps: list[Gap]) -> list[Any]:
    """The lines of the file, a supplier after the other."""
    return sorted(gaps, key=lambda gap: (gap.supplier.sort_key, gap.standard.number))


def fault_rows(faults: list[DataFault]) -> list[Any]:
    return list(faults)
