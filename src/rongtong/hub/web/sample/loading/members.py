"""Those who take part come first: they register, are verified, bring their colleagues and say what they can do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from allauth.account.models import EmailAddress
from django.utils import timezone

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.domain.capabilities import create_capability, publish_capability
from rongtong.hub.organisations.derivation import derive_names
from rongtong.hub.organisations.domain.invitations import accept_invitation, invite_member
from rongtong.hub.organisations.domain.organisations import (
    Year,
    add_certificate,
    register_organisation,
    set_figures,
    submit_organisation,
)
from rongtong.hub.organisations.domain.verification import verify_organisation
from rongtong.hub.organisations.enums import OrganisationKind, Role, VerificationState
from rongtong.hub.organisations.models import Account, Member
from rongtong.hub.organisations.models import Organisation as OrganisationRow

from ..records import Capability, Cluster, Organisation, Person
from .days import Step
from .world import World

FIRST, LAST = -396, -336
FIRST_ABLE, LAST_ABLE = -330, -44


def steps(cluster: Cluster, password: str) -> Iterator[Step]:
    """Give the steps of all who take part. ``password`` is the encoded one that every account gets."""
    rest = [each for each in cluster.organisations.values() if each.kind != OrganisationKind.OPERATOR]
    for operator in (each for each in cluster.organisations.values() if each.kind == OrganisationKind.OPERATOR):
        yield Step(f"set up {operator.key}", FIRST - 4, partial(_set_up, organisation=operator, password=password))
        yield from _colleagues(operator, cluster, password, FIRST - 4)
    for number, each in enumerate(rest):
        day = FIRST + (LAST - FIRST) * number // len(rest)
        yield Step(f"register {each.key}", day, partial(_register, organisation=each, password=password))
        yield Step(f"submit {each.key}", day + 1, partial(_submit, organisation=each))
        yield Step(f"verify {each.key}", day + 2, partial(_verify, organisation=each))
        yield from _colleagues(each, cluster, password, day + 2)
    for capability in cluster.capabilities:
        day = _day_of(capability)
        do = partial(_describe, capability=capability)
        yield Step(f"capability {capability.organisation} {capability.title}", day, do)


def _day_of(capability: Capability) -> int:
    """Spread evenly by a number that only the title gives; the first ones stand before the first round."""
    share = sum(capability.title.encode()) % 100
    last = FIRST_ABLE + 40 if share < 60 else LAST_ABLE
    return FIRST_ABLE + (last - FIRST_ABLE) * share // 100


def _colleagues(organisation: Organisation, cluster: Cluster, password: str, day: int) -> Iterator[Step]:
    for person in cluster.people.values():
        if person.organisation == organisation.key and person.role != Role.OWNER:
            join = partial(_join, person=person, password=password)
            yield Step(f"join {person.key}", day + 1, join)


def _account(world: World, person: Person, password: str) -> Account:
    account = Account(
        email=person.email, name=person.name, name_en=person.name_en, phone=person.phone, password=password
    )
    account.save()
    EmailAddress.objects.create(user=account, email=person.email, verified=True, primary=True)
    world.accounts[person.key] = account
    return account


def _set_up(world: World, *, organisation: Organisation, password: str) -> None:
    """The operator is set up on the server: no verb makes one."""
    row = OrganisationRow(**_profile(world, organisation), state=VerificationState.VERIFIED, verified_at=timezone.now())
    derive_names(row)
    row.save()
    owner = world.cluster.owner_of(organisation.key)
    account = _account(world, owner, password)
    Member._base_manager.create(organisation=row, account=account, role=owner.role, title=owner.position)
    world.organisations[organisation.key] = row


def _profile(world: World, organisation: Organisation) -> dict[str, object]:
    held = organisation.cultivation_certificate
    return {
        "kind": organisation.kind,
        "name": organisation.name,
        "name_en": organisation.name_en,
        "short_name": organisation.short,
        "identifier": organisation.credit_code,
        "industry": organisation.industry,
        "region": organisation.region,
        "founded": organisation.founded,
        "introduction": organisation.about,
        "leads_chain": organisation.chain_leader,
        "cultivation": organisation.cultivation,
        "cultivation_certificate": held.number if held else "",
        "cultivation_expires": world.calendar.end_of_month(held.months) if held else None,
    }


def _register(world: World, *, organisation: Organisation, password: str) -> None:
    owner = world.cluster.owner_of(organisation.key)
    account = _account(world, owner, password)
    alone = Actor(account_id=account.pk, name=account.name)
    row = register_organisation(values=_profile(world, organisation), by=alone)
    Member._base_manager.filter(account=account).update(title=owner.position)
    by = _newcomer(account, row)
    years = [Year(each.year, each.headcount, each.revenue, each.assets) for each in organisation.figures]
    set_figures(organisation=row, years=years, by=by)
    for held in organisation.certificates:
        expires = world.calendar.end_of_month(held.months)
        add_certificate(organisation=row, code=held.name, number=held.number, expires=expires, by=by)
    world.organisations[organisation.key] = row


def _newcomer(account: Account, row: OrganisationRow) -> Actor:
    """The owner of an organisation that is not verified yet."""
    return Actor(account_id=account.pk, organisation_id=row.pk, role=Role.OWNER, name=account.name)


def _submit(world: World, *, organisation: Organisation) -> None:
    account = world.accounts[world.cluster.owner_of(organisation.key).key]
    row = world.organisations[organisation.key]
    submit_organisation(organisation=row, by=_newcomer(account, row))


def _verify(world: World, *, organisation: Organisation) -> None:
    by = world.writer(operator_of(world.cluster))
    row = verify_organisation(organisation=world.organisations[organisation.key], by=by)
    world.organisations[organisation.key] = row


def operator_of(cluster: Cluster) -> str:
    """The key of the organisation that runs the hub."""
    return next(key for key, each in cluster.organisations.items() if each.kind == OrganisationKind.OPERATOR)


def _join(world: World, *, person: Person, password: str) -> None:
    row = world.organisations[person.organisation]
    owner = world.actor(world.cluster.owner_of(person.organisation).key)
    invitation = invite_member(organisation=row, email=person.email, role=person.role, by=owner)
    account = _account(world, person, password)
    member = accept_invitation(invitation=invitation, by=Actor(account_id=account.pk, name=account.name))
    Member._base_manager.filter(pk=member.pk).update(title=person.position)


def _describe(world: World, *, capability: Capability) -> None:
    by = world.writer(capability.organisation)
    values = {
        "title": capability.title,
        "text": capability.text,
        "products": capability.products,
        "equipment": capability.equipment,
        "certificates": capability.certificates,
        "patents": capability.patents,
        "deliveries": "\n".join(f"{each.year}年　{each.to}　{each.what}" for each in capability.deliveries),
        "readiness": capability.readiness,
        "level": capability.level,
    }
    publish_capability(capability=create_capability(values=values, by=by), by=by)
