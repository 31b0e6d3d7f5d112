"""Pages of agreements and documents."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible, Refusal
from rongtong.hub.foundation.rights import allowed

from ..domain.agreements import CLAUSES, TEXT_VERSION, agreement_between, sign_nda
from ..domain.documents import attach as attach_document
from ..domain.documents import read_document, remove_document
from ..enums import Level
from ..forms import SignForm
from ..handing_out import content_for
from ..queries import document_for
from ..queries.evidence import mark_of
from ..subjects import SUBJECTS, find, kind_of


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
    standing = agreement_between(subject, actor)
    context = {
        "subject": subject,
        "link": link,
        "evidence": mark_of(standing, actor) if standing else None,
        "form": form,
        "text_version": TEXT_VERSION,
        "clauses": CLAUSES,
        "standing": standing,
        "may_sign": allowed(actor, "nda.sign", subject),
        "own": actor.acts_for(subject.owner_id),
        "actor": actor,
    }
    return render(request, "trust/sign_nda.html", context, status=422 if form.errors else 200)


@require_POST
def attach(request: HttpRequest, alias: str, pk: UUID) -> HttpResponse:
    """Take a file in for one object; whatever is wrong with it is said on the page it came from."""
    actor = actor_of(request)
    subject = find(alias, pk, actor)
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("请选择一个文件。"))
    else:
        try:
            level = request.POST.get("level", str(Level.NAMED.value))
            attach_document(
                subject=subject, file=file, level=int(level) if level.isascii() and level.isdigit() else -1, by=actor
            )
            messages.success(request, _("附件已添加。"))
        except NotVisible:
            raise
        except Refusal as refused:
            messages.error(request, str(refused))
    return HttpResponseRedirect(SUBJECTS[alias].files(subject))


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a document away."""
    actor = actor_of(request)
    document = document_for(actor, pk)
    remove_document(document=document, by=actor)
    messages.success(request, _("附件已移除。"))
    subject = document.subject
    return HttpResponseRedirect(kind_of(subject).files(subject))


def document(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Check the right, write the reading down, and go on to the bytes."""
    actor = actor_of(request)
    token = read_document(document=document_for(actor, pk), by=actor)
    return HttpResponseRedirect(reverse("trust:file", args=[token]))


def file(request: HttpRequest, token: str) -> FileResponse:
    """The bytes, to the account that the link was made for, within a minute; the right is asked once more."""
    return content_for(actor_of(request), token)
