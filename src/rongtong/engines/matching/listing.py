"""What is matched: listings on both sides, the need that is asked, and who asks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

PUBLIC, MEMBERS = 0, 1
LEVELS = (PUBLIC, MEMBERS)
FACETS = ("region", "industry", "certificates", "size_class", "readiness", "price", "languages")
_SETS = ("certificates", "languages")
_json = json.JSONEncoder(ensure_ascii=False, check_circular=False)


@dataclass(frozen=True, slots=True)
class Listing:
    """An offer or a need as the index knows it.

    Parameters
    ----------
    id, owner, kind, title
        `owner` is the organisation; `kind` is e.g. ``"capability"`` or ``"challenge"``.
        The title is seen by everyone who sees the listing.
    texts
        Disclosure level to text: 0 public, 1 members. Without a level-0 entry the listing does not exist
        for visitors. Deeper levels are refused: what the index never held it cannot tell.
    region, industry
        GB/T 2260 and GB/T 4754 codes; ``""`` means unknown.
    certificates, languages
        ``None`` means unknown, an empty set means none.
    price
        Asked price or budget in yuan.
    facet_levels
        Lowest level that may see a facet, where it is not 0; for others the facet is unknown.
    anonymous
        The owner is shown to nobody else, and results are never grouped by it.
    """

    id: str
    owner: str
    kind: str
    title: str
    texts: Mapping[int, str]
    region: str = ""
    industry: str = ""
    certificates: frozenset[str] | None = None
    size_class: str = ""
    readiness: int | None = None
    price: Decimal | None = None
    languages: frozenset[str] | None = None
    facet_levels: Mapping[str, int] = field(default_factory=dict)
    anonymous: bool = False

    def __post_init__(self) -> None:
        if not self.id or not self.kind:
            raise ValueError("a listing needs an id and a kind")
        if not self.texts or any(level not in LEVELS for level in self.texts):
            raise ValueError(f"listing {self.id}: texts must be given for level 0 or 1 only, not {sorted(self.texts)}")
        for facet, level in self.facet_levels.items():
            if facet not in FACETS or level not in LEVELS:
                raise ValueError(f"listing {self.id}: facet level {facet}={level}; facets are {FACETS}, levels 0 and 1")

    def __reduce__(self) -> tuple[type["Listing"], tuple[Any, ...]]:
        """Travel to another process as arguments, in a third of the time."""
        return Listing, tuple(getattr(self, name) for name in self.__slots__)

    def visible_at(self, level: int) -> bool:
        """Say whether a searcher of this level may know that the listing exists."""
        return min(self.texts) <= level

    def seen_at(self, level: int) -> "Listing":
        """Return the listing with everything above `level` taken out."""
        hidden: dict[str, Any] = {
            facet: "" if isinstance(getattr(self, facet), str) else None
            for facet, lowest in self.facet_levels.items()
            if lowest > level
        }
        texts = {at: text for at, text in self.texts.items() if at <= level}
        return replace(self, texts=texts or {MEMBERS: ""}, facet_levels={}, **hidden) if level < MEMBERS else self

    def full_text(self, level: int) -> str:
        """Return title and texts up to `level`, a line each."""
        return "\n".join([self.title, *(self.texts[at] for at in sorted(self.texts) if at <= level)])

    def to_json(self) -> str:
        """Return the listing as JSON for storage."""
        told: dict[str, Any] = {"id": self.id, "kind": self.kind}
        for name in ("owner", "title", "region", "industry", "size_class", "anonymous"):
            value = getattr(self, name)
            if value:
                told[name] = value
        told["texts"] = {str(level): text for level, text in self.texts.items()}
        for name in _SETS:
            names = getattr(self, name)
            if names is not None:
                told[name] = sorted(names)
        if self.readiness is not None:
            told["readiness"] = self.readiness
        if self.price is not None:
            told["price"] = str(self.price)
        if self.facet_levels:
            told["facet_levels"] = dict(self.facet_levels)
        return _json.encode(told)

    @classmethod
    def from_json(cls, text: str) -> "Listing":
        """Return the listing that `to_json` wrote."""
        record: dict[str, Any] = json.loads(text)
        for name in _SETS:
            if name in record:
                record[name] = frozenset(record[name])
        if "price" in record:
            record["price"] = Decimal(record["price"])
        record["texts"] = {int(level): words for level, words in record["texts"].items()}
        return cls(**{"owner": "", "title": "", **record})


@dataclass(frozen=True, slots=True)
class Constraint:
    """One condition of a need on a facet of the listing.

    Parameters
    ----------
    facet
        ``region`` or ``industry`` (any of the code prefixes), ``size_class`` or ``languages`` (any of),
        ``certificates`` (all of), ``readiness`` (at least), ``price`` (at most, yuan).
    value
        A tuple of strings, an int for readiness, a Decimal for price.
    required
        True filters, and unknown is not met; False ("wanted") gives points and a reason.
    """

    facet: str
    value: tuple[str, ...] | int | Decimal
    required: bool = False

    def __post_init__(self) -> None:
        if self.facet not in FACETS:
            raise ValueError(f"no facet {self.facet!r}; facets are {', '.join(FACETS)}")
        expected = {"readiness": int, "price": Decimal}.get(self.facet, tuple)
        if not isinstance(self.value, expected) or isinstance(self.value, bool):
            raise ValueError(f"{self.facet} takes a {expected.__name__}, not {self.value!r}")
        if isinstance(self.value, tuple) and not all(self.value):
            raise ValueError(f"{self.facet}: an empty value in {self.value!r}")
        if self.value == ():
            raise ValueError(f"{self.facet}: give at least one value")


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked: free text, conditions, and the kinds of listing that may answer (none given: any)."""

    text: str
    title: str = ""
    constraints: tuple[Constraint, ...] = ()
    kinds: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "constraints", tuple(self.constraints))
        object.__setattr__(self, "kinds", frozenset(self.kinds))

    @property
    def full_text(self) -> str:
        """Title and text, a line each."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    @classmethod
    def of(cls, listing: Listing, kinds: frozenset[str], constraints: tuple[Constraint, ...] = ()) -> "Need":
        """Return the need a listing asks with, for "challenges for you" and "similar to this"."""
        return cls(listing.full_text(MEMBERS).partition("\n")[2], listing.title, constraints, kinds)


@dataclass(frozen=True, slots=True)
class Searcher:
    """Who asks: 0 visitor, 1 member (deeper rights do not widen a search), and their organisation."""

    level: int
    owner: str | None = None

    def __post_init__(self) -> None:
        if self.level < PUBLIC:
            raise ValueError("a searcher's level is 0 or more")
        object.__setattr__(self, "level", min(self.level, MEMBERS))
