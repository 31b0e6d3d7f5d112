"""Search over everything one may see, and the searches one keeps."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.finding import find
from rongtong.hub.foundation.models import SavedSearch

from ..domain.searches import forget_search, save_search
from ..saved import LISTS, address

LONGEST = 100


def search(request: HttpRequest) -> HttpResponse:
    """The first few of everything that fits."""
    q = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    return render(request, "web/search.html", {"q": q, "found": find(actor_of(request), q)})


def searches(request: HttpRequest) -> HttpResponse:
    """The searches this person keeps."""
    rows = SavedSearch.visible_to(actor_of(request)).order_by("page", "name")
    kept = [{"search": row, "title": LISTS[row.page].title, "href": address(row)} for row in rows if row.page in LISTS]
    return render(request, "web/searches.html", {"kept": kept})


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the search of the list this came from."""
    values = request.POST
    try:
        save_search(
            page=values.get("page", ""),
            name=values.get("name", ""),
            query=values.get("query", ""),
            notify="notify" in values,
            by=actor_of(request),
        )
        messages.success(request, _("搜索已保存。"))
    except Invalid as refused:
        messages.error(request, str(refused))
    return _back(request, "web:searches")


@require_POST
def forget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Delete a saved search."""
    forget_search(search=get_object_or_404(SavedSearch.visible_to(actor_of(request)), pk=pk), by=actor_of(request))
    return HttpResponseRedirect(reverse("web:searches"))


def _back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the page of this hub that the form names, else to a page of ours."""
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = reverse(otherwise)
    return HttpResponseRedirect(wanted)
