"""What a filled-in need form would do, row by row. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Refusal
from rongtong.hub.foundation.imports.examination import Examination, in_every_language
from rongtong.hub.foundation.sheets import SheetLimits, SheetReading, SheetRow, read
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.pinyin import resolved_name

from ..models import Challenge, Round
from ..queries.acting import own_id
from ..targets import read_targets
from .challenge_values import assign, faults_of_submission
from .challenges import require_large
from .need_columns import NEED_COLUMNS, TITLES, read_budget
from .targets import faults_of_rows

LIMITS = SheetLimits(rows=1000, columns=60)
NEW, DUPLICATE = OUTCOMES = ("new", "duplicate")
#: Cells that go into a field of another name.
FIELDS = {"ip": "ip_terms"}
PLAIN = ("title", "problem", "tried", "ip", "contact_name", "contact_department", "contact_phone", "contact_email")
#: Where a fault of the challenge stands in the form.
COLUMN_OF = {"ip_terms": "ip", "budget_min": "budget", "budget_max": "budget"}


def examine(content: bytes, round: Round, by: Actor, renames: Mapping[str, str] | None = None) -> Examination:
    """Read a file and say what each row would do in the round.

    Raises
    ------
    Refusal
        The file cannot be read at all.
    """
    reading, rows = read_needs(content, round, by, renames)
    faults = in_every_language(reading, lambda: read_needs(content, round, by, renames)[0])
    return Examination(reading, rows, faults, OUTCOMES)


def read_needs(
    content: bytes, round: Round, by: Actor, renames: Mapping[str, str] | None = None
) -> tuple[SheetReading, list[dict[str, Any]]]:
    """Read a file; its faulty rows are in the reading, the others come as they will be written."""
    reading = read(BytesIO(content), NEED_COLUMNS, renames=renames, limits=LIMITS)
    challengers = Challengers(by, reading.rows)
    known = _known_titles(round, by)
    rows = []
    for row in list(reading.rows):
        found, faults = _row(row, round, challengers)
        if faults:
            for fault in faults:
                reading.refuse_row(row.number, fault)
            continue
        key = (found["organisation"], found["values"]["title"])
        found["outcome"] = DUPLICATE if key in known else NEW
        known.add(key)
        rows.append(found)
    reading.faults.sort(key=lambda fault: fault.row or 0)
    return reading, rows


def _known_titles(round: Round, by: Actor) -> set[tuple[str, str]]:
    """Needs that the reader can see in this round already: the same one twice is a slip."""
    rows = Challenge.visible_to(by).filter(round=round).exclude(state="withdrawn")
    return {(str(owner), title) for owner, title in rows.values_list("organisation_id", "title")}


class Challengers:
    """Who the rows are for: the operator names large enterprises, anybody else writes for the own organisation."""

    def __init__(self, by: Actor, rows: list[SheetRow]) -> None:
        self.operator = "operator" in by.roles
        self.own = Organisation.visible_to(by).filter(pk=own_id(by)).first()
        self.by_name: dict[str, list[Organisation]] = {}
        names = {resolved_name(row["organisation"]) for row in rows if row["organisation"]}
        found = Organisation.visible_to(by).filter(state=VerificationState.VERIFIED, resolved_name__in=names)
        for one in found:
            self.by_name.setdefault(one.resolved_name, []).append(one)

    def of(self, name: str | None) -> Organisation | Fault:
        """The organisation, or what is wrong with its name."""
        if not name and not self.operator and self.own is not None:
            return self.own
        if not name:
            return self._fault(_("请填写企业全称。"), "need.no_organisation")
        found = self.by_name.get(resolved_name(name), [])
        exact = [one for one in found if name in (one.name, one.name_en)] or found
        if not self.operator and (self.own is None or self.own not in exact):
            return self._fault(_("不是贵单位的名称。贵单位的需求可以不填这一列。"), "need.other_organisation")
        if not self.operator and self.own is not None:
            return self.own
        if len(exact) != 1:
            return self._fault(_("没有这家已核验的企业，或不止一家。请填写全称。"), "need.unknown_organisation")
        return exact[0]

    @staticmethod
    def _fault(message: Any, code: str) -> Fault:
        return Fault("organisation", message, code)


def _row(row: SheetRow, round: Round, challengers: Challengers) -> tuple[dict[str, Any], list[Fault]]:
    """What a row will be written as, and all that is wrong with it."""
    owner = challengers.of(row["organisation"])
    if isinstance(owner, Fault):
        return {}, [_placed(owner, row.number)]
    values = values_of_row(row, owner)
    targets = read_targets(row["targets"])[0]
    challenge = Challenge(round=round, organisation=owner)
    assign(challenge, typed(values))
    faults = faults_of_submission(challenge, targets) + faults_of_rows(targets)
    try:
        require_large(owner)
    except Refusal as refusal:
        faults.append(Fault("organisation", str(refusal), refusal.code))
    found = {
        "number": row.number,
        "organisation": str(owner.pk),
        "name": owner.name,
        "values": values,
        "targets": row["targets"],
    }
    return found, [_placed(fault, row.number) for fault in faults]


def values_of_row(row: SheetRow, owner: Organisation) -> dict[str, Any]:
    """The fields as JSON keeps them: amounts as texts in yuan."""
    values: dict[str, Any] = {FIELDS.get(name, name): row[name] or "" for name in PLAIN}
    low, high = read_budget(row["budget"] or "")
    return values | {
        "industry": row["industry"],
        "region": row["region"] or owner.region,
        "months": row["months"],
        "budget_min": None if low is None else str(low),
        "budget_max": None if high is None else str(high),
    }


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they were before JSON."""
    amounts = {name: Decimal(values[name]) for name in ("budget_min", "budget_max") if values[name] is not None}
    return {**values, **amounts}


def _placed(fault: Fault, number: int) -> Fault:
    key = COLUMN_OF.get(fault.field, fault.field)
    return Fault(key, fault.message, fault.code, number, str(TITLES.get(key, key)))
