"""The addresses that a supervisor asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, connections
from django.test import Client

from rongtong.hub.config import health


def test_live_asks_no_database(client: Client) -> None:
    # pytest-django refuses any query here: this test has no database
    answer = client.get("/health/live")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_ready_on_a_migrated_database(client: Client) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(health.CHECKS))
def test_ready_names_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(health.CHECKS, name, lambda: False)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "missing": [name]})


@pytest.mark.django_db
def test_a_job_that_waits_too_long_is_noticed() -> None:
    def add(minutes: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, scheduled_at) "
                "VALUES ('mail', 'x', '{}', 'todo', now() - make_interval(mins => %s))",
                [minutes],
            )

    add(5)
    assert health.queue_moves()
    add(11)
    assert not health.queue_moves()


@pytest.mark.django_db
def test_a_database_that_is_away_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise DatabaseError("away")

    monkeypatch.setattr(connections["default"], "cursor", refuse)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert {"database", "queue"} <= set(answer.json()["missing"])
