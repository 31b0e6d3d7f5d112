"""Writing a technology: a new one, its draft that saves itself, two writers at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, Stale
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.foundation.forms import differences, one_more
from rongtong.hub.foundation.rights import require, require_role
from rongtong.hub.organisations.queries import own_organisation, visible

from ..domain.technologies import (
    WHOLE,
    create_technology,
    edit_technology,
    publish_technology,
    values_of,
)
from ..enums import TechnologyState
from ..forms.technologies import (
    OWNER_COLUMNS,
    OwnerRows,
    TechnologyForm,
    initial_of,
    initial_owners,
    owner_parts,
    write_share,
)
from ..models import Technology
from .challenge_forms import KEEP, version_of


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first save makes a draft; from then on it saves itself."""
    actor = actor_of(request)
    require(actor, "technology.create")
    own = own_organisation(actor)
    if request.method == "GET":
        form = TechnologyForm(initial=initial_of(values_of(Technology(industry=own.industry))))
        rows = OwnerRows(prefix="owners", initial=[{"name": own.name, "share": write_share(WHOLE)}])
        return _form_page(request, form, rows, None)
    form, rows = TechnologyForm(request.POST), OwnerRows(request.POST, prefix="owners")
    if rows.wants_row():
        return _form_page(request, form, one_more(rows), None, adding=True)
    if form.is_valid() and rows.is_valid():
        try:
            made = create_technology(values=form.values(), owners=owner_parts(rows.filled(), actor), by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            return _saved(request, made)
    return _form_page(request, form, rows, None)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = visible(Technology, actor, pk, "organisation")
    require_role(actor, "technology.edit", row)
    if request.method == "GET":
        form = TechnologyForm(initial=initial_of(values_of(row)))
        return _form_page(request, form, OwnerRows(prefix="owners", initial=initial_owners(row)), row)
    data = _resolved(request.POST, values_of(row))
    form, rows = TechnologyForm(data), OwnerRows(data, prefix="owners")
    if rows.wants_row():
        return _form_page(request, form, one_more(rows), row, adding=True)
    if form.is_valid() and rows.is_valid():
        try:
            saved = edit_technology(
                technology=row,
                values=form.values(),
                owners=owner_parts(rows.filled(), actor),
                version=version_of(request.POST),
                by=actor,
            )
        except Invalid as refused:
            form.add_faults(refused)
        except Stale as stale:
            return _form_page(request, form, rows, row, stale=stale)
        else:
            return _saved(request, saved, form, rows)
    return _form_page(request, form, rows, row)


@require_POST
def autosave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save what can be saved: a field with a fault keeps its last good value and is told when the form is sent."""
    actor = actor_of(request)
    row = visible(Technology, actor, pk, "organisation")
    form, rows = TechnologyForm(request.POST), OwnerRows(request.POST, prefix="owners")
    form.is_valid()
    owners = owner_parts(rows.filled(), actor) if rows.is_valid() else None
    version = version_of(request.POST)
    try:
        try:
            saved = edit_technology(technology=row, values=form.values(), owners=owners, version=version, by=actor)
        except Invalid as refused:
            if any(one.field != "owners" for one in refused.faults):
                raise
            saved = edit_technology(technology=row, values=form.values(), version=version, by=actor)
    except Stale as stale:
        return JsonResponse(
            {"what": str(stale.what), "theirs": _as_texts(stale.theirs), "version": stale.version}, status=409
        )
    except Invalid as refused:
        return JsonResponse({"what": str(refused)}, status=422)
    return JsonResponse({"version": saved.version, "saved_at": saved.changed_at.isoformat()})


def _saved(request: HttpRequest, row: Technology, form: TechnologyForm | None = None, rows: Any = None) -> HttpResponse:
    if "publish" in request.POST and row.state != TechnologyState.PUBLISHED:
        try:
            publish_technology(technology=row, by=actor_of(request))
        except Invalid as refused:
            form = form or TechnologyForm(request.POST)
            form.full_clean()
            form.add_faults(refused)
            return _form_page(request, form, rows or OwnerRows(request.POST, prefix="owners"), row)
        messages.success(request, _("成果已发布，简介人人可见，可以被匹配到。"))
    else:
        messages.success(request, _("已保存。"))
    return HttpResponseRedirect(reverse("innovation:technology", args=[row.pk]))


def _form_page(
    request: HttpRequest,
    form: TechnologyForm,
    rows: Any,
    row: Technology | None,
    *,
    adding: bool = False,
    stale: Stale | None = None,
) -> HttpResponse:
    """Draw the form: as it stands, with its faults, with one more row, or beside a colleague's version."""
    attributes: dict[str, Any] = {}
    if row is not None:
        attributes = {
            "data-autosave": reverse("innovation:technology_autosave", args=[row.pk]),
            "data-version": stale.version if stale else row.version,
        }
    faulty = not adding and form.is_bound and (bool(form.errors) or not rows.is_valid())
    values = {
        "form": form,
        "owners": rows,
        "owner_columns": OWNER_COLUMNS,
        "all_forms": [] if adding else [form, rows],
        "technology": row,
        "version": attributes.get("data-version"),
        "form_attributes": attributes,
        "differences": _differences(stale) if stale else [],
        "title": row.title if row else _("登记技术成果"),
    }
    status = 409 if stale else 422 if faulty else 200
    return render(request, "innovation/technology_form.html", values, status=status)


def _as_texts(values: Any) -> dict[str, str]:
    """The values as the form's controls hold them."""
    form = TechnologyForm(initial=initial_of(values))
    return {name: _text(form[name].value()) for name in form.fields}


def _text(value: Any) -> str:
    return joined(value) if isinstance(value, list | tuple) else "" if value is None else str(value)


def _resolved(data: QueryDict, current: Any) -> QueryDict:
    """Put the saved content where the writer chose 对方的 in the comparison of two versions."""
    chosen = [key.removeprefix(KEEP) for key, value in data.items() if key.startswith(KEEP) and value == "theirs"]
    if not chosen:
        return data
    mixed, shown = data.copy(), TechnologyForm(initial=initial_of(current))
    for name in chosen:
        if name in TechnologyForm.base_fields:
            value = shown[name].value()
            mixed.setlist(name, [str(one) for one in value] if isinstance(value, list) else [_text(value)])
    return mixed


def _differences(stale: Stale) -> list[dict[str, Any]]:
    """What differs between one's own content and the saved one, in the words of the form."""
    known = {"fields_of_use" if name == "fields" else name for name in stale.yours}
    yours, theirs = _as_texts({**stale.theirs, **stale.yours}), _as_texts(stale.theirs)
    fields = [(name, field.label or name) for name, field in TechnologyForm.base_fields.items() if name in known]
    return [one for one in differences(fields, yours, theirs) if not one["same"]]
