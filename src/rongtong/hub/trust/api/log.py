"""The evidence log through the API: how it stands. The log itself is read at ``/log/`` by its own format."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Out, actor_of, needs
from rongtong.hub.foundation.errors import NotVisible

from ..domain.log_keeping import resume_log
from ..models import LogHead
from ..queries.log import LogStatus, status
from ..tasks import ask_for_checkpoint

PATH, NOUN = "/log", "log"
router = Router(tags=["evidence"])


class LogWitnessOut(Out):
    """What one witness last did."""

    name: str
    outcome: str
    told: str
    size: int | None
    asked_at: datetime | None


class LogOut(Out):
    """How the log stands. ``waiting`` counts to a thousand."""

    origin: str
    key: str
    size: int
    waiting: int
    halt: str
    problem: str
    checkpoint_size: int | None
    checkpoint_at: datetime | None
    quorum: str
    witnesses: list[LogWitnessOut]
    unstamped: int

    @classmethod
    def of(cls, found: LogStatus) -> LogOut:
        key = next((one.verifier for one in found.keys if one.retired_at is None), "")
        return cls(
            origin=key.partition("+")[0],
            key=key,
            size=found.head.size if found.head else 0,
            waiting=found.waiting,
            halt=found.head.halt if found.head else "",
            problem=found.head.problem if found.head else "",
            checkpoint_size=found.newest.size if found.newest else None,
            checkpoint_at=found.newest.published_at if found.newest else None,
            quorum=found.quorum,
            witnesses=[
                LogWitnessOut(
                    name=name,
                    outcome=row.outcome if row else "",
                    told=row.told if row else "",
                    size=row.size if row else None,
                    asked_at=row.asked_at if row else None,
                )
                for name, _address, row in found.witnesses
            ],
            unstamped=found.unstamped,
        )


def _head(request: HttpRequest) -> tuple[LogHead, Actor]:
    actor = actor_of(request)
    head = LogHead.visible_to(actor).first()
    if head is None:
        raise NotVisible
    return head, actor


@router.post("/checkpoint", response={202: LogOut})
def ask_checkpoint(request: HttpRequest) -> Any:
    """Ask for a checkpoint now; it is made as soon as a worker is free."""
    head, actor = _head(request)
    ask_for_checkpoint(head, actor)
    return Status(202, LogOut.of(status()))


@router.post("/resume", response=LogOut)
def resume(request: HttpRequest) -> Any:
    """Let a log that has stopped go on. The witnesses are asked before anything is written."""
    head, actor = _head(request)
    resume_log(head=head, by=actor)
    return LogOut.of(status())


@router.get("", response=LogOut)
def read_log(request: HttpRequest) -> Any:
    """How the log stands, for who runs the hub."""
    needs(actor_of(request), "operator.viewer")
    return LogOut.of(status())
