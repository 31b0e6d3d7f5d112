"""Technologies and agreements: owners register what they found, two sides offer, accept, sign and settle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.agreement_clauses import Clauses
from rongtong.hub.innovation.agreement_signing import Signing, method
from rongtong.hub.innovation.domain.agreement_signatures import sign_agreement
from rongtong.hub.innovation.domain.agreements import (
    Opening,
    accept_offer,
    offer_agreement,
    open_agreement,
    save_draft,
)
from rongtong.hub.innovation.domain.statements import Sales, confirm_statement, enter_statement
from rongtong.hub.innovation.domain.technologies import Part, create_technology, publish_technology
from rongtong.hub.innovation.enums import AgreementKind, AgreementState
from rongtong.hub.innovation.models import Agreement as AgreementRow
from rongtong.hub.innovation.models import AgreementSignature
from rongtong.hub.innovation.models import Technology as TechnologyRow

from ..records import Cluster
from ..technologies import Agreement, Offer, Technology
from .days import Step
from .world import World

WAN = 10_000
VALID_DAYS = 45


def steps(cluster: Cluster) -> Iterator[Step]:
    """Give the steps of every technology and agreement."""
    for one in cluster.technologies.values():
        day = one.published if one.published is not None else -3
        yield Step(f"register {one.key}", day, partial(_register, one=one))
    for each in cluster.agreements:
        yield from _steps_of(each)


def _steps_of(one: Agreement) -> Iterator[Step]:
    yield Step(f"open {one.key}", one.opened, partial(_open, one=one))
    for number, offer in enumerate(one.offers, 1):
        yield Step(f"offer {number} of {one.key}", offer.day, partial(_offer, one=one, number=number))
    if one.state in (AgreementState.ACCEPTED, AgreementState.IN_FORCE):
        yield Step(f"accept {one.key}", one.offers[-1].day + 2, partial(_accept, one=one))
    if one.signed is not None:
        for place, side in enumerate((one.provider, one.receiver)):
            sign = partial(_sign, one=one, side=side)
            yield Step(f"{side} signs {one.key}", one.signed + place, sign)
    for number, (sales, day) in enumerate(one.statements, 1):
        report = partial(_report, one=one, number=number, sales=sales)
        yield Step(f"statement {number} of {one.key}", day, report)
        if number <= one.confirmed:
            yield Step(f"confirm statement {number} of {one.key}", day + 5, partial(_confirm, one=one, number=number))


def _register(world: World, *, one: Technology) -> None:
    by = world.writer(one.organisation)
    contact = world.cluster.people.get(one.contact)
    rest = Fraction(1) - sum((share for _name, share in one.coowners), Fraction(0))
    shares = [(one.organisation, rest), *one.coowners]
    calendar = world.calendar
    values = {
        "title": one.title,
        "kind": one.kind,
        "teaser": one.teaser,
        "industry": one.industry,
        "fields": one.fields,
        "readiness": one.readiness,
        "ways": one.ways,
        "legal_status": one.legal_status,
        "patent_number": one.number,
        "filed_on": None if one.filed is None else calendar.day(one.filed),
        "expires_on": None if one.expires is None else calendar.day(one.expires),
        "inventors": one.inventors,
        "contact_name": contact.name if contact else "",
        "contact_phone": contact.phone if contact else "",
        "contact_email": contact.email if contact else "",
        **one.texts,
        **{f"{name}_level": level for name, level in one.levels.items()},
    }
    parts = [Part(world.organisations[key].name, share, world.id_of(key)) for key, share in shares]
    made = create_technology(values=values, owners=parts, by=by)
    if one.published is not None:
        publish_technology(technology=made, by=by)
    world.made[one.key] = made.pk


def _open(world: World, *, one: Agreement) -> None:
    by = world.writer(one.opened_by)
    provides = one.opened_by == one.provider
    opening = Opening(
        kind=one.kind,
        title=one.title,
        other=world.id_of(one.receiver if provides else one.provider),
        technology=TechnologyRow._base_manager.get(pk=world.made[one.technology]).pk,
        provides=provides,
    )
    world.made[one.key] = open_agreement(opening=opening, by=by).pk


def _row(world: World, one: Agreement) -> AgreementRow:
    return AgreementRow._base_manager.get(pk=world.made[one.key])


def _offer(world: World, *, one: Agreement, number: int) -> None:
    offer = one.offers[number - 1]
    by = world.manager(offer.organisation)
    save_draft(
        agreement=_row(world, one),
        clauses=_clauses(world, one, one.offers[:number]),
        note=offer.note,
        valid_until=world.calendar.day(VALID_DAYS),
        by=by,
    )
    offer_agreement(agreement=_row(world, one), by=by)


def _clauses(world: World, one: Agreement, offers: tuple[Offer, ...]) -> Clauses:
    """What the offers so far come to."""
    said: dict[str, Any] = {}
    free: dict[str, str] = {}
    for offer in offers:
        said |= offer.changes
        if offer.clause:
            free[offer.clause[0]] = offer.clause[1]
    starts, ends = (world.calendar.day(day) for day in (one.starts, one.ends))
    stated: dict[str, Any] = {name: said[name] for name in ("subject", "upfront") if name in said}
    stated["free"] = [{"heading": heading, "text": text} for heading, text in free.items()]
    if "rate" in said:
        rate = str(Decimal(said["rate"]) / 100)
        stated["royalty"] = {"tiers": [{"rate": rate}], "months": one.months, "minimum": said.get("minimum")}
    if one.kind == AgreementKind.LICENCE:
        scope = {name: said[name] for name in ("exclusivity", "fields", "territories") if name in said}
        stated["grant"] = {**scope, "starts_on": starts, "ends_on": ends}
    else:
        stated |= {"starts_on": starts, "ends_on": ends}
    stated["dates"] = _dates(one, starts)
    return Clauses.model_validate(stated)


def _dates(one: Agreement, starts: date) -> list[dict[str, Any]]:
    return [{"what": "首期款", "due_on": starts}] if one.offers and "upfront" in one.offers[0].changes else []


def _last(row: AgreementRow) -> int:
    return row.versions.count()


def _accept(world: World, *, one: Agreement) -> None:
    row = _row(world, one)
    other = one.receiver if one.offers[-1].organisation == one.provider else one.provider
    accept_offer(agreement=row, offer=_last(row), by=world.manager(other))


def _sign(world: World, *, one: Agreement, side: str) -> None:
    row, by = _row(world, one), world.manager(side)
    sign_agreement(agreement=row, offer=_last(row), name=by.name, agreed=True, by=by)


def _report(world: World, *, one: Agreement, number: int, sales: int) -> None:
    made = enter_statement(agreement=_row(world, one), sales=Sales(Decimal(sales * WAN)), by=world.writer(one.receiver))
    world.made[f"{one.key} {number}"] = made


def _confirm(world: World, *, one: Agreement, number: int) -> None:
    row = world.made[f"{one.key} {number}"]
    people: tuple[Actor, Actor] = (world.manager(one.receiver), world.manager(one.provider))
    for by in people:
        row = confirm_statement(statement=row, digest=row.digest, by=by)


def settle() -> None:
    """Signatures name the moment they were made at; the story says when that was."""
    for row in AgreementSignature._base_manager.select_related("version"):
        at = row.signed_at.astimezone(UTC)
        row.mark = method().sign(Signing(row.version.digest, row.account_id, row.organisation_id, row.name, at))
        row.save(update_fields=["mark"])
