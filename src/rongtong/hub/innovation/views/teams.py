"""Teams for a challenge: proposed, computed in the background where that takes long, exported; and the splitting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.forms import one_more
from rongtong.hub.foundation.listing import Column
from rongtong.hub.foundation.rights import allowed, require, require_role
from rongtong.hub.foundation.sheets import export
from rongtong.hub.organisations.queries import visible

from ..domain.subneeds import split_challenge, split_for_response
from ..domain.teams import setting_of
from ..forms.teams import COLUMNS, part_rows, parts_of
from ..models import Challenge, Response, Source
from ..queries.disclosure import disclosed
from ..queries.subneeds import open_sources, parts_for
from ..queries.teams import Setting, Shown, teams_of
from ..tasks import begin_teams

SHEET = (
    Column("team", _("小组"), kind="number"),
    Column("organisation", pgettext_lazy("one", "机构")),
    Column("role", _("角色")),
    Column("part", _("子需求")),
    Column("must", _("必须覆盖")),
    Column("strength", _("覆盖强度"), kind="number", meaning=_("0 至 100；低于 40 不算覆盖")),
    Column("carries", _("由它承担")),
    Column("capability", _("能力")),
    Column("words", _("命中词语")),
    Column("alternatives", _("可替换的机构")),
)


@dataclass(frozen=True)
class Line:
    """One row of the file: a member and a part that it can carry, or a part that nobody carries."""

    team: int
    organisation: str
    role: str
    part: str
    must: str
    strength: int | None
    carries: str
    capability: str
    words: str
    alternatives: str


def teams(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which small teams cover the challenge; for an organisation that may lead, around itself."""
    actor = actor_of(request)
    setting = setting_of(pk, actor)
    shown = teams_of(setting, actor)
    context = {
        "setting": setting,
        "challenge": setting.challenge,
        "shown": shown,
        "sources": dict(Source.choices),
        "may_split": _may_split(setting, actor),
        "may_invite": setting.inside and allowed(actor, "challenge.invite", _row(setting, actor)),
        "may_add": setting.draft is not None and allowed(actor, "response.add_partner", setting.draft),
        "may_start": setting.leader is not None and setting.draft is None and allowed(actor, "response.start"),
    }
    return render(request, "innovation/teams.html", context)


@require_POST
def compute(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the computing in the background; the page of the job leads back here."""
    actor = actor_of(request)
    job = begin_teams(setting_of(pk, actor).challenge.id, actor)
    return redirect("web:job", job.pk)


def teams_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same teams as a file."""
    actor = actor_of(request)
    setting = setting_of(pk, actor)
    shown = teams_of(setting, actor)
    return export(SHEET, list(_lines(shown)), f"teams-{setting.challenge.number or pk}", "xlsx")


def _lines(shown: Shown) -> Iterator[Line]:
    yes = gettext("是")
    for number, team in enumerate(shown.teams, 1):
        for member in team.members:
            role = gettext("牵头") if member.leads else gettext("成员")
            others = "、".join(str(shown.firms[one.id]) for one in member.alternatives if one.id in shown.firms)
            for cover in (*member.covers, *member.supports):
                part, ground = shown.part(cover.need), shown.ground(member.id, cover.need)
                yield Line(
                    team=number,
                    organisation=str(shown.firms[member.id]),
                    role=role,
                    part=part.text,
                    must=yes if part.must else "",
                    strength=round(100 * cover.strength),
                    carries=yes if cover in member.covers else "",
                    capability=ground.title if ground else "",
                    words="、".join(ground.words) if ground else "",
                    alternatives=others,
                )
        for need in team.uncovered:
            part = shown.part(need)
            nobody = gettext("没有机构覆盖")
            yield Line(number, nobody, "", part.text, yes if part.must else "", None, "", "", "", "")


def _row(setting: Setting, actor: Actor) -> Challenge:
    return visible(Challenge, actor, setting.challenge.id, "round", "organisation")


def _may_split(setting: Setting, actor: Actor) -> bool:
    if setting.inside:
        return allowed(actor, "challenge.split", _row(setting, actor))
    return setting.draft is not None and allowed(actor, "response.split", setting.draft)


@require_http_methods(["GET", "POST"])
def challenge_split(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The challenger's own splitting."""
    actor = actor_of(request)
    challenge = visible(Challenge, actor, pk, "round", "organisation")
    require_role(actor, "challenge.split", challenge)
    return _split(request, challenge, None, lambda parts: split_challenge(challenge=challenge, parts=parts, by=actor))


@require_http_methods(["GET", "POST"])
def response_split(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The leader's splitting, for nobody else."""
    actor = actor_of(request)
    response = visible(Response, actor, pk, "challenge__round", "challenge__organisation")
    require_role(actor, "response.split", response)
    require(actor, "response.split", response)
    return _split(
        request,
        response.challenge,
        response,
        lambda parts: split_for_response(response=response, parts=parts, by=actor),
    )


def _split(request: HttpRequest, challenge: Challenge, response: Response | None, save: Any) -> HttpResponse:
    actor = actor_of(request)
    shown = disclosed(challenge, actor)
    sources = open_sources(shown)
    refused: Invalid | None = None
    adding = False
    if request.method == "GET":
        rows = part_rows(sources, parts=parts_for(challenge, response, actor))
    else:
        rows = part_rows(sources, request.POST)
        adding = rows.wants_row()
        if adding:
            rows = one_more(rows)
        elif rows.is_valid():
            try:
                save(parts_of(rows))
            except Invalid as problem:
                refused = problem
            else:
                messages.success(request, gettext("子需求已保存。"))
                return redirect("innovation:teams", challenge.pk)
    faulty = rows.is_bound and not adding
    context = {
        "rows": rows,
        "columns": COLUMNS,
        "all_forms": [] if adding else [rows, refused],
        "challenge": shown,
        "of_response": response is not None,
        "levels": [(label, shown.levels[name]) for name, label in Source.choices if name in sources],
    }
    return render(request, "innovation/teams_split.html", context, status=422 if faulty else 200)
