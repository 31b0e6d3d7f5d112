"""Notices: the list, and the way to what one is about."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.models import Notice
from rongtong.hub.foundation.notices import read

from ..domain.notices import read_notices

SIZE = 30


def notices(request: HttpRequest) -> HttpResponse:
    """This person's notices, newest first; POST marks all as read."""
    actor = actor_of(request)
    rows = Notice.visible_to(actor).order_by("-created_at", "-id")
    if request.method == "POST":
        read_notices(notices=list(rows.filter(read_at=None)), by=actor)
        return HttpResponseRedirect(reverse("web:notices"))
    page = Paginator(rows, SIZE).get_page(request.GET.get("page"))
    return render(request, "web/notices.html", {"page": page, "readings": read(page.object_list, actor)})


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lead to what a notice is about. The lists post here, and that marks it as read; merely looking does not."""
    actor = actor_of(request)
    row = get_object_or_404(Notice.visible_to(actor), pk=pk)
    readings = read([row], actor)
    if not readings:
        raise NotVisible
    if request.method == "POST":
        read_notices(notices=[row], by=actor)
    return HttpResponseRedirect(readings[0].link)
