"""The round report against a count by hand."""

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.hub.innovation.enums import ChallengeState, ResponseState, Stage
from rongtong.hub.innovation.models import Award, ChallengeInvitation, Response, Round
from rongtong.hub.innovation.queries.report import report_of
from rongtong.hub.organisations.models import Account
from rongtong.hub.organisations.size_class import SizeClass
from tests.factories import a_challenge, a_member, a_round, actor_of, an_organisation, operator_actor
from tests.hub.innovation.factories_responses import a_response

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return a_round(Stage.SELECT)


def awarded(response: Response, rank: int | None) -> Award:
    return Award._base_manager.create(
        challenge=response.challenge, response=response, amount=Decimal("1000000.00"), reason="x", match_rank=rank
    )


def fill(round: Round) -> None:
    """Four published challenges, one withdrawn; five responses handed in, one draft; three awards."""
    gears: dict[str, Any]
    pumps: dict[str, Any]
    gears, pumps = {"industry": "345", "region": "990102"}, {"industry": "344", "region": "990103"}
    one = a_challenge(ChallengeState.AWARDED, round=round, **gears)
    two = a_challenge(ChallengeState.AWARDED, round=round, **gears)
    three = a_challenge(ChallengeState.SELECTING, round=round, **gears)
    a_challenge(ChallengeState.OPEN, round=round, **pumps)
    a_challenge(ChallengeState.WITHDRAWN, round=round, **pumps)
    small, micro = an_organisation(), an_organisation(size=SizeClass.MICRO)
    won = [a_response(one, small, ResponseState.AWARDED)]
    won.append(a_response(one, micro, ResponseState.AWARDED))
    won.append(a_response(two, small, ResponseState.AWARDED))
    a_response(two, micro, ResponseState.DECLINED)
    a_response(three, small, ResponseState.SUBMITTED)
    a_response(three, micro, ResponseState.DRAFT)
    for response, rank in zip(won, (2, 14, None), strict=True):
        awarded(response, rank)
    ChallengeInvitation._base_manager.create(challenge=one, organisation=small)


def test_every_figure(round):
    fill(round)
    found = report_of(round, operator_actor())
    assert (found.needs, found.published, found.responses, found.awarded, found.firms) == (4, 4, 5, 2, 2)
    assert (found.amount, found.unanswered, found.invited) == (Decimal("3000000.00"), 1, 1)
    assert (found.ranked, found.in_top) == (2, 1)
    assert [(row.needs, row.responses, row.awards) for row in found.by_industry] == [(3, 5, 3), (1, 0, 0)]
    assert [(row.needs, row.responses, row.awards) for row in found.by_region] == [(3, 5, 3), (1, 0, 0)]
    assert [row[1:] for row in found.by_size] == [(1, 1, 1), (0, 1, 1)]
    assert [value for _band, value in found.by_answers] == [1, 3, 0, 0, 0]
    assert [value for _band, value in found.by_rank] == [1, 0, 1, 0, 1]


def client_of(actor) -> Client:
    client = Client()
    client.force_login(Account._base_manager.get(pk=actor.account_id))
    return client


def test_the_page_costs_the_same_whatever_the_round_holds(round):
    client, counts = client_of(operator_actor()), []
    there = reverse("innovation:round_report", args=[round.pk])
    for times in (1, 3):
        for _ in range(times):
            fill(round)
        client.get(there)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(there).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_the_file_holds_the_figures_of_the_page(round):
    fill(round)
    answer = client_of(operator_actor()).get(reverse("innovation:round_report_export", args=[round.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    assert ("合计", "揭榜书", "数量", 5) in rows
    assert ("匹配名次", "1–3", "中榜企业", 1) in rows


def test_only_the_operator_has_it(round):
    fill(round)
    for name in ("round_report", "round_report_export"):
        there = reverse(f"innovation:{name}", args=[round.pk])
        assert client_of(actor_of(a_member("owner"))).get(there).status_code == 404
        assert Client().get(there).status_code == 302


def test_an_empty_round_says_so(round):
    page = client_of(operator_actor()).get(reverse("innovation:round_report", args=[round.pk])).content.decode()
    assert "还没有数据" in page
