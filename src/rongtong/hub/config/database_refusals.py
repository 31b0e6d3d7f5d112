"""What a start refuses about the database it was given: asked of the server itself, by name and with the cure."""

from __future__ import annotations

import time
from typing import Any, Final

from rongtong.hub.config.database import MAJOR_VERSION
from rongtong.hub.config.environment import ConfigurationError

MOST_SECONDS_OFF: Final = 5.0
QUESTION: Final = """
    SELECT current_user,
           (SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname IN (current_user, session_user)),
           current_setting('server_version_num')::int / 10000,
           extract(epoch FROM clock_timestamp())::float
"""


def refuse_unfit_database() -> None:
    """Ask the hub's database whether it is fit. The connection is closed again: a server that forks must own none.

    Raises
    ------
    ConfigurationError
        The role is a superuser, PostgreSQL is too old, or one of the two clocks is wrong.
    """
    from django.db import connection

    try:
        with connection.cursor() as cursor:
            found = faults(cursor)
    finally:
        connection.close()
    if found:
        raise ConfigurationError(found)


def faults(cursor: Any) -> dict[str, str]:
    """What makes the server behind a cursor unfit, by name."""
    before = time.time()
    cursor.execute(QUESTION)
    role, superuser, version, clock = cursor.fetchone()
    after = time.time()
    found: dict[str, str] = {}
    if superuser:
        found["database role"] = (
            f"'{role}' is a superuser, whom no right in the database holds back; make a role of the hub's own "
            "(CREATE ROLE rongtong LOGIN PASSWORD '…'; ALTER DATABASE … OWNER TO rongtong) and name it in DATABASE_URL"
        )
    if version < int(MAJOR_VERSION):
        found["database version"] = (
            f"PostgreSQL {version} is too old; carry the data over to {MAJOR_VERSION} or newer with pg_dump and "
            "pg_restore, and name that server in DATABASE_URL"
        )
    off = seconds_off(before, clock, after)
    if abs(off) > MOST_SECONDS_OFF:
        found["clock"] = (
            f"this machine is {abs(off):.0f} s {'behind' if off > 0 else 'ahead of'} the database, and deadlines and "
            "sign-in codes go by both; set both by a time service (chrony or systemd-timesyncd)"
        )
    return found


def seconds_off(before: float, clock: float, after: float) -> float:
    """How far a clock that was read between two moments is ahead of them (behind: negative); 0 within them."""
    return max(clock - after, 0.0) or min(clock - before, 0.0)
