"""The analysis of a chain: how grave each firm's failure would be, what limits the figures, and the run under way."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible
from rongtong.hub.foundation.lists import MOST_EXPORTED, Column, ListPage, Sort
from rongtong.hub.foundation.models import Job
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.foundation.sheets import export
from rongtong.hub.organisations.queries import visible

from ..analysis_enums import WorkState
from ..models import Analysis, Chain, FirmRisk
from ..queries.networks import key_of, names_for
from ..queries.weak_links import made_of
from ..tasks import begin_analysis

#: What a reader must know before reading the figures, by the names the engine gives.
TRAPS = {
    "truncated": gettext_lazy("传导在变化小于 1% 时停止，数值略偏低；主要看名次。"),
    "no_final_demand": gettext_lazy("只知道链内的交易：企业卖给链外的部分没有计入，向上游的损失可能偏高。"),
    "saturates": gettext_lazy("没有考虑替代，向下游的损失趋于饱和，名次意义不大。"),
    "markets_differ": gettext_lazy("可替代的范围与产品不一致。"),
    "all_linear": gettext_lazy("没有填写关键投入：断供的损失可能偏低。"),
    "hidden_apart": gettext_lazy("按合同隐去的供方按代号单独计算，与它公开的部分没有合并，名次可能偏后。"),
}


class Risks(ListPage):
    """The firms of the chain by what is lost when they fail; only those the reader may see."""

    name = "risks"
    title = gettext_lazy("系统性风险")
    noun = pgettext_lazy("counted", "家企业")
    template = "industry/risks.html"
    saves = False
    views = ("table",)
    extra = ("number", "of")
    sorts = (
        Sort("rank", gettext_lazy("名次"), ("rank",)),
        Sort("downstream", gettext_lazy("向下游"), ("-downstream", "rank")),
        Sort("upstream", gettext_lazy("向上游"), ("-upstream", "rank")),
    )
    columns: ClassVar = (
        Column("rank", gettext_lazy("名次"), kind="number", sort="rank"),
        Column("firm", pgettext_lazy("one", "企业"), value=lambda row: row.called.name, lead=True),
        Column("esri", gettext_lazy("系统性风险"), kind="number", unit="%", value=lambda row: round(100 * row.esri, 2)),
        Column("downstream", gettext_lazy("向下游"), kind="number", unit="%", sort="downstream",
               value=lambda row: round(100 * row.downstream, 2)),
        Column("upstream", gettext_lazy("向上游"), kind="number", unit="%", sort="upstream",
               value=lambda row: round(100 * row.upstream, 2)),
    )  # fmt: skip

    def __init__(self, request: HttpRequest, chain: Chain) -> None:
        self.chain = chain
        super().__init__(request)
        rows = Analysis.visible_to(self.actor).filter(chain=chain)
        self.runs = list(rows.order_by("-number")[:12])
        done = [one for one in self.runs if one.state == WorkState.DONE]
        given = request.GET.get("number", "")
        asked = next((one for one in done if str(one.number) == given), None)
        self.analysis = asked or next(iter(done), None)

    def rows(self) -> QuerySet[FirmRisk]:
        rows = FirmRisk.visible_to(self.actor).select_related("firm__organisation")
        return rows.filter(analysis=self.analysis) if self.analysis else rows.none()

    def decorate(self, rows: list[Any]) -> list[Any]:
        names = names_for([key_of(row.firm_id, row.pseudonym_id) for row in rows], self.actor)
        for row in rows:
            row.called = names[key_of(row.firm_id, row.pseudonym_id)]
        return rows

    def export(self, format: str) -> HttpResponse:
        """The rows of the page as a file, each firm called what the reader may call it."""
        return export(self.columns, self.decorate(list(self.found[:MOST_EXPORTED])), self.name, format)

    def context(self) -> dict[str, Any]:
        working = next((one for one in self.runs if one.state == WorkState.WORKING), None)
        return {
            "chain": self.chain,
            "analysis": self.analysis,
            "runs": [one for one in self.runs if one.state == WorkState.DONE],
            "traps": [TRAPS[code] for code in self.analysis.traps if code in TRAPS] if self.analysis else [],
            "working": working,
            "job": None if working is None else Job.visible_to(self.actor).filter(pk=working.job_id).first(),
            "may_start": allowed(self.actor, "analysis.start", self.chain),
            "made_of": self._made_of(),
            "pictured": self._pictured(),
        }

    def _made_of(self) -> Any:
        """What the score of one firm is made of, where it is asked for."""
        asked = self.request.GET.get("of", "")
        row = next((one for one in self.items if str(one.pk) == asked), None)
        return None if row is None else {"row": row, "told": made_of(row, self.actor)}

    def _pictured(self) -> list[list[Any]]:
        return [
            [row.called.name, round(100 * row.downstream, 2), round(100 * row.upstream, 2)] for row in self.items[:12]
        ]


@require_safe
def risks(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    chain = visible(Chain, actor, pk, "leader")
    page = Risks(request, chain)
    if not page.runs and not allowed(actor, "analysis.start", chain) and not actor.is_member:
        raise NotVisible
    return page.respond()


@require_POST
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    chain = visible(Chain, actor, pk)
    try:
        begun = begin_analysis(chain, actor)
    except Invalid as refused:
        messages.error(request, str(refused.faults[0].message))
        return HttpResponseRedirect(reverse("industry:risks", args=[pk]))
    messages.success(request, _("分析已开始，完成后结果出现在这里。"))
    return HttpResponseRedirect(reverse("web:job", args=[begun.job_id]))
