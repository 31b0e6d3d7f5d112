"""The audit trail, for the operator."""

from typing import ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.audit import trail
from rongtong.hub.foundation.listing import Column, Sort
from rongtong.hub.foundation.lists import Dates, ListPage, Search
from rongtong.hub.foundation.models import AuditEntry

from ..trail_words import VERBS, object_label, states_of, verb_label


class Trail(ListPage):
    """Every verb that was done: who, for whom, what, on which object, from where."""

    name = "audit"
    title = _("审计日志")
    sentence = _("谁在什么时间，代表哪个机构，做了什么。只增不改。")
    noun = _("条")
    views = ("table",)
    saves = False
    search = Search("verb", "name", "request_id", placeholder=_("操作、姓名、请求编号"))
    filters = (Dates("at", pgettext_lazy("column", "时间"), "at"),)
    sorts = (Sort("newest", _("最新在前"), ("-at", "-id")),)
    columns: ClassVar = (
        Column("at", pgettext_lazy("column", "时间"), kind="datetime"),
        Column("verb", _("操作"), value=lambda row: verb_label(row.verb), lead=True),
        Column("name", _("姓名"), value=lambda row: _("系统") if row.account_id is None else row.name),
        Column("before", _("原状态"), value=lambda row: states_of(row)[0]),
        Column("after", _("新状态"), value=lambda row: states_of(row)[1]),
        Column("subject_type", _("对象类型"), value=lambda row: object_label(row.subject_type)),
        Column("subject_id", _("对象标识")),
        Column("ip", _("来源地址")),
        Column("request_id", _("请求编号")),
        Column("code", _("操作代码"), value=lambda row: row.verb, kind="code", shown=False),
    )

    def rows(self) -> QuerySet[AuditEntry]:
        return trail(self.actor)

    def find(self, rows: QuerySet[AuditEntry], q: str) -> QuerySet[AuditEntry]:
        """Verbs are found by their words as well as by their codes."""
        for word in q.split():
            meant = [verb for verb, label in VERBS.items() if word.casefold() in str(label).casefold()]
            rows = rows.filter(self.search.condition(word) | Q(verb__in=meant))
        return rows


def audit(request: HttpRequest) -> HttpResponse:
    return Trail(request).respond()
