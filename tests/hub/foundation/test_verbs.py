"""The verb machinery: rights, lock, audit entry, one transaction."""

import threading
import uuid

import pytest
from django.db import connection

from rongtong.hub.foundation import audit, rights, verbs
from rongtong.hub.foundation.actors import SYSTEM, VISITOR, Actor
from rongtong.hub.foundation.errors import Forbidden, NotVisible, Refusal
from rongtong.hub.foundation.models import AuditEntry, Job, JobState, SavedSearch

ACCOUNT = uuid.uuid4()
ORGANISATION = uuid.uuid4()


def person(role: str = "manager", **more: object) -> Actor:
    given = {"account_id": ACCOUNT, "organisation_id": ORGANISATION, "role": role, "verified": True} | more
    return Actor(**given)  # type: ignore[arg-type]  # keyword arguments by name


@pytest.fixture
def stop_job(monkeypatch: pytest.MonkeyPatch):
    """A verb of this test's own: stop a running job; it fails when asked to."""
    monkeypatch.setattr(rights, "VERBS", dict(rights.VERBS))
    monkeypatch.setattr(verbs, "REGISTRY", dict(verbs.REGISTRY))
    monkeypatch.setattr(audit, "VERBS", rights.VERBS)
    rights.right("job.stop", "own.manager", states={"running"}, feed={"own.viewer"})

    @verbs.verb("job.stop", on="job")
    def stop(*, job: Job, by: Actor, fail: bool = False) -> Job:
        job.state = JobState.CANCELLED
        job.touch("state")
        audit.note(done=job.done)
        if fail:
            raise Refusal("job.cannot", what="cannot")
        return job

    return stop


def a_job(**more: object) -> Job:
    given = {
        "kind": "test",
        "account_id": ACCOUNT,
        "organisation_id": ORGANISATION,
        "state": "running",
        "done": 7,
    } | more
    return Job._base_manager.create(**given)


@pytest.mark.django_db
def test_verb_changes_and_records(stop_job):
    job = stop_job(job=a_job(), by=person())
    assert Job._base_manager.get(pk=job.pk).state == "cancelled"
    entry = AuditEntry._base_manager.get(subject_id=job.pk)
    found = (entry.verb, entry.before, entry.after, entry.details, entry.account_id, entry.organisation_id)
    assert found == ("job.stop", "running", "cancelled", {"done": 7}, ACCOUNT, ORGANISATION)
    assert [one.pk for one in audit.feed(job, person("viewer"))] == [entry.pk]


@pytest.mark.django_db
def test_refused_verb_leaves_nothing(stop_job):
    job = a_job()
    with pytest.raises(Refusal, match="cannot"):
        stop_job(job=job, by=person(), fail=True)
    assert Job._base_manager.get(pk=job.pk).state == "running"
    assert not AuditEntry._base_manager.filter(subject_id=job.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("actor", "state", "error", "code"),
    [
        (VISITOR, "running", NotVisible, "not_found"),
        (person(organisation_id=uuid.uuid4()), "running", NotVisible, "not_found"),
        (person("contributor"), "running", Forbidden, "rights.role"),
        (person(scopes=frozenset({"job:read"})), "running", Forbidden, "rights.scope"),
        (person(), "done", Refusal, "rights.state"),
        (SYSTEM, "running", Forbidden, "rights.role"),
    ],
)
def test_verb_refuses_by_the_table(stop_job, actor, state, error, code):
    job = a_job(state=state)
    with pytest.raises(error) as refused:
        stop_job(job=job, by=actor)
    assert refused.value.code == code
    assert Job._base_manager.get(pk=job.pk).state == state


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one(stop_job):
    """The row lock makes the second caller see what the first one did."""
    job, found, start = a_job(), [], threading.Barrier(8)

    def call() -> None:
        start.wait()
        try:
            stop_job(job=job, by=person())
            found.append("did")
        except Refusal as refused:
            found.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["did"] + ["rights.state"] * 7
    assert AuditEntry._base_manager.filter(subject_id=job.pk).count() == 1


def test_no_second_row_for_a_verb(monkeypatch):
    monkeypatch.setattr(rights, "VERBS", {})
    rights.right("thing.do", "anyone")
    with pytest.raises(RuntimeError, match="two rights rows"):
        rights.right("thing.do", "operator")


@pytest.mark.parametrize(
    ("actor", "roles"),
    [
        (VISITOR, {"anyone"}),
        (SYSTEM, {"anyone", "system"}),
        (Actor(account_id=ACCOUNT), {"anyone", "account"}),
        (person("owner", verified=False), {"anyone", "account"}),
        (person("contributor"), {"anyone", "account", "member", "member.viewer", "member.contributor"}),
        (
            person("viewer", operator=True),
            {"anyone", "account", "member", "member.viewer", "operator.viewer"},
        ),
    ],
)
def test_roles_follow_from_who_one_is(actor, roles):
    assert actor.roles == roles


@pytest.mark.django_db
def test_saved_searches_are_ones_own():
    SavedSearch._base_manager.create(account_id=ACCOUNT, page="x", name="a", query="")
    assert SavedSearch.visible_to(person()).count() == 1
    assert SavedSearch.visible_to(person(account_id=uuid.uuid4())).count() == 0
    assert SavedSearch.visible_to(VISITOR).count() == 0
