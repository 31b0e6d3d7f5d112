"""How matching does in use: a board for the operator, the same as a file, and the cap on exposure."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from rongtong.engines.matching.replay import Comparison, Measure
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.listing import Column
from rongtong.hub.foundation.rights import allowed, require_role
from rongtong.hub.foundation.sheets import export

from ..domain.exposure import cap_exposure
from ..forms.evaluation import RANKERS, ExposureForm, ReplayForm
from ..queries.evaluation import WORTH, Evaluation, ExposureRow, evaluation
from ..queries.outcomes import replayed

USUAL = {"a": "forward", "b": "two-sided"}
COLUMNS = (
    Column("table", _("统计表")),
    Column("name", _("项目"), lead=True),
    Column("measure", _("指标")),
    Column("value", _("数值"), kind="number"),
)


@dataclass(frozen=True)
class Line:
    """A figure as the file holds it."""

    table: str
    name: str
    measure: str
    value: Decimal | int | None


@require_http_methods(["GET", "POST"])
def evaluate(request: HttpRequest) -> HttpResponse:
    """The board; POST sets the cap."""
    actor = actor_of(request)
    found = evaluation(actor)
    form = ExposureForm(request.POST if request.method == "POST" else None, initial={"most": found.cap})
    status = 200
    if form.is_bound:
        require_role(actor, "exposure.cap")
        status = 422
        if form.is_valid():
            try:
                cap_exposure(most=form.cleaned_data["most"], by=actor)
            except Invalid as refused:
                form.add_faults(refused)
            else:
                messages.success(request, _("已保存，约一分钟后生效。"))
                return HttpResponseRedirect(reverse("innovation:match_evaluation"))
    chosen = rankers(request)
    compared = replayed(chosen["a"], chosen["b"], actor)
    labels = dict(RANKERS)
    context = {
        "found": found,
        "form": form,
        "may_cap": allowed(actor, "exposure.cap"),
        "compared": compared,
        "replay": ReplayForm(initial=chosen),
        "names": [labels[chosen["a"]], labels[chosen["b"]]],
        "measures": measures(compared),
        "worth": WORTH,
        "coverage_rows": [(one.name, one.part) for one in found.coverage] if found.coverage[0].whole else [],
        "rank_rows": [
            (one.name, *one.rates, one.shown, one.clicked, one.invited, one.responded, one.awarded)
            for one in found.ranks
        ],
        "size_rows": exposure_rows(found.sizes),
        "region_rows": exposure_rows(found.regions),
    }
    return render(request, "innovation/match_evaluation.html", context, status=status)


def evaluate_export(request: HttpRequest) -> HttpResponse:
    """Every figure of the board, a row each."""
    actor = actor_of(request)
    chosen = rankers(request)
    compared = replayed(chosen["a"], chosen["b"], actor)
    labels = {key: str(label) for key, label in RANKERS}
    rows = lines(evaluation(actor)) + replay_lines(compared, labels[chosen["a"]], labels[chosen["b"]])
    return export(COLUMNS, rows, "match-evaluation", "xlsx")


def exposure_rows(rows: list[ExposureRow]) -> list[tuple[object, ...]]:
    """The columns of the page, those of the picture first."""
    return [(one.name, one.of_organisations, one.of_fronts, one.organisations) for one in rows]


def rankers(request: HttpRequest) -> dict[str, str]:
    """The two rankers asked for; what is none is replaced by the usual one."""
    known = dict(RANKERS)
    return {side: asked if (asked := request.GET.get(side, "")) in known else usual for side, usual in USUAL.items()}


def measures(compared: Comparison) -> list[tuple[str, Measure | None]]:
    """What a replay measured, by name."""
    return [
        (gettext("nDCG@10（只看当时展示）"), compared.ndcg),
        (gettext("MRR（首个结果名次的倒数）"), compared.mrr),
        (gettext("每次浏览的结果数（按名次校正）"), compared.outcomes),
    ]


def replay_lines(compared: Comparison, a: str, b: str) -> list[Line]:
    """A replay as rows."""
    table, rows = gettext("回放比较"), []
    for name, measure in measures(compared):
        if measure is not None:
            gap = measure.difference
            values = [(a, measure.a.value), (b, measure.b.value), (gettext("乙减甲"), gap.value)]
            values += [(gettext("区间下限"), gap.low), (gettext("区间上限"), gap.high)]
            rows += [Line(table, name, words, round(Decimal(value), 4)) for words, value in values]
    rows.append(Line(table, gettext("浏览"), gettext("次数"), compared.looks))
    rows.append(Line(table, gettext("有结果的浏览"), gettext("次数"), compared.telling))
    return rows


def lines(found: Evaluation) -> list[Line]:
    """The board as rows: table, item, measure, number."""
    share, number = gettext("占比（%）"), gettext("数量")
    rows = []
    for one in found.coverage:
        rows += [Line(gettext("覆盖"), one.name, number, one.part), Line(gettext("覆盖"), one.name, share, one.percent)]
    for name, one in ((gettext("被展示过的机构"), found.firms), (gettext("中榜者在匹配前 10 名"), found.top)):
        rows += [Line(gettext("合计"), name, number, one.part), Line(gettext("合计"), name, gettext("总数"), one.whole)]
    for row in found.ranks:
        parts = {gettext("展示"): row.shown, gettext("查看"): row.clicked, gettext("邀请"): row.invited}
        parts |= {gettext("揭榜"): row.responded, gettext("中榜"): row.awarded}
        rows += [Line(gettext("名次"), row.name, name, value) for name, value in parts.items()]
    for table, groups in ((gettext("企业规模"), found.sizes), (gettext("地区"), found.regions)):
        for group in groups:
            rows.append(Line(table, group.name, gettext("机构数"), group.organisations))
            rows.append(Line(table, group.name, gettext("占机构（%）"), group.of_organisations))
            rows.append(Line(table, group.name, gettext("占前 10 名展示（%）"), group.of_fronts))
    for name, value in ((gettext("按上限"), found.unequal), (gettext("只按分数"), found.unequal_by_score)):
        rows.append(
            Line(
                gettext("前 10 名的基尼系数"),
                name,
                gettext("系数"),
                None if value is None else round(Decimal(value), 3),
            )
        )
    return rows
