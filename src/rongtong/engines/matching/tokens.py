"""Text to index terms: one rule for listings and needs, Chinese and English alike."""

import re
import unicodedata
from functools import lru_cache
from operator import add
from typing import NamedTuple

import opencc
import rjieba
import Stemmer

HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))  # characters, both ends included
_HAN = "".join(f"{chr(lowest)}-{chr(highest)}" for lowest, highest in HAN)
LATIN = rf"[^\W_{_HAN}]+(?:[.\-'][^\W_{_HAN}]+)*"
# A run is Chinese characters, or a Latin word, code or number ("x-ray", "gb/t" splits, "0.01" stays whole).
_RUN = re.compile(rf"[{_HAN}]+|{LATIN}")
_HAS_HAN = re.compile(rf"[{_HAN}]")
_LONGEST = 64  # a longer "word" is an encoded blob or an attack, not a word anyone searches for

_simplified = opencc.OpenCC("t2s")
_english = Stemmer.Stemmer("english")

_STOP = """
a about above after again against all also am an and any are as at be because been before being below between
both but by can could did do does doing down during each few for from further had has have having he her here
hers him his how i if in into is it its itself just may me might more most must my no nor not now of off on
once only or other our out over own per same shall she should so some such than that the their them then there
these they this those through to too under until up upon us very via was we were what when where whether which
while who whom why will with within without would you your
的 了 和 与 及 或 在 是 为 对 等 中 其 该 以 由 被 将 并 于 从 到 之 也 都 而 且 但 有 个 各 所 上 下
"""
STOP_WORDS = frozenset(_STOP.split())


class Token(NamedTuple):
    """An index term and the place of the words it came from in the folded text (half-open)."""

    term: str
    start: int
    end: int


class Tokens(NamedTuple):
    """The tokens of a text, a column each: a need of a thousand of them is weighed while somebody waits."""

    terms: list[str]
    starts: list[int]
    ends: list[int]


def fold(text: str) -> str:
    """Return `text` with width, case and traditional characters folded; what both sides are compared in."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return simplified(folded) if _HAS_HAN.search(folded) else folded


def simplified(text: str) -> str:
    """Return a text in simplified characters."""
    return str(_simplified.convert(text))


def tokenize(folded: str) -> list[Token]:
    """Return the tokens of an already folded text, in order, with repetitions."""
    return list(map(Token, *columns(folded)))


def columns(folded: str) -> Tokens:
    """Return the tokens of an already folded text, in order, with repetitions.

    Chinese runs give character bigrams and, beside them, the dictionary words of three characters and more
    (a two-character word is its own bigram). Latin words are stemmed; numbers and codes stay as they are.
    """
    tokens = Tokens([], [], [])
    for run in _RUN.finditer(folded):
        piece = run.group()
        if _HAS_HAN.match(piece):
            _chinese(piece, run.start(), tokens)
        elif len(piece) <= _LONGEST and piece not in STOP_WORDS:
            start = run.start()
            for term, begin, end in _latin(piece):
                tokens.terms.append(term)
                tokens.starts.append(start + begin)
                tokens.ends.append(start + end)
    return tokens


def terms(text: str) -> list[str]:
    """Return the index terms of any text, in order, with repetitions."""
    return columns(fold(text)).terms


def is_chinese(folded: str) -> bool:
    """Say whether a text is to be weighted as Chinese: at least a fifth of its letters are Chinese characters."""
    return len(_HAS_HAN.findall(folded)) * 5 >= sum(map(len, _RUN.findall(folded)))


def _chinese(run: str, start: int, tokens: Tokens) -> None:
    size = len(run)
    if size == 1:
        if run not in STOP_WORDS:
            tokens.terms.append(run)
            tokens.starts.append(start)
            tokens.ends.append(start + 1)
        return
    tokens.terms.extend(map(add, run, run[1:]))
    tokens.starts.extend(range(start, start + size - 1))
    tokens.ends.extend(range(start + 2, start + size + 1))
    if size == 2:
        return
    for word in rjieba.cut(run):
        end = start + len(word)
        if end - start > 2:
            tokens.terms.append(word)
            tokens.starts.append(start)
            tokens.ends.append(end)
        start = end


@lru_cache(maxsize=50_000)
def _latin(word: str) -> tuple[Token, ...]:
    """Return the tokens of a word as if it stood alone."""
    if len(word) == 1 and word.isascii():  # a unit, an item's letter or a digit: it says nothing, and stands everywhere
        return ()
    parts = [Token(_stem(word), 0, len(word))]
    if "-" in word:  # "x-ray" is also found by "xray" and by "ray"
        offset = 0
        for part in word.split("-"):
            if part not in STOP_WORDS and not (len(part) == 1 and part.isascii()):
                parts.append(Token(_stem(part), offset, offset + len(part)))
            offset += len(part) + 1
    return tuple(parts)


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    return str(_english.stemWord(word)) if word.isascii() and word.isalpha() else word
