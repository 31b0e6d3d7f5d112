"""Pages of reviewing and selection: blind while they must be, drawn for everybody, in both languages."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rongtong.hub.innovation.desk.selection import decisions
from rongtong.hub.innovation.domain.awards import Choice, award
from rongtong.hub.innovation.domain.scoring import hand_in
from rongtong.hub.innovation.models import Award, Criterion, Reviewer, Score, ScoreSheet
from rongtong.hub.organisations.models import Account
from tests.factories import a_challenge, a_member, actor_of, an_organisation
from tests.hub.innovation.factories_responses import (
    REASON,
    a_partner,
    a_response,
    a_reviewer,
    a_selection,
    a_sheet,
    scored,
)
from tests.hub.innovation.responses.test_pages import LANGUAGES, go, signed_in

pytestmark = pytest.mark.django_db


class Person:
    """An account as ``signed_in`` takes it."""

    def __init__(self, account_id) -> None:
        self.account = Account.objects.get(pk=account_id)


def client_of(actor, language="zh-hans") -> Client:
    return signed_in(Person(actor.account_id), language)


def sheet_data(selection, points=80, reason=REASON, version=0):
    sent = {"version": version, "comment": "总体可行"}
    for one in selection.challenge.criteria.all():
        sent |= {f"points-{one.pk}": points, f"reason-{one.pk}": reason}
    return sent


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_from_the_first_reviewer_to_the_decision(language):
    selection = a_selection(responses=3)
    a_partner(selection.responses[0], consent="given")
    reviewer = selection.reviewers[0]
    jury, challenger = client_of(selection.jury[0], language), client_of(selection.challenger, language)
    operator = client_of(selection.operator, language)
    for client, name, pk in (
        (jury, "reviews", None),
        (jury, "review", reviewer.pk),
        (jury, "selection", selection.challenge.pk),
        (challenger, "selection", selection.challenge.pk),
        (operator, "selection", selection.challenge.pk),
        (challenger, "selection_compare", selection.challenge.pk),
        (challenger, "selection_award", selection.challenge.pk),
    ):
        page = client.get(go(name, pk) if pk else go(name))
        assert page.status_code == 200, (name, page.status_code)
        assert selection.challenge.title in page.content.decode()
    scored(selection)
    for client in (jury, challenger, operator):
        text = client.get(go("selection", selection.challenge.pk)).content.decode()
        assert "75" in text or "80" in text
        assert REASON in text
    assert jury.get(go("review", reviewer.pk)).status_code == 200
    winner, *rest = selection.responses
    sent = {f"chosen-{winner.pk}": "on", f"reason-{winner.pk}": "最好", f"amount-{winner.pk}": "300"}
    award = go("selection_award", selection.challenge.pk)
    assert challenger.post(award, sent).status_code == 422
    sent |= {f"feedback-{one.pk}": "指标不足" for one in rest}
    assert challenger.post(award, sent).headers["Location"] == go("selection", selection.challenge.pk)
    assert str(Award._base_manager.get().amount) == "3000000.00"
    assert challenger.get(go("selection", selection.challenge.pk)).status_code == 200
    assert challenger.get(award).status_code == 302


def test_the_challengers_desk_waits_for_the_decision_once_all_have_handed_in(django_assert_max_num_queries):
    selection = a_selection()
    people = [selection.challenger, actor_of(a_member("contributor", selection.challenge.organisation))]
    people += [selection.operator, *selection.leaders, *selection.jury]
    assert [list(decisions(actor)) for actor in people] == [[] for _ in people]
    scored(selection)
    with django_assert_max_num_queries(1):
        list(decisions(selection.challenger))
    waiting = [list(decisions(actor)) for actor in people]
    assert [one.link for one in waiting[0]] == [go("selection", selection.challenge.pk)]
    assert waiting[0][0].context == selection.challenge.title
    assert waiting[1:] == [[] for _ in people[1:]]
    winner, other = selection.responses
    choices = [Choice(winner.pk, REASON)]
    award(challenge=selection.challenge, choices=choices, feedback={other.pk: REASON}, by=selection.challenger)
    assert list(decisions(selection.challenger)) == []


def test_no_page_tells_a_score_while_reviewers_are_blind():
    selection = a_selection()
    first, second = selection.reviewers
    for response in selection.responses:
        a_sheet(first, response, 97)
        a_sheet(second, response, 13)
    hand_in(reviewer=first, by=selection.jury[0])
    pages = [
        client_of(actor).get(go(name, pk)).content.decode()
        for actor in (selection.challenger, selection.operator)
        for name, pk in (
            ("selection", selection.challenge.pk),
            ("selection_compare", selection.challenge.pk),
            ("selection_award", selection.challenge.pk),
            ("response", selection.responses[0].pk),
        )
        if (name, actor) != ("selection_award", selection.operator)
    ]
    own = client_of(selection.jury[1]).get(go("review", second.pk)).content.decode()
    for text in pages:
        assert REASON not in text
        assert ">97<" not in text and ">13<" not in text
    assert 'value="13"' in own and 'value="97"' not in own
    assert client_of(selection.jury[1]).get(go("review", first.pk)).status_code == 404


def test_everybody_else_finds_no_selection():
    selection = a_selection()
    conflicted = a_reviewer(selection.challenge, "conflict", a_member("manager", selection.challenge.organisation))
    undeclared = a_reviewer(selection.challenge)
    people = [Person(one.account_id) for one in (*selection.leaders, conflicted, undeclared)] + [a_member("owner")]
    for person in people:
        client = signed_in(person)
        for name in ("selection", "selection_compare"):
            hidden, absent = client.get(go(name, selection.challenge.pk)), client.get(go(name, uuid4()))
            assert hidden.status_code == absent.status_code == 404
    assert Client().get(go("selection", selection.challenge.pk)).status_code in (302, 401)


def test_before_the_deadline_the_page_counts_nothing():
    challenge = a_challenge()
    a_response(challenge, state="submitted", organisation=an_organisation(name="标记揭榜方壬有限公司"))
    client = signed_in(a_member("manager", challenge.organisation))
    before = client.get(go("selection", challenge.pk)).content.decode()
    assert "标记揭榜方壬" not in before and "data-row" not in before


def test_declaring_scoring_and_handing_in():
    selection = a_selection(reviewers=0)
    member = a_member("contributor", an_organisation("institute"))
    reviewer = a_reviewer(selection.challenge, member=member)
    client = signed_in(member)
    assert "points-" not in client.get(go("review", reviewer.pk)).content.decode()
    assert client.post(go("review_declare", reviewer.pk), {"conflict": "maybe"}).status_code == 422
    assert client.post(go("review_declare", reviewer.pk), {"conflict": "yes"}).status_code == 422
    assert client.post(go("review_declare", reviewer.pk), {"conflict": "no"}).status_code == 302
    first, second = selection.responses
    assert client.post(go("review_sheet", reviewer.pk, first.pk), sheet_data(selection, 101)).status_code == 422
    quiet = {"HTTP_X_REQUESTED_WITH": "fetch"}
    saved = client.post(go("review_sheet", reviewer.pk, first.pk), sheet_data(selection, 88), **quiet)
    assert saved.json()["version"] == 1
    stale = client.post(go("review_sheet", reviewer.pk, first.pk), sheet_data(selection, 11), **quiet)
    criterion = selection.challenge.criteria.first()
    assert (stale.status_code, stale.json()["theirs"][f"points-{criterion.pk}"]) == (409, "88")
    page = client.post(go("review_sheet", reviewer.pk, first.pk), sheet_data(selection, 11))
    assert page.status_code == 409
    kept = sheet_data(selection, 11, version=1) | {f"keep-points-{criterion.pk}": "theirs"}
    assert client.post(go("review_sheet", reviewer.pk, first.pk), kept).status_code == 302
    assert Score._base_manager.get(sheet__response=first, criterion=criterion).points == 88
    missing = client.post(go("review_hand_in", reviewer.pk))
    assert missing.status_code == 422
    assert str(second.organisation) in missing.content.decode()
    done = client.post(go("review_sheet", reviewer.pk, second.pk), sheet_data(selection) | {"hand_in": "1"})
    assert done.headers["Location"] == go("review", reviewer.pk)
    reviewer.refresh_from_db()
    assert reviewer.handed_in_at is not None
    assert set(ScoreSheet._base_manager.values_list("state", flat=True)) == {"submitted"}


def test_criteria_and_reviewers_by_the_page():
    challenge = a_challenge()
    client = signed_in(a_member("manager", challenge.organisation))
    assert client.get(go("selection_criteria", challenge.pk)).status_code == 200
    sent = {"criteria-TOTAL_FORMS": 2, "criteria-INITIAL_FORMS": 0}
    sent |= {"criteria-0-name": "方案", "criteria-0-weight": 60, "criteria-1-name": "100%国产", "criteria-1-weight": 30}
    assert client.post(go("selection_criteria", challenge.pk), sent).status_code == 422
    assert client.post(go("selection_criteria", challenge.pk), sent | {"criteria-1-weight": 40}).status_code == 302
    assert list(Criterion._base_manager.values_list("name", "weight")) == [("方案", 60), ("100%国产", 40)]
    assert "100%国产" in client.get(go("selection", challenge.pk)).content.decode()
    member = a_member("viewer")
    assert client.post(go("reviewer_assign", challenge.pk), {"email": "x"}).status_code == 422
    assert client.post(go("reviewer_assign", challenge.pk), {"email": "no@tests.example"}).status_code == 409
    assert client.post(go("reviewer_assign", challenge.pk), {"email": member.account.email}).status_code == 302
    reviewer = Reviewer._base_manager.get()
    assert signed_in(member).get(go("review", reviewer.pk)).status_code == 200
    assert client.post(go("reviewer_remove", reviewer.pk)).status_code == 302
    standard = client.post(go("selection_criteria", challenge.pk), sent | {"standard": "1"})
    assert standard.status_code == 302
    assert Criterion._base_manager.count() == 4


def test_closing_without_an_award():
    selection = scored(a_selection())
    client = client_of(selection.challenger)
    close = go("selection_close", selection.challenge.pk)
    assert client.post(close, {}).status_code == 422
    feedback = {f"feedback-{one.pk}": "都未达到" for one in selection.responses}
    assert client.post(close, feedback).status_code == 302
    selection.challenge.refresh_from_db()
    assert selection.challenge.state == "concluded"


def test_pages_take_as_many_queries_for_many_as_for_one():
    counts = []
    for responses, reviewers in ((1, 1), (12, 8)):
        selection = a_selection(responses=responses, reviewers=reviewers)
        for response in selection.responses:
            a_partner(response, consent="given")
        jury, challenger = client_of(selection.jury[0]), client_of(selection.challenger)
        row = []
        for client, name, pk in (
            (jury, "review", selection.reviewers[0].pk),
            (challenger, "selection", selection.challenge.pk),
        ):
            client.get(go(name, pk))  # the first page of a session writes it
            with CaptureQueriesContext(connection) as queries:
                assert client.get(go(name, pk)).status_code == 200
            row.append(len(queries))
        scored(selection)
        with CaptureQueriesContext(connection) as queries:
            assert challenger.get(go("selection", selection.challenge.pk)).status_code == 200
        counts.append([*row, len(queries)])
    assert counts[0] == counts[1], counts


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_reviews_takes_few_queries(language):
    member = a_member("contributor", an_organisation("institute"))
    client = signed_in(member, language)
    a_reviewer(a_challenge("selecting"), member=member)
    client.get(go("reviews"))
    counts = []
    for more in (0, 29):
        for _ in range(more):
            a_reviewer(a_challenge("selecting"), member=member)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(go("reviews"), {"size": 50})
        counts.append(len(queries))
        assert page.content.decode().count("data-row") == 1 + more
    assert counts[0] == counts[1] <= 12, counts
