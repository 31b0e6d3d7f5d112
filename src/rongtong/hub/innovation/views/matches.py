"""Matches of a challenge with their reasons, the invitation from the list, and the challenges that fit oneself."""

from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.formatting import clauses, joined
from rongtong.hub.foundation.listing import Column
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.foundation.sheets import export
from rongtong.hub.matching.domain.impressions import shown
from rongtong.hub.organisations.reference import regions

from ..domain.invitations import Invitee, invite
from ..models import Challenge
from ..queries.conditions import say
from ..queries.matching import Hits, challenges_for, matches_of, own_challenge
from ..rules.challenges import OPEN

STEP, MOST = 20, 200
COLUMNS = (
    Column("rank", _("名次"), kind="number"),
    Column("organisation", pgettext_lazy("one", "机构"), value=lambda hit: str(hit.organisation)),
    Column("size", _("企业规模"), value=lambda hit: hit.organisation.get_size_class_display()),
    Column(
        "region", _("地区"), value=lambda hit: regions.name(hit.organisation.region) if hit.organisation.region else ""
    ),
    Column("score", _("匹配分"), kind="number"),
    Column("words", _("词语"), kind="number"),
    Column("meaning", _("语义"), kind="number"),
    Column("conditions", _("条件"), kind="number"),
    Column("title", _("能力")),
    Column("top_words", _("命中词语"), value=lambda hit: joined(word for word, _points in hit.top_words)),
    Column("judged", _("条件逐项"), value=lambda hit: clauses(str(say(one)) for one in hit.judged)),
)


def matches(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who can answer this challenge; POST invites those chosen."""
    actor = actor_of(request)
    challenge = own_challenge(pk, actor)
    wanted = _number(request.GET.get("show", ""), STEP)
    hits = matches_of(challenge, actor, limit=wanted)
    if request.method == "POST":
        return _invite(request, challenge, hits, actor)
    shown(challenge.pk, [(hit.organisation.pk, hit.score) for hit in hits.items if hit.organisation], by=actor)
    context = {
        "challenge": challenge,
        "hits": hits,
        "say": say,
        "regions": regions,
        "more": wanted + STEP if len(hits.items) >= wanted - 1 and wanted < MOST else 0,
        "may_invite": allowed(actor, "challenge.invite", challenge),
        "is_open": challenge.state == OPEN,
    }
    return render(request, "innovation/matches.html", context)


def matches_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same list as a file."""
    actor = actor_of(request)
    challenge = own_challenge(pk, actor)
    hits = matches_of(challenge, actor, limit=MOST)
    return export(COLUMNS, hits.items, f"matches-{challenge.number or challenge.pk}", "xlsx")


def for_you(request: HttpRequest) -> HttpResponse:
    """The open challenges that fit what one's organisation can do, each with its reasons."""
    hits = challenges_for(actor_of(request), limit=STEP * 2)
    return render(request, "innovation/for_you.html", {"hits": hits})


def _invite(request: HttpRequest, challenge: Challenge, hits: Hits, actor: Actor) -> HttpResponse:
    chosen = set(request.POST.getlist("row"))
    wanted = [
        Invitee(hit.organisation.pk, hit.rank, Decimal(hit.score).quantize(Decimal("0.1")))
        for hit in hits.items
        if hit.organisation and str(hit.organisation.pk) in chosen
    ]
    invite(challenge=challenge, invitees=wanted, by=actor)
    text = ngettext("已邀请 %(num)s 家机构。", "已邀请 %(num)s 家机构。", len(wanted))
    messages.success(request, text % {"num": len(wanted)})
    return HttpResponseRedirect(reverse("innovation:matches", args=[challenge.pk]))


def _number(text: str, otherwise: int) -> int:
    return max(STEP, min(int(text), MOST)) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise
