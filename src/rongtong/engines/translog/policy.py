"""Whom a verifier trusts (C2SP tlog-policy): logs, witnesses, and how many of them must have cosigned.

::

    log example.com/log+…
    witness park witness.park.example+…  https://witness.park.example/
    witness association witness.association.example+…
    witness factory witness.factory.example+…
    group outside 2 park association factory
    quorum outside
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rongtong.engines.translog.errors import Malformed
from rongtong.engines.translog.keys import LOG, WITNESS, Verifier

NOBODY = "none"
LONGEST = 64 * 1024
_SPACE = re.compile(r"[ \t]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Party:
    """A log or a witness: its key and, where somebody has to reach it, its address."""

    verifier: Verifier
    url: str = ""


@dataclass(frozen=True)
class Policy:
    """Logs, witnesses, groups and the quorum.

    Attributes
    ----------
    logs
        Any of them may have signed.
    witnesses
        By their names within the policy.
    groups
        How many of which names make up a group.
    quorum
        The name that must have cosigned; "none" where nobody needs to.
    """

    logs: tuple[Party, ...] = ()
    witnesses: dict[str, Party] = field(default_factory=dict)
    groups: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = NOBODY

    @classmethod
    def parse(cls, data: str | bytes) -> Policy:
        """Read a policy file.

        Raises
        ------
        Malformed
            With the number of the line and what is wrong in it.
        """
        if len(data) > LONGEST:
            raise Malformed("the policy is too long")
        text = data if isinstance(data, str) else data.decode("utf-8", "surrogateescape")
        reader = _Reader()
        for number, line in enumerate(text.split("\n"), start=1):
            words = [word for word in _SPACE.split(line) if word]
            if not words or words[0].startswith("#"):
                continue
            try:
                if _CONTROL.search(line):
                    raise Malformed("it has a control character")
                reader.read(words)
            except Malformed as error:
                raise Malformed(f"line {number} of the policy: {error}") from error
        return reader.policy()

    @classmethod
    def of(cls, logs: Iterable[Verifier], witnesses: Iterable[Verifier], needed: int) -> Policy:
        """Make the plain policy: `needed` of these witnesses."""
        lines = [f"log {one}" for one in logs]
        names = []
        for number, one in enumerate(witnesses, start=1):
            names.append(f"w{number}")
            lines.append(f"witness w{number} {one}")
        lines += [f"group all-of-them {needed} {' '.join(names)}", "quorum all-of-them"] if needed else ["quorum none"]
        return cls.parse("\n".join(lines))

    @property
    def log_keys(self) -> tuple[Verifier, ...]:
        """The keys of the logs."""
        return tuple(one.verifier for one in self.logs)

    @property
    def witness_keys(self) -> tuple[Verifier, ...]:
        """The keys of the witnesses."""
        return tuple(one.verifier for one in self.witnesses.values())

    def met_by(self, cosigned: Iterable[Verifier]) -> bool:
        """Say whether the quorum is reached when these witnesses have cosigned."""
        keys = set(cosigned)
        return self.quorum == NOBODY or self._counts(self.quorum, keys)

    def _counts(self, name: str, keys: set[Verifier]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].verifier in keys
        needed, members = self.groups[name]
        return sum(self._counts(member, keys) for member in members) >= needed


class _Reader:
    def __init__(self) -> None:
        self.logs: list[Party] = []
        self.witnesses: dict[str, Party] = {}
        self.groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.quorum: str | None = None
        self._grouped: set[str] = set()

    def read(self, words: list[str]) -> None:
        match words:
            case ["log", key, *url] if len(url) <= 1:
                self.logs.append(Party(self._new_key(key, LOG, (one.verifier for one in self.logs)), *url))
            case ["witness", name, key, *url] if len(url) <= 1:
                known = (one.verifier for one in self.witnesses.values())
                self.witnesses[self._new_name(name)] = Party(self._new_key(key, WITNESS, known), *url)
            case ["group", name, needed, *members] if members:
                self.groups[self._new_name(name)] = (self._count(needed, len(members)), self._members(members))
            case ["quorum", name]:
                if self.quorum is not None:
                    raise Malformed("a policy has one quorum, and this is the second")
                self.quorum = name if name == NOBODY else self._known(name)
            case _:
                raise Malformed(f"{' '.join(words)[:80]!r} is no line of a policy")

    def policy(self) -> Policy:
        if self.quorum is None:
            raise Malformed("the policy has no line with the quorum; if nobody needs to cosign, write 'quorum none'")
        return Policy(tuple(self.logs), self.witnesses, self.groups, self.quorum)

    @staticmethod
    def _new_key(line: str, type: int, known: Iterable[Verifier]) -> Verifier:
        key = Verifier.parse(line)
        if key.type != type:
            raise Malformed(f"the key {key.name} is one of a {'log' if key.type == LOG else 'witness'}")
        if any(one.public == key.public for one in known):
            raise Malformed(f"the key {key.name} is there already, perhaps under another name")
        return key

    def _new_name(self, name: str) -> str:
        if name == NOBODY or name in self.witnesses or name in self.groups:
            raise Malformed(f"the name {name!r} is taken")
        return name

    def _known(self, name: str) -> str:
        if name not in self.witnesses and name not in self.groups:
            raise Malformed(f"nothing before this line is called {name!r}")
        return name

    def _members(self, names: list[str]) -> tuple[str, ...]:
        for name in names:
            if self._known(name) in self._grouped:
                raise Malformed(f"{name!r} is in a group already: nobody counts twice")
            self._grouped.add(name)
        return tuple(names)

    @staticmethod
    def _count(word: str, members: int) -> int:
        needed = {"any": "1", "all": str(members)}.get(word, word)
        if not re.fullmatch("[1-9][0-9]{0,5}", needed) or int(needed) > members:
            raise Malformed(f"{word!r} of {members} members cannot be reached, or is no number")
        return int(needed)
