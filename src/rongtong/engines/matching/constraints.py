"""Whether a listing meets a condition, as a verdict for the reader and as terms for the index."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from rongtong.engines.matching.listing import Constraint, Listing

FEN = 100  # prices are indexed as whole fen, so that equal yuan compare equal


class Outcome(StrEnum):
    """What comparing a condition with a listing gave."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


Value = str | int | Decimal | frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A condition beside the listing's own value."""

    constraint: Constraint
    found: Value
    outcome: Outcome


def region_prefix(code: str) -> str:
    """Return a GB/T 2260 code without its trailing "whole of" pairs: 440300 is 4403, 440000 is 44."""
    code = code.strip()
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def judge(constraint: Constraint, listing: Listing) -> Verdict:
    """Compare one condition with what the searcher sees of a listing. Unknown is never met."""
    found = getattr(listing, constraint.facet)
    return Verdict(constraint, found if found != "" else None, outcome(constraint, found))


def outcome(constraint: Constraint, found: Value) -> Outcome:
    """Compare one condition with a facet's value."""
    known = found is not None and found != ""
    return _outcome(constraint, found) if known else Outcome.UNKNOWN


def _outcome(constraint: Constraint, found: object) -> Outcome:
    value = constraint.value
    if isinstance(value, int | Decimal):
        assert isinstance(found, int | Decimal)  # Listing declares these two facets so
        met = found >= value if constraint.facet == "readiness" else found <= value
    elif constraint.facet in ("region", "industry"):
        return _prefix_outcome(constraint, str(found))
    elif constraint.facet == "size_class":
        met = found in value
    else:
        assert isinstance(found, frozenset)
        met = found >= set(value) if constraint.facet == "certificates" else bool(found & set(value))
    return Outcome.MET if met else Outcome.NOT_MET


def _prefix_outcome(constraint: Constraint, found: str) -> Outcome:
    assert isinstance(constraint.value, tuple)
    code, wanted = normal(constraint.facet, found), [normal(constraint.facet, value) for value in constraint.value]
    if any(code.startswith(prefix) for prefix in wanted):
        return Outcome.MET
    # A province alone neither confirms nor rules out one of its cities.
    return Outcome.UNKNOWN if any(prefix.startswith(code) for prefix in wanted) else Outcome.NOT_MET


def normal(facet: str, code: str) -> str:
    """Return the form in which codes of a facet are compared."""
    return region_prefix(code) if facet == "region" else code.strip().upper()


def facet_terms(listing: Listing) -> list[str]:
    """Return what the index holds of the listing's facets; a code stands under each of its prefixes."""
    terms = [f"kind:{listing.kind}", *_code_terms("region", listing.region), *_code_terms("industry", listing.industry)]
    if listing.size_class:
        terms.append(f"size_class:{listing.size_class}")
    terms += [f"certificates:{name}" for name in listing.certificates or ()]
    terms += [f"languages:{name}" for name in listing.languages or ()]
    return terms


@lru_cache(maxsize=20_000)
def _code_terms(facet: str, code: str) -> tuple[str, ...]:
    code = normal(facet, code)
    return tuple(f"{facet}:{code[:length]}" for length in range(1, len(code) + 1))


def price_in_fen(price: Decimal) -> int:
    """Return a price as whole fen, rounded up so that a limit is never passed by rounding."""
    return int((price * FEN).to_integral_value(rounding="ROUND_CEILING"))
