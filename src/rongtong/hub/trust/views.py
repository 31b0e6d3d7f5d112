"""Pages of trust."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.rights import allowed

from .domain.agreements import TEXT_VERSION, agreement_between, sign_nda
from .forms import SignForm
from .subjects import SUBJECTS, find


def sign(request: HttpRequest, alias: str, pk: UUID) -> HttpResponse:
    """The agreement about one thing, and the form to sign it."""
    actor = actor_of(request)
    subject = find(alias, pk, actor)
    link = SUBJECTS[alias].link(subject)
    form = SignForm(request.POST if request.method == "POST" else None, initial={"name": actor.name})
    if request.method == "POST" and form.is_valid():
        try:
            sign_nda(subject=subject, by=actor, **form.cleaned_data)
            return HttpResponseRedirect(link)
        except Invalid as refused:
            form.add_faults(refused)
    context = {
        "subject": subject,
        "link": link,
        "form": form,
        "text_version": TEXT_VERSION,
        "standing": agreement_between(subject, actor),
        "may_sign": allowed(actor, "nda.sign", subject),
        "own": actor.acts_for(subject.owner_id),
        "actor": actor,
    }
    return render(request, "trust/sign_nda.html", context, status=422 if form.errors else 200)
