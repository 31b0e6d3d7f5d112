"""A patent pool's income among its members, as they and their patents come and go.

Income of a period is taken as earned evenly by the day. The period is cut wherever a patent enters or leaves; within
each piece the pool is what it is and its rule divides the piece's income; the pieces are summed exactly and rounded to
the fen once, at the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from rongtong.engines.fairness.amounts import FEN, Shares, exact, rounded
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.game import Game

if TYPE_CHECKING:
    import polars as pl

#: Who is left when no patent is in force: the pool itself.
UNDIVIDED = ""


@dataclass(frozen=True)
class PoolPatent:
    """A patent in the pool during [start, end).

    Attributes
    ----------
    owner
        The member that is paid for it.
    weight
        What the members agreed it counts; more than 0.
    end
        None while nobody knows.
    """

    id: str
    owner: str
    start: date
    end: date | None = None
    weight: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise FairnessError(f"patent {self.id} leaves the pool before it has entered")
        if exact(self.weight, "a weight") <= 0 or not self.owner:
            raise FairnessError(f"patent {self.id} needs an owner and a weight of more than 0")

    def in_force(self, day: date) -> bool:
        """Whether it is in the pool on a day."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True)
class Product:
    """What licensees make: it is worth its royalties only to who holds every patent that it needs."""

    name: str
    royalties: Decimal
    patents: frozenset[str]

    def __post_init__(self) -> None:
        if exact(self.royalties, "royalties") <= 0 or not self.patents:
            raise FairnessError(f"product {self.name} brings more than 0 and needs a patent")


#: Divides 1 among the owners of the patents in force; nothing if nobody can be paid.
PoolRule = Callable[[Sequence[PoolPatent]], Shares]


def by_count(patents: Sequence[PoolPatent]) -> Shares:
    """Divide by the number of patents: simple, and an invitation to split patents."""
    return _in_proportion((patent.owner, Fraction(1)) for patent in patents)


def by_weight(patents: Sequence[PoolPatent]) -> Shares:
    """Divide by the weights that the members agreed."""
    return _in_proportion((patent.owner, exact(patent.weight)) for patent in patents)


def by_shapley(products: Sequence[Product]) -> PoolRule:
    """Return the rule that divides by the Shapley value of what coalitions of owners can license.

    A coalition earns a product's royalties if its members own every patent that the product needs. In such a sum of
    unanimity games the value is known in closed form (Shapley 1953): each product's royalties go in equal parts to the
    owners of the patents that it needs, however many each of them has. Products of which a needed patent is not in the
    pool earn nothing.
    """

    def divide(patents: Sequence[PoolPatent]) -> Shares:
        owners = {patent.id: patent.owner for patent in patents}
        return _in_proportion(
            (owner, exact(product.royalties) / len(needed))
            for product in products
            for needed in [_owners_of(product, owners)]
            for owner in needed
        )

    return divide


def pool_game(products: Sequence[Product], patents: Sequence[PoolPatent]) -> Game:
    """Make the game that `by_shapley` solves: to see the core, or other divisions of it."""
    owners = {patent.id: patent.owner for patent in patents}
    needs = [(product, _owners_of(product, owners)) for product in products]

    def worth(group: frozenset[str]) -> Fraction:
        earned = (exact(product.royalties) for product, needed in needs if needed and needed <= group)
        return sum(earned, Fraction(0))

    return Game.from_callable(sorted(set(owners.values())), worth, rule="products whose patents its members own")


@dataclass(frozen=True)
class Piece:
    """A part of the period in which the pool does not change."""

    start: date
    end: date
    income: Fraction
    shares: Shares


@dataclass(frozen=True)
class PoolDivision:
    """A pool's income of a period, divided.

    Attributes
    ----------
    shares
        Member to yuan; with `undivided` they sum to the income.
    undivided
        What was earned while nobody could be paid: it stays with the pool.
    pieces
        How it came about, exactly.
    """

    shares: Mapping[str, Decimal]
    undivided: Decimal
    pieces: tuple[Piece, ...]

    def to_frame(self) -> pl.DataFrame:
        """Return a row a piece and member: start, end, member, amount (float)."""
        import polars as pl  # here: loading it takes longer than most divisions, and the hub asks for no frame

        rows = [
            (piece.start, piece.end, member, float(share))
            for piece in self.pieces
            for member, share in piece.shares.items()
        ]
        schema = {"start": pl.Date, "end": pl.Date, "member": pl.String, "amount": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")


def divide_pool(
    income: Decimal, start: date, end: date, patents: Iterable[PoolPatent], rule: PoolRule = by_count
) -> PoolDivision:
    """Divide the income of [start, end).

    Parameters
    ----------
    income
        In yuan, whole in fen, 0 or more.
    rule
        `by_count`, `by_weight`, or what `by_shapley` returns.

    Raises
    ------
    FairnessError
        If the period is empty, two patents have one identifier, or the income is less than 0.
    """
    known = tuple(patents)
    if end <= start:
        raise FairnessError("a period ends after it has begun")
    if len({patent.id for patent in known}) < len(known):
        raise FairnessError("two patents have the same identifier")
    if exact(income, "the income") < 0:
        raise FairnessError("income is 0 or more: take a refund off the income of the period that it belongs to")
    turns = {day for patent in known for day in (patent.start, patent.end) if day is not None and start < day < end}
    pieces = []
    for begin, until in pairwise(sorted({start, end, *turns})):
        earned = exact(income) * (until - begin).days / (end - start).days
        parts = rule([patent for patent in known if patent.in_force(begin)])
        shares = {member: earned * part for member, part in parts.items()} or {UNDIVIDED: earned}
        pieces.append(Piece(begin, until, earned, shares))
    total: defaultdict[str, Fraction] = defaultdict(Fraction)
    for piece in pieces:
        for member, share in piece.shares.items():
            total[member] += share
    paid = rounded(total, FEN)
    undivided = paid.pop(UNDIVIDED, 0 * FEN)
    return PoolDivision(dict(sorted(paid.items())), undivided, tuple(pieces))


def _owners_of(product: Product, owners: Mapping[str, str]) -> frozenset[str]:
    """The owners of what a product needs; none if something is missing."""
    if not product.patents <= owners.keys():
        return frozenset()
    return frozenset(owners[patent] for patent in product.patents)


def _in_proportion(parts: Iterable[tuple[str, Fraction]]) -> Shares:
    found: defaultdict[str, Fraction] = defaultdict(Fraction)
    for owner, part in parts:
        found[owner] += part
    total = sum(found.values(), Fraction(0))
    return {owner: found[owner] / total for owner in sorted(found)}
