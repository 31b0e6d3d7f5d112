"""How matching does in use, against counts by hand; who may see it, and who sets the cap."""

import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.engines.matching.two_sided import gini
from rongtong.hub.config.command import main
from rongtong.hub.foundation.errors import Forbidden, Invalid
from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.innovation.domain.exposure import cap_exposure
from rongtong.hub.innovation.enums import ChallengeState, ResponseState
from rongtong.hub.innovation.models import Award, Challenge, ChallengeInvitation
from rongtong.hub.innovation.queries.evaluation import evaluation
from rongtong.hub.innovation.queries.outcomes import replayed
from rongtong.hub.matching.domain.pair_scores import DEFAULT_CAP, exposure_cap
from rongtong.hub.matching.models import Click, Impression, Lists, PairScore
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.size_class import SizeClass
from tests.factories import a_challenge, actor_of, an_organisation, operator_actor
from tests.hub.innovation.factories_challenges import a_cast
from tests.hub.innovation.factories_responses import a_response
from tests.hub.innovation.matching.factories_matching import a_capability, client_of

pytestmark = pytest.mark.django_db
PAGE = "/operations/matching/"


def look(challenge: Challenge, firms: list[Organisation], *, forward=None, backward=None, days: int = 2) -> None:
    """One list that the challenger looked at."""
    at = datetime.now(UTC) - timedelta(days=days)
    Impression._base_manager.bulk_create(
        Impression(
            at=at,
            subject_id=challenge.pk,
            viewer_organisation_id=challenge.organisation_id,
            organisation_id=firm.pk,
            rank=rank,
            score=50,
            forward=Decimal(forward[rank - 1] if forward else 100 - rank),
            backward=Decimal(backward[rank - 1] if backward else 50),
            ranker="two-sided:0.25",
        )
        for rank, firm in enumerate(firms, 1)
    )


def click(challenge: Challenge, firm: Organisation, rank: int) -> None:
    Click._base_manager.create(
        subject_id=challenge.pk,
        organisation_id=firm.pk,
        viewer_organisation_id=challenge.organisation_id,
        rank=rank,
    )


def suppliers(count: int, **fields) -> list[Organisation]:
    found = [an_organisation(**fields) for _ in range(count)]
    for one in found:
        a_capability(one)
    return found


def pair(challenge: Challenge, firm: Organisation, score: int, fronts: int = 1) -> None:
    PairScore._base_manager.create(subject_id=challenge.pk, organisation_id=firm.pk, score=score, fronts=fronts)


def test_coverage_counts_open_challenges_by_their_matches():
    firms = suppliers(4)
    rich, poor = a_challenge(), a_challenge()
    closed = a_challenge(ChallengeState.SELECTING)
    for number, firm in enumerate(firms):
        pair(rich, firm, 60 - number)
        pair(poor, firm, 24 if number else 25)
        pair(closed, firm, 90)
    found = evaluation(operator_actor())
    assert [(one.part, one.whole) for one in found.coverage] == [(2, 2), (1, 2), (0, 2), (0, 2), (0, 2)]
    assert [one.percent for one in found.coverage[:2]] == [100, 50]


def test_what_followed_stands_at_the_best_rank():
    firms = suppliers(12)
    one, two = a_challenge(), a_challenge()
    look(one, firms)
    look(one, firms[::-1], days=1)
    look(two, firms[:2])
    click(one, firms[0], 12)
    ChallengeInvitation._base_manager.create(challenge=one, organisation=firms[11])
    ChallengeInvitation._base_manager.create(challenge=two, organisation=firms[1])
    a_response(two, firms[1], ResponseState.SUBMITTED)
    rows = {row.name: row for row in evaluation(operator_actor()).ranks}
    first = rows["1"]
    # firms 0 and 11 stood first for one, firm 0 for two
    assert (first.shown, first.clicked, first.invited, first.responded) == (3, 1, 1, 0)
    assert first.rates == (Decimal("33.3"), Decimal("33.3"), Decimal("0.0"))
    assert (rows["2"].shown, rows["2"].invited, rows["2"].responded) == (3, 1, 1)
    assert "11–20" not in rows


def test_what_is_older_than_a_year_does_not_count():
    firms, challenge = suppliers(3), a_challenge()
    look(challenge, firms, days=400)
    found = evaluation(operator_actor())
    assert (found.ranks, found.firms.part, found.firms.whole) == ([], 0, 3)


def test_looks_of_suppliers_are_not_exposure():
    firms, challenge = suppliers(3), a_challenge()
    look(challenge, firms)
    Impression._base_manager.update(lists=Lists.NEEDS)
    assert evaluation(operator_actor()).ranks == []


def test_where_the_awarded_stood():
    for rank in (2, 10, 11, None):
        response = a_response(a_challenge(ChallengeState.AWARDED), state=ResponseState.AWARDED)
        Award._base_manager.create(challenge=response.challenge, response=response, reason="x", match_rank=rank)
    found = evaluation(operator_actor())
    assert (found.top.part, found.top.whole) == (2, 3)


def test_exposure_over_size_classes_tells_of_no_small_group():
    small, micro = suppliers(4), suppliers(3, size=SizeClass.MICRO)
    medium = suppliers(2, size=SizeClass.MEDIUM)
    challenge = a_challenge()
    look(challenge, [*small, *micro, *medium])
    rows = evaluation(operator_actor()).sizes
    assert [(row.name, row.organisations) for row in rows] == [("小型", 4), ("其他（合并）", 5)]
    assert [row.of_fronts for row in rows] == [Decimal("44.4"), Decimal("55.6")]
    assert "中型" not in [row.name for row in rows]


def test_inequality_is_told_beside_that_without_a_cap():
    firms = suppliers(4)
    needs = [a_challenge() for _ in range(4)]
    for challenge in needs:
        for number, firm in enumerate(firms):
            pair(challenge, firm, 90 - number, fronts=2)
    found = evaluation(operator_actor())
    assert (found.unequal, found.unequal_by_score) == (0, 0)
    a_capability(an_organisation())
    assert evaluation(operator_actor()).unequal == pytest.approx(0.2)


def test_by_score_alone_the_first_ten_of_each_need_count():
    firms = suppliers(12)
    one, two = a_challenge(), a_challenge()
    for number, firm in enumerate(firms):
        pair(one, firm, 90 - number)
        pair(two, firm, 90 + number)
    places = [1, 1, *[2] * 8, 1, 1]
    assert evaluation(operator_actor()).unequal_by_score == pytest.approx(gini(places))


# Replay


def test_a_replay_puts_outcomes_in_each_rankers_order():
    firms = suppliers(3)
    needs = [a_challenge() for _ in range(3)]
    for challenge in needs:
        look(challenge, firms, forward=[30, 20, 10], backward=[10, 20, 100])
        click(challenge, firms[2], 3)
    found = replayed("forward", "backward", operator_actor())
    assert (found.looks, found.needs, found.telling) == (3, 3, 3)
    assert found.mrr is not None and found.outcomes is not None
    assert (found.mrr.a.value, found.mrr.b.value) == (pytest.approx(1 / 3), 1)
    assert found.outcomes.b.value == pytest.approx(3)


def test_only_what_came_after_a_look_is_its_outcome():
    firms = suppliers(2)
    needs = [a_challenge() for _ in range(2)]
    for challenge in needs:
        look(challenge, firms, days=-1)
        click(challenge, firms[0], 1)
    assert replayed("shown", "forward", operator_actor()).telling == 0


def test_the_furthest_outcome_counts():
    firms = suppliers(2)
    for challenge in (a_challenge(), a_challenge()):
        look(challenge, firms)
        click(challenge, firms[0], 1)
        ChallengeInvitation._base_manager.create(challenge=challenge, organisation=firms[0])
    found = replayed("shown", "shown", operator_actor())
    assert found.outcomes is not None
    assert found.outcomes.a.value == 2


def test_the_command_prints_json(capsys):
    firms = suppliers(2)
    for challenge in (a_challenge(), a_challenge()):
        look(challenge, firms)
        click(challenge, firms[1], 2)
    assert main(["replay", "matching", "--a", "shown", "--b", "two-sided:0.4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["a"], told["b"], told["looks"]) == ("shown", "two-sided:0.4", 2)
    assert set(told["ndcg"]["difference"]) == {"value", "low", "high", "error"}


def test_the_command_names_an_unknown_ranker(capsys):
    assert main(["replay", "matching", "--a", "best"]) == 2
    assert "best" in capsys.readouterr().err


# The page


def fill() -> None:
    firms = suppliers(6)
    for challenge in (a_challenge(), a_challenge()):
        look(challenge, firms)
        click(challenge, firms[1], 2)
        for number, firm in enumerate(firms):
            pair(challenge, firm, 80 - number)


def test_the_board_costs_the_same_whatever_was_logged():
    client, counts = client_of(operator_actor()), []
    for times in (1, 5):
        for _ in range(times):
            fill()
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 28, counts


def test_the_file_holds_the_figures_of_the_page():
    fill()
    client = client_of(operator_actor())
    assert "查看率" in client.get(PAGE).content.decode()
    answer = client.get(reverse("innovation:match_evaluation_export") + "?a=shown&b=forward")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    assert ("名次", "2", "查看", 2) in rows
    assert ("覆盖", "≥ 5", "数量", 2) in rows
    assert any(row[0] == "回放比较" for row in rows)


def test_an_empty_hub_says_so():
    page = client_of(operator_actor()).get(PAGE).content.decode()
    assert "还没有数据" in page
    assert "记录还太少" in page
    found = evaluation(operator_actor())
    assert (found.unequal, found.unequal_by_score) == (None, None)


@pytest.mark.parametrize("asked", ["?a=nothing&b=", "?a=shown&b=backward", "?a='"])
def test_odd_rankers_do_no_harm(asked):
    fill()
    assert client_of(operator_actor()).get(PAGE + asked).status_code == 200


def test_who_sees_the_board_and_who_sets_the_cap():
    cast = a_cast()
    manager = operator_actor()
    seen = {role: client_of(cast.actor(role)).get(PAGE).status_code for role in cast.people}
    assert {role for role, status in seen.items() if status == 200} == {"operator.viewer", "operator.contributor"}
    posted = {role: client_of(cast.actor(role)).post(PAGE, {"most": "3"}).status_code for role in cast.people}
    assert set(posted.values()) == {404}
    assert exposure_cap() == DEFAULT_CAP
    assert client_of(manager).post(PAGE, {"most": "3"}).status_code == 302
    assert exposure_cap() == 3
    entry = AuditEntry._base_manager.get(verb="exposure.cap")
    assert (entry.account_id, entry.details) == (manager.account_id, {"most": 3})


def test_an_empty_cap_is_none_and_nonsense_is_told():
    client = client_of(operator_actor())
    assert client.post(PAGE, {"most": ""}).status_code == 302
    assert exposure_cap() is None
    for wrong in ("0", "-4", "x"):
        answer = client.post(PAGE, {"most": wrong})
        assert (answer.status_code, "rt-fault" in answer.content.decode()) == (422, True)
    assert exposure_cap() is None


def test_the_verb_itself_refuses():
    with pytest.raises(Forbidden):
        cap_exposure(most=3, by=actor_of_contributor())
    with pytest.raises(Invalid):
        cap_exposure(most=0, by=operator_actor())


def actor_of_contributor():
    return actor_of(a_cast().people["operator.contributor"])


@pytest.mark.parametrize(("many", "told"), [(3, [3, 3, 3]), (13, [39])])
def test_regions_are_told_as_finely_as_a_picture_can_show(many, told):
    """Three counties by themselves; thirteen prefectures of one province as the province."""
    for number in range(1, many + 1):
        suppliers(3, region=f"9901{number:02d}" if many == 3 else f"99{number:02d}00")
    rows = evaluation(operator_actor()).regions
    assert [row.organisations for row in rows] == told
    assert len({row.name for row in rows}) == len(told)
