"""The sample cluster in the database: whole, in its past, signed for by its people, and without secrets on demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.models import AuditEntry, Delivery, Notice, Setting
from rongtong.hub.innovation.enums import PUBLISHED, ChallengeState, Stage
from rongtong.hub.innovation.models import (
    Achievement,
    Award,
    Capability,
    Challenge,
    ChallengeInvitation,
    Collaboration,
    Milestone,
    NumberSeries,
    Question,
    Response,
    Reviewer,
    Round,
    ScoreSheet,
)
from rongtong.hub.innovation.queries.disclosure import disclosed
from rongtong.hub.organisations.domain.actors import active_members, actor_for
from rongtong.hub.organisations.models import Account, Member, Organisation, YearFigures
from rongtong.hub.organisations.reference import regions
from rongtong.hub.trust.evidence_kinds import BY_VERB, KINDS
from rongtong.hub.trust.models import EvidenceEntry, EvidenceOpening, NonDisclosureAgreement
from rongtong.hub.web.sample import Cluster, load, read
from rongtong.hub.web.sample.loading import PASSWORD, RIVAL, NotEmpty, named
from rongtong.hub.web.sample.loading import VISITOR as VISITING
from tests.hub.web.sample_worlds import seen_by

TODAY = date(2026, 11, 23)
RIVAL_MAIL = "shao.jingyan@jintang.example"


class Worlds:
    """What a visitor and a rival see without the secrets, each in the world made for it."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, dict[str, Any]] = {}


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Worlds]:
    """The whole sample stays for the module; the worlds without secrets were there before it, and are gone."""
    found = Worlds()
    with django_db_blocker.unblock():
        with transaction.atomic():
            load(secrets=False, reader=RIVAL, today=TODAY)
            found.seen["rival"] = seen_by(actor_at(RIVAL_MAIL))
            found.seen["visitor"] = seen_by(VISITOR)
            found.contents["rival"] = contents()
            transaction.set_rollback(True)
        with transaction.atomic():
            load(secrets=False, reader=VISITING, today=TODAY)
            found.seen["nobody"] = seen_by(VISITOR)
            found.contents["nobody"] = contents()
            transaction.set_rollback(True)
        with transaction.atomic():
            load(today=TODAY)
            yield found
            transaction.set_rollback(True)


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    return read()


@pytest.fixture(autouse=True)
def whole(worlds: Worlds, db: None) -> None:
    """Every test of this file reads the loaded database."""


def actor_at(email: str) -> Actor:
    account = Account._base_manager.get(email=email)
    return actor_for(account, active_members(account.pk)[0])


def by_title() -> dict[str, Challenge]:
    return {each.title: each for each in Challenge._base_manager.all()}


def contents() -> dict[str, Any]:
    """What only insiders see, counted or as sets of words."""
    challenges = Challenge._base_manager.filter(state__in=PUBLISHED)
    others = Response._base_manager.exclude(organisation__short_name="锦塘感应装备")
    reviewers = Account._base_manager.filter(memberships__organisation__kind="institute")
    figures = YearFigures._base_manager.filter(organisation__short_name="恒砺热处理")
    return {
        "responses": Response._base_manager.count(),
        "challenges": Challenge._base_manager.count(),
        "questions": Question._base_manager.count(),
        "invitations": ChallengeInvitation._base_manager.count(),
        "reviewers": Reviewer._base_manager.count(),
        "agreements": NonDisclosureAgreement._base_manager.count(),
        "capabilities": Capability._base_manager.count(),
        "details": set(challenges.exclude(details="").values_list("details", flat=True)),
        "team": set(others.values_list("team", flat=True)),
        "names": set(reviewers.values_list("name", flat=True)),
        "figures": set(figures.values_list("revenue", flat=True)),
        "anonymous owners": set(challenges.filter(anonymous=True).values_list("pk", "organisation_id")),
    }


# ---- it is all there -------------------------------------------------------------------------------------------


def states(model: type[models.Model]) -> Counter[str]:
    return Counter(model._base_manager.values_list("state", flat=True))


def test_states_are_those_of_the_content(cluster: Cluster) -> None:
    assert states(Challenge) == Counter(each.state for each in cluster.challenges.values())
    assert states(Response) == Counter(each.state for each in cluster.responses.values())
    assert states(Round) == Counter(each.state for each in cluster.rounds.values())
    told = [one.state for each in cluster.collaborations for one in each.milestones]
    planned = sum(len(cluster.responses[each.response].steps) for each in cluster.collaborations) - len(told)
    assert states(Milestone) == Counter(told) + Counter({"planned": planned})
    assert states(Collaboration) == {"active": 4, "completed": 2}


def test_counts_are_those_of_the_content(cluster: Cluster) -> None:
    wanted = {
        Organisation: len(cluster.organisations),
        Account: len(cluster.people),
        Capability: len(cluster.capabilities),
        Question: len(cluster.questions),
        ChallengeInvitation: sum(len(each.organisations) for each in cluster.invitations),
        Reviewer: len(cluster.reviewers),
        ScoreSheet: len(cluster.sheets),
        Award: len(cluster.awards),
        Achievement: sum(len(each.achieved) for each in cluster.collaborations),
    }
    assert {model: model._base_manager.count() for model in wanted} == wanted


def test_organisations_are_verified_with_the_class_they_were_written_for(cluster: Cluster) -> None:
    rows = {each.name: each for each in Organisation._base_manager.all()}
    assert {each.state for each in rows.values()} == {"verified"}
    enterprises = [each for each in cluster.organisations.values() if each.kind == "enterprise"]
    written = {each.name: each.size for each in enterprises}
    assert {name: rows[name].size_class for name in written} == written


def test_levels_and_targets_are_those_of_the_content(cluster: Cluster) -> None:
    rows = by_title()
    for each in cluster.challenges.values():
        row = rows[each.title]
        assert {name: getattr(row, f"{name}_level") for name in each.levels.__slots__} == {
            name: getattr(each.levels, name) for name in each.levels.__slots__
        }
        assert [one.indicator for one in row.targets.all()] == [one.indicator for one in each.targets]
        assert each.other in row.problem


def test_answers_are_judged_and_paid_as_written(cluster: Cluster) -> None:
    given = {each.response.organisation.name: each for each in Award._base_manager.select_related("response")}
    for award in cluster.awards:
        row = given[cluster.organisations[cluster.responses[award.response].organisation].name]
        assert (row.amount, row.reason, row.rank) == (award.amount, award.reason, 1)
        assert row.score is not None
    ranked = ChallengeInvitation._base_manager.exclude(rank=None)
    assert ranked.count() > 20
    assert Reviewer._base_manager.filter(conflict="conflict").count() == 3


# ---- and lies where the story says -----------------------------------------------------------------------------


def test_nothing_lies_in_the_time_of_loading_or_the_future() -> None:
    """Every moment that a verb wrote was moved; only what is planned may lie ahead."""
    midnight = timezone.make_aware(datetime.combine(TODAY, datetime.min.time()))
    ahead = {"collect_until", "publish_at", "deadline", "respond_until", "select_until"}
    ahead |= {"starts_at", "ends_at", "answers_until"}
    for model in apps.get_models():
        if not model.__module__.startswith("rongtong.hub.") or model in (Setting, NumberSeries):
            continue
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.DateTimeField) and field.name not in ahead:
                late = model._base_manager.filter(**{f"{field.name}__gte": midnight})
                assert not late.exists(), (model, field.name)


def test_dates_are_where_the_content_says(cluster: Cluster) -> None:
    rows = by_title()
    for each in cluster.challenges.values():
        row = rows[each.title]
        if each.state != ChallengeState.WITHDRAWN:
            assert timezone.localtime(row.deadline).date() == TODAY + timedelta(days=each.deadline), each.key
        if row.published_at is not None:
            wanted = TODAY + timedelta(days=cluster.rounds[each.round].publish_at)
            assert timezone.localtime(row.published_at).date() == wanted
    for response in cluster.responses.values():
        if response.submitted is not None:
            answer = Response._base_manager.select_related("challenge").get(summary=response.summary)
            assert timezone.localtime(answer.submitted_at).date() == TODAY + timedelta(days=response.submitted)
            assert answer.submitted_at is not None
            assert answer.challenge.deadline is not None
            assert answer.created_at < answer.submitted_at < answer.challenge.deadline
    for work in cluster.collaborations:
        found = Collaboration._base_manager.get(response__summary=cluster.responses[work.response].summary)
        assert found.starts_on == TODAY + timedelta(days=work.starts)
        assert all(one.due_on > found.starts_on for one in found.milestones.all())


def test_one_round_is_over_one_takes_answers_one_collects() -> None:
    over, running, coming = Round._base_manager.order_by("publish_at")
    assert (over.state, running.state, coming.state) == (Stage.CONCLUDE, Stage.RESPOND, Stage.COLLECT)
    now = timezone.make_aware(datetime.combine(TODAY, datetime.min.time()))
    assert over.select_until < now < running.respond_until
    assert now < coming.collect_until


def test_numbers_are_counted_in_their_year() -> None:
    numbers = [each.number for each in Challenge._base_manager.exclude(number=None).order_by("number")]
    assert numbers == [f"XQ-2026-{place:04d}" for place in range(1, 22)]
    assert list(NumberSeries._base_manager.values_list("prefix", "year", "last")) == [("XQ", 2026, 21)]


def test_every_step_left_its_evidence() -> None:
    done = Counter(AuditEntry._base_manager.values_list("verb", flat=True))
    assert done["organisation.verify"] == 77
    assert done["challenge.publish"] == 21
    assert done["challenge.close"] == 10
    assert done["response.submit"] == Response._base_manager.exclude(submitted_at=None).count()
    assert {"question.ask", "partner.consent", "nda.sign", "reviewer.declare", "reviewer.hand_in"} <= set(done)
    assert {"selection.award", "milestone.accept", "milestone.return", "collaboration.complete"} <= set(done)
    entries = AuditEntry._base_manager.exclude(name="system")
    assert not entries.filter(account_id=None).exists()
    order = list(AuditEntry._base_manager.order_by("id").values_list("at", flat=True))
    assert order == sorted(order)


def test_no_mail_goes_out_and_recent_notices_are_unread() -> None:
    assert set(Delivery._base_manager.values_list("state", flat=True)) == {"dropped"}
    for person in ("wu.jianzhang@centre", "chen.ruolan@lanchuan-heavy", "zhou.qiming@hengli", "lin.zhiyuan@jdmri"):
        own = Notice.visible_to(actor_at(f"{person}.example"))
        assert 0 < own.filter(read_at=None).count() < 60, person


def test_a_second_loading_is_refused() -> None:
    before = AuditEntry._base_manager.count()
    with pytest.raises(NotEmpty):
        load(today=TODAY)
    assert AuditEntry._base_manager.count() == before


def test_a_hub_that_does_not_offer_invented_districts_takes_them_for_its_sample_alone() -> None:
    """Only while loading: afterwards the list is as it was."""
    regions.offer_sample(False)
    try:
        with transaction.atomic():
            Organisation._base_manager.filter(region__startswith="99").update(region="")
            with pytest.raises(NotEmpty):
                load(today=TODAY)
            assert not regions.is_offered("990102")
            transaction.set_rollback(True)
    finally:
        regions.offer_sample(True)


# ---- people sign in --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", named.accounts(), ids=lambda each: each.email)
def test_everybody_who_is_named_signs_in(person: named.SampleAccount, client: Client) -> None:
    cache.clear()
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.status_code == 302
    account = Account._base_manager.get(email=person.email)
    assert client.session["_auth_user_id"] == str(account.pk)
    assert Member._base_manager.get(account=account).organisation.short_name == person.organisation


def test_the_greeting_names_each_account_with_the_password() -> None:
    text = "\n".join(named.greeting())
    assert PASSWORD in text
    assert len(PASSWORD) >= 12
    assert all(each.email in text and each.part in text and each.part_en in text for each in named.accounts())


# ---- who sees what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["visitor", "rival"])
def test_challenges_are_seen_as_far_as_disclosed(role: str, cluster: Cluster) -> None:
    actor = VISITOR if role == "visitor" else actor_at(RIVAL_MAIL)
    seen = {each.title: each for each in Challenge.visible_to(actor)}
    assert set(seen) == {each.title for each in cluster.challenges.values() if each.state in PUBLISHED}
    for each in cluster.challenges.values():
        if each.title not in seen:
            continue
        shown = disclosed(seen[each.title], actor)
        hidden = {name for name in each.levels.__slots__ if getattr(each.levels, name) > actor.level}
        if each.anonymous:
            hidden.add("contact")
        assert set(shown.hidden) == hidden, each.key
        assert bool(shown.publisher) != each.anonymous


@pytest.mark.parametrize("role", ["visitor", "rival"])
def test_without_the_secrets_nothing_looks_different(role: str, worlds: Worlds) -> None:
    actor = VISITOR if role == "visitor" else actor_at(RIVAL_MAIL)
    whole = seen_by(actor)
    for kind, rows in worlds.seen[role].items():
        assert rows == whole[kind], kind


def test_not_even_to_a_visitor_without_what_members_know(worlds: Worlds) -> None:
    whole = seen_by(VISITOR)
    for kind, rows in worlds.seen["nobody"].items():
        assert rows == whole[kind], kind


def test_the_worlds_without_secrets_lack_them(worlds: Worlds) -> None:
    """The comparisons above say something: what others may see is really gone, or other."""
    whole = contents()
    assert whole["responses"] == 34
    assert worlds.contents["rival"]["responses"] == 7
    assert whole["challenges"] - worlds.contents["rival"]["challenges"] == 4
    for name in ("questions", "invitations", "reviewers", "agreements"):
        assert worlds.contents["rival"][name] < whole[name], name
    for name in ("details", "team", "names", "figures", "anonymous owners"):
        assert whole[name], name
        assert not whole[name] & worlds.contents["rival"][name], name
    assert worlds.contents["nobody"]["capabilities"] < worlds.contents["rival"]["capabilities"]


def test_every_step_that_leaves_evidence_has_left_one_entry() -> None:
    done = Counter(AuditEntry._base_manager.filter(verb__in=BY_VERB).values_list("verb", flat=True))
    left = Counter(KINDS[kind].verb for kind in EvidenceEntry._base_manager.values_list("kind", flat=True))
    assert left == done
    assert sum(left.values()) > 100
    assert len(left) > 12
    assert EvidenceOpening._base_manager.count() == sum(left.values())
