"""The rounds and their challenges: announced, collected, screened, published, asked about, closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID
from zlib import crc32

from django.db.models import Value
from django.db.models.functions import Concat

from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.innovation.domain.amendments import amend_challenge
from rongtong.hub.innovation.domain.challenges import (
    create_challenge,
    return_challenge,
    screen_challenge,
    submit_challenge,
)
from rongtong.hub.innovation.domain.criteria import set_criteria, standard
from rongtong.hub.innovation.domain.invitations import Invitee, invite
from rongtong.hub.innovation.domain.publication import close_challenge, withdraw_challenge
from rongtong.hub.innovation.domain.questions import answer_question, ask_question
from rongtong.hub.innovation.domain.rounds import advance_round, create_round
from rongtong.hub.innovation.enums import PUBLISHED, ChallengeState, Stage
from rongtong.hub.innovation.models import Challenge as ChallengeRow
from rongtong.hub.innovation.models import NumberSeries
from rongtong.hub.innovation.models import Round as RoundRow
from rongtong.hub.innovation.targets import TargetRow
from rongtong.hub.matching.domain.impressions import clicked, shown
from rongtong.hub.organisations.enums import OrganisationKind, Role
from rongtong.hub.trust.enums import Level

from ..records import Amendment, Challenge, Cluster, Invitation, Question, Round
from .days import EVENING, MORNING, Step
from .members import operator_of
from .world import World, person_in

#: While a round of the past is told, its dates lie in the future: the verbs hold everybody to them.
AHEAD = timedelta(days=2000)
AHEAD_DATES = ("respond_until", "select_until", "conclude_on")
WITHDRAWN_AFTER = 17
#: What waits for the operator came back lately: it had been sent back once.
AGAIN = -3
AGAIN_COMMENT = "请补充各项指标的检测条件和验收地点，改好后可直接再报。"
LOOKED_AT = 20
LEVELS = ("problem", "targets", "tried", "budget", "ip", "contact", "details")


def steps(cluster: Cluster) -> Iterator[Step]:
    """Give the steps of rounds and challenges."""
    for round in cluster.rounds.values():
        yield from _steps_of_round(round)
        for number, challenge in enumerate(_of(cluster, round)):
            yield from _steps_of_challenge(challenge, round, number)
    for question in cluster.questions:
        yield from _steps_of_question(question)
    for amendment in cluster.amendments:
        yield Step(f"amend {amendment.challenge}", amendment.made, partial(_amend, amendment=amendment))
    for invitation in cluster.invitations:
        key = f"invite {invitation.challenge} {invitation.sent}"
        yield Step(key, invitation.sent, partial(_invite, invitation=invitation))


def _of(cluster: Cluster, round: Round) -> list[Challenge]:
    return [each for each in cluster.challenges.values() if each.round == round.key]


def publications(cluster: Cluster) -> dict[str, int]:
    """The day of publication of every challenge that ever stood in the catalogue, in the order of their numbers."""
    ever = (*PUBLISHED, ChallengeState.WITHDRAWN)
    return {
        each.key: round.publish_at
        for round in cluster.rounds.values()
        for each in _of(cluster, round)
        if each.state in ever
    }


# ---- rounds ----------------------------------------------------------------------------------------------------


def _steps_of_round(round: Round) -> Iterator[Step]:
    yield Step(f"announce {round.key}", round.opens, partial(_announce, round=round), MORNING)
    reached = list(Stage).index(Stage(round.state))
    when = {
        Stage.PUBLISH: (round.publish_at, MORNING),
        Stage.RESPOND: (round.publish_at, MORNING + 2),
        Stage.SELECT: (round.respond_until, EVENING + 1),
        Stage.CONCLUDE: (round.conclude_on, EVENING + 1),
    }
    for stage, (day, rank) in when.items():
        if list(Stage).index(stage) <= reached:
            yield Step(f"{round.key} to {stage.value}", day, partial(_advance, key=round.key, to=stage.value), rank)


def _announce(world: World, *, round: Round) -> None:
    dates: dict[str, Any] = _dates(world, round)
    if is_past(round):
        dates |= {name: dates[name] + AHEAD for name in AHEAD_DATES}
    values = {
        "title": round.title,
        "title_en": round.title_en,
        "introduction": round.introduction,
        **dates,
    }
    by = world.manager(operator_of(world.cluster))
    world.rounds[round.key] = create_round(values=values, by=by)


def is_past(round: Round) -> bool:
    return round.respond_until < 0


def _dates(world: World, round: Round) -> dict[str, Any]:
    calendar = world.calendar
    return {
        "collect_until": calendar.deadline(round.collect_until),
        "publish_at": calendar.midnight(round.publish_at) + timedelta(hours=9),
        "respond_until": calendar.deadline(round.respond_until),
        "select_until": calendar.deadline(round.select_until),
        "conclude_on": calendar.day(round.conclude_on),
    }


def _advance(world: World, *, key: str, to: str) -> None:
    round = world.cluster.rounds[key]
    if to == Stage.SELECT and is_past(round):
        RoundRow._base_manager.filter(pk=world.rounds[key].pk).update(**_dates(world, round))
    by = world.manager(operator_of(world.cluster))
    world.rounds[key] = advance_round(round=world.rounds[key], to=to, by=by)
    if to == Stage.PUBLISH:
        _number(world, round)


def _number(world: World, round: Round) -> None:
    """Give the numbers of the year of publication, by places that do not depend on what this telling leaves out."""
    prefix, year = world.rounds[round.key].number_prefix, world.calendar.day(round.publish_at).year
    of_year = [key for key, day in world.publications.items() if world.calendar.day(day).year == year]
    own = [key for key in of_year if key in world.challenges and world.cluster.challenges[key].round == round.key]
    rows = ChallengeRow._base_manager.filter(pk__in=[world.challenges[key].pk for key in own])
    rows.update(number=Concat(Value("="), "number"))  # out of the way of the numbers to give
    for key in own:
        number = f"{prefix}-{year}-{of_year.index(key) + 1:04d}"
        rows.filter(pk=world.challenges[key].pk).update(number=number)
        entries = AuditEntry._base_manager.filter(verb="challenge.publish", subject_id=world.challenges[key].pk)
        entries.update(details={"number": number})
        world.challenges[key].refresh_from_db()
    told = [day for day in world.publications.values() if day <= round.publish_at]
    NumberSeries._base_manager.filter(prefix=prefix).delete()
    NumberSeries._base_manager.bulk_create(
        NumberSeries(prefix=prefix, year=each, last=sum(world.calendar.day(day).year == each for day in told))
        for each in {world.calendar.day(day).year for day in told}
    )


# ---- challenges ------------------------------------------------------------------------------------------------


def _steps_of_challenge(challenge: Challenge, round: Round, number: int) -> Iterator[Step]:
    written = round.opens + 2 + number % 9
    key, state = challenge.key, challenge.state
    yield Step(f"write {key}", written, partial(_write, challenge=challenge))
    if state == ChallengeState.DRAFT:
        return
    submitted = round.collect_until - 1 - number % 6
    yield Step(f"hand in {key}", submitted, partial(_hand_in, key=key))
    judged = round.collect_until + 2 + number % 5
    if state == ChallengeState.RETURNED:
        yield Step(f"return {key}", judged, partial(_return, challenge=challenge))
    elif state == ChallengeState.SUBMITTED:
        yield Step(f"return {key}", judged, partial(_send_back, key=key))
        yield Step(f"hand in {key} again", AGAIN, partial(_hand_in, key=key))
    else:
        yield Step(f"screen {key}", judged, partial(_screen, key=key))
        yield Step(f"criteria {key}", judged + 2, partial(_criteria, key=key, weights=round.weights))
    if state == ChallengeState.WITHDRAWN:
        yield Step(f"withdraw {key}", round.publish_at + WITHDRAWN_AFTER, partial(_withdraw, challenge=challenge))
    elif state in PUBLISHED and state != ChallengeState.OPEN:
        yield Step(f"close {key}", challenge.deadline, partial(_close, challenge=challenge), EVENING)


def _write(world: World, *, challenge: Challenge) -> None:
    values = values_of(world, challenge)
    if challenge.deadline < 0:  # it closes with its round until it is told that it closed
        del values["deadline"]
    amended = [each for each in world.cluster.amendments if each.challenge == challenge.key]
    values["months"] = amended[0].before if amended else challenge.months
    targets = [
        TargetRow(
            indicator=each.indicator,
            comparison=each.comparison,
            value=each.value,
            value_high=each.value_high,
            unit=each.unit,
            best_today=each.best_today,
            method=each.method,
            must_meet=each.must_meet,
        )
        for each in challenge.targets
    ]
    world.challenges[challenge.key] = create_challenge(
        round=world.rounds[challenge.round], values=values, targets=targets, by=_author(world, challenge)
    )


def values_of(world: World, challenge: Challenge) -> dict[str, Any]:
    """The fields of a challenge's form."""
    contact = world.cluster.people[challenge.contact]
    home = world.cluster.organisations[challenge.organisation].region
    low, high = challenge.budget or (None, None)
    values: dict[str, Any] = {
        "title": challenge.title,
        "anonymous": challenge.anonymous,
        "industry": challenge.industry,
        # the district would tell two of three large enterprises apart
        "region": home[:4] + "00" if challenge.anonymous else home,
        "problem": f"{challenge.problem}\n其他要求：{challenge.other}。" if challenge.other else challenge.problem,
        "tried": challenge.tried,
        "details": challenge.details,
        "regions": list(challenge.regions),
        "certificates": list(challenge.certificates),
        "size_classes": list(challenge.sizes),
        "readiness": challenge.readiness,
        "budget_min": low,
        "budget_max": high,
        "budget_note": challenge.budget_note,
        "months": challenge.months,
        "deadline": world.calendar.deadline(challenge.deadline),
        "ip_terms": challenge.ip_terms,
        "contact_name": contact.name,
        "contact_department": contact.position,
        "contact_phone": contact.phone,
        "contact_email": contact.email,
    }
    return values | {f"{name}_level": getattr(challenge.levels, name) for name in LEVELS}


def _author(world: World, challenge: Challenge) -> Actor:
    """The author; where that person only reads in the hub, a colleague types it in."""
    reads = world.cluster.people[challenge.author].role == Role.VIEWER
    return world.writer(challenge.organisation) if reads else world.actor(challenge.author)


def _hand_in(world: World, *, key: str) -> None:
    submit_challenge(challenge=world.challenges[key], by=_author(world, world.cluster.challenges[key]))


def _screen(world: World, *, key: str) -> None:
    screen_challenge(challenge=world.challenges[key], by=world.manager(operator_of(world.cluster)))


def _return(world: World, *, challenge: Challenge) -> None:
    by = world.actor(challenge.commented_by)
    return_challenge(challenge=world.challenges[challenge.key], comment=challenge.comment, by=by)


def _send_back(world: World, *, key: str) -> None:
    by = world.manager(operator_of(world.cluster))
    return_challenge(challenge=world.challenges[key], comment=AGAIN_COMMENT, by=by)


def _criteria(world: World, *, key: str, weights: tuple[int, ...]) -> None:
    by = world.manager(world.cluster.challenges[key].organisation)
    criteria = [replace(each, weight=weight) for each, weight in zip(standard(), weights, strict=True)]
    set_criteria(challenge=world.challenges[key], criteria=criteria, by=by)


def _close(world: World, *, challenge: Challenge) -> None:
    row = world.challenges[challenge.key]
    ChallengeRow._base_manager.filter(pk=row.pk).update(deadline=world.calendar.deadline(challenge.deadline))
    world.challenges[challenge.key] = close_challenge(challenge=row, by=SYSTEM)


def _withdraw(world: World, *, challenge: Challenge) -> None:
    by = world.actor(challenge.commented_by)
    withdraw_challenge(challenge=world.challenges[challenge.key], reason=challenge.comment, by=by)


def _amend(world: World, *, amendment: Amendment) -> None:
    row = world.challenges[amendment.challenge]
    row.refresh_from_db()
    world.challenges[amendment.challenge] = amend_challenge(
        challenge=row,
        version=row.version_at(Level.NAMED),
        values={"months": world.cluster.challenges[amendment.challenge].months},
        targets=None,
        reasons={int(Level.PUBLIC): amendment.reason},
        by=world.manager(world.cluster.challenges[amendment.challenge].organisation),
    )


# ---- questions and invitations ---------------------------------------------------------------------------------


def _steps_of_question(question: Question) -> Iterator[Step]:
    key = f"{question.challenge} {crc32(question.text.encode()):08x}"
    yield Step(f"ask {key}", question.asked, partial(_ask, question=question, key=key))
    if question.answered is not None:
        yield Step(f"answer {key}", question.answered, partial(_answer, question=question, key=key))


def _ask(world: World, *, question: Question, key: str) -> None:
    row = world.challenges[question.challenge]
    world.made[key] = ask_question(challenge=row, text=question.text, by=world.writer(question.organisation))


def _answer(world: World, *, question: Question, key: str) -> None:
    by = _author(world, world.cluster.challenges[question.challenge])
    answer_question(question=world.made[key], answer=question.answer, to_all=question.to_all, by=by)


def _invite(world: World, *, invitation: Invitation) -> None:
    row = world.challenges[invitation.challenge]
    by = world.writer(world.cluster.challenges[invitation.challenge].organisation)
    ranks = world.ranks.of(row, by)
    wanted = [world.id_of(key) for key in invitation.organisations]
    _look(row, ranks, wanted, by)
    invitees = [Invitee(each, *ranks.get(each, (None, None))) for each in wanted]
    invite(challenge=row, invitees=invitees, by=by)


def _look(row: ChallengeRow, ranks: dict[UUID, tuple[int, Decimal]], wanted: list[UUID], by: Actor) -> None:
    """Whoever invites has looked at the matches before, and followed the first and those who were then invited."""
    first = sorted(ranks, key=lambda organisation: ranks[organisation][0])[:LOOKED_AT]
    scores = [(organisation, ranks[organisation][1]) for organisation in first]
    shown(row.pk, scores, by=by, sides={one: (score, None) for one, score in scores}, ranker="forward")
    for organisation in dict.fromkeys([*first[:1], *wanted]):
        clicked(row.pk, organisation, by=by)


def large(cluster: Cluster) -> list[str]:
    """The large enterprises: those that publish."""
    return [
        key
        for key, each in cluster.organisations.items()
        if each.kind == OrganisationKind.ENTERPRISE and each.size == "large"
    ]


def challenger_people(cluster: Cluster, organisation: str) -> tuple[str, str]:
    """Who writes for a challenger, and whom to ask."""
    return (
        person_in(cluster, organisation, "contributor", "manager", "owner").key,
        person_in(cluster, organisation, "manager", "owner").key,
    )
