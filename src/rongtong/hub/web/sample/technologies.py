"""Reads the technologies and agreements of the sample, and says what of them one reader may know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from rongtong.engines.fairness import Exclusivity
from rongtong.hub.innovation.enums import AgreementKind, AgreementState, LegalStatus, TechnologyKind
from rongtong.hub.organisations.reference import industries

from .reading import ContentError, Row

FURTHEST = 8000
STATES = (AgreementState.DRAFT, AgreementState.OFFERED, AgreementState.ACCEPTED, AgreementState.IN_FORCE)
GROUPS = ("owners", "inventors", "application", "advantage", "details", "secret", "terms", "contact")
LEVELS = {"owners": 1, "inventors": 0, "application": 0, "advantage": 1, "details": 2, "secret": 3, "terms": 1}
LEVELS |= {"contact": 1}
NAMES = ("subject", "exclusivity", "fields", "territories", "upfront", "rate", "minimum")
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Technology:
    """``coowners`` hold exact shares, the keeper the rest; days are counted from loading, ``published`` may lack."""

    key: str
    organisation: str
    title: str
    kind: str
    teaser: str
    industry: str
    fields: tuple[str, ...]
    readiness: int
    ways: tuple[str, ...]
    legal_status: str
    number: str
    filed: int | None
    expires: int | None
    inventors: tuple[str, ...]
    texts: dict[str, str]
    contact: str
    coowners: tuple[tuple[str, Fraction], ...]
    levels: dict[str, int]
    published: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Who made it and when, and what it changes in the one before; ``clause`` is a further one, by heading."""

    organisation: str
    day: int
    note: str
    changes: dict[str, Any]
    clause: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """``statements``: gross sales in 万元 and the day of the report; the first ``confirmed`` are so by both sides."""

    key: str
    kind: str
    title: str
    technology: str
    provider: str
    receiver: str
    opened_by: str
    opened: int
    state: str
    signed: int | None
    starts: int
    ends: int
    months: int
    offers: tuple[Offer, ...]
    statements: tuple[tuple[int, int], ...]
    confirmed: int


def technology(row: Row) -> Technology:
    """One technology."""
    industry = row.text("industry", 5)
    if industry not in industries:
        raise row.fail("industry", f"{industry!r} is in no list of the product")
    found = Technology(
        key=row.text("key", 40),
        organisation=row.text("of", 40),
        title=row.text("title", 60, least=8),
        kind=row.choice("kind", TechnologyKind.values),
        teaser=row.text("teaser", 200, least=30),
        industry=industry,
        fields=row.texts("fields", 20, required=True),
        readiness=row.number("trl", 1, 9),
        ways=row.texts("ways", 12, required=True),
        legal_status=row.choice("status", LegalStatus.values),
        number=row.maybe_text("number", 40),
        filed=row.maybe_number("filed", -FURTHEST, 0),
        expires=row.maybe_number("expires", 1, FURTHEST),
        inventors=row.texts("inventors", 10),
        texts={name: row.text(name, 400, least=10) for name in LEVELS if name in _PROSE},
        contact=row.text("contact", 40),
        coowners=tuple(
            (each.text("organisation", 40), Fraction(each.text("share", 10)))
            for each in row.columns("coowners", ("organisation", "share"))
        ),
        levels={
            name: level if (given := row.maybe_number(f"{name}_level", 0, 3)) is None else given
            for name, level in LEVELS.items()
        },
        published=row.maybe_number("published", -1000, 0),
    )
    row.done()
    return found


_PROSE = frozenset({"application", "advantage", "details", "secret", "terms"})


def agreement(row: Row) -> Agreement:
    """One agreement with its offers."""
    provider = row.text("provider", 40)
    found = Agreement(
        key=row.text("key", 40),
        kind=row.choice("kind", AgreementKind.values),
        title=row.text("title", 60, least=6),
        technology=row.text("technology", 40),
        provider=provider,
        receiver=row.text("receiver", 40),
        opened_by=row.maybe_text("opened_by", 40) or provider,
        opened=row.number("opened", -1000, 0),
        state=row.choice("state", STATES),
        signed=row.maybe_number("signed", -1000, 0),
        starts=row.number("starts", -1000, 1000),
        ends=row.number("ends", 1, FURTHEST),
        months=row.number("months", 1, 12),
        offers=tuple(_offer(each) for each in row.tables("offers")),
        statements=tuple(
            (each.number("sales", 0, 10**6), each.number("day", -1000, 0))
            for each in row.columns("statements", ("sales", "day"))
        ),
        confirmed=row.maybe_number("confirmed", 0, 20) or 0,
    )
    row.done()
    if bool(found.offers) == (found.state == AgreementState.DRAFT):
        raise row.fail("offers", f"do not fit the state {found.state}")
    if (found.signed is not None) != (found.state == AgreementState.IN_FORCE):
        raise row.fail("signed", f"does not fit the state {found.state}")
    return found


def _offer(row: Row) -> Offer:
    changes: dict[str, Any] = {}
    for name in ("subject", "rate"):
        if row.has(name):
            changes[name] = row.text(name, 400)
    if row.has("exclusivity"):
        changes["exclusivity"] = row.choice("exclusivity", [one.value for one in Exclusivity])
    for name in ("fields", "territories"):
        if row.has(name):
            changes[name] = list(row.texts(name, 20))
    for name in ("upfront", "minimum"):
        if row.has(name):
            changes[name] = str(row.yuan(name)) + ".00"
    clause = row.texts("clause", 400)
    found = Offer(
        organisation=row.text("by", 40),
        day=row.number("day", -1000, 0),
        note=row.maybe_text("note", 200),
        changes=changes,
        clause=(clause[0], clause[1]) if clause else None,
    )
    row.done()
    return found


def check(
    technologies: Mapping[str, Technology], agreements: tuple[Agreement, ...], known: Mapping[str, object]
) -> None:
    """Raise ``ContentError`` where a key leads nowhere."""
    for one in technologies.values():
        for key in (one.organisation, *(name for name, _share in one.coowners)):
            if key not in known:
                raise ContentError(f"technology {one.key}: there is no {key!r}")
    for each in agreements:
        named = (each.provider, each.receiver, each.opened_by, *(offer.organisation for offer in each.offers))
        if set(named) - {each.provider, each.receiver} or not set(named) <= set(known):
            raise ContentError(f"agreement {each.key}: somebody takes part who is no side")
        if each.technology not in technologies:
            raise ContentError(f"agreement {each.key}: there is no technology {each.technology!r}")


def as_known(technologies: Mapping[str, Technology], organisation: str | None, level: int) -> Iterator[Technology]:
    """The technologies as one reader may know them: drafts left out, what is closed said in other words."""
    for one in technologies.values():
        if organisation in {one.organisation, *(name for name, _share in one.coowners)}:
            yield one
        elif one.published is not None:
            hidden = {name for name in GROUPS if one.levels[name] > level}
            yield replace(
                one,
                texts={name: NOTHING if name in hidden else text for name, text in one.texts.items()},
                inventors=() if "inventors" in hidden else one.inventors,
                coowners=() if "owners" in hidden else one.coowners,
                contact="" if "contact" in hidden else one.contact,
            )


def sides(each: Agreement) -> frozenset[str]:
    return frozenset({each.provider, each.receiver})
