"""Which patterns may be searched for in strangers' data: those that cannot take exponential time.

Python's engine goes back and tries again. A repetition inside a repetition, or alternatives inside one, can make it try
more ways than there are seconds; what looks around or back is not needed to describe a code.
"""

from __future__ import annotations

import re
import warnings
from typing import Final

LONGEST: Final = 200
#: Repetitions of open length in one pattern: each can multiply the time by the length of the text.
MOST_OPEN: Final = 6
#: Alternatives, and what may be left out, may be repeated so often.
FEW: Final = 8
#: So much may be left out in one pattern: each can double the time.
MOST_OPTIONAL: Final = 12
_COUNTED: Final = re.compile(r"\{(\d{0,9})(,?)(\d{0,9})\}")
_ENDLESS: Final = 10**9


def flaw_of_pattern(pattern: str) -> str:
    """Return why a pattern is refused (``long``, ``invalid``, ``look``, ``nested``, ``many``), or nothing."""
    if len(pattern) > LONGEST:
        return "long"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what later versions of the language may mean
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return "invalid"
    return _Scan(pattern).flaw()


class _Scan:
    """Goes through a pattern once. A group knows whether something inside it repeats or offers alternatives."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at, self.open_ended, self.optional = pattern, 0, 0, 0
        self.groups: list[list[bool]] = [[False, False]]  # repeats, has alternatives

    def flaw(self) -> str:
        while self.at < len(self.pattern):
            why = self._step()
            if why:
                return why
        return "many" if self.open_ended > MOST_OPEN or self.optional > MOST_OPTIONAL else ""

    def _step(self) -> str:
        letter = self.pattern[self.at]
        if letter == "(":
            return self._open()
        if letter == "|":
            self.groups[-1][1] = True
            self.at += 1
            return ""
        if letter == ")":
            self.at += 1
            repeats, alternatives = self.groups.pop()
            return self._repeat(repeats, alternatives)
        if letter == "\\":
            if self.pattern[self.at + 1 : self.at + 2].isdigit():
                return "look"
            self.at += 2
        elif letter == "[":
            self._skip_class()
        else:
            self.at += 1
        return self._repeat(repeats=False, alternatives=False)

    def _open(self) -> str:
        rest = self.pattern[self.at + 1 :]
        if rest.startswith("?") and not rest.startswith("?:"):
            return "look"
        self.at += 3 if rest.startswith("?:") else 1
        self.groups.append([False, False])
        return ""

    def _skip_class(self) -> None:
        self.at += 1
        if self.pattern.startswith("^", self.at):
            self.at += 1
        first = True
        while first or self.pattern[self.at] != "]":
            self.at += 2 if self.pattern[self.at] == "\\" else 1
            first = False
        self.at += 1

    def _repeat(self, repeats: bool, alternatives: bool) -> str:
        """Take the repetition after a letter or group, and judge it against what it repeats."""
        least, most = self._times()
        if most > 1 and (repeats or (alternatives and most > FEW)):
            return "nested"
        optional = (least, most) == (0, 1)
        self.optional += optional
        self.open_ended += most - least > FEW
        if self.groups:
            self.groups[-1][0] |= repeats or (most > least and not optional)
            self.groups[-1][1] |= alternatives or optional
        return ""

    def _times(self) -> tuple[int, int]:
        letter = self.pattern[self.at : self.at + 1]
        least, most = {"*": (0, _ENDLESS), "+": (1, _ENDLESS), "?": (0, 1)}.get(letter, (1, 1))
        counted = _COUNTED.match(self.pattern, self.at)
        if letter and letter in "*+?":
            self.at += 1
        elif counted and (counted[1] or counted[3]):
            least = int(counted[1] or 0)
            most = int(counted[3]) if counted[3] else _ENDLESS if counted[2] else least
            self.at = counted.end()
        else:
            return 1, 1
        if self.pattern[self.at : self.at + 1] in ("?", "+"):  # unwilling or possessive
            self.at += 1
        return least, most
