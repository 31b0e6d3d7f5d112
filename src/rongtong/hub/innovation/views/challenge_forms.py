"""Writing a challenge: a new one, its draft that saves itself, two writers at once, the review before submission."""

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
from rongtong.hub.foundation.errors import Invalid, Refusal, Stale
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.foundation.forms import differences, one_more
from rongtong.hub.foundation.rights import require, require_role
from rongtong.hub.organisations.queries import own_organisation, visible

from ..domain.challenge_values import EDITABLE, faults_of_submission, values_of
from ..domain.challenges import create_challenge, edit_challenge, require_large, submit_challenge
from ..domain.targets import rows_of
from ..enums import Stage
from ..forms.challenges import (
    TARGET_COLUMNS,
    ChallengeForm,
    NewChallengeForm,
    TargetRows,
    initial_of,
    initial_targets,
    target_rows,
)
from ..models import Challenge, Round
from ..queries.challenges import conditions
from ..queries.disclosure import disclosed
from ..targets import TargetRow, write_targets
from .challenges import STATE_LOOK, common, open_challenge

KEEP = "keep-"


@require_http_methods(["GET", "POST"])
def challenge_new(request: HttpRequest) -> HttpResponse:
    """The first save makes a draft; from then on it saves itself."""
    actor = actor_of(request)
    owner = own_organisation(actor)
    require_large(owner)
    rounds = Round.visible_to(actor).filter(state=Stage.COLLECT).order_by("collect_until", "pk")
    if not rounds:
        return render(request, "innovation/challenge_no_round.html", {"title": _("申报需求")})
    empty = {**values_of(Challenge(organisation=owner)), "region": owner.region, "industry": owner.industry}
    bound, adding = request.method == "POST", False
    starting = {**initial_of(empty), "round": request.GET.get("round") or rounds[0].pk}
    form = NewChallengeForm(request.POST if bound else None, rounds=rounds, initial=starting)
    targets = TargetRows(request.POST if bound else None, prefix="targets")
    if bound and targets.wants_row():
        targets, adding = one_more(targets), True
    elif bound and form.is_valid() and targets.is_valid():
        try:
            made = create_challenge(
                round=form.cleaned_data["round"], values=form.values(), targets=target_rows(targets), by=actor
            )
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("草稿已建立，之后的修改会自动保存。"))
            return HttpResponseRedirect(reverse("innovation:challenge_edit", args=[made.pk]))
    return _form_page(request, form, targets, None, adding=adding)


@require_http_methods(["GET", "POST"])
def challenge_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    challenge = visible(Challenge, actor, pk, "round", "organisation")
    require_role(actor, "challenge.edit", challenge)
    require(actor, "challenge.edit", challenge)
    current = values_of(challenge)
    if request.method == "GET":
        form = ChallengeForm(initial=initial_of(current))
        rows = TargetRows(prefix="targets", initial=initial_targets(rows_of(challenge)))
        return _form_page(request, form, rows, challenge)
    data = resolved(request.POST, current, initial_targets(rows_of(challenge)))
    form, rows = ChallengeForm(data), TargetRows(data, prefix="targets")
    if rows.wants_row():
        return _form_page(request, form, one_more(rows), challenge, adding=True)
    if form.is_valid() and rows.is_valid():
        try:
            edit_challenge(
                challenge=challenge,
                version=version_of(data),
                values=form.values(),
                targets=target_rows(rows),
                by=actor,
            )
        except Invalid as refused:
            form.add_faults(refused)
        except Stale as stale:
            return _form_page(request, form, rows, challenge, stale=stale)
        else:
            name = "challenge_review" if "review" in data else "challenge"
            return HttpResponseRedirect(reverse(f"innovation:{name}", args=[pk]))
    return _form_page(request, form, rows, challenge)


@require_POST
def challenge_autosave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Save what can be saved: a field with a fault keeps its last good value and is told when the form is sent."""
    actor = actor_of(request)
    challenge = visible(Challenge, actor, pk, "round", "organisation")
    form, rows = ChallengeForm(request.POST), TargetRows(request.POST, prefix="targets")
    form.is_valid()
    try:
        saved = edit_challenge(
            challenge=challenge,
            version=version_of(request.POST),
            values=form.values(),
            targets=target_rows(rows) if rows.is_valid() else None,
            by=actor,
        )
    except Stale as stale:
        theirs = {name: text for name, text in _as_texts(stale.theirs).items() if name != "targets"}
        return JsonResponse({"what": str(stale.what), "theirs": theirs, "version": stale.version}, status=409)
    except Invalid as refused:
        return JsonResponse({"what": str(refused)}, status=422)
    return JsonResponse({"version": saved.version, "saved_at": saved.changed_at.isoformat()})


@require_http_methods(["GET", "POST"])
def challenge_review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything once more, as others will see it, before it is handed in."""
    opened = open_challenge(request, pk)
    challenge = opened.challenge
    require_role(opened.actor, "challenge.submit", challenge)
    require(opened.actor, "challenge.submit", challenge)
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            submit_challenge(challenge=challenge, by=opened.actor)
        except Invalid as missing:
            refused = missing
        else:
            messages.success(request, _("已提交审核。"))
            return HttpResponseRedirect(reverse("innovation:challenge", args=[pk]))
    faults = faults_of_submission(challenge, rows_of(challenge))
    values = common(opened, "need") | {
        "faults": [(_label(fault.field), fault.message, _anchor(fault.field)) for fault in faults],
        "conditions": conditions(opened.shown, None),
        "title": _("复核与提交"),
    }
    return render(request, "innovation/challenge_review.html", values, status=422 if refused else 200)


# ---- What the form shows -----------------------------------------------------------------------------------------


def _form_page(
    request: HttpRequest,
    form: ChallengeForm,
    rows: Any,
    challenge: Challenge | None,
    *,
    adding: bool = False,
    stale: Stale | None = None,
) -> HttpResponse:
    """Draw the form: as it stands, with its faults, with one more row, or beside a colleague's version."""
    attributes: dict[str, Any] = {}
    if challenge is not None:
        version = stale.version if stale else challenge.version
        attributes = {"data-autosave": reverse("innovation:challenge_autosave", args=[challenge.pk])}
        attributes["data-version"] = version
    faulty = not adding and (bool(form.errors) or (rows.is_bound and not rows.is_valid()))
    values = {
        "form": form,
        "targets": rows,
        "target_columns": TARGET_COLUMNS,
        "all_forms": [] if adding else [form, rows],
        "challenge": disclosed(challenge, actor_of(request)) if challenge else None,
        "version": attributes.get("data-version"),
        "form_attributes": attributes,
        "toc": _toc(form),
        "differences": differences_of(stale) if stale else [],
        "title": challenge.title if challenge else _("申报需求"),
        "look": STATE_LOOK,
    }
    status = 409 if stale else 422 if form.is_bound and faulty else 200
    return render(request, "innovation/challenge_form.html", values, status=status)


def _toc(form: ChallengeForm) -> list[dict[str, Any]]:
    sections = [
        ("about", _("需求"), ("title", "industry", "region", "anonymous")),
        ("problem", _("问题"), ("problem", "tried", "details")),
        ("targets", _("技术指标"), ()),
        ("who", _("对揭榜方的要求"), ("regions", "certificates", "size_classes", "readiness")),
        ("budget", _("预算与期限"), ("budget_min", "budget_max", "months", "deadline")),
        ("ip", _("知识产权"), ("ip_terms",)),
        ("contact", _("联系人"), ("contact_name", "contact_phone", "contact_email")),
    ]
    wrong = set(form.errors) if form.is_bound else set()
    return [{"id": key, "label": label, "state": "bad" if wrong & set(names) else ""} for key, label, names in sections]


def _label(field: str) -> str:
    bound = ChallengeForm.base_fields.get(field)
    return str(bound.label) if bound else _("技术指标")


def _anchor(field: str) -> str:
    return f"#id_{field}" if field in ChallengeForm.base_fields else "#targets"


# ---- Two writers -------------------------------------------------------------------------------------------------


def version_of(data: QueryDict) -> int:
    """The version the form was drawn from; none fits where it is missing."""
    given = data.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def _as_texts(values: Any) -> dict[str, str]:
    """The values as the form's controls hold them."""
    form = ChallengeForm(initial=initial_of(values))
    texts = {name: _text(form[name].value()) for name in EDITABLE if name in values}
    if "targets" in values:
        texts["targets"] = write_targets(TargetRow(**row) for row in values["targets"])
    return texts


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return joined(value) if isinstance(value, list | tuple) else "" if value is None else str(value)


def differences_of(stale: Stale) -> list[dict[str, Any]]:
    """What differs between one's own content and the saved one, in the words of the form."""
    yours, theirs = _as_texts(stale.yours), _as_texts(stale.theirs)
    fields = [(name, _label(name)) for name in (*EDITABLE, "targets") if name in yours]
    return [row for row in differences(fields, yours, theirs) if not row["same"]]


def resolved(data: QueryDict, current: dict[str, Any], targets: list[dict[str, Any]]) -> QueryDict:
    """Put the saved content where the writer chose 对方的 in the comparison of two versions.

    Parameters
    ----------
    targets
        The saved targets as the rows of the form show them.
    """
    chosen = [key.removeprefix(KEEP) for key, value in data.items() if key.startswith(KEEP) and value == "theirs"]
    if not chosen:
        return data
    mixed = data.copy()
    shown = ChallengeForm(initial=initial_of(current))
    for name in chosen:
        if name == "targets":
            _take_targets(mixed, targets)
        elif name in EDITABLE:
            value = shown[name].value()
            mixed.setlist(name, [str(one) for one in value] if isinstance(value, list) else [_posted(value)])
            if value in (None, False):
                mixed.pop(name)
    return mixed


def _posted(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _take_targets(data: QueryDict, rows: list[dict[str, Any]]) -> None:
    for key in [key for key in data if key.startswith("targets-")]:
        data.pop(key)
    data["targets-TOTAL_FORMS"], data["targets-INITIAL_FORMS"] = str(len(rows)), "0"
    for number, row in enumerate(rows):
        for name, value in row.items():
            if value not in (None, False):
                data[f"targets-{number}-{name}"] = "on" if value is True else str(value)
