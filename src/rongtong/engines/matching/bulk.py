"""The terms of many texts in one pass: the same as `tokens.terms` of each, at a fraction of the time.

Folding and cutting into Chinese words cost most by the call, so a batch is joined, cut in one go, and taken apart.
"""

import re
import unicodedata
from collections.abc import Sequence

import rjieba

from rongtong.engines.matching import tokens

_BETWEEN = "\x1e"  # no part of any run, so that texts never touch
_PIECE = re.compile(rf"{tokens._RUN.pattern}|{_BETWEEN}")


def terms_of(texts: Sequence[str]) -> list[list[str]]:
    """Return the index terms of each text, in the order that `tokens.terms` gives."""
    if not texts:
        return []
    whole = _BETWEEN.join(text.replace(_BETWEEN, " ") for text in texts)
    folded = tokens._simplified.convert(unicodedata.normalize("NFKC", whole).lower())
    pieces = _PIECE.findall(folded)
    words = _words([piece for piece in pieces if tokens._HAS_HAN.match(piece)])
    found: list[list[str]] = [[]]
    latin: dict[str, list[str]] = {}
    for piece in pieces:
        if piece == _BETWEEN:
            found.append([])
        elif piece in words:
            found[-1] += words[piece]
        else:
            if piece not in latin:
                latin[piece] = [token.term for token in tokens.tokenize(piece)]
            found[-1] += latin[piece]
    return found


def _words(runs: Sequence[str]) -> dict[str, list[str]]:
    """Return the terms of each distinct run of Chinese characters."""
    distinct = list(dict.fromkeys(runs))
    found: dict[str, list[str]] = {}
    cut = iter(rjieba.cut("\n".join(distinct)))
    for run in distinct:
        if len(run) == 1:
            found[run] = [] if run in tokens.STOP_WORDS else [run]
        else:
            found[run] = [run[at : at + 2] for at in range(len(run) - 1)]
        rest = len(run)
        while rest > 0:
            word = next(cut)
            if word == "\n":
                continue
            rest -= len(word)
            if len(word) > 2:
                found[run].append(word)
    return found
