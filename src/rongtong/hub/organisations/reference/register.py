"""A code list in which every code has at most one parent, held in memory and never changed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class Entry:
    """One code with its names. ``parent`` is empty at the top."""

    code: str
    parent: str
    name: str
    english: str
    sample: bool = False

    def label(self, language: str | None = None) -> str:
        """Return the name in `language`, by default the reader's."""
        return self.english if (language or get_language() or "").startswith("en") else self.name


class Register:
    """Look-ups over a code list.

    Parameters
    ----------
    load
        Gives the entries, parents before children; called once, on first use.
    canonical
        Brings what people write into the form the list uses; an unknown code may come back as it is.
    """

    def __init__(self, load: Callable[[], Iterable[Entry]], canonical: Callable[[str], str]) -> None:
        self._load, self._canonical = load, canonical
        self._sample_offered: bool | None = None

    def offer_sample(self, on: bool = True) -> None:
        """Offer the invented codes of the sample cluster in lists and searches of this process, or stop that.

        Without a call they are offered everywhere but in production, where real organisations choose.
        """
        self._sample_offered = on

    def canonical(self, code: str) -> str:
        """Return `code` as the list writes it: without blanks, full-width forms or a redundant prefix."""
        return self._canonical(unicodedata.normalize("NFKC", code).strip().upper())

    def get(self, code: str) -> Entry | None:
        """Return the entry of `code`, or None. Codes of the sample cluster are known, too: rows may hold them."""
        return self._entries.get(self.canonical(code))

    def nearest(self, code: str) -> Entry | None:
        """Return the entry of `code`, or of the closest shorter code that the list holds."""
        key = self.canonical(code)
        while key and key not in self._entries:
            key = key[:-1]
        return self._entries.get(key)

    def is_offered(self, code: str) -> bool:
        """Tell whether a person may choose `code` now."""
        entry = self.get(code)
        return entry is not None and self._offers(entry)

    def name(self, code: str, language: str | None = None) -> str:
        """Return the name of `code`; a code that is not in the list is shown as it is."""
        entry = self.get(code)
        return entry.label(language) if entry else code

    def path(self, code: str) -> tuple[Entry, ...]:
        """Return the entries from the top down to `code`, empty for an unknown code."""
        entry, found = self.get(code), []
        while entry:
            found.append(entry)
            entry = self._entries.get(entry.parent)
        return tuple(reversed(found))

    def full_name(self, code: str, language: str | None = None) -> str:
        """Return the names from the top down: 「浙江省杭州市西湖区」, "Xihu District, Hangzhou, Zhejiang"."""
        names = [entry.label(language) for entry in self.path(code)]
        if (language or get_language() or "").startswith("en"):
            return ", ".join(reversed(names))
        return "".join(names)

    def children(self, code: str = "") -> tuple[Entry, ...]:
        """Return the entries directly below `code` that may be chosen now; the top ones for an empty code."""
        return tuple(entry for entry in self._children.get(self.canonical(code), ()) if self._offers(entry))

    def is_within(self, code: str, above: str) -> bool:
        """Tell whether `code` is `above` or lies anywhere below it."""
        target = self.canonical(above)
        return any(entry.code == target for entry in self.path(code))

    def within(self, above: str) -> tuple[str, ...]:
        """Return `above` and every code below it, for a query by the set."""
        entry = self.get(above)
        if entry is None:
            return ()
        found, position = [entry.code], 0
        while position < len(found):
            found += [child.code for child in self._children.get(found[position], ())]
            position += 1
        return tuple(found)

    def search(self, text: str, limit: int = 20) -> tuple[Entry, ...]:
        """Return entries whose code, names, pinyin or initials begin with or contain `text`, best first."""
        wanted = "".join(unicodedata.normalize("NFKC", text).lower().split())
        if not wanted:
            return ()
        ranked = [
            (rank, len(entry.code.rstrip("0")), entry.code, entry)
            for entry, keys in self._search_keys
            if self._offers(entry) and (rank := _rank(wanted, keys)) is not None
        ]
        return tuple(row[-1] for row in sorted(ranked, key=lambda row: row[:3])[:limit])

    def __iter__(self) -> Iterator[Entry]:
        return (entry for entry in self._entries.values() if self._offers(entry))

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.get(code) is not None

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _offers(self, entry: Entry) -> bool:
        if not entry.sample:
            return True
        return settings.PROFILE != "production" if self._sample_offered is None else self._sample_offered

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        return {entry.code: entry for entry in self._load()}

    @cached_property
    def _children(self) -> dict[str, list[Entry]]:
        below: dict[str, list[Entry]] = {}
        for entry in self._entries.values():
            below.setdefault(entry.parent, []).append(entry)
        return below

    @cached_property
    def _search_keys(self) -> list[tuple[Entry, tuple[str, ...]]]:
        from ..pinyin import (
            initials,
            spelling,
        )  # pypinyin's dictionaries take a moment: only those who search wait

        return [
            (
                entry,
                (
                    entry.code.lower(),
                    entry.name,
                    "".join(entry.english.lower().split()),
                    spelling(entry.name),
                    initials(entry.name),
                ),
            )
            for entry in self._entries.values()
        ]


def _rank(wanted: str, keys: tuple[str, ...]) -> int | None:
    if wanted in keys:
        return 0
    if any(key.startswith(wanted) for key in keys):
        return 1
    return 2 if any(wanted in key for key in keys) else None
