"""The responses: read under an agreement, written, joined by partners, handed in, sometimes taken back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rongtong.hub.innovation.domain.handing_in import submit_response
from rongtong.hub.innovation.domain.partners import add_partner, give_consent, refuse_consent
from rongtong.hub.innovation.domain.responses import (
    Draft,
    Promise,
    save_response,
    start_response,
    withdraw_response,
)
from rongtong.hub.innovation.domain.responses import Step as PlanStep
from rongtong.hub.innovation.enums import Consent, ResponseState
from rongtong.hub.trust.domain.agreements import sign_nda

from ..records import Cluster, Partner, Response
from .days import DAYTIME, Step
from .world import MANAGERS, World, person_in

#: Days before handing in on which things are done; a draft counts from yesterday.
SIGNED, STARTED, SAVED, ASKED, AGREED = 7, 6, 4, 3, 1


def steps(cluster: Cluster) -> Iterator[Step]:
    """Give the steps of all responses."""
    for response in cluster.responses.values():
        yield from _steps_of(response, cluster)


def _steps_of(response: Response, cluster: Cluster) -> Iterator[Step]:
    key, handed_in = response.key, response.submitted
    last = -1 if handed_in is None else handed_in
    first = cluster.rounds[cluster.challenges[response.challenge].round].publish_at

    def on(before: int) -> int:
        return max(first, last - before)

    if signs(response):
        yield Step(f"agreement {key}", on(SIGNED), partial(_sign, response=response))
    yield Step(f"start {key}", on(STARTED), partial(_start, response=response), DAYTIME + 1)
    yield Step(f"save {key}", on(SAVED), partial(_save, response=response), DAYTIME + 2)
    for partner in response.partners:
        ask = partial(_ask, response=response, partner=partner)
        yield Step(f"ask {partner.organisation} into {key}", on(ASKED), ask, DAYTIME + 3)
        if partner.consent != Consent.ASKED:
            decide = partial(_decide, response=response, partner=partner)
            yield Step(f"{partner.organisation} on {key}", on(AGREED), decide, DAYTIME + 4)
    if handed_in is not None:
        yield Step(f"submit {key}", handed_in, partial(_submit, response=response), DAYTIME + 5)
    if response.state == ResponseState.WITHDRAWN:
        yield Step(f"withdraw {key}", min(last + 1, -1), partial(_withdraw, response=response), DAYTIME + 6)


def signs(response: Response) -> bool:
    """Whoever answers with partners has signed: all of them need the details."""
    return bool(response.partners) and response.state != ResponseState.DRAFT


def _sign(world: World, *, response: Response) -> None:
    person = person_in(world.cluster, response.organisation, *MANAGERS)
    sign_nda(subject=world.challenges[response.challenge], name=person.name, agreed=True, by=world.actor(person.key))


def _start(world: World, *, response: Response) -> None:
    by = world.writer(response.organisation)
    world.responses[response.key] = start_response(challenge=world.challenges[response.challenge], by=by)


def _save(world: World, *, response: Response) -> None:
    row = world.responses[response.key]
    targets = world.challenges[response.challenge].targets.order_by("position")
    draft = Draft(
        summary=response.summary,
        team=response.team,
        record=response.record,
        plan=response.plan,
        months=response.months,
        readiness=response.readiness,
        cost=response.cost,
        promises=tuple(
            Promise(target.pk, each.value, each.value_high, each.note)
            for target, each in zip(targets, response.promises, strict=True)
        ),
        steps=tuple(PlanStep(each.title, each.month, each.cost, each.deliverable) for each in response.steps),
    )
    by = world.writer(response.organisation)
    world.responses[response.key] = save_response(response=row, draft=draft, version=row.version, by=by)


def _ask(world: World, *, response: Response, partner: Partner) -> None:
    world.made[f"{response.key} {partner.organisation}"] = add_partner(
        response=world.responses[response.key],
        organisation_id=world.id_of(partner.organisation),
        part=partner.part,
        share=partner.share,
        by=world.writer(response.organisation),
    )


def _decide(world: World, *, response: Response, partner: Partner) -> None:
    row, by = world.made[f"{response.key} {partner.organisation}"], world.manager(partner.organisation)
    if partner.consent == Consent.GIVEN:
        give_consent(partner=row, by=by)
    else:
        refuse_consent(partner=row, by=by)


def _submit(world: World, *, response: Response) -> None:
    by = world.manager(response.organisation)
    world.responses[response.key] = submit_response(response=world.responses[response.key], by=by)


def _withdraw(world: World, *, response: Response) -> None:
    by = world.manager(response.organisation)
    world.responses[response.key] = withdraw_response(response=world.responses[response.key], by=by)
