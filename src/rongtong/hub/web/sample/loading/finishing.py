"""What is set right once the story is told: mail that nobody waits for, notices read long ago, the hub's own name."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import F

from rongtong.hub.foundation.models import Delivery, DeliveryState, Notice, Setting
from rongtong.hub.organisations.domain.invitations import LASTS
from rongtong.hub.organisations.models import Invitation

from ..records import Cluster
from . import agreements, programs
from .days import Calendar
from .members import operator_of

#: Notices of the last days are still unread, for everybody.
UNREAD_DAYS = 21
READ_AFTER = timedelta(hours=20)


def finish(cluster: Cluster, calendar: Calendar) -> None:
    """Set right what the verbs could not know."""
    Delivery._base_manager.filter(state=DeliveryState.WAITING).update(state=DeliveryState.DROPPED)
    programs.settle()
    agreements.settle()
    Invitation._base_manager.update(expires_at=F("created_at") + LASTS)
    old = Notice._base_manager.filter(created_at__lt=calendar.midnight(-UNREAD_DAYS))
    old.update(read_at=F("created_at") + READ_AFTER)
    _name_notices()
    operator = cluster.organisations[operator_of(cluster)]
    Setting._base_manager.bulk_create(
        Setting(key=key, value=value)
        for key, value in {
            "hub.cluster": "澜川市装备制造产业集群",
            "hub.host": "澜川市工业和信息化局",
            "hub.operator": operator.name,
            "hub.phone": "0000-8860 0123",
        }.items()
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _name_notices() -> None:
    """Give notices identifiers that follow from what they say: others of the same step must not shift them."""
    named = (
        "SELECT id AS old, overlay(overlay(md5(concat_ws('/', account_id, event, about_id, created_at, details,"
        " row_number() OVER (PARTITION BY account_id, event, about_id, created_at, details ORDER BY id)))"
        " PLACING '4' FROM 13) PLACING '8' FROM 17)::uuid AS new FROM foundation_notice"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE sample_names AS {named}")
        for table, column in (("foundation_delivery", "notice_id"), ("foundation_notice", "id")):
            cursor.execute(f"UPDATE {table} SET {column} = new FROM sample_names WHERE {column} = old")  # noqa: S608  as above
        cursor.execute("DROP TABLE sample_names")
