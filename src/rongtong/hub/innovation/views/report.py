"""The report of a round: at most seven pictures, each with its table, and the whole as a file."""

from dataclasses import astuple, dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.listing import Column
from rongtong.hub.foundation.sheets import export

from ..models import Round
from ..queries.report import Report, report_of


@dataclass(frozen=True)
class Line:
    """A figure of the report as the file holds it."""

    table: str
    name: str
    measure: str
    value: int


COLUMNS = (
    Column("table", _("统计表")),
    Column("name", _("项目"), lead=True),
    Column("measure", _("指标")),
    Column("value", _("数量"), kind="number"),
)


def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What came of a round."""
    actor = actor_of(request)
    found = report_of(get_object_or_404(Round.visible_to(actor), pk=pk), actor)
    context = {
        "report": found,
        "round": found.round,
        "industry_rows": [astuple(one) for one in found.by_industry],
        "region_rows": [astuple(one) for one in found.by_region],
    }
    return render(request, "innovation/round_report.html", context)


def report_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every figure of the report, a row each."""
    actor = actor_of(request)
    found = report_of(get_object_or_404(Round.visible_to(actor), pk=pk), actor)
    return export(COLUMNS, lines(found), "round-report", "xlsx")


def lines(found: Report) -> list[Line]:
    """The report as rows: table, item, measure, number."""
    totals = {
        _t("收到需求"): found.needs,
        _t("已发布榜单"): found.published,
        _t("揭榜书"): found.responses,
        _t("中榜榜单"): found.awarded,
        _t("中榜企业"): found.firms,
        _t("受邀机构"): found.invited,
        _t("无人揭榜"): found.unanswered,
        _t("合作"): found.collaborations,
        _t("已验收合作"): found.completed,
        _t("中榜者在匹配前 10 名"): found.in_top,
        _t("中榜者匹配名次可知"): found.ranked,
    }
    rows = [Line(_t("合计"), name, _t("数量"), value) for name, value in totals.items()]
    measures = (_t("需求"), _t("揭榜书"), _t("中榜"))
    for table, dimension in ((_t("行业"), found.by_industry), (_t("地区"), found.by_region)):
        for one in dimension:
            counts = (one.needs, one.responses, one.awards)
            rows += [Line(table, one.name, *pair) for pair in zip(measures, counts, strict=True)]
    for name, *sizes in found.by_size:
        heads = (_t("受邀企业"), _t("揭榜企业"), _t("中榜企业"))
        rows += [Line(_t("企业规模"), name, *pair) for pair in zip(heads, sizes, strict=True)]
    rows += [Line(_t("每项榜单的揭榜书"), name, _t("榜单"), value) for name, value in found.by_answers]
    rows += [Line(_t("匹配名次"), name, _t("中榜企业"), value) for name, value in found.by_rank]
    return rows
