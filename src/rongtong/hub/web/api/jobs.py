"""Long work through the API: how far it is, and stopping it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.api import Out, Page, actor_of, needs, paged
from rongtong.hub.foundation.jobs import cancel_job
from rongtong.hub.foundation.models import Job, JobState
from rongtong.hub.organisations.queries import visible

PATH, NOUN = "/jobs", "job"
router = Router(tags=["jobs"])


class JobOut(Out):
    """``done`` of ``total`` portions; ``next`` is the page of the result once there is one."""

    id: UUID
    kind: str
    state: JobState
    done: int
    total: int
    cancel_asked: bool
    problem: str
    next: str
    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, row: Job) -> JobOut:
        return cls(
            id=row.pk,
            kind=row.kind,
            state=JobState(row.state),
            done=row.done,
            total=row.total,
            cancel_asked=row.cancel_asked,
            problem=row.problem,
            next=str(row.result.get("next", "")),
            created_at=row.created_at,
            changed_at=row.changed_at,
        )


@router.get("", response=Page[JobOut])
def list_jobs(request: HttpRequest, state: JobState | None = None, cursor: str = "", limit: int = 50) -> Any:
    """The long work that the caller started for their organisation, the newest first."""
    actor = actor_of(request)
    needs(actor, "account")
    rows = Job.visible_to(actor)
    if state is not None:
        rows = rows.filter(state=state)
    return paged(request, rows, JobOut.of, order=("-created_at", "-id"), cursor=cursor, limit=limit)


@router.get("/{uuid:pk}", response=JobOut)
def read(request: HttpRequest, pk: UUID) -> Any:
    """How far it is."""
    return JobOut.of(visible(Job, actor_of(request), pk))


@router.post("/{uuid:pk}/cancel", response=JobOut)
def cancel(request: HttpRequest, pk: UUID) -> Any:
    """Ask it to stop; what has not begun stops at once."""
    actor = actor_of(request)
    return JobOut.of(cancel_job(job=visible(Job, actor, pk), by=actor))
