"""A round from its announcement to its conclusion."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rongtong.hub.foundation.errors import Forbidden, Invalid, Refusal, Stale
from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.innovation.domain.rounds import advance_round, create_round, edit_round, values_of
from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import Challenge, Response, Round
from rongtong.hub.innovation.signals import challenge_listing_changed
from tests.factories import a_challenge, a_member, a_round, actor_of, an_organisation, operator_actor

pytestmark = pytest.mark.django_db


def dates(**changes):
    now = timezone.now().replace(microsecond=0)
    given = {
        "title": "2026年第二批",
        "collect_until": now + timedelta(days=10),
        "publish_at": now + timedelta(days=12),
        "respond_until": now + timedelta(days=40),
        "select_until": now + timedelta(days=60),
        "conclude_on": (now + timedelta(days=80)).date(),
    }
    return given | changes


def states(round: Round) -> list[str]:
    return list(Challenge._base_manager.filter(round=round).order_by("created_at").values_list("state", flat=True))


def test_the_operator_announces_a_round_that_collects() -> None:
    by = operator_actor("contributor")

    round = create_round(values=dates(), by=by)

    assert (round.state, round.organisation_id, round.number_prefix) == ("collect", by.organisation_id, "XQ")
    assert round.leader_size_classes == ["medium", "small", "micro"]
    with pytest.raises(Forbidden):
        create_round(values=dates(title="另一批"), by=actor_of(a_member("owner")))


def test_all_faults_at_once() -> None:
    by = operator_actor()
    create_round(values=dates(), by=by)
    now = timezone.now()

    with pytest.raises(Invalid) as title:
        create_round(values=dates(leader_size_classes=[], number_prefix="需求"), by=by)
    turned = dates(
        title="倒序", publish_at=now, respond_until=now, select_until=now, conclude_on=timezone.localdate(now)
    )
    with pytest.raises(Invalid) as order:
        create_round(values=turned, by=by)

    assert {fault.code for fault in title.value.faults} == {
        "round.title_taken", "round.leader_size_classes", "round.number_prefix",
    }  # fmt: skip
    assert [fault.code for fault in order.value.faults] == [
        "round.publish_order",
        "round.respond_order",
        "round.select_order",
    ]


def test_stages_come_one_after_the_other() -> None:
    by, round = operator_actor(), a_round(Stage.COLLECT)

    for wrong in (Stage.COLLECT, Stage.RESPOND, Stage.CONCLUDE):
        with pytest.raises(Refusal) as raised:
            advance_round(round=round, to=wrong, by=by)
        assert raised.value.code == "round.stage_order"
    advance_round(round=round, to=Stage.PUBLISH, by=by)
    with pytest.raises(Refusal) as again:
        advance_round(round=round, to=Stage.PUBLISH, by=by)

    assert again.value.code == "round.stage_order"
    round.refresh_from_db()
    assert round.state == "publish"


def test_entering_publish_and_respond_publishes_what_is_screened() -> None:
    by, round = operator_actor(), a_round(Stage.COLLECT)
    kept = a_challenge(ChallengeState.SUBMITTED, round=round)
    own_deadline = round.respond_until - timedelta(days=3)
    first = a_challenge(ChallengeState.SCREENED, round=round, deadline=own_deadline)
    second = a_challenge(ChallengeState.SCREENED, round=round, deadline=None, submitted_at=round.collect_until)
    heard: list[str] = []

    def listener(sender, challenge, **_):
        heard.append(challenge.number)

    challenge_listing_changed.connect(listener)
    try:
        advance_round(round=round, to=Stage.PUBLISH, by=by)
        late = a_challenge(ChallengeState.SCREENED, round=round)
        advance_round(round=round, to=Stage.RESPOND, by=by)
    finally:
        challenge_listing_changed.disconnect(listener)

    year = timezone.localtime().year
    for challenge in (kept, first, second, late):
        challenge.refresh_from_db()
    assert [one.number for one in (kept, first, second, late)] == [None, *(f"XQ-{year}-{n:04d}" for n in (1, 2, 3))]
    assert (first.state, first.deadline, second.deadline) == ("open", own_deadline, round.respond_until)
    assert first.published_at is not None
    assert kept.state == "submitted"
    assert heard == [first.number, second.number, late.number]
    entry = AuditEntry._base_manager.filter(verb="round.advance").order_by("id").first()
    assert entry is not None
    assert (entry.before, entry.after, entry.details) == ("collect", "publish", {"to": "publish", "challenges": 2})
    assert AuditEntry._base_manager.filter(verb="challenge.publish").count() == 3


def test_nothing_is_published_when_answers_are_closed() -> None:
    past = timezone.now() - timedelta(hours=1)
    round = a_round(
        Stage.COLLECT, collect_until=past - timedelta(days=3), publish_at=past - timedelta(days=2), respond_until=past
    )
    a_challenge(ChallengeState.SCREENED, round=round)

    with pytest.raises(Refusal) as raised:
        advance_round(round=round, to=Stage.PUBLISH, by=operator_actor())

    assert raised.value.code == "round.answers_closed"
    assert states(round) == ["screened"]


def test_selection_waits_for_the_deadlines() -> None:
    by, round = operator_actor(), a_round(Stage.RESPOND)
    challenge = a_challenge(round=round)
    done = a_challenge(round=round, deadline=timezone.now())

    with pytest.raises(Refusal) as raised:
        advance_round(round=round, to=Stage.SELECT, by=by)
    assert raised.value.code == "round.before_deadline"
    assert states(round) == ["open", "open"]

    Challenge._base_manager.filter(pk=challenge.pk).update(deadline=timezone.now())
    advance_round(round=round, to=Stage.SELECT, by=by)

    done.refresh_from_db()
    assert states(round) == ["selecting", "selecting"]


def test_a_round_concludes_when_every_answer_has_its_decision() -> None:
    by, round = operator_actor(), a_round(Stage.SELECT)
    silent = a_challenge(ChallengeState.SELECTING, round=round)
    answered = a_challenge(ChallengeState.SELECTING, round=round)
    awarded = a_challenge(ChallengeState.AWARDED, round=round)
    response = Response._base_manager.create(
        challenge=answered, organisation=an_organisation(), state="submitted", submitted_at=timezone.now()
    )

    with pytest.raises(Refusal) as raised:
        advance_round(round=round, to=Stage.CONCLUDE, by=by)
    assert raised.value.code == "round.undecided"

    Challenge._base_manager.filter(pk=answered.pk).update(state="concluded")
    Response._base_manager.filter(pk=response.pk).update(state="declined")
    advance_round(round=round, to=Stage.CONCLUDE, by=by)

    for challenge in (silent, awarded):
        challenge.refresh_from_db()
    assert (silent.state, awarded.state) == ("concluded", "awarded")


def test_edit_is_stale_for_the_second_operator() -> None:
    by, round = operator_actor(), a_round()
    edit_round(round=round, version=1, values={"introduction": "第一位"}, by=by)

    with pytest.raises(Stale) as raised:
        edit_round(round=round, version=1, values={"introduction": "第二位"}, by=by)

    assert (raised.value.theirs["introduction"], raised.value.yours["introduction"]) == ("第一位", "第二位")


def test_what_was_announced_holds() -> None:
    by, round = operator_actor(), a_round(Stage.RESPOND)
    with_round = a_challenge(round=round)
    own = a_challenge(round=round, deadline=round.respond_until - timedelta(days=5))
    own_deadline = own.deadline

    with pytest.raises(Invalid) as earlier:
        edit_round(round=round, version=1, values={"respond_until": round.respond_until - timedelta(days=1)}, by=by)
    with pytest.raises(Invalid) as settled:
        edit_round(round=round, version=1, values={"number_prefix": "YY", "leader_size_classes": ["large"]}, by=by)
    longer = round.respond_until + timedelta(days=7)
    edit_round(round=round, version=1, values={"respond_until": longer}, by=by)

    assert [fault.code for fault in earlier.value.faults] == ["round.deadline_earlier"]
    assert [(fault.field, fault.code) for fault in settled.value.faults] == [
        ("number_prefix", "round.settled"),
        ("leader_size_classes", "round.settled"),
    ]
    with_round.refresh_from_db()
    own.refresh_from_db()
    assert (with_round.deadline, own.deadline) == (longer, own_deadline)


def test_a_concluded_round_is_not_changed() -> None:
    round = a_round(Stage.CONCLUDE)

    with pytest.raises(Refusal) as raised:
        edit_round(round=round, version=1, values=values_of(round), by=operator_actor())

    assert raised.value.code == "rights.state"
