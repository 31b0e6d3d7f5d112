"""The audit trail: one entry for every verb done, in the verb's own transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Model, Q, QuerySet

from .actors import Actor
from .models import AuditEntry
from .rights import VERBS, roles_on

_details: ContextVar[dict[str, Any] | None] = ContextVar("audit_details", default=None)


@contextmanager
def noting() -> Iterator[dict[str, Any]]:
    """Collect what the running verb notes; a verb called by a verb has its own notes."""
    details: dict[str, Any] = {}
    token = _details.set(details)
    try:
        yield details
    finally:
        _details.reset(token)


def note(**details: Any) -> None:
    """Add facts to the running verb's audit entry: identifiers, states and numbers, never texts under disclosure."""
    running = _details.get()
    if running is None:
        raise RuntimeError("note() is called inside a verb")
    running.update(details)


def write(*, verb: str, by: Actor, subject: Any, result: Any, before: Any, details: dict[str, Any]) -> AuditEntry:
    """Record that a verb was done. The entry is about what the verb made, else about its object."""
    about = result if isinstance(result, Model) else subject
    context = subject if isinstance(subject, Model) and subject is not about else None
    return AuditEntry._base_manager.create(
        verb=verb,
        account_id=by.account_id,
        organisation_id=by.organisation_id,
        name=by.name,
        ip=by.ip or None,
        request_id=by.request_id,
        subject_type=about._meta.label_lower if isinstance(about, Model) else "",
        subject_id=about.pk if isinstance(about, Model) else None,
        context_type=context._meta.label_lower if context is not None else "",
        context_id=context.pk if context is not None else None,
        before=str(before or ""),
        after=str(getattr(about, "state", "") or ""),
        details=details,
    )


def feed(subject: Model, actor: Actor, limit: int = 20) -> list[AuditEntry]:
    """What happened to an object, as far as this actor may know. One query.

    Entries about things made inside the object (a response to a challenge) belong to those things' own feeds.
    """
    roles = roles_on(actor, subject)
    verbs = [name for name, row in VERBS.items() if row.feed & roles]
    return list(entries_about(subject).filter(verb__in=verbs).order_by("-at", "-id")[:limit])


def entries_about(subject: Model) -> QuerySet[AuditEntry]:
    return AuditEntry._base_manager.filter(Q(subject_type=subject._meta.label_lower, subject_id=subject.pk))


def trail(actor: Actor) -> QuerySet[AuditEntry]:
    """The whole trail for the operator and the system; one's own organisation's for its managers."""
    rows = AuditEntry._base_manager.all()
    if actor.system or "operator.viewer" in actor.roles:
        return rows
    return rows.filter(organisation_id=actor.organisation_id) if "manager" in actor.steps else rows.none()
