"""Whether a grant can hold beside those in force, and how a clash is told to whom.

A clash names the other agreement only to somebody who is a side of it. Others learn that the scope is not free, and
nothing else: neither whose right it is, nor its kind, field, territory or term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rongtong.engines.fairness import Clash, Exclusivity, Rule, clashes
from rongtong.engines.fairness import Grant as Scope
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Refusal, Text

from ..agreement_clauses import GrantClause
from ..agreement_words import fields_text, term_text, territories_text
from ..models import Agreement, Grant

PROPOSED = "proposed"
RULES: dict[Rule, Text] = {
    Rule.EXCLUSIVE: gettext_lazy("独占许可不容他人再获许可"),
    Rule.OWN_USE: gettext_lazy("独占许可排除许可方自己使用"),
    Rule.SOLE: gettext_lazy("排他许可只容许可方自己使用"),
    Rule.UNKNOWN_SOURCE: gettext_lazy("分许可所依据的许可已不在有效期内"),
    Rule.NOT_LICENSEE: gettext_lazy("分许可的提供方不是原许可的被许可方"),
    Rule.NO_SUBLICENCES: gettext_lazy("原许可不允许分许可"),
    Rule.STRONGER: gettext_lazy("分许可强于原许可"),
    Rule.FIELD: gettext_lazy("分许可超出原许可的使用领域"),
    Rule.TERRITORY: gettext_lazy("分许可超出原许可的地域"),
    Rule.TERM: gettext_lazy("分许可超出原许可的期限"),
}


@dataclass(frozen=True)
class ClashTold:
    """A clash in words for one reader; ``agreement`` is the other one where this reader is a side of it."""

    text: str
    agreement: Agreement | None = None


def clashes_of(agreement: Agreement, grant: GrantClause) -> list[Clash]:
    """What stands in the way of a grant among those in force on its technology.

    Raises
    ------
    FairnessError
        A code of a field or a territory is unknown.
    """
    today = timezone.localdate()
    held = Grant._base_manager.filter(technology=agreement.technology, live=True).exclude(ends_on__lte=today)
    scopes = [_scope(row) for row in held.exclude(agreement=agreement).order_by("starts_on", "pk")]
    proposed = Scope(
        id=PROPOSED,
        grantor=str(agreement.provider_id),
        licensee=str(agreement.receiver_id),
        exclusivity=Exclusivity(grant.exclusivity),
        start=grant.starts_on or today,
        end=grant.ends_on,
        fields=tuple(grant.fields),
        territories=tuple(grant.territories),
        source=str(grant.source) if grant.source else None,
        may_sublicense=grant.may_sublicense,
    )
    return [one for one in clashes([*scopes, proposed]) if PROPOSED in (one.first, one.second)]


def _scope(row: Grant) -> Scope:
    return Scope(
        id=str(row.pk),
        grantor=str(row.grantor_id),
        licensee=str(row.licensee_id),
        exclusivity=Exclusivity(row.exclusivity),
        start=row.starts_on,
        end=row.ends_on,
        fields=tuple(row.fields),
        territories=tuple(row.territories),
        source=str(row.source_id) if row.source_id else None,
        may_sublicense=row.may_sublicense,
    )


def told(found: Sequence[Clash], actor: Actor) -> list[ClashTold]:
    """The clashes as this actor may know them; all that it may not know are one sentence. One query."""
    others = {clash: UUID(clash.first if clash.second == PROPOSED else clash.second) for clash in found if clash.first}
    rows = Grant.visible_to(actor).filter(pk__in=others.values()).select_related("agreement")
    known = {row.pk: row for row in rows}
    lines, untold = [], False
    for clash in found:
        row = known.get(others[clash]) if clash in others else None
        if row is None:
            untold = True
            continue
        lines.append(ClashTold(_in_full(clash, row), row.agreement))
    if untold:
        lines.append(ClashTold(_("其中一部分范围已不能再许可；另一项协议的当事人与内容保密。")))
    return lines


def _in_full(clash: Clash, row: Grant) -> str:
    values = {
        "number": row.agreement.number or str(row.agreement),
        "rule": RULES[clash.rule],
        "fields": fields_text(clash.fields),
        "territories": territories_text(clash.territories),
        "term": term_text(clash.start, clash.end),
    }
    return _("与协议 %(number)s 冲突：%(rule)s。冲突范围：%(fields)s；%(territories)s；%(term)s。") % values


def require_free(agreement: Agreement, grant: GrantClause, by: Actor) -> None:
    """Refuse a grant that clashes, with what this actor may know of it."""
    found = clashes_of(agreement, grant)
    if found:
        raise Refusal(
            "agreement.clash",
            what=_("没有办成：许可范围与已生效的许可冲突。"),
            why=" ".join(one.text for one in told(found, by)),
            cure=_("请缩小使用领域、地域或期限，或改变许可方式，再发出报价。"),
        )
