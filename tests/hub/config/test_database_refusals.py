"""A database that is not fit is refused by name: real servers and roles are asked, and only their answers count."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from rongtong.hub.config.database import ADMIN_ROLE, ROLE
from rongtong.hub.config.database_refusals import faults, refuse_unfit_database, seconds_off
from rongtong.hub.config.environment import ConfigurationError
from tests.database import own_cluster

PATIENCE = 60


def test_the_hubs_own_database_is_fit(db: None) -> None:
    with connection.cursor() as cursor:
        assert faults(cursor) == {}


def test_a_superuser_is_refused() -> None:
    with psycopg.connect(own_cluster().url("postgres", ADMIN_ROLE)) as admin:
        found = faults(admin.cursor())
        assert list(found) == ["database role"]
        assert f"'{ADMIN_ROLE}' is a superuser" in found["database role"]
        assert "CREATE ROLE" in found["database role"] and "DATABASE_URL" in found["database role"]


def test_a_superuser_who_takes_on_another_role_is_one_still() -> None:
    """It could put the role off again."""
    with psycopg.connect(own_cluster().url("postgres", ADMIN_ROLE)) as admin:
        admin.execute(f"SET ROLE {ROLE}".encode())
        assert list(faults(admin.cursor())) == ["database role"]


def answering(cursor, function: str) -> None:
    """Let the server answer by another function than its own, until the test's transaction ends."""
    cursor.execute("CREATE SCHEMA other")
    cursor.execute(f"CREATE FUNCTION other.{function}")
    cursor.execute("SET LOCAL search_path = other, pg_catalog")


@pytest.mark.parametrize(("number", "refused"), [("170009", True), ("179999", True), ("180000", False)])
def test_an_older_postgresql_is_refused(db: None, number: str, refused: bool) -> None:
    with connection.cursor() as cursor:
        body = f"$$ SELECT CASE name WHEN 'server_version_num' THEN '{number}' END $$"
        answering(cursor, f"current_setting(name text) RETURNS text LANGUAGE sql AS {body}")
        found = faults(cursor)
    assert list(found) == (["database version"] if refused else [])
    if refused:
        assert "PostgreSQL 17 is too old" in found["database version"] and "pg_dump" in found["database version"]


@pytest.mark.parametrize(
    ("off", "says"),
    [("7 seconds", "7 s behind"), ("-1 hour", "3600 s ahead of"), ("3 seconds", ""), ("-3 seconds", "")],
)
def test_a_clock_that_is_off_is_refused(db: None, off: str, says: str) -> None:
    with connection.cursor() as cursor:
        body = f"$$ SELECT pg_catalog.clock_timestamp() + interval '{off}' $$"
        answering(cursor, f"clock_timestamp() RETURNS timestamptz LANGUAGE sql AS {body}")
        found = faults(cursor)
    assert list(found) == (["clock"] if says else [])
    assert says in found.get("clock", "")


@pytest.mark.parametrize(
    ("before", "clock", "after", "off"),
    [(100, 100, 100, 0), (100, 109, 110, 0), (100, 112, 110, 2), (100, 97, 110, -3), (100, 100.5, 160, 0)],
)
def test_a_slow_answer_is_no_wrong_clock(before: float, clock: float, after: float, off: float) -> None:
    assert seconds_off(before, clock, after) == off


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_left_to_a_server_that_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    refuse_unfit_database()
    assert connection.connection is None
    monkeypatch.setitem(connection.settings_dict, "USER", ADMIN_ROLE)
    with pytest.raises(ConfigurationError, match="  database role: "):
        refuse_unfit_database()
    assert connection.connection is None


def test_no_process_starts_with_an_unfit_database(short: Path) -> None:
    """Each long-running process and the preparation of the database, as one would start it."""
    environment = {
        **os.environ,
        "RONGTONG_HOME": str(short),
        "RONGTONG_PROFILE": "local",
        "DATABASE_URL": own_cluster().url("postgres", ADMIN_ROLE),
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    commands = (["web", "--port", "0"], ["worker"], ["indexer"], ["migrate"])
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "rongtong", *words], env=environment, stderr=subprocess.PIPE, encoding="utf-8"
        )
        for words in commands
    ]
    for words, process in zip(commands, started, strict=True):
        _, said = process.communicate(timeout=PATIENCE)
        assert (words[0], process.returncode) == (words[0], 1), said
        assert "database role: 'rongtong_admin' is a superuser" in said
        assert "Traceback" not in said
