"""Technical terms in Chinese and English, so that a need in one language finds what is offered in the other.

The pairs stand in ``glossary.csv`` beside this file: spellings of one thing on each side, separated by ``|``.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from rongtong.engines.matching.tokens import Tokens, fold, terms, tokenize

_FILE = Path(__file__).with_name("glossary.csv")
_LOOKED_AT = 2_000  # characters of a need


class Said(NamedTuple):
    """A piece of a name in the other language."""

    name: str
    start: int
    end: int


class Translation(NamedTuple):
    """A term of the other language, where it stands in which name there, and the place in the need it translates."""

    term: str
    said: Said
    start: int
    end: int


@dataclass(frozen=True)
class Glossary:
    """Pairs in both directions.

    Parameters
    ----------
    from_chinese
        A Chinese word to its English names.
    to_chinese
        The index terms of an English name, in their order, to Chinese words.
    """

    from_chinese: dict[str, tuple[str, ...]]
    to_chinese: dict[tuple[str, ...], tuple[str, ...]]

    @cached_property
    def _sizes(self) -> dict[str, tuple[int, ...]]:
        """The sizes of the words that begin with a character or a term, the longest first."""
        words = [*self.from_chinese, *self.to_chinese]
        pairs = sorted({(word[0], len(word)) for word in words}, key=lambda pair: (pair[0], -pair[1]))
        return {first: tuple(size for _, size in group) for first, group in groupby(pairs, key=lambda pair: pair[0])}

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> "Glossary":
        """Make a glossary of (Chinese, English) pairs.

        Examples
        --------
        >>> known = Glossary.of([("轴承", "bearing")])
        >>> known.from_chinese["轴承"], known.to_chinese[("bear",)]
        (('bearing',), ('轴承',))
        """
        forth: dict[str, dict[str, None]] = {}
        back: dict[tuple[str, ...], dict[str, None]] = {}
        for chinese, english in pairs:
            if len(chinese) > 1:  # one character stands in too many other words
                forth.setdefault(fold(chinese), {})[english] = None
            back.setdefault(tuple(terms(english)), {})[chinese] = None
        return cls(
            {key: tuple(names) for key, names in forth.items()}, {key: tuple(names) for key, names in back.items()}
        )

    def translations(self, folded: str, tokens: Tokens) -> list[Translation]:
        """Return the terms of the other language for every known word of a folded text, the longest words first."""
        found = [*self._chinese_words(folded[:_LOOKED_AT]), *self._english_words(tokens)]
        return [Translation(term, said, start, end) for start, end, names in found for term, said in _terms_of(names)]

    def _chinese_words(self, text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        sizes, end = self._sizes, 0
        for start, sign in enumerate(text):
            if start < end or sign not in sizes:
                continue
            for size in sizes[sign]:
                names = self.from_chinese.get(text[start : start + size])
                if names and start + size <= len(text):
                    end = start + size
                    yield start, end, names
                    break

    def _english_words(self, tokens: Tokens) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        words = tokens.terms[: _LOOKED_AT * 2]  # of these, those that begin there
        words = [term for term, start in zip(words, tokens.starts, strict=False) if start < _LOOKED_AT]
        sizes, end = self._sizes, 0
        for start, word in enumerate(words):
            if start < end or word not in sizes:
                continue
            for size in sizes[word]:
                names = self.to_chinese.get(tuple(words[start : start + size]))
                if names and start + size <= len(words):
                    end = start + size
                    yield tokens.starts[start], tokens.ends[end - 1], names
                    break


@lru_cache(maxsize=2_000)
def _terms_of(names: tuple[str, ...]) -> list[tuple[str, Said]]:
    """Return each term of some names once, with the first place it stands in."""
    first: dict[str, Said] = {}
    for name in map(fold, names):
        for token in tokenize(name):
            first.setdefault(token.term, Said(name, token.start, token.end))
    return list(first.items())


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """Return the glossary that ships with the engine."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return Glossary.of([(zh, en) for row in rows for zh in row["zh"].split("|") for en in row["en"].split("|")])
