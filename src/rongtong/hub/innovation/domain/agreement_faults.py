"""What is wrong with clauses before they are offered, all of it at once."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from rongtong.engines.fairness import FairnessError, ipc, territory
from rongtong.hub.foundation.errors import Fault
from rongtong.hub.organisations.reference import regions

from ..agreement_clauses import Clauses, GrantClause
from ..enums import AgreementKind
from ..models import Agreement, Grant

MOST_CODES = 50
LONGEST_TERM_YEARS = 50


def faults_of_clauses(agreement: Agreement, clauses: Clauses) -> list[Fault]:
    """What no offer may lack or hold. Two queries for a licence."""
    faults = []
    if agreement.kind == AgreementKind.LICENCE:
        faults += _of_grant(agreement, clauses.grant) if clauses.grant else [_missing("exclusivity", _("许可方式"))]
    elif clauses.grant is not None:
        faults.append(Fault("exclusivity", _("只有技术许可写许可范围。"), "grant.kind"))
    if agreement.kind in (AgreementKind.COOPERATION, AgreementKind.SERVICE) and not clauses.subject:
        faults.append(_missing("subject", _("标的与范围")))
    start, end = clauses.term
    if agreement.kind != AgreementKind.LICENCE and start is None:
        faults.append(_missing("starts_on", _("生效日")))
    if start and end and end <= start:
        faults.append(Fault("ends_on", _("届满日应晚于生效日。"), "order"))
    if end and end <= timezone.localdate():
        faults.append(Fault("ends_on", _("届满日已过。"), "past"))
    if _needs_coowners(agreement, clauses) and not clauses.coowners_agree:
        words = _("这项成果为共有：独占、排他许可和转让须取得其他共有人同意（专利法第十四条），请确认。")
        faults.append(Fault("coowners_agree", words, "coowners"))
    return faults + _of_price(clauses) + _of_lists(clauses)


def _missing(field: str, label: object) -> Fault:
    return Fault(field, _("请填写「%(label)s」。") % {"label": label}, "required")


def _needs_coowners(agreement: Agreement, clauses: Clauses) -> bool:
    strong = agreement.kind == AgreementKind.ASSIGNMENT or (
        clauses.grant is not None and clauses.grant.exclusivity != "non-exclusive" and clauses.grant.source is None
    )
    return strong and agreement.technology is not None and agreement.technology.owners.count() > 1


def _of_grant(agreement: Agreement, grant: GrantClause) -> list[Fault]:
    faults = [_missing("starts_on", _("生效日"))] if grant.starts_on is None else []
    if not 1 <= len(grant.fields) <= MOST_CODES or not all(map(_is_class, grant.fields)):
        faults.append(Fault("fields_of_use", _("使用领域写国际专利分类号，例：H01M；不限写 *。"), "unknown"))
    if not 1 <= len(grant.territories) <= MOST_CODES or not all(map(is_territory, grant.territories)):
        faults.append(Fault("territories", _("地域写地区代码或名称、CN、国家代码，或 world。"), "unknown"))
    technology = agreement.technology
    if grant.source is not None:
        held = Grant._base_manager.filter(
            pk=grant.source, technology=technology, licensee_id=agreement.provider_id, live=True
        )
        if not held.exists():
            faults.append(Fault("source", _("提供方没有这项许可，不能分许可。"), "source"))
    elif technology is not None and not technology.is_owned_by(agreement.provider_id):
        faults.append(Fault("source", _("提供方不是权利人：请写明分许可所依据的许可。"), "not_owner"))
    return faults


def _is_class(code: str) -> bool:
    try:
        return bool(ipc(code)) and len(code) <= 20
    except FairnessError:
        return False


def is_territory(code: str) -> bool:
    """Whether the engine and the list of regions know a code."""
    try:
        territory(code)
    except FairnessError:
        return False
    return not code.isdigit() or code in regions


def _of_price(clauses: Clauses) -> list[Fault]:
    if clauses.royalty is None:
        return []
    try:
        clauses.royalty.terms({"-": Decimal(1)})
    except ValidationError:
        message = _("提成条款前后不一致：分档应从 0 起逐档升高，年度保底不高于上限，里程碑不重名。")
        return [Fault("tiers", message, "royalty")]
    return []


def _of_lists(clauses: Clauses) -> list[Fault]:
    faults = []
    if len({one.what for one in clauses.dates}) < len(clauses.dates) or not all(one.what for one in clauses.dates):
        faults.append(Fault("dates", _("关键日期须写明事项，且不重名。"), "duplicate"))
    headings = [one.heading for one in clauses.free]
    if len(set(headings)) < len(headings) or not all(one.heading and one.text for one in clauses.free):
        faults.append(Fault("free", _("其他条款须有标题和正文，且标题不重名。"), "duplicate"))
    return faults
