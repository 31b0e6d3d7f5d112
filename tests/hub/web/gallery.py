"""Pages that use every archetype and every part: what the tests look at, and what no room serves."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import timezone

from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale
from rongtong.hub.foundation.forms import RoomForm, differences, one_more, row_set
from rongtong.hub.foundation.lists import Bulk, Choice, Column, Dates, Flag, ListPage, Multi, Range, Search, Sort
from rongtong.hub.foundation.models import Job, JobState
from rongtong.hub.foundation.rights import ROUTES

JINJA: dict[str, Any] = settings.TEMPLATES[0]
TEMPLATES = [
    {**JINJA, "DIRS": [*JINJA["DIRS"], Path(__file__).parent / "gallery_templates"]},
    settings.TEMPLATES[1],
]


class Jobs(ListPage):
    name = "jobs"
    title = "任务"
    sentence = "本单位交给平台的长时间工作。"
    template = "gallery/list.html"
    search = Search("kind", initials="problem", placeholder="任务名；支持拼音首字母")
    filters = (
        Multi("state", "状态", field="state", choices=JobState.choices),
        Choice("kind", "种类", field="kind", choices=lambda actor: [("export", "导出"), ("import", "导入")], fold=1),
        Range("size", "预算", field="total", unit="万元", scale=10_000),
        Dates("made", "建立时间", field="created_at"),
        Flag("mine", "我建立的", where=lambda actor: Q(account_id=actor.account_id), group="与我有关"),
        Flag("stopped", "要求停止的", where=Q(cancel_asked=True), visible=lambda actor: actor.operator),
    )
    sorts = (Sort("new", "最新", "-created_at"), Sort("total", "数量", "-total"))
    columns = (
        Column("kind", "种类", lead=True),
        Column("total", "数量", kind="money", sort="total"),
        Column("created_at", "建立", kind="datetime"),
        Column("state", "状态", value=lambda job: job.get_state_display()),
    )
    bulk = (Bulk("stop", "停止", "gallery_bulk", ask="停止后不能继续。"),)

    def rows(self) -> QuerySet[Job]:
        return Job._base_manager.all()


class DraftForm(RoomForm):
    title = forms.CharField(label="名称", max_length=20)
    plan = forms.CharField(label="技术路线", widget=forms.Textarea, required=False)
    fee = forms.DecimalField(label="预算上限", max_value=500)
    trl = forms.ChoiceField(label="技术就绪度", choices=[("5", "5 级"), ("6", "6 级")])
    levels = forms.MultipleChoiceField(
        label="披露", choices=[("0", "公开"), ("1", "成员")], widget=forms.CheckboxSelectMultiple, required=False
    )
    agreed = forms.BooleanField(label="所填内容属实")
    file = forms.FileField(label="附件", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    units = {"fee": "万元"}
    examples = {"title": "例：盾构主轴承滚道淬硬层均匀性控制"}
    short = {"fee"}


class StepForm(RoomForm):
    name = forms.CharField(label="里程碑", max_length=40)
    month = forms.IntegerField(label="完成月份", max_value=14)
    fee = forms.DecimalField(label="经费")


Steps = row_set(StepForm, least=1, most=4, extra=1)


def jobs(request: HttpRequest) -> HttpResponse:
    return Jobs(request).respond()


def bulk(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"rows": request.POST.getlist("row")})


def form(request: HttpRequest) -> HttpResponse:
    bound = request.method == "POST"
    draft = DraftForm(request.POST, request.FILES) if bound else DraftForm(initial={"version": 1})
    steps = Steps(request.POST, prefix="steps") if bound else Steps(prefix="steps")
    status = 200
    if bound and steps.wants_row():
        steps = one_more(steps)
    elif bound:
        valid = draft.is_valid() & steps.is_valid()
        if valid:
            draft.add_faults(Invalid([Fault("fee", "超过批次上限", "fee.high"), Fault("nowhere", "别处不对", row=2)]))
        status = 422
    values = {"form": draft, "steps": steps, "all_forms": [draft, steps], "title": "填写揭榜书"}
    values["toc"] = [{"id": "s1", "label": "方案", "state": "ok"}, {"id": "s2", "label": "里程碑", "state": "bad"}]
    return render(request, "gallery/form.html", values, status=status)


SAVED: dict[str, Any] = {"version": 1, "title": ""}


def draft(request: HttpRequest) -> HttpResponse:
    if request.POST.get("title") == "冲突" and request.POST.get("version") != "9":
        stale = {
            "what": "没有保存：内容已被他人修改。",
            "theirs": {"title": "对方写的"},
            "yours": {"title": "冲突"},
            "version": 9,
        }
        return JsonResponse(stale, status=409)
    if request.POST.get("title") == "不行":
        return JsonResponse({"what": "名称不能这样写。"}, status=422)
    SAVED.update(version=int(request.POST["version"]) + 1, title=request.POST["title"])
    return JsonResponse({"version": SAVED["version"], "saved_at": timezone.now().isoformat()})


def parts(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    messages.success(request, "已保存。")
    values = {
        "title": "零件",
        "soon": now + dt.timedelta(days=2),
        "far": now + dt.timedelta(days=60),
        "amount": Decimal(3_000_000),
        "error": Refusal(
            "response.leader_not_sme",
            what="不能揭榜：贵单位为大型企业",
            why="仅限中小企业牵头。",
            cure="作为成员参加。",
        ),
        "conflict": differences([("fee", "经费"), ("end", "完成于")], {"fee": 1, "end": 2}, {"fee": 3, "end": 2}),
        "now": now,
    }
    return render(request, "gallery/parts.html", values)


def board(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery/board.html", {"title": "批次报告"})


def detail(request: HttpRequest) -> HttpResponse:
    values = {"title": "直径 6 米级盾构主轴承滚道淬硬层均匀性控制", "due": timezone.now() + dt.timedelta(days=27)}
    return render(request, "gallery/detail.html", values)


def compare(request: HttpRequest) -> HttpResponse:
    lines = [
        {"label": "就绪度", "values": ["7 级", "5 级"], "same": False},
        {"label": "地区", "values": ["渡北", "渡北"], "same": True},
    ]
    things = [{"name": "锦塘感应装备", "href": "#"}, {"name": "恒砺热处理"}]
    return render(request, "archetypes/compare.html", {"title": "对比", "things": things, "lines": lines})


def steps(request: HttpRequest) -> HttpResponse:
    return render(request, "archetypes/import.html", {"title": "导入机构", "step": 2})


def refuse(request: HttpRequest, kind: str) -> HttpResponse:
    if kind == "stale":
        raise Stale(theirs={"fee": 1}, yours={"fee": 2}, version=3)
    if kind == "invalid":
        raise Invalid([Fault("fee", "太高了")])
    if kind == "broken":
        raise ZeroDivisionError("secret detail")
    raise Refusal("response.leader_not_sme", what="不能揭榜", why="仅限中小企业牵头。", cure="作为成员参加。")


urlpatterns = [
    path("gallery/jobs/", jobs, name="gallery_jobs"),
    path("gallery/bulk/", bulk, name="gallery_bulk"),
    path("gallery/form/", form, name="gallery_form"),
    path("gallery/draft/", draft, name="gallery_draft"),
    path("gallery/parts/", parts, name="gallery_parts"),
    path("gallery/board/", board, name="gallery_board"),
    path("gallery/detail/", detail, name="gallery_detail"),
    path("gallery/compare/", compare, name="gallery_compare"),
    path("gallery/import/", steps, name="gallery_import"),
    path("gallery/refuse/<kind>/", refuse, name="gallery_refuse"),
    path("account/", include("allauth.urls")),
    path("", include("rongtong.hub.organisations.urls")),
]
handler400 = "rongtong.hub.web.errors.bad_request"
handler403 = "rongtong.hub.web.errors.permission_denied"
handler404 = "rongtong.hub.web.errors.not_found"
handler500 = "rongtong.hub.web.errors.server_error"

ROUTES.setdefault("gallery_*", frozenset({"anyone"}))
