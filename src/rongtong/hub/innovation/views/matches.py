"""Matches of a challenge with their reasons, the invitation from the list, and the challenges that fit oneself."""

from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.foundation.formatting import clauses, joined
from rongtong.hub.foundation.listing import Column
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.foundation.sheets import export
from rongtong.hub.matching.domain.impressions import clicked, shown_needs
from rongtong.hub.matching.domain.pair_scores import exposure_cap
from rongtong.hub.matching.models import Lists
from rongtong.hub.organisations.enums import Cultivation
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.reference import regions
from rongtong.hub.organisations.size_class import SizeClass

from ..domain.invitations import Invitee, invite
from ..looks import log_look
from ..models import Challenge
from ..queries.conditions import say
from ..queries.leading import bar_of, own_open
from ..queries.matching import RANKER, Hits, challenges_for, matches_of, own_challenge
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
    Column("other", _("对方适合度"), kind="number"),
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
    log_look(challenge, hits, actor)
    context = {
        "challenge": challenge,
        "hits": hits,
        "say": say,
        "regions": regions,
        "sizes": SizeClass,
        "cultivations": Cultivation,
        "more": wanted + STEP if len(hits.items) >= wanted - 1 and wanted < MOST else 0,
        "may_invite": allowed(actor, "challenge.invite", challenge),
        "is_open": challenge.state == OPEN,
        "cap": exposure_cap() if hits.two_sided else None,
    }
    return render(request, "innovation/matches.html", context)


def matches_export(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same list as a file."""
    actor = actor_of(request)
    challenge = own_challenge(pk, actor)
    hits = matches_of(challenge, actor, limit=MOST)
    return export(COLUMNS, hits.items, f"matches-{challenge.number or challenge.pk}", "xlsx")


def for_you(request: HttpRequest) -> HttpResponse:
    """The open challenges that fit what one's organisation can do, each with its reasons.

    Whoever may lead no answer learns why, and what there is to do instead.
    """
    actor = actor_of(request)
    bar = bar_of(actor)
    if bar:
        own = own_open(actor)
        context = {"bar": str(bar), "own": own, "may_write": allowed(actor, "challenge.create")}
        return render(request, "innovation/for_you_barred.html", context)
    hits = challenges_for(actor, limit=STEP * 2)
    if hits:
        shown_needs([(hit.subject_id, hit.score) for hit in hits.items], by=actor, ranker=RANKER)
    return render(request, "innovation/for_you.html", {"hits": hits})


def match_open(request: HttpRequest, pk: UUID, organisation: UUID) -> HttpResponse:
    """Lead from a match to the organisation, or to its capability, and note that it was followed."""
    actor = actor_of(request)
    challenge = own_challenge(pk, actor)
    firm = get_object_or_404(Organisation.visible_to(actor), pk=organisation)
    capability = identifiers([request.GET.get("capability", "")])
    clicked(challenge.pk, firm.pk, by=actor)
    if capability:
        return HttpResponseRedirect(reverse("innovation:capability", args=capability))
    return HttpResponseRedirect(reverse("organisations:organisation", args=[firm.pk]))


def for_you_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lead from a fitting challenge to its page, and note that it was followed."""
    actor = actor_of(request)
    challenge = get_object_or_404(Challenge.visible_to(actor), pk=pk)
    clicked(challenge.pk, actor.firm, by=actor, lists=Lists.NEEDS)
    return HttpResponseRedirect(reverse("innovation:challenge", args=[challenge.pk]))


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
