"""A match as a page shows it: what its score is made of, and the part of its text where the matched words stand."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from rongtong.engines.matching import Match, Outcome
from rongtong.engines.matching.two_sided import TwoSided, combine
from rongtong.hub.matching.domain.pair_scores import Pair
from rongtong.hub.matching.queries.outcomes import Outcome as EarlierOutcome
from rongtong.hub.organisations.models import Organisation

from ..models import ChallengeInvitation
from .disclosure import DisclosedChallenge

EXCERPT = 120
# numbers and units carry points, but as a reason they say nothing
UNITS = r"mm|cm|km|kg|min|kn|mw|kw|mpa|gpa|pa|hz|khz|hrc|ms|ml"
PLAIN = re.compile(rf"[\d.,]+|[a-zµμ°%℃]|[年月日天个台套件]|{UNITS}", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """One condition beside what the organisation says of itself."""

    facet: str
    asked: Any
    found: Any
    outcome: str

    @property
    def kind(self) -> str:
        """The mark of the page: met, not, unk."""
        return {"met": "met", "not_met": "not"}.get(self.outcome, "unk")


@dataclass(frozen=True)
class Hit:
    """One match as a page shows it; its four parts add up to the score.

    Parameters
    ----------
    other
        Points of the other side; 0 where no other side is known, the middle of the others where this one is not.
    other_known
        Whether the other side is this one's own.
    near, far
        What the reader's side scores by itself, and what the other side does, of a hundred each.
    way
        For one that gives way: in how many other fronts it stands, and by how many places it moved down.
    terms
        What a challenge asks of whoever answers, each met, not met or unknown for the reader's organisation.
    met
        What the challenger itself said of meeting the organisation on a matchmaking day. Its points, ten at most, count
        for the order and not for the score.
    """

    rank: int
    score: Decimal
    words: Decimal
    meaning: Decimal
    conditions: Decimal
    top_words: list[tuple[str, Decimal]]
    judged: list[Condition]
    title: str
    excerpt: list[tuple[str, bool]]
    subject_id: UUID
    others: int
    other: Decimal = Decimal("0.0")
    other_known: bool = False
    near: Decimal = Decimal("0.0")
    far: Decimal | None = None
    way: tuple[int, int] | None = None
    terms: list[tuple[str, str]] = field(default_factory=list)
    met: EarlierOutcome | None = None
    organisation: Organisation | None = None
    invitation: ChallengeInvitation | None = None
    challenge: DisclosedChallenge | None = None


@dataclass(frozen=True)
class Ranked:
    """A match at its rank by both sides; what its score is made of is worked out for those that are shown.

    Parameters
    ----------
    far, middle
        What the other side scores, and what stands in for it where it is not known.
    scale
        By how much the points of the reader's side are multiplied.
    """

    match: Match
    score: Decimal
    near: Decimal
    far: Decimal | None
    middle: Decimal | None
    pair: Pair | None = None
    owner: UUID | None = None
    scale: Decimal = Decimal(1)
    rank: int = 0
    way: tuple[int, int] | None = None

    def sides(self) -> TwoSided:
        return combine([part * self.scale for part in _parts(self.match)], self.far, self.middle)


def _parts(match: Match) -> list[Decimal]:
    """Every point of a score: words, meaning, conditions, in this order."""
    reasons = match.reasons
    meaning = [reasons.meaning.points] if reasons.meaning else []
    return [*(one.points for one in reasons.words), *meaning, *(one.points for one in reasons.constraints)]


def hit_of(one: Ranked, **of: Any) -> Hit:
    match, reasons, sides = one.match, one.match.reasons, one.sides()
    points = list(sides.parts)
    count = len(reasons.words)
    tops = [(reason.words, part) for reason, part in zip(reasons.words, points[:count], strict=True)]
    meaning = points[count] if reasons.meaning else Decimal("0.0")
    return Hit(
        rank=one.rank,
        score=sides.score,
        words=sum(points[:count], Decimal("0.0")),
        meaning=meaning,
        conditions=sum(points[count + bool(reasons.meaning) :], Decimal("0.0")),
        top_words=[(word, part) for word, part in tops if _tells(word, _folded(match))][:6],
        judged=[
            Condition(one.constraint.facet, one.constraint.value, one.found, Outcome(one.outcome).value)
            for one in reasons.constraints
        ],
        title=match.listing.title,
        excerpt=excerpt(_text(match), [word for word, _ in tops if not PLAIN.fullmatch(word)]),
        subject_id=UUID(match.id),
        others=match.others,
        other=sides.other,
        other_known=sides.known,
        near=one.near,
        far=one.far,
        way=one.way,
        **of,
    )


def _tells(word: str, text: str) -> bool:
    """Whether a matched word is worth telling: it stands there as it is, and is not a bare number or a unit."""
    return not PLAIN.fullmatch(word) and word.casefold() in text


def _folded(match: Match) -> str:
    return f"{match.listing.title}\n{_text(match)}".casefold()


def _text(match: Match) -> str:
    """The text that this searcher sees; the engine has left out the rest."""
    return "\n".join(text for _, text in sorted(match.listing.texts.items()))


def excerpt(text: str, words: list[str]) -> list[tuple[str, bool]]:
    """The part of a text where most of the words stand, cut into (piece, is a matched word)."""
    text = " ".join(text.split())
    known = sorted({word for word in words if word}, key=len, reverse=True)
    if not known:
        return [(text[:EXCERPT], False)] if text else []
    pattern = re.compile("|".join(_whole(word) for word in known), re.IGNORECASE)
    places = [found.start() for found in pattern.finditer(text)]
    start = max(places, key=lambda at: sum(at <= other < at + EXCERPT for other in places), default=0)
    start = max(0, start - 12)
    part = ("…" if start else "") + text[start : start + EXCERPT] + ("…" if start + EXCERPT < len(text) else "")
    pieces: list[tuple[str, bool]] = []
    at = 0
    for found in pattern.finditer(part):
        if found.start() > at:
            pieces.append((part[at : found.start()], False))
        pieces.append((found.group(), True))
        at = found.end()
    return [*pieces, (part[at:], False)] if at < len(part) else pieces


def _whole(word: str) -> str:
    """A pattern for a word; a Latin one is not found inside another."""
    escaped = re.escape(word)
    return rf"(?<![0-9A-Za-z]){escaped}(?![0-9A-Za-z])" if word.isascii() else escaped
