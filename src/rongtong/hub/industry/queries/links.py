"""Links as each reader may know them: hidden suppliers bear a number, in every list, search, order, count and file.

Everything that shows links to people starts at :func:`shown`. Its rows carry ``supplier_key``, ``supplier_name``,
``supplier_sort`` and ``supplier_hidden``; nothing else about the supplier may be read from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    F,
    Func,
    Q,
    QuerySet,
    TextField,
    UUIDField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, LPad, NullIf
from django.utils.translation import get_language, gettext

from rongtong.hub.foundation.actors import Actor

from ..enums import LinkState
from ..models import SupplyLink

#: How many digits a number has at least: 07.
DIGITS = 2
#: Hidden suppliers stand behind all names, in the order of their numbers.
LAST = "\uffff"


def shown(actor: Actor) -> QuerySet[Any]:
    """The links the reader may see, with the supplier as the reader may know it. One query."""
    hidden = SupplyLink.concealed_from(actor)
    rows = SupplyLink.visible_to(actor).select_related("chain", "product", "buyer__organisation")
    return rows.annotate(
        supplier_hidden=Case(When(hidden, then=Value(True)), default=Value(False), output_field=BooleanField()),
        supplier_key=_either(hidden, _hidden_key(), F("supplier_id"), UUIDField()),
        supplier_name=_either(hidden, _hidden_name(), _name("supplier"), CharField()),
        supplier_sort=_either(hidden, _hidden_order(), _order("supplier"), CharField()),
        supplier_organisation=_either(hidden, Value(None), F("supplier__organisation_id"), UUIDField()),
        supplier_words=_either(hidden, Value(""), _words("supplier"), TextField()),
        buyer_name=_name("buyer"),
        buyer_sort=_order("buyer"),
        buyer_words=_words("buyer"),
    )


def active(actor: Actor) -> QuerySet[Any]:
    """Those that count: not withdrawn."""
    return shown(actor).filter(state=LinkState.ACTIVE)


def touching(key: UUID) -> Q:
    """The condition on shown links that a firm, or a hidden supplier, stands at one of their ends."""
    return Q(supplier_key=key) | Q(buyer_id=key)


def _either(hidden: Q, then: Any, otherwise: Any, kind: Any) -> Case:
    return Case(When(hidden, then=then), default=otherwise, output_field=kind)


def _hidden_key() -> Any:
    """An id for a number: another one as soon as the number changes, so that the former tells nothing about it."""
    text = Concat(Cast("pseudonym_id", CharField()), Value(":"), Cast("pseudonym__number", CharField()))
    return Cast(Func(text, function="MD5"), UUIDField())


def _hidden_name() -> Any:
    # a translator puts the number where it belongs
    before, _sign, after = gettext("供应商 %(number)s").partition("%(number)s")
    return Concat(Value(before), _number(DIGITS), Value(after), output_field=CharField())


def _hidden_order() -> Any:
    return Concat(Value(LAST), _number(6), output_field=CharField())


def _number(digits: int) -> Any:
    text = Cast("pseudonym__number", CharField())
    padded = LPad(text, digits, Value("0"))
    # LPAD cuts what is longer
    return Case(When(pseudonym__number__gte=10**digits, then=text), default=padded, output_field=CharField())


def _name(end: str) -> Any:
    own: Any = F(f"{end}__organisation__name")
    if get_language() == "en":
        own = Coalesce(NullIf(f"{end}__organisation__name_en", Value("")), own)
    return Coalesce(own, f"{end}__name", output_field=CharField())


def _order(end: str) -> Any:
    return Coalesce(f"{end}__organisation__sort_key", f"{end}__sort_key", output_field=CharField())


def _words(end: str) -> Any:
    """What an end may be found by, pinyin initials included where it is an organisation."""
    return Coalesce(f"{end}__organisation__search_keys", f"{end}__resolved_name", output_field=TextField())


@dataclass(frozen=True)
class Party:
    """One end of a link as a reader may know it. ``key`` finds it on the map and filters lists."""

    key: UUID
    name: str
    organisation_id: UUID | None = None
    hidden: bool = False


def supplier_of(row: Any) -> Party:
    """The supplier of a row of :func:`shown`."""
    return Party(row.supplier_key, row.supplier_name, row.supplier_organisation, row.supplier_hidden)


def buyer_of(row: Any) -> Party:
    """The buyer of a row of :func:`shown`."""
    return Party(row.buyer_id, row.buyer_name, row.buyer.organisation_id)
