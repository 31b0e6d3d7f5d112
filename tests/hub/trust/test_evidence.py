"""Evidence of verbs: one entry each, in the verb's transaction, for whom it concerns; verified without the hub."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from rongtong.engines.translog import Commitment
from rongtong.engines.translog.canonical import canonical, parse
from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.errors import NotVisible, Refusal
from rongtong.hub.foundation.verbs import REGISTRY
from rongtong.hub.innovation.domain.amendments import amend_challenge
from rongtong.hub.innovation.domain.awards import Choice, award, close_without_award
from rongtong.hub.innovation.domain.collaborations import Result, complete_collaboration, report_result
from rongtong.hub.innovation.domain.collaborations import terminate_collaboration as terminate
from rongtong.hub.innovation.domain.criteria import Weight, set_criteria
from rongtong.hub.innovation.domain.handing_in import submit_response
from rongtong.hub.innovation.domain.milestones import (
    Change,
    accept,
    agree_to_change,
    deliver,
    propose_change,
    return_delivery,
)
from rongtong.hub.innovation.domain.publication import close_challenge, publish_challenge, withdraw_challenge
from rongtong.hub.innovation.domain.responses import withdraw_response
from rongtong.hub.innovation.models import Challenge, Collaboration
from rongtong.hub.organisations.models import Account
from rongtong.hub.trust.domain.agreements import sign_nda
from rongtong.hub.trust.domain.documents import read_document
from rongtong.hub.trust.domain.log_keeping import keep_log
from rongtong.hub.trust.evidence_kinds import BY_VERB, KINDS
from rongtong.hub.trust.models import EvidenceEntry, EvidenceOpening
from rongtong.hub.trust.queries.evidence import entries_of, entry_for, evidence_of
from rongtong.hub.trust.queries.log import policy_text
from tests.factories import a_challenge, a_member, actor_of, operator_actor
from tests.hub.innovation.evidence_stories import STORIES as STORIES_OF_AGREEMENTS
from tests.hub.innovation.factories_agreements import in_days, in_force
from tests.hub.innovation.factories_responses import a_collaboration, a_response, a_selection, scored
from tests.hub.trust.test_documents import attached

pytestmark = pytest.mark.django_db


def own(thing: Any, role: str = "manager") -> Actor:
    """Somebody of the organisation that a thing belongs to."""
    return actor_of(a_member(role, thing.organisation))


def published() -> Challenge:
    challenge = a_challenge("screened")
    publish_challenge(challenge=challenge, by=operator_actor())
    challenge.refresh_from_db()
    return challenge


def kinds() -> list[str]:
    return list(EvidenceEntry._base_manager.order_by("kind").values_list("kind", flat=True))


def test_every_kind_is_of_a_verb():
    assert set(BY_VERB) - set(REGISTRY) == set()


def test_a_verb_leaves_one_entry_whose_opening_is_what_it_commits_to():
    challenge = published()
    entry = EvidenceEntry._base_manager.get()
    opening = EvidenceOpening._base_manager.get(entry=entry)
    event = parse(opening.event)
    assert canonical(event).decode() == opening.event
    assert (event["kind"], event["subject"]["id"]) == ("challenge.published", str(challenge.pk))
    assert (event["content"]["number"], event["content"]["problem"]) == (challenge.number, challenge.problem)
    assert [one["value"] for one in event["content"]["targets"]] == ["0.1", "0.2"]
    made = Commitment(bytes(entry.sha256), bytes(entry.sm3))
    assert made.opened_by(opening.event.encode(), bytes(opening.salt)) == {"sha256": True, "sm3": True}


def test_what_was_not_done_leaves_no_entry():
    with transaction.atomic():
        published()
        transaction.set_rollback(True)
    with pytest.raises(Refusal):
        publish_challenge(challenge=a_challenge("open"), by=operator_actor())
    assert EvidenceEntry._base_manager.count() == EvidenceOpening._base_manager.count() == 0


def test_signing_twice_is_one_entry():
    challenge, reader = a_challenge(), actor_of(a_member("manager"))
    for _ in range(2):
        sign_nda(subject=challenge, name="周启明", agreed=True, by=reader)
    assert kinds() == ["nda.signed"]
    shown = [one.label for one in entries_of(challenge, own(challenge))]
    assert shown == [KINDS["nda.signed"].label]
    assert entries_of(challenge, reader) == [], "it stands with the agreement, not with the challenge"


def amended() -> str:
    challenge = a_challenge()
    by, before = own(challenge), challenge.version_at(3)
    amend_challenge(
        challenge=challenge, version=before, values={"problem": "改写后的问题。"}, reasons={0: "表述不准"}, by=by
    )
    return "challenge.amended"


def closed() -> str:
    challenge = a_challenge()
    a_response(challenge, state="submitted")
    Challenge._base_manager.filter(pk=challenge.pk).update(deadline=challenge.created_at)
    close_challenge(challenge=challenge, by=operator_actor())
    return "challenge.closed"


def withdrawn() -> str:
    challenge = a_challenge()
    withdraw_challenge(challenge=challenge, by=own(challenge))
    return "challenge.withdrawn"


def criteria() -> str:
    challenge = a_challenge()
    set_criteria(challenge=challenge, criteria=[Weight("能力", 60), Weight("方案", 40)], by=own(challenge))
    return "selection.criteria_set"


def chosen_none() -> str:
    found = scored(a_selection(responses=1))
    feedback = {one.pk: "指标不足。" for one in found.responses}
    close_without_award(challenge=found.challenge, feedback=feedback, by=found.challenger)
    return "selection.closed"


def submitted() -> str:
    response = a_response()
    submit_response(response=response, by=own(response))
    return "response.submitted"


def taken_back() -> str:
    response = a_response()
    withdraw_response(response=response, by=own(response))
    return "response.withdrawn"


def sides(one: Collaboration) -> tuple[Actor, Actor]:
    return actor_of(a_member("manager", one.organisation)), actor_of(a_member("manager", one.leader))


def stopped() -> str:
    work = a_collaboration()
    terminate(collaboration=work, conclusion="双方同意终止。", by=sides(work)[0])
    return "collaboration.terminated"


def read() -> list[str]:
    document = attached(a_challenge())
    read_document(document=document, by=own(document.subject))
    return ["document.attached", "document.disclosed"]


def worked() -> list[str]:
    work = a_collaboration()
    challenger, leader = sides(work)
    step = work.milestones.all()[0]
    change = Change(title="试件定参", due_on=step.due_on)
    propose_change(milestone=step, change=change, by=leader)
    agree_to_change(milestone=step, by=challenger)
    deliver(milestone=step, note="报告", by=leader)
    return_delivery(milestone=step, note="缺数据", by=challenger)
    deliver(milestone=step, note="报告", by=leader)
    accept(milestone=step, by=challenger)
    return ["milestone.accepted", "milestone.changed", *["milestone.delivered"] * 2, "milestone.returned"]


def finished() -> list[str]:
    work = a_collaboration()
    challenger, leader = sides(work)
    work.milestones.all().delete()
    results = [Result(target.pk, target.value) for target in work.challenge.targets.all()]
    report_result(collaboration=work, results=results, by=leader)
    complete_collaboration(collaboration=work, conclusion="达到要求。", by=challenger)
    return ["collaboration.completed", "collaboration.reported"]


def awarded() -> list[str]:
    found = scored(a_selection())
    first, other = found.responses
    award(
        challenge=found.challenge,
        choices=[Choice(first.pk, "指标最好。")],
        feedback={other.pk: "周期偏长。"},
        by=found.challenger,
    )
    return ["collaboration.opened", "selection.awarded"]


STORIES = (
    *(amended, closed, withdrawn, criteria, chosen_none, submitted, taken_back, stopped),
    *(read, worked, finished, awarded),
    *STORIES_OF_AGREEMENTS,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_listed_verb_leaves_exactly_one_entry(story):
    told = story()
    assert kinds() == ([told] if isinstance(told, str) else told)
    for opening in EvidenceOpening._base_manager.all():
        assert canonical(parse(opening.event)).decode() == opening.event


def test_the_stories_tell_of_every_kind():
    told = {"challenge.published", "nda.signed"}
    for story in STORIES:
        with transaction.atomic():
            found = story()
            told |= {found} if isinstance(found, str) else set(found)
            transaction.set_rollback(True)
    assert told == set(KINDS)


def test_who_sees_what():
    work = a_collaboration()
    step = work.milestones.all()[0]
    challenger, leader = sides(work)
    deliver(milestone=step, note="报告", by=leader)
    entry = EvidenceEntry._base_manager.get()
    for actor in (challenger, leader):
        assert entry_for(actor, entry.pk).may_open
        assert len(entries_of(work, actor)) == len(entries_of(step, actor)) == 1
    operator = operator_actor("viewer")
    assert not entry_for(operator, entry.pk).may_open
    for stranger in (VISITOR, actor_of(a_member("owner"))):
        with pytest.raises(NotVisible):
            entry_for(stranger, entry.pk)


def test_an_earlier_answer_stays_with_its_own_side():
    response = a_response(state="draft")
    submit_response(response=response, by=own(response))
    entry = EvidenceEntry._base_manager.get()
    Challenge._base_manager.filter(pk=response.challenge_id).update(state="selecting")
    challenger = own(response.challenge)
    response.refresh_from_db()
    assert response.is_visible_to(challenger)
    assert entries_of(response, challenger) == []
    with pytest.raises(NotVisible):
        entry_for(challenger, entry.pk)


def test_of_an_agreement_the_operator_learns_that_it_was_signed_and_strangers_nothing():
    deal = in_force(grant_starts_on=in_days(-1))
    rows = EvidenceEntry._base_manager.filter(kind="agreement.signed")
    assert rows.count() == 2
    for side in (deal.provider, deal.receiver):
        assert entry_for(side, rows[0].pk).may_open
    operator = operator_actor("viewer")
    assert [one.may_open for one in entries_of(deal.agreement, operator)] == [False, False]
    for stranger in (VISITOR, actor_of(a_member("owner"))):
        with pytest.raises(NotVisible):
            entry_for(stranger, rows[0].pk)
    opening = parse(EvidenceOpening._base_manager.get(entry=rows.order_by("-created_at")[0]).event)
    assert opening["content"]["document"] == deal.agreement.versions.last().document
    assert len(opening["content"]["signatures"]) == 2
    mark = reverse("trust:evidence", args=["agreement", deal.agreement.pk])
    there = reverse("innovation:agreement", args=[deal.agreement.pk])
    assert [mark in signed_in(one).get(there).text for one in (deal.provider, operator)] == [True, True]


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Account._base_manager.get(pk=actor.person))
    return client


def test_the_file_is_had_from_the_page_and_verified_by_the_command(tmp_path):
    challenge = published()
    client, page = signed_in(own(challenge)), reverse("trust:evidence", args=["challenge", challenge.pk])
    mark = client.get(reverse("innovation:challenge", args=[challenge.pk]))
    assert page in mark.text
    entry = EvidenceEntry._base_manager.get()
    there = reverse("trust:evidence_file", args=[entry.pk])
    assert there not in client.get(page).text
    assert client.get(there).status_code == 409
    keep_log()
    assert there in client.get(page).text
    answer = client.get(there)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    policy = Client().get(reverse("trust:log_policy")).content
    assert policy.decode() == policy_text()
    (tmp_path / "evidence.json").write_bytes(answer.content)
    (tmp_path / "policy.txt").write_bytes(policy)
    command = [sys.executable, "-m", "rongtong", "verify", "evidence.json", "--policy", "policy.txt", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert (done.returncode, told["good"]) == (0, True), done.stdout
    states = {one["name"]: one["state"] for one in told["checks"]}
    assert states["document"] == states["sm3"] == states["inclusion"] == states["signature"] == "passed"
    changed = answer.content.replace(challenge.number.encode(), b"T999999")
    assert changed != answer.content
    (tmp_path / "evidence.json").write_bytes(changed)
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_a_stranger_gets_the_file_without_its_content_and_after_erasure_so_does_everybody():
    challenge = published()
    entry = EvidenceEntry._base_manager.get()
    keep_log()
    there = reverse("trust:evidence_file", args=[entry.pk])
    whole = json.loads(signed_in(own(challenge)).get(there).content)
    bare = json.loads(Client().get(there).content)
    assert whole.pop("opening")["event"]["content"]["problem"] == challenge.problem
    assert bare == whole
    EvidenceOpening._base_manager.all().delete()
    found = evidence_of(entry_for(own(challenge), entry.pk))
    assert found is not None
    assert found.opening is None


def test_absent_and_hidden_are_one_answer():
    draft = a_challenge("draft")
    client = Client()
    hidden = client.get(reverse("trust:evidence", args=["challenge", draft.pk]))
    absent = client.get(reverse("trust:evidence", args=["challenge", own(draft).person]))
    unknown = client.get(reverse("trust:evidence", args=["nothing", draft.pk]))
    assert hidden.status_code == absent.status_code == unknown.status_code == 404


def test_the_api_tells_of_evidence_and_of_the_log():
    challenge = published()
    keep_log()
    client, operator = signed_in(own(challenge)), signed_in(operator_actor())
    [row] = client.get("/api/v1/evidence", {"subject": "challenge", "subject_id": str(challenge.pk)}).json()
    assert (row["number"], row["state"], row["opens"]) == (0, "published", True)
    there = f"/api/v1/evidence/{row['id']}/file"
    assert client.get(there).json()["opening"]["event"]["kind"] == "challenge.published"
    assert "opening" not in Client().get(there).json()
    told = operator.get("/api/v1/log").json()
    assert (told["size"], told["checkpoint_size"], told["waiting"], told["halt"]) == (1, 1, 0, "")
    assert client.get("/api/v1/log").status_code == 403
    asked = {who: one.post("/api/v1/log/checkpoint").status_code for who, one in (("own", client), ("run", operator))}
    assert asked == {"own": 404, "run": 202}
    assert operator.post("/api/v1/log/resume").json()["code"] == "log.runs"
