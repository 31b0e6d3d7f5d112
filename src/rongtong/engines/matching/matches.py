"""What a search gives back."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, overload

from rongtong.engines.matching.listing import Listing
from rongtong.engines.matching.reasons import Reasons

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Match:
    """A listing as the searcher sees it.

    Parameters
    ----------
    owner
        None where the listing is anonymous and not the searcher's own.
    score
        0 to 100, the sum of the reasons' points.
    others
        How many further listings of the same owner were found.
    """

    listing: Listing
    owner: str | None
    score: Decimal
    reasons: Reasons
    others: int = 0


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
