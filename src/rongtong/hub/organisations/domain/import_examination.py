"""What a file of organisations would do, row by row. Nothing is written here."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.imports.examination import Examination, in_every_language
from rongtong.hub.foundation.sheets import SheetLimits, SheetReading, read

from ..models import Organisation
from ..reference import regions
from .import_columns import COLUMNS, FIGURES, TITLES, Entry, entry_of, scales_of
from .import_resolution import Resolver
from .profile import IDENTITY

LIMITS = SheetLimits(rows=5000, columns=60)
NEW, CHANGED, SAME, DUPLICATE, ASK = OUTCOMES = ("new", "changed", "same", "duplicate", "ask")


def examine(content: bytes, renames: Mapping[str, str] | None = None) -> Examination:
    """Read a file and say what each row would do.

    Raises
    ------
    Refusal
        The file cannot be read at all.
    """
    reading, entries = read_entries(content, renames)
    faults = in_every_language(reading, lambda: read_entries(content, renames)[0])
    resolver = Resolver(entries)
    seen: dict[Any, int] = {}
    rows = [_row(entry, resolver, seen) for entry in entries]
    return Examination(reading, rows, faults, OUTCOMES)


def read_entries(content: bytes, renames: Mapping[str, str] | None = None) -> tuple[SheetReading, list[Entry]]:
    """Read a file; its faulty rows are in the reading, the others come as entries."""
    reading = read(BytesIO(content), COLUMNS, renames=renames, limits=LIMITS)
    scales, latest = scales_of(reading), datetime.now(UTC).year
    entries = []
    for row in list(reading.rows):
        try:
            entry = entry_of(row, scales, latest)
        except Invalid as refused:
            for fault in refused.faults:
                reading.refuse_row(row.number, fault)
            continue
        entries.append(entry)
    _refuse_unknown_without_number(reading, entries)
    reading.faults.sort(key=lambda fault: fault.row or 0)
    return reading, entries


def _refuse_unknown_without_number(reading: SheetReading, entries: list[Entry]) -> None:
    """A row without a number must be an organisation that is here, by its name."""
    nameless = [entry for entry in entries if not entry.profile.get("identifier")]
    if not nameless:
        return
    resolver = Resolver(nameless)
    for entry in nameless:
        found = resolver.resolve(entry)
        if found.organisation is None and not found.candidates:
            message = _("没有证件号码，也没有同名的已入驻机构。请补填证件号码。")
            fault = Fault("identifier", message, "identifier.empty", entry.number, str(TITLES["identifier"]))
            reading.refuse_row(entry.number, fault)
            entries.remove(entry)


def _row(entry: Entry, resolver: Resolver, seen: dict[Any, int]) -> dict[str, Any]:
    found = resolver.resolve(entry)
    profile = entry.profile
    row: dict[str, Any] = {
        "number": entry.number,
        "name": profile["name"],
        "profile": {key: _plain(value) for key, value in profile.items()},
        "year": entry.year,
        "figures": {key: _plain(value) for key, value in entry.figures.items()},
    }
    key = _same(entry, found.organisation)
    if key in seen:
        return row | {"outcome": DUPLICATE, "twin": seen[key]}
    seen[key] = entry.number
    if found.candidates:
        return row | {"outcome": ASK, "candidates": [_candidate(one) for one in found.candidates]}
    if found.organisation is None:
        return row | {"outcome": NEW}
    changes = changes_of(found.organisation, row)
    about = {"organisation": str(found.organisation.pk), "version": found.organisation.version, "changes": changes}
    return row | about | {"outcome": CHANGED if changes else SAME}


def _same(entry: Entry, organisation: Organisation | None) -> Any:
    """What two rows about one organisation have in common."""
    profile = entry.profile
    if organisation is not None:
        return organisation.pk
    number = profile.get("identifier")
    return (profile.get("scheme"), profile["country"], number) if number else profile["name"]


def changes_of(organisation: Organisation, row: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What the row would change: field to old and new. The identity of a known organisation stays, but for its name."""
    by_number = row["profile"].get("identifier") == organisation.identifier
    kept = set(IDENTITY) - ({"name"} if by_number else set())
    changes = {
        field: [_plain(getattr(organisation, field)), value]
        for field, value in row["profile"].items()
        if field not in kept and value not in (None, "") and _plain(getattr(organisation, field)) != value
    }
    if row["year"] is not None:
        known = next((one for one in organisation.years.all() if one.year == row["year"]), None)
        for name in FIGURES:
            old, new = _plain(getattr(known, name)) if known else None, row["figures"].get(name)
            if new is not None and new != old:
                changes[name] = [old, new]
    return changes


def _candidate(organisation: Organisation) -> dict[str, str]:
    return {
        "id": str(organisation.pk),
        "name": organisation.name,
        "identifier": organisation.identifier,
        "region": regions.full_name(organisation.region, "zh-hans") if organisation.region else "",
        "region_en": regions.full_name(organisation.region, "en") if organisation.region else "",
    }


def _plain(value: Any) -> Any:
    """A value as JSON holds it, so that what was and what comes can be compared."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
