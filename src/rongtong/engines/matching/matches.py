"""What a search gives back."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, overload

from rongtong.engines.matching.listing import Listing
from rongtong.engines.matching.reasons import Reasons

if TYPE_CHECKING:
    import polars as pl


class Told(Protocol):
    """What a match can still tell when it is asked."""

    def listing(self) -> Listing:
        """Return the listing as the searcher sees it."""

    def reasons(self, listing: Listing, score: Decimal) -> Reasons:
        """Return why it was matched, in points that add up to the score."""


class Match:
    """A listing as the searcher sees it.

    `listing` and `reasons` are worked out when they are first asked for, from what the index held at the moment of
    the search: a ranking of hundreds costs little more than the page of it that is shown.

    Parameters
    ----------
    id
        The listing's.
    owner
        None where the listing is anonymous and not the searcher's own.
    score
        0 to 100, the sum of the reasons' points.
    others
        How many further listings of the same owner were found.
    """

    __slots__ = ("_id", "_listing", "_others", "_owner", "_reasons", "_score", "_told")

    def __init__(self, id: str, owner: str | None, score: Decimal, others: int, told: Told) -> None:
        self._id, self._owner, self._score, self._others, self._told = id, owner, score, others, told
        self._listing: Listing | None = None
        self._reasons: Reasons | None = None

    @property
    def id(self) -> str:
        """The listing's id."""
        return self._id

    @property
    def owner(self) -> str | None:
        """Whose the listing is, for those who may know."""
        return self._owner

    @property
    def score(self) -> Decimal:
        """The sum of the reasons' points."""
        return self._score

    @property
    def others(self) -> int:
        """How many further listings of the same owner were found."""
        return self._others

    @property
    def listing(self) -> Listing:
        """The listing as the searcher sees it."""
        if self._listing is None:
            self._listing = self._told.listing()
        return self._listing

    @property
    def reasons(self) -> Reasons:
        """Why it was matched: parts that add up to the score."""
        if self._reasons is None:
            self._reasons = self._told.reasons(self.listing, self._score)
        return self._reasons

    def _all(self) -> tuple[object, ...]:
        return self.listing, self._owner, self._score, self.reasons, self._others

    def __eq__(self, other: object) -> bool:
        return self._all() == other._all() if isinstance(other, Match) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a listing has none

    def __repr__(self) -> str:
        listing, owner, score, reasons, others = self._all()
        return f"Match({listing=}, {owner=}, {score=}, {reasons=}, {others=})"


@dataclass(frozen=True)
class Matches:
    """Matches, best first.

    Parameters
    ----------
    found, capped
        How many listings were found; where `capped`, at least so many.
    meaning
        Whether meaning took part; words alone ranked these matches where it did not.
    missing
        Shards that did not answer: their listings are not among the matches. Empty for an index in one piece.
    """

    items: tuple[Match, ...]
    found: int
    capped: bool
    meaning: bool
    missing: tuple[int, ...] = ()

    @overload
    def __getitem__(self, place: int) -> Match: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Match, ...]: ...

    def __getitem__(self, place: int | slice) -> Match | tuple[Match, ...]:
        return self.items[place]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Match]:
        return iter(self.items)

    def __repr__(self) -> str:
        lines = [f"{len(self)} of {self.found}{'+' if self.capped else ''} matches"]
        return "\n".join(lines + [f"{match.score:>6}  {match.listing.title}" for match in self])

    def to_frame(self) -> "pl.DataFrame":
        """Return a row a match; points as numbers, words and conditions as text."""
        import polars as pl  # here: loading it takes longer than most searches, and the hub never asks for a frame

        return pl.DataFrame(
            [_row(rank, match) for rank, match in enumerate(self, 1)],
            schema={
                "rank": pl.Int64, "score": pl.Float64, "id": pl.String, "title": pl.String, "kind": pl.String,
                "owner": pl.String, "others": pl.Int64, "words_points": pl.Float64, "meaning_points": pl.Float64,
                "wanted_points": pl.Float64, "words": pl.String, "conditions": pl.String,
            },
        )  # fmt: skip


def _row(rank: int, match: Match) -> dict[str, object]:
    reasons = match.reasons
    return {
        "rank": rank,
        "score": float(match.score),
        "id": match.listing.id,
        "title": match.listing.title,
        "kind": match.listing.kind,
        "owner": match.owner,
        "others": match.others,
        "words_points": float(sum(reason.points for reason in reasons.words)),
        "meaning_points": float(reasons.meaning.points) if reasons.meaning else None,
        "wanted_points": float(sum(reason.points for reason in reasons.constraints)),
        "words": " ".join(reason.words for reason in reasons.words),
        "conditions": " ".join(f"{reason.constraint.facet}:{reason.outcome}" for reason in reasons.constraints),
    }
