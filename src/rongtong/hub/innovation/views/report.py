"""The report of a round: at most seven pictures, each with its table, and the whole as a file."""

from dataclasses import astuple, dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
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
        gettext("收到需求"): found.needs,
        gettext("已发布榜单"): found.published,
        gettext("揭榜书"): found.responses,
        gettext("中榜榜单"): found.awarded,
        gettext("中榜企业"): found.firms,
        gettext("受邀机构"): found.invited,
        gettext("无人揭榜"): found.unanswered,
        gettext("合作"): found.collaborations,
        gettext("已验收合作"): found.completed,
        gettext("中榜者在匹配前 10 名"): found.in_top,
        gettext("中榜者匹配名次可知"): found.ranked,
    }
    rows = [Line(gettext("合计"), name, gettext("数量"), value) for name, value in totals.items()]
    measures = (gettext("需求"), gettext("揭榜书"), gettext("中榜"))
    for table, dimension in ((gettext("行业"), found.by_industry), (gettext("地区"), found.by_region)):
        for one in dimension:
            counts = (one.needs, one.responses, one.awards)
            rows += [Line(table, one.name, *pair) for pair in zip(measures, counts, strict=True)]
    for name, *sizes in found.by_size:
        heads = (gettext("受邀企业"), gettext("揭榜企业"), gettext("中榜企业"))
        rows += [Line(gettext("企业规模"), name, *pair) for pair in zip(heads, sizes, strict=True)]
    rows += [Line(gettext("每项榜单的揭榜书"), name, gettext("榜单"), value) for name, value in found.by_answers]
    rows += [Line(gettext("匹配名次"), name, gettext("中榜企业"), value) for name, value in found.by_rank]
    return rows
