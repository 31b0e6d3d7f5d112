"""Licence grants on one technology, and what it means that they clash.

A grant is exclusive 独占 (the licensee alone, not even who granted it), sole 排他 (the licensee and who granted it) or
non-exclusive 普通 (anybody else too). Two grants clash if they overlap in field, territory and term, go to different
licensees, and one of them promises what the other takes away. What an owner keeps for itself is a grant to itself: it
clashes with an exclusive one and not with a sole one. A sublicence never clashes with the grants it comes from; it must
keep within them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.hierarchies import ANY_FIELD, WORLD


class Exclusivity(Enum):
    """How much a grant keeps from others."""

    EXCLUSIVE = "exclusive"
    SOLE = "sole"
    NON_EXCLUSIVE = "non-exclusive"


class Rule(Enum):
    """What a clash breaks."""

    EXCLUSIVE = "an exclusive grant leaves room for nobody else"
    OWN_USE = "an exclusive grant leaves no room for who granted it"
    SOLE = "a sole grant leaves room only for who granted it"
    UNKNOWN_SOURCE = "a sublicence names a grant that is not there"
    NOT_LICENSEE = "a sublicence is given by somebody else than the licensee"
    NO_SUBLICENCES = "the grant allows no sublicences"
    STRONGER = "a sublicence promises more than the grant it comes from"
    FIELD = "a sublicence reaches beyond the fields of the grant it comes from"
    TERRITORY = "a sublicence reaches beyond the territories of the grant it comes from"
    TERM = "a sublicence reaches beyond the term of the grant it comes from"


@dataclass(frozen=True)
class Grant:
    """A licence grant.

    Attributes
    ----------
    id, grantor, licensee
        Names; a grant whose licensee is its grantor is use kept for itself.
    exclusivity
        See the module.
    start, end
        Half-open; end None for one without an end.
    fields, territories
        Codes of a hierarchy each, at least one; by themselves everything.
    source
        The grant that this one is a sublicence of.
    may_sublicense
        Whether the licensee may give sublicences.
    """

    id: str
    grantor: str
    licensee: str
    exclusivity: Exclusivity
    start: date
    end: date | None = None
    fields: tuple[str, ...] = (ANY_FIELD,)
    territories: tuple[str, ...] = (WORLD,)
    source: str | None = None
    may_sublicense: bool = False

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise FairnessError(f"grant {self.id} ends before it has begun")
        if not self.fields or not self.territories:
            raise FairnessError(f"grant {self.id} names no field or no territory")


@dataclass(frozen=True)
class Clash:
    """Two grants that cannot both hold, or a sublicence that its source does not carry.

    Attributes
    ----------
    first, second
        Identifiers. For two grants of one standing in the order given; else the source and the sublicence.
    rule
        What is broken.
    fields, territories
        What both cover, in the narrower codes; for a sublicence that reaches beyond, what lies beyond.
    start, end
        When both hold; for a sublicence its own term. None where there is no end.
    """

    first: str
    second: str
    rule: Rule
    fields: tuple[str, ...]
    territories: tuple[str, ...]
    start: date
    end: date | None
