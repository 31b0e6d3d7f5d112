"""Verbs: the only place where state changes. A verb is one transaction with one permission and one audit entry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, models, transaction

from . import audit, rights
from .actors import Actor
from .errors import Busy

#: PostgreSQL's words for a lock that was not had in time, and for a deadlock.
NO_TURN = frozenset({"55P03", "40P01"})
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Verb:
    name: str
    on: str | None
    call: Callable[..., Any]


@dataclass(frozen=True)
class Done:
    """A verb that was done, still inside its transaction.

    Parameters
    ----------
    subject, result
        What it acted upon, as it stands now, and what it gave back.
    """

    verb: str
    by: Actor
    subject: Any
    result: Any


REGISTRY: dict[str, Verb] = {}
#: Hears of every verb in the verb's own transaction: where it fails, nothing was done.
Listener = Callable[[Done], None]
_listeners: list[Listener] = []


def heard_by(listener: Listener) -> None:
    """Call ``listener`` in the transaction of every verb, after its audit entry is written."""
    if listener not in _listeners:
        _listeners.append(listener)


def verb(name: str, *, on: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a verb.

    The decorated function takes keyword arguments only, among them ``by: Actor`` and, where ``on`` names one, the
    object acted upon. That object is read again under a row lock before rights are checked, so what the check saw
    still holds when the function acts.

    Raises
    ------
    NotVisible, Forbidden, Refusal
        By the rights table, before the function runs.
    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def act(*args: P.args, **given: P.kwargs) -> R:
            if args:
                raise TypeError(f"{name} takes keyword arguments only")
            by: Any = given["by"]
            with _in_turn(), transaction.atomic():
                subject = _locked(given[on]) if on else None
                if on:
                    given[on] = subject
                rights.require(by, name, subject)
                before = getattr(subject, "state", None)
                with audit.noting() as details:
                    result = function(*args, **given)
                audit.write(verb=name, by=by, subject=subject, result=result, before=before, details=details)
                for listener in _listeners:
                    listener(Done(name, by, subject, result))
            return result

        if name in REGISTRY:
            raise RuntimeError(f"two verbs named {name}")
        REGISTRY[name] = Verb(name, on, act)
        return act

    return declare


@contextmanager
def _in_turn() -> Iterator[None]:
    """Say by name that a lock was not had in time, or that two verbs stood in each other's way."""
    try:
        yield
    except OperationalError as clash:
        if getattr(clash.__cause__, "sqlstate", None) not in NO_TURN:
            raise
        raise Busy from clash


def _locked(subject: Any) -> Any:
    """Read the row again and hold it until the transaction ends."""
    if not isinstance(subject, models.Model):
        return subject
    return type(subject)._base_manager.select_for_update().get(pk=subject.pk)
