"""What a file of organisations would do, row by row. Nothing is written here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.sheets import SheetLimits, SheetReading, read

from ..models import Organisation
from ..reference import regions
from .import_columns import COLUMNS, FIGURES, TITLES, Entry, entry_of, scales_of
from .import_resolution import Resolver
from .profile import IDENTITY

LIMITS = SheetLimits(rows=5000, columns=60)
NEW, CHANGED, SAME, DUPLICATE, ASK = "new", "changed", "same", "duplicate", "ask"
LANGUAGES = ("zh-hans", "en")


@dataclass
class Examination:
    """What was found in a file: its columns, its rows with their outcomes, its faults in every language."""

    reading: SheetReading
    rows: list[dict[str, Any]]
    faults: list[dict[str, Any]]

    @property
    def columns(self) -> dict[str, Any]:
        """The recognised columns as the batch keeps them."""
        return {
            "headers": self.reading.headers,
            "matched": {str(place): key for place, key in self.reading.matched.items()},
            "unknown": self.reading.unknown_columns,
            "missing": [column.key for column in self.reading.missing_columns],
        }

    @property
    def counts(self) -> dict[str, int]:
        counts = dict.fromkeys((NEW, CHANGED, SAME, DUPLICATE, ASK), 0)
        for row in self.rows:
            counts[row["outcome"]] += 1
        return counts | {"faulty": len(self.reading.faulty_rows), "faults": len(self.faults)}


def examine(content: bytes, renames: Mapping[str, str] | None = None) -> Examination:
    """Read a file and say what each row would do.

    Raises
    ------
    Refusal
        The file cannot be read at all.
    """
    reading, entries = read_entries(content, renames)
    faults = _in_every_language(content, renames, reading)
    resolver = Resolver(entries)
    seen: dict[Any, int] = {}
    rows = [_row(entry, resolver, seen) for entry in entries]
    return Examination(reading, rows, faults)


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


def _in_every_language(
    content: bytes, renames: Mapping[str, str] | None, reading: SheetReading
) -> list[dict[str, Any]]:
    """The faults with their words in each language: whoever opens the page next may read another one."""
    if not reading.faults:
        return []
    spoken_now, spoken = translation.get_language(), {}
    for language in LANGUAGES:
        with translation.override(language):
            again = reading if language == spoken_now else read_entries(content, renames)[0]
            spoken[language] = [(str(fault.column or ""), str(fault.message)) for fault in again.faults]
    return [
        {
            "row": fault.row,
            "code": fault.code,
            "column": {language: spoken[language][place][0] for language in LANGUAGES},
            "message": {language: spoken[language][place][1] for language in LANGUAGES},
        }
        for place, fault in enumerate(reading.faults)
    ]


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
