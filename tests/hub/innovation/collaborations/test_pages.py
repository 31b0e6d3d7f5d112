"""Pages of collaborations, and what becomes part of an organisation's record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.innovation.domain.collaborations import Result, report_result
from rongtong.hub.innovation.queries.collaborations import record_of
from tests.factories import a_member, actor_of, an_organisation, operator_actor, visitor
from tests.hub.innovation.factories_responses import a_collaboration, a_partner
from tests.hub.innovation.responses.test_pages import LANGUAGES, go, signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_delivery_to_completion_by_the_pages(language):
    collaboration = a_collaboration()
    challenger = signed_in(a_member("manager", collaboration.organisation), language)
    leader = signed_in(a_member("manager", collaboration.leader), language)
    page = go("collaboration", collaboration.pk)
    for client in (challenger, leader):
        for address in (go("collaborations"), page):
            answer = client.get(address)
            assert answer.status_code == 200
            assert collaboration.challenge.title in answer.content.decode()
    first, second = collaboration.milestones.all()
    change = {"title": "定参", "due_on": "2026-09-01", "cost": "1.5", "deliverable": "报告"}
    assert leader.post(go("milestone_propose", first.pk), change | {"due_on": "2020-01-01"}).status_code == 422
    assert leader.post(go("milestone_propose", first.pk), change | {"title": ""}).status_code == 422
    assert leader.post(go("milestone_propose", first.pk), change).status_code == 302
    assert "2026-09-01" in challenger.get(page).content.decode()
    assert challenger.post(go("milestone_agree", first.pk)).status_code == 302
    first.refresh_from_db()
    assert (first.title, first.due_on, first.cost) == ("定参", date(2026, 9, 1), Decimal("15000.00"))
    assert leader.post(go("milestone_propose", second.pk), change).status_code == 302
    assert challenger.post(go("milestone_decline", second.pk)).status_code == 302
    assert leader.post(go("milestone_deliver", first.pk), {"note": ""}).status_code == 422
    assert leader.post(go("milestone_deliver", first.pk), {"note": "已交"}).status_code == 302
    assert challenger.post(go("milestone_return", first.pk), {"note": "缺数据"}).status_code == 302
    for one in (first, second):
        assert leader.post(go("milestone_deliver", one.pk), {"note": "已交"}).status_code == 302
        assert challenger.post(go("milestone_accept", one.pk), {"note": ""}).status_code == 302
    assert challenger.post(go("collaboration_complete", collaboration.pk), {"conclusion": "好"}).status_code == 409
    assert leader.get(go("collaboration_result", collaboration.pk)).status_code == 200
    targets = list(collaboration.challenge.targets.all())
    sent = {"results-TOTAL_FORMS": len(targets), "results-INITIAL_FORMS": len(targets)}
    for number, target in enumerate(targets):
        sent |= {f"results-{number}-target": target.pk, f"results-{number}-note": "检测"}
    empty = leader.post(go("collaboration_result", collaboration.pk), sent)
    assert empty.status_code == 422
    sent |= {f"results-{number}-value": "0.1" for number in range(len(targets))}
    assert leader.post(go("collaboration_result", collaboration.pk), sent).status_code == 302
    assert challenger.post(go("collaboration_complete", collaboration.pk), {"conclusion": ""}).status_code == 422
    assert challenger.post(go("collaboration_complete", collaboration.pk), {"conclusion": "达标"}).status_code == 302
    assert "达标" in leader.get(page).content.decode()
    collaboration.refresh_from_db()
    assert (collaboration.state, collaboration.challenge.state) == ("completed", "concluded")


def test_hidden_and_absent_answer_alike():
    collaboration = a_collaboration()
    stranger = signed_in(a_member("owner"))
    milestone = collaboration.milestones.first()
    for name in ("collaboration", "collaboration_result"):
        assert (
            stranger.get(go(name, collaboration.pk)).status_code == stranger.get(go(name, uuid4())).status_code == 404
        )
    for name in ("collaboration_complete", "collaboration_terminate"):
        assert stranger.post(go(name, collaboration.pk)).status_code == 404
    for verb in ("propose", "agree", "decline", "deliver", "accept", "return"):
        assert stranger.post(go(f"milestone_{verb}", milestone.pk)).status_code == 404
    assert Client().get(go("collaboration", collaboration.pk)).status_code in (302, 401)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_takes_as_many_queries_for_thirty_as_for_one(language):
    leader = an_organisation()
    client = signed_in(a_member("owner", leader), language)
    a_collaboration(leader=leader)
    client.get(go("collaborations"))
    counts = []
    for more in (0, 29):
        for _ in range(more):
            a_collaboration(leader=leader)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(go("collaborations"), {"size": 50})
        counts.append(len(queries))
        assert page.content.decode().count("data-row") == 1 + more
    assert counts[0] == counts[1] <= 12, counts


def finished(**fields):
    collaboration = a_collaboration()
    leader = actor_of(a_member("owner", collaboration.leader))
    first, second = collaboration.challenge.targets.all()
    results = [Result(first.pk, first.value), Result(second.pk, second.value + 1)]
    report_result(collaboration=collaboration, results=results, by=leader)
    collaboration.refresh_from_db()
    for name, value in ({"state": "completed", "conclusion": "达标"} | fields).items():
        setattr(collaboration, name, value)
    collaboration.save()
    return collaboration


def test_finished_work_becomes_part_of_both_records(django_assert_max_num_queries):
    collaboration = finished()
    reader = actor_of(a_member("viewer"))
    (led,) = record_of(collaboration.leader, reader)
    (given,) = record_of(collaboration.organisation, reader)
    assert (led.leads, led.promised, led.kept, led.other) == (True, 2, 1, str(collaboration.organisation))
    assert (given.leads, given.other, given.open_to_reader) == (False, str(collaboration.leader), False)
    with django_assert_max_num_queries(3):
        assert record_of(collaboration.leader, reader)


def test_an_anonymous_challenger_is_found_in_no_record():
    collaboration = finished()
    challenge = collaboration.challenge
    challenge.anonymous = True
    challenge.save()
    reader = actor_of(a_member("viewer"))
    assert [one.other for one in record_of(collaboration.leader, reader)] == [""]
    assert record_of(collaboration.organisation, reader) == []
    partner = actor_of(a_member("viewer", a_partner(collaboration.response, consent="given").organisation))
    for side in (actor_of(a_member("viewer", collaboration.leader)), operator_actor("viewer"), partner):
        assert [one.other for one in record_of(collaboration.leader, side)] == [str(collaboration.organisation)]
        assert len(record_of(collaboration.organisation, side)) == 1


def test_what_was_broken_off_is_known_to_its_sides_alone():
    collaboration = finished(state="terminated")
    assert record_of(collaboration.leader, actor_of(a_member("owner"))) == []
    assert record_of(collaboration.leader, visitor) == []
    assert len(record_of(collaboration.leader, actor_of(a_member("viewer", collaboration.leader)))) == 1
    running = a_collaboration()
    assert record_of(running.leader, actor_of(a_member("viewer", running.leader))) == []
    with pytest.raises(NotVisible):
        record_of(an_organisation(verified=False), visitor)
