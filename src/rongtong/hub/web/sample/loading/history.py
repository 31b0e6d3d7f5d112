"""Moving what was just written into the past: verbs write the time at which they run, the story says when it was.

Steps run one after another, so a time that was written tells the step that wrote it. In the end every such time, in
every table, is replaced by the instant of its step.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models.fields import NOT_PROVIDED
from django.utils import timezone
from psycopg import sql

from .identities import tables

#: Times that verbs take from the database's clock, beside those that are a column's default.
BY_DATABASE = {
    "innovation_agreement.offered_at",
    "innovation_collaboration.ended_at",
    "innovation_milestone.decided_at",
    "innovation_milestone.delivered_at",
    "innovation_partner.decided_at",
    "innovation_response.submitted_at",
    "innovation_technology.published_at",
}
#: The database's clock again; read back and copied to a column of another row.
BY_DATABASE |= {
    "innovation_reviewer.declared_at",
    "innovation_reviewer.handed_in_at",
    "innovation_scoresheet.submitted_at",
}
STEPS = "sample_steps"


class History:
    """Notes when each step began, by this machine's clock and by the database's, which may be another machine's."""

    def __init__(self) -> None:
        self._begun: list[tuple[datetime, datetime, datetime]] = []
        self._apart = timedelta(0)

    def begin(self, at: datetime) -> None:
        """Everything written from now on happened at ``at``."""
        if not self._begun:
            self._apart = _clocks_apart()
        here = timezone.now()
        self._begun.append((here, here + self._apart, at))

    def move(self) -> None:
        """Replace every time written since the first step."""
        now = timezone.now()
        last = (now, now + self._apart)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE {STEPS} (here timestamptz, there timestamptz, at timestamptz)")
            cursor.executemany(f"INSERT INTO {STEPS} VALUES (%s, %s, %s)", self._begun)  # noqa: S608  a constant name
            cursor.execute(f"CREATE INDEX ON {STEPS} (here); CREATE INDEX ON {STEPS} (there)")
            for model in tables():
                columns = [field for field in model._meta.local_concrete_fields if _is_time(field)]
                if columns:
                    self._move_table(cursor, model, columns, last)
            cursor.execute(f"DROP TABLE {STEPS}")

    def _move_table(
        self, cursor: Any, model: type[models.Model], columns: list[Any], last: tuple[datetime, ...]
    ) -> None:
        parts, values = [], []
        table = sql.Identifier(model._meta.db_table)
        for field in columns:
            by_database = _is_by_database(model, field)
            clock = "there" if by_database else "here"
            parts.append(
                sql.SQL(
                    "{0} = CASE WHEN {0} >= %s AND {0} <= %s THEN"
                    " (SELECT step.at FROM {1} AS step WHERE step.{2} <= {3}.{0} ORDER BY step.{2} DESC LIMIT 1)"
                    " ELSE {0} END"
                ).format(sql.Identifier(field.column), sql.Identifier(STEPS), sql.Identifier(clock), table)
            )
            values += [self._begun[0][by_database], last[by_database]]
        cursor.execute(sql.SQL("UPDATE {} SET {}").format(table, sql.SQL(", ").join(parts)), values)


def _clocks_apart() -> timedelta:
    """How far the database's clock is ahead of this machine's; nothing where both are one."""
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    after = timezone.now()
    return timedelta(0) if before <= there <= after else there - before - (after - before) / 2


def _is_time(field: Any) -> bool:
    return isinstance(field, models.DateTimeField)


def _is_by_database(model: type[models.Model], field: Any) -> bool:
    return field.db_default is not NOT_PROVIDED or f"{model._meta.db_table}.{field.column}" in BY_DATABASE
