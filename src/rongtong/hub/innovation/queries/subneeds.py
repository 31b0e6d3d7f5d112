"""The parts of a challenge: as stored, as far as the reader may see them, and a first splitting of what is open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rongtong.hub.foundation.actors import Actor

from ..models import Challenge, Response, Source, SubNeed
from .disclosure import DisclosedChallenge, Hidden, disclosed

MOST, LONGEST = 12, 200
SHORTEST_SENTENCE = 8
_SENTENCE = re.compile(r"[。；;！!？?\r\n]+")


@dataclass(frozen=True)
class Part:
    """One sub-need as it comes in and goes out."""

    text: str
    source: str
    weight: int = 3
    must: bool = False

    @classmethod
    def of(cls, row: SubNeed) -> Part:
        return cls(row.text, str(row.source), row.weight, row.must)


def open_sources(challenge: DisclosedChallenge) -> list[str]:
    """The groups of fields that this reader may read, and so take sub-needs from."""
    return [one.value for one in Source if not isinstance(getattr(challenge, one.value), Hidden)]


def proposed(challenge: DisclosedChallenge) -> list[Part]:
    """A first splitting out of what this reader may see: each target, then the sentences of the texts."""
    return list(_proposed(challenge))[:MOST]


def _proposed(challenge: DisclosedChallenge) -> Iterator[Part]:
    seen: set[str] = set()
    for target in () if isinstance(challenge.targets, Hidden) else challenge.targets:
        text = str(target.row)[:LONGEST]
        if text not in seen:
            seen.add(text)
            yield Part(text, Source.TARGETS.value, 3 if target.row.must_meet else 2, target.row.must_meet)
    for source in (Source.PROBLEM, Source.DETAILS):
        for sentence in _SENTENCE.split(str(getattr(challenge, source.value) or "")):
            text = sentence.strip()[:LONGEST]
            if len(text) >= SHORTEST_SENTENCE and text not in seen:
                seen.add(text)
                yield Part(text, source.value, 2)


def parts_for(challenge: Challenge, response: Response | None, actor: Actor) -> list[Part]:
    """The splitting as its form begins: stored, else the challenger's, else proposed, of what the reader may see."""
    stored = stored_parts(challenge, response, actor)
    return stored or stored_parts(challenge, None, actor) or proposed(disclosed(challenge, actor))


def stored_parts(challenge: Challenge, response: Response | None, actor: Actor) -> list[Part]:
    """What the challenger (no response) or the leader has said, as far as the reader may see it. One query."""
    return [Part.of(row) for row in SubNeed.visible_to(actor).filter(challenge=challenge, response=response)]
