"""Reads the sample cluster from the files beside this one; nothing that is out of range gets through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TypeVar
from zlib import crc32

from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.organisations.enums import Cultivation, OrganisationKind, Role
from rongtong.hub.organisations.identifiers import make_credit_code
from rongtong.hub.organisations.reference import industries, regions
from rongtong.hub.organisations.reference.register import Register
from rongtong.hub.organisations.size_class import SizeClass

from . import answers, chains, matchmaking, references, technologies
from .reading import TEN_THOUSAND, ContentError, Row, lists_of, rows_of
from .records import (
    Capability,
    Certificate,
    Challenge,
    Cluster,
    Delivery,
    Figures,
    Levels,
    Organisation,
    Person,
    Round,
    SignIn,
)

HERE = Path(__file__).parent
YEARS = (2023, 2024, 2025)
FURTHEST = 1000
SIZES = [SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO]
LANGUAGES = ("zh", "en")


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=_Keyed)


def read(folder: Path = HERE) -> Cluster:
    """Read the cluster and check every reference in it.

    Parameters
    ----------
    folder
        Where the files are: ``organisations/*.toml``, ``people.toml``, ``rounds.toml``, ``capabilities/*.toml``,
        ``challenges/*.toml``, ``exchange/*.toml``, ``responses/*.toml``, ``selection/*.toml``, ``matchmaking.toml``,
        ``chains.toml`` and ``technologies/*.toml``.

    Raises
    ------
    ContentError
        With the file, the thing and the field that is wrong.
    """
    cluster = Cluster(
        organisations=_by_key(_organisation(row) for row in rows_of(folder, "organisations", "organisation")),
        people=_by_key(_person(row) for row in lists_of(folder, "people", "people", _PERSON, (*_PERSON, "phone"))),
        sign_ins=tuple(_sign_in(row) for row in rows_of(folder, "people", "sign_in")),
        rounds=_by_key(_round(row) for row in rows_of(folder, "rounds", "round")),
        capabilities=tuple(_capability(row) for row in rows_of(folder, "capabilities", "capability")),
        challenges=_by_key(_challenge(row) for row in rows_of(folder, "challenges", "challenge")),
        questions=tuple(answers.question(row) for row in rows_of(folder, "exchange", "question")),
        amendments=tuple(answers.amendment(row) for row in rows_of(folder, "exchange", "amendment")),
        invitations=tuple(answers.invitation(row) for row in rows_of(folder, "exchange", "invitation")),
        responses=_by_key(answers.response(row) for row in rows_of(folder, "responses", "response")),
        reviewers=tuple(answers.reviewer(row) for row in rows_of(folder, "selection", "reviewer")),
        sheets=tuple(answers.sheet(row) for row in rows_of(folder, "selection", "sheet")),
        awards=tuple(answers.award(row) for row in rows_of(folder, "selection", "award")),
        collaborations=tuple(answers.collaboration(row) for row in rows_of(folder, "selection", "collaboration")),
        matchmaking=tuple(matchmaking.day(row) for row in rows_of(folder, "matchmaking", "day")),
        technologies=_by_key(technologies.technology(row) for row in rows_of(folder, "technologies", "technology")),
        agreements=tuple(technologies.agreement(row) for row in rows_of(folder, "technologies", "agreement")),
    )
    references.check(cluster)
    found, firms = chains.read_chains(folder)
    chains.check(found, firms, cluster.organisations)
    technologies.check(cluster.technologies, cluster.agreements, cluster.organisations)
    return replace(cluster, chains=found, outside_firms=firms)


def _by_key(things: Iterable[T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for each in things:
        if each.key in found:
            raise ContentError(f"{each.key}: this key is used twice")
        found[each.key] = each
    return found


def _organisation(row: Row) -> Organisation:
    key, name = row.text("key", 40), row.text("name", 60, least=5)
    kind = row.choice("kind", OrganisationKind.values, OrganisationKind.ENTERPRISE)
    region = _code(row, "region", regions)
    level, certificate = _cultivation(row)
    organisation = Organisation(
        key=key,
        name=name,
        short=row.text("short", 12, least=3),
        name_en=row.text("name_en", 100, least=8),
        kind=kind,
        industry=_code(row, "industry", industries),
        region=region,
        founded=row.number("founded", 1950, YEARS[0]),
        figures=_figures(row),
        about=row.text("about", 200, least=30),
        credit_code=make_credit_code(region, crc32(key.encode()) % 10**8, _registered_as(name, kind)),
        size=row.choice("size", SIZES) if kind == OrganisationKind.ENTERPRISE else row.maybe_text("size", 10),
        chain_leader=row.maybe_text("chain_leader", 20),
        cultivation=level,
        cultivation_certificate=certificate,
        certificates=tuple(_certificate(each) for each in row.columns("certificates", ("name", "number", "months"))),
    )
    row.done()
    return organisation


def _code(row: Row, name: str, register: Register) -> str:
    """A code that the product's own list knows."""
    value = row.text(name, 6)
    if register.get(value) is None:
        raise row.fail(name, f"{value!r} is in no list of the product")
    return value


def _registered_as(name: str, kind: str) -> str:
    """The first two characters of a credit code: who registers the body, and as what."""
    if "律师事务所" in name:
        return "31"
    commercial = kind in (OrganisationKind.ENTERPRISE, OrganisationKind.FINANCIAL_INSTITUTION)
    return "91" if commercial or "公司" in name or "会计师事务所" in name else "12"


def _figures(row: Row) -> tuple[Figures, ...]:
    count = len(YEARS)
    headcount = row.numbers("headcount", count, 1)
    revenue, assets = row.numbers("revenue_wan", count, 1), row.numbers("assets_wan", count, 1)
    return tuple(
        Figures(year, people, sales * TEN_THOUSAND, worth * TEN_THOUSAND)
        for year, people, sales, worth in zip(YEARS, headcount, revenue, assets, strict=True)
    )


def _certificate(row: Row) -> Certificate:
    return Certificate(row.text("name", 60), row.text("number", 40), row.number("months", -24, 60))


def _cultivation(row: Row) -> tuple[str, Certificate | None]:
    values = row.take("cultivation", list, None)
    if values is None:
        return "", None
    held = next(Row(row.where, {"cultivation": [values]}).columns("cultivation", ("level", "number", "months")))
    level = held.choice("level", [each for each in Cultivation.values if each])
    return level, Certificate(str(Cultivation(level).label), held.text("number", 40), held.number("months", 0, 60))


_PERSON = ("key", "name", "name_en", "organisation", "role", "position")


def _person(row: Row) -> Person:
    key, organisation = row.text("key", 40), row.text("organisation", 40)
    number = crc32(key.encode()) % 10**6
    return Person(
        key=key,
        name=row.text("name", 4, least=2),
        name_en=row.text("name_en", 40, least=4),
        organisation=organisation,
        role=row.choice("role", Role.values),
        position=row.text("position", 20, least=2),
        email=f"{key.replace('-', '.')}@{organisation}.example",
        phone=row.maybe_text("phone", 14) or f"0000-88{number // 10_000:02d} {number % 10_000:04d}",
    )


def _sign_in(row: Row) -> SignIn:
    found = SignIn(row.text("person", 40), row.text("as", 30), row.text("as_en", 60))
    row.done()
    return found


def _round(row: Row) -> Round:
    weights = row.within("weights")
    found = Round(
        key=row.text("key", 20),
        title=row.text("title", 60, least=8),
        title_en=row.text("title_en", 100, least=8),
        introduction=row.text("notice", 1000, least=50),
        state=row.choice("state", Stage.values),
        opens=row.number("opens", -FURTHEST, 0),
        collect_until=row.number("collect_until", -FURTHEST, FURTHEST),
        publish_at=row.number("publish_at", -FURTHEST, FURTHEST),
        respond_until=row.number("respond_until", -FURTHEST, FURTHEST),
        select_until=row.number("select_until", -FURTHEST, FURTHEST),
        conclude_on=row.number("conclude_on", -FURTHEST, FURTHEST),
        weights=(
            weights.number("team", 1, 97),
            weights.number("strength", 1, 97),
            weights.number("plan", 1, 97),
            weights.number("fit", 1, 97),
        ),
    )
    weights.done()
    row.done()
    return found


def _capability(row: Row) -> Capability:
    language = row.choice("language", LANGUAGES, "zh")
    capability = Capability(
        organisation=row.text("of", 40),
        title=row.text("title", 80, least=4),
        text=row.text("text", 200, least=60) if language == "zh" else row.text("text", 600, least=200),
        language=language,
        products=row.texts("products", 60, required=True),
        equipment=row.texts("equipment", 60, required=True),
        certificates=row.texts("certificates", 60),
        patents=row.texts("patents", 80),
        deliveries=tuple(
            Delivery(each.number("year", 2015, YEARS[-1]), each.text("to", 40), each.text("what", 60))
            for each in row.columns("deliveries", ("year", "to", "what"))
        ),
        readiness=row.number("trl", 1, 9),
        level=row.number("level", 0, 1) if row.has("level") else 0,
    )
    row.done()
    return capability


def _challenge(row: Row) -> Challenge:
    challenge = Challenge(
        key=row.text("key", 40),
        round=row.text("round", 20),
        organisation=row.text("by", 40),
        author=row.text("author", 40),
        contact=row.text("contact", 40),
        state=row.choice("state", ChallengeState.values),
        title=row.text("title", 60, least=8),
        title_en=row.text("title_en", 120, least=10) if row.has("title_en") else "",
        industry=_code(row, "industry", industries),
        anonymous=row.flag("anonymous"),
        problem=row.text("problem", 600, least=80),
        tried=row.text("tried", 400, least=25),
        details=row.text("details", 400, least=20),
        other=row.text("other", 100, least=6),
        ip_terms=row.text("ip_terms", 200, least=5),
        regions=row.texts("regions", 6),
        certificates=row.texts("certificates", 60),
        sizes=row.texts("sizes", 10, required=True),
        readiness=row.number("trl", 1, 9),
        budget=answers.budget(row),
        budget_note=row.maybe_text("budget_note", 60),
        deadline=row.number("deadline", -FURTHEST, FURTHEST),
        months=row.number("months", 1, 36),
        levels=_levels(row.within("levels")),
        targets=tuple(answers.target(each) for each in row.tables("targets")),
        comment=row.maybe_text("comment", 400),
        commented_by=row.maybe_text("commented_by", 40),
    )
    row.done()
    return challenge


def _levels(row: Row) -> Levels:
    levels = Levels(
        problem=row.number("problem", 0, 2),
        targets=row.number("targets", 0, 2),
        tried=row.number("tried", 0, 2),
        budget=row.number("budget", 0, 2),
        ip=row.number("ip", 0, 2),
        contact=row.number("contact", 0, 2),
        details=row.number("details", 0, 2),
    )
    row.done()
    return levels
