"""Recovering an account: the operator opens, everybody concerned can look and stop it."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Fault, Invalid, NotVisible
from rongtong.hub.foundation.listing import Column, Sort
from rongtong.hub.foundation.lists import ListPage, Multi, Search
from rongtong.hub.foundation.rights import allowed

from ..domain.recovery import cancel_recovery, holder_of, open_recovery, recovery_by_secret
from ..enums import RecoveryState
from ..forms import RecoveryForm
from ..models import Recovery
from ..queries import account_at, visible
from .guards import freshly_signed_in, require_form

MARKS = {
    RecoveryState.WAITING: ("amber", "hourglass"),
    RecoveryState.CANCELLED: ("", "ban"),
    RecoveryState.DONE: ("ok", "check"),
}


class Recoveries(ListPage):
    """What the operator has under way and has done."""

    name = "recoveries"
    title = gettext_lazy("账户恢复")
    sentence = gettext_lazy("丢失第二重验证的人，核对身份 24 小时后移除；其间本人和所属机构的负责人可以撤销。")
    noun = gettext_lazy("件")
    template = "organisations/recoveries.html"
    saves = False
    search = Search("account__name", "account__email", placeholder=gettext_lazy("姓名、电子邮箱"))
    filters = (Multi("state", gettext_lazy("状态"), field="state", choices=RecoveryState.choices),)
    sorts = (Sort("new", gettext_lazy("最近办理"), ("-created_at", "pk")),)
    columns: ClassVar = (
        Column("name", gettext_lazy("姓名"), value=lambda row: row.account.name, lead=True),
        Column("email", gettext_lazy("电子邮箱"), value=lambda row: row.account.email),
        Column("state", gettext_lazy("状态"), value=lambda row: row.get_state_display()),
        Column("due_at", gettext_lazy("生效时间"), kind="datetime"),
    )

    def rows(self) -> QuerySet[Recovery]:
        return Recovery.visible_to(self.actor).select_related("account")

    def context(self) -> dict[str, Any]:
        return {"marks": MARKS, "may_open": "operator.manager" in self.actor.roles}


@require_safe
def recoveries(request: HttpRequest) -> HttpResponse:
    return Recoveries(request).respond()


@require_form
@freshly_signed_in
def recovery_new(request: HttpRequest) -> HttpResponse:
    """Say whose factors are lost, and how the person was checked."""
    actor = actor_of(request)
    form = RecoveryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        account = account_at(form.cleaned_data["email"], actor)
        try:
            if account is None:
                raise Invalid([Fault("email", _("没有用这个邮箱的账户。"), "recovery.unknown")])
            made = open_recovery(account=account, proof=form.cleaned_data["proof"], by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("已受理，24 小时后生效；本人的全部邮箱和机构负责人已收到通知。"))
            return HttpResponseRedirect(reverse("organisations:recovery", args=[made.pk]))
    context = {"form": form, "title": _("受理账户恢复")}
    return render(request, "organisations/recovery_new.html", context, status=422 if form.errors else 200)


@require_safe
def recovery(request: HttpRequest, pk: UUID) -> HttpResponse:
    """When it takes effect, and the button that stops it."""
    actor = actor_of(request)
    row = visible(Recovery, actor, pk, "account")
    address = reverse("organisations:recovery_cancel", args=[pk])
    context = _page(row, address if allowed(actor, "recovery.cancel", row) else "")
    return render(request, "organisations/recovery.html", context | {"staff": "operator.viewer" in actor.roles})


@require_POST
def recovery_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    cancel_recovery(recovery=visible(Recovery, actor, pk), by=actor)
    messages.success(request, _("已撤销，第二重验证保持不变。"))
    return HttpResponseRedirect(reverse("organisations:recovery", args=[pk]))


@require_form
def recovery_link(request: HttpRequest, secret: str) -> HttpResponse:
    """What the mailed link opens, signed in or not: look, and stop it by a button."""
    row = recovery_by_secret(secret)
    if row is None:
        raise NotVisible
    if request.method == "POST":
        row = cancel_recovery(recovery=row, by=holder_of(row))
        messages.success(request, _("已撤销，第二重验证保持不变。"))
        return HttpResponseRedirect(request.path)
    waiting = row.state == RecoveryState.WAITING
    return render(
        request, "organisations/recovery.html", _page(row, request.path if waiting else "") | {"staff": False}
    )


def _page(row: Recovery, cancel: str) -> dict[str, Any]:
    return {"recovery": row, "cancel": cancel, "marks": MARKS, "title": _("账户恢复")}
