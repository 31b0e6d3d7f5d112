"""Drafting an offer: opening an agreement, the draft that saves itself, putting it on the table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from pydantic import ValidationError

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Fault, Invalid, Stale
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.foundation.forms import one_more
from rongtong.hub.foundation.rights import require, require_role
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.pinyin import resolved_name
from rongtong.hub.organisations.queries import visible

from ..agreement_clauses import Clauses
from ..domain.agreements import Opening, draft_of, offer_agreement, open_agreement, save_draft
from ..enums import AgreementKind
from ..forms.agreements import ROW_COLUMNS, ROWS, AgreementForm, OpeningForm, clauses_of, initial_of, initial_rows
from ..models import Agreement, Technology
from ..queries.agreements import find_agreement, sources_for
from .challenge_forms import version_of

NOBODY = UUID(int=0)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """What it is about and with whom; then the draft."""
    actor = actor_of(request)
    require(actor, "agreement.open")
    technology = _technology(request, actor)
    form = OpeningForm(request.POST if request.method == "POST" else None, initial=_opening(technology, actor))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = open_agreement(
                opening=Opening(
                    kind=given["kind"],
                    title=given["title"],
                    other=_meant(given["other"], actor),
                    technology=technology.pk if technology else None,
                    provides=given["role"] == "provider",
                ),
                by=actor,
            )
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("草稿已建立，之后的修改会自动保存；发出报价之前对方看不到。"))
            return HttpResponseRedirect(reverse("innovation:agreement_edit", args=[made.pk]))
    values = {"form": form, "technology": technology, "title": _("洽谈协议")}
    return render(request, "innovation/agreement_new.html", values, status=422 if form.errors else 200)


def _technology(request: HttpRequest, actor: Actor) -> Technology | None:
    asked = request.POST.get("technology") or request.GET.get("technology") or ""
    found = identifiers([asked])
    return visible(Technology, actor, found[0], "organisation") if found else None


def _opening(technology: Technology | None, actor: Actor) -> dict[str, Any]:
    if technology is None:
        return {"kind": AgreementKind.COOPERATION, "role": "provider"}
    owns = technology.is_owned_by(actor.organisation_id)
    kinds = [one for one in technology.ways if one in AgreementKind.values] or [AgreementKind.LICENCE]
    return {
        "kind": kinds[0],
        "title": f"{technology.title}{AgreementKind(kinds[0]).label}"[:120],
        "role": "provider" if owns else "receiver",
        "other": "" if owns else technology.organisation.name,
    }


def _meant(name: str, actor: Actor) -> UUID:
    """The verified organisation of this name; one that does not exist where none or several have it."""
    rows = Organisation.visible_to(actor).filter(state=VerificationState.VERIFIED, resolved_name=resolved_name(name))
    found = list(rows[:5])
    exact = [one for one in found if name in (one.name, one.name_en)] or found
    return exact[0].pk if len(exact) == 1 else NOBODY


class Sheet:
    """The form and its rows as they are on one page."""

    def __init__(self, agreement: Agreement, actor: Actor, data: Any = None) -> None:
        self.draft = draft_of(agreement, actor)
        self.before = Clauses.read(self.draft.clauses)
        current = str(self.before.grant.source or "") if self.before.grant else ""
        sources = sources_for(agreement, actor)
        initial, rows = initial_of(self.draft, self.before), initial_rows(self.before)
        self.form = AgreementForm(data, initial=None if data else initial, sources=sources, current=current)
        self.rows: dict[str, Any] = {
            name: kind(data, prefix=name, initial=None if data else rows[name]) for name, kind in ROWS.items()
        }

    @property
    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(one.is_valid() for one in self.rows.values())])


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The side's draft; ``offer`` puts it on the table."""
    actor = actor_of(request)
    row = find_agreement(pk, actor)
    require_role(actor, "agreement.draft", row)
    require(actor, "agreement.draft", row)
    if request.method == "GET":
        return _form_page(request, row, Sheet(row, actor))
    sheet = Sheet(row, actor, request.POST)
    adding = next((name for name, one in sheet.rows.items() if one.wants_row()), "")
    if adding:
        sheet.rows[adding] = one_more(sheet.rows[adding])
        return _form_page(request, row, sheet, adding=True)
    if sheet.is_valid:
        try:
            _save(row, sheet, version_of(request.POST), actor)
            if "offer" in request.POST:
                offer_agreement(agreement=row, by=actor)
                messages.success(request, _("报价已发出，对方会收到通知。"))
            else:
                messages.success(request, _("草稿已保存，对方看不到。"))
        except Invalid as refused:
            sheet.form.add_faults(refused)
        except Stale as stale:
            return _form_page(request, row, sheet, stale=stale)
        else:
            return HttpResponseRedirect(reverse("innovation:agreement", args=[pk]))
    return _form_page(request, row, sheet)


@require_POST
def autosave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save what can be saved: a field with a fault keeps its last good value and is told when the form is sent."""
    actor = actor_of(request)
    row = find_agreement(pk, actor)
    require(actor, "agreement.draft", row)
    sheet = Sheet(row, actor, request.POST)
    sheet.form.is_valid()
    try:
        _save(row, sheet, version_of(request.POST), actor)
    except Stale as stale:
        return JsonResponse({"what": str(stale.what), "theirs": {}, "version": stale.version}, status=409)
    except Invalid as refused:
        return JsonResponse({"what": str(refused)}, status=422)
    saved = draft_of(row, actor)
    return JsonResponse({"version": saved.version, "saved_at": saved.changed_at.isoformat()})


def _save(row: Agreement, sheet: Sheet, version: int, actor: Actor) -> None:
    form = sheet.form
    try:
        clauses = clauses_of(form, sheet.rows, row, sheet.before)
    except ValidationError as error:
        raise Invalid(_faults(error)) from error
    good = {name: value for name, value in form.cleaned_data.items() if name not in form.errors}
    save_draft(
        agreement=row,
        clauses=clauses,
        note=good.get("note", sheet.draft.note),
        valid_until=good.get("valid_until", sheet.draft.valid_until),
        version=version if sheet.draft.pk else None,
        by=actor,
    )


def _faults(error: ValidationError) -> list[Fault]:
    names = {"grant", "royalty"}
    found = []
    for one in error.errors():
        place = [str(part) for part in one["loc"] if str(part) not in names and not str(part).isdigit()]
        found.append(Fault(place[0] if place else "", _("这一项的写法不对。"), "clause"))
    return found


def _form_page(
    request: HttpRequest, row: Agreement, sheet: Sheet, *, adding: bool = False, stale: Stale | None = None
) -> HttpResponse:
    """Draw the form: as it stands, with its faults, with one more row, or told that a colleague saved."""
    version = stale.version if stale else sheet.draft.version
    bound = sheet.form.is_bound
    faulty = bound and not adding and (bool(sheet.form.errors) or not sheet.is_valid)
    values = {
        "form": sheet.form,
        "rows": sheet.rows,
        "columns": ROW_COLUMNS,
        "agreement": row,
        "actor": actor_of(request),
        "other": row.other_side(actor_of(request).organisation_id),
        "all_forms": [] if adding else [sheet.form, *sheet.rows.values()],
        "form_attributes": {
            "data-autosave": reverse("innovation:agreement_autosave", args=[row.pk]),
            "data-version": version,
        },
        "version": version,
        "saved_at": sheet.draft.changed_at if sheet.draft.pk else None,
        "stale": stale,
        "first": row.offered_at is None,
        "title": row.title,
    }
    return render(request, "innovation/agreement_form.html", values, status=409 if stale else 422 if faulty else 200)
