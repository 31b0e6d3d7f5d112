"""What was found in a file: its columns, its rows with their outcomes, its faults in every language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import translation

from ..sheets import SheetReading
from ..sheets.columns import LANGUAGES


@dataclass(frozen=True)
class Examination:
    """A file that was read; each of its ``rows`` names its ``outcome``."""

    reading: SheetReading
    rows: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    outcomes: tuple[str, ...]

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
        counts = dict.fromkeys(self.outcomes, 0)
        for row in self.rows:
            counts[row["outcome"]] += 1
        return counts | {"faulty": len(self.reading.faulty_rows), "faults": len(self.faults)}


def in_every_language(reading: SheetReading, again: Callable[[], SheetReading]) -> list[dict[str, Any]]:
    """The faults with their words in each language: whoever opens the page next may read another one.

    Parameters
    ----------
    again
        Reads the same file once more, in the language that is active then.
    """
    if not reading.faults:
        return []
    spoken_now, spoken = translation.get_language(), {}
    for language in LANGUAGES:
        with translation.override(language):
            faults = (reading if language == spoken_now else again()).faults
            spoken[language] = [(str(fault.column or ""), str(fault.message)) for fault in faults]
    return [
        {
            "row": fault.row,
            "code": fault.code,
            "column": {language: spoken[language][place][0] for language in LANGUAGES},
            "message": {language: spoken[language][place][1] for language in LANGUAGES},
        }
        for place, fault in enumerate(reading.faults)
    ]


def by_outcome(rows: Iterable[dict[str, Any]], outcomes: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows under each outcome, in the order of the file."""
    found: dict[str, list[dict[str, Any]]] = {outcome: [] for outcome in outcomes}
    for row in rows:
        if row["outcome"] in found:
            found[row["outcome"]].append(row)
    return found
