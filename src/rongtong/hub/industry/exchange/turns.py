"""Checking a file takes a process of its own: each organisation has one at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Refusal

_LOCK = 0x5254_0020


@contextmanager
def turn_of(actor: Actor) -> Iterator[None]:
    """Hold the organisation's turn.

    Raises
    ------
    Refusal
        Another file of the organisation is being checked.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, str(actor.firm)])
            [had] = cursor.fetchone() or [False]
        if not had:
            raise Refusal(
                "exchange.busy",
                what=_("现在不能校验。"),
                why=_("本单位的另一个文件正在校验。"),
                cure=_("请等它结束，通常几秒钟。"),
            )
        yield
