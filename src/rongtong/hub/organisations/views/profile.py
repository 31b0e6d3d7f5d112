"""Changing what an organisation says of itself."""

from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.forms import one_more
from rongtong.hub.foundation.rights import require, require_role

from ..domain.organisations import (
    Year,
    add_certificate,
    edit_organisation,
    register_organisation,
    remove_certificate,
    set_figures,
    submit_organisation,
)
from ..domain.profile import VOUCHED
from ..enums import OrganisationKind, VerificationState
from ..forms import CertificateForm, ProfileForm, Years
from ..models import Certificate, Organisation
from ..queries import certificates_of, figures_of, industry_options, visible
from ..reference import regions
from ..size_class import TEN_THOUSAND
from .guards import require_form


def page_of(pk: UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("organisations:organisation", args=[pk]))


def _code_lists() -> dict[str, object]:
    """Suggestions for the two code fields: divisions of industry, provinces and their towns."""
    towns = [entry for top in regions.children() for entry in (top, *regions.children(top.code))]
    return {
        "industry_codes": industry_options(),
        "region_codes": [(one.code, regions.full_name(one.code)) for one in towns],
    }


@require_form
def register(request: HttpRequest) -> HttpResponse:
    """Register an organisation; who does becomes its owner."""
    form = ProfileForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            organisation = register_organisation(values=form.values(), by=actor_of(request))
        except Invalid as refused:
            form.add_faults(refused)
        else:
            request.session["organisation"] = str(organisation.pk)
            messages.success(request, _("已登记。请补充年度数据，然后提交核验。"))
            return page_of(organisation.pk)
    context = {"form": form, "title": _("登记机构"), **_code_lists()}
    return render(request, "organisations/edit.html", context, status=422 if form.errors else 200)


@require_form
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the profile. ``Stale`` goes up: its page shows both versions."""
    actor = actor_of(request)
    organisation = visible(Organisation, actor, pk)
    require_role(actor, "organisation.edit", organisation)
    require(actor, "organisation.edit", organisation)
    without = _fixed_fields(organisation, staff="operator" in actor.roles)
    if request.method == "POST":
        form = ProfileForm(request.POST, initial={"scheme": organisation.scheme}, without=without)
    else:
        form = ProfileForm.of(organisation, without)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data.get("version") or organisation.version
            edit_organisation(organisation=organisation, values=form.values(), version=version, by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("已保存。"))
            return page_of(pk)
    context = {"form": form, "organisation": organisation, "title": _("修改资料"), **_code_lists()}
    return render(request, "organisations/edit.html", context, status=422 if form.errors else 200)


def _fixed_fields(organisation: Organisation, *, staff: bool) -> tuple[str, ...]:
    """What this person cannot change: what was vouched for, unless they are the ones who vouch."""
    if organisation.state in (VerificationState.VERIFIED, VerificationState.PENDING) and not staff:
        return VOUCHED
    return ("kind",) if organisation.kind == OrganisationKind.OPERATOR else ()


@require_form
def figures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Yearly figures, money in 万元 on the page."""
    actor = actor_of(request)
    organisation = visible(Organisation, actor, pk)
    require_role(actor, "organisation.figures", organisation)
    require(actor, "organisation.figures", organisation)
    initial = [
        {"year": one.year, "headcount": one.headcount, "revenue": _wan(one.revenue), "assets": _wan(one.assets)}
        for one in figures_of(organisation, actor)
    ]
    years = Years(request.POST, prefix="years") if request.method == "POST" else Years(prefix="years", initial=initial)
    refusal = None
    if request.method == "POST":
        if years.wants_row():
            years = one_more(years)
        elif years.is_valid():
            try:
                rows = [_year(row) for row in years.cleaned_data if row and not row.get("DELETE")]
                set_figures(organisation=organisation, years=rows, by=actor)
            except Invalid as refused:
                refusal = refused
            else:
                messages.success(request, _("已保存，企业规模已重新划定。"))
                return page_of(pk)
    faulty = refusal is not None or (
        request.method == "POST" and not years.is_valid() and "years-add" not in request.POST
    )
    context = {"years": years, "refusal": refusal, "organisation": organisation, "title": _("年度数据")}
    return render(request, "organisations/figures.html", context, status=422 if faulty else 200)


def _wan(value: Decimal | None) -> Decimal | None:
    return None if value is None else (value / TEN_THOUSAND).normalize() + 0


def _year(row: dict[str, object]) -> Year:
    def yuan(value: object) -> Decimal | None:
        return (value * TEN_THOUSAND).quantize(Decimal("0.01")) if isinstance(value, Decimal) else None

    year, headcount = row["year"], row.get("headcount")
    assert isinstance(year, int)
    return Year(
        year, headcount if isinstance(headcount, int) else None, yuan(row.get("revenue")), yuan(row.get("assets"))
    )


@require_form
def certificates(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The certificates, and a form to add one."""
    actor = actor_of(request)
    organisation = visible(Organisation, actor, pk)
    require_role(actor, "organisation.add_certificate", organisation)
    require(actor, "organisation.add_certificate", organisation)
    form = CertificateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            add_certificate(organisation=organisation, by=actor, **form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            return HttpResponseRedirect(request.path)
    context = {
        "form": form,
        "organisation": organisation,
        "certificates": certificates_of(organisation, actor),
        "title": _("证书"),
    }
    return render(request, "organisations/certificates.html", context, status=422 if form.errors else 200)


@require_POST
def delete_certificate(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    certificate = visible(Certificate, actor, pk)
    organisation = remove_certificate(certificate=certificate, by=actor)
    return HttpResponseRedirect(reverse("organisations:certificates", args=[organisation.pk]))


@require_POST
def submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    submit_organisation(organisation=visible(Organisation, actor, pk), by=actor)
    messages.success(request, _("已提交核验。运营方核验后会通知您。"))
    return page_of(pk)
