"""What the log does every half minute: write down what is queued, sign, have it cosigned, publish.

It stops, and tells the operator, when a witness remembers another history than this one or when the tables contradict
what was signed. Evidence is queued all the same; nothing that was acknowledged is lost while it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from rongtong.engines.translog import Checkpoint, Cosigned, TranslogError
from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.sealing import Unsealable
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import operators

from ..models import LogCheckpoint, LogHead, LogWitness
from ..models.log import THE_LOG, Halt
from ..queries.log import witnesses
from ..queries.log_tiles import published, tree_of
from .checkpoint_cosigning import ask_witnesses
from .log_keys import signer
from .log_sequencing import Disturbed, locked_head, sequence

#: How long a witness that did not cosign is left alone, unless there is a new checkpoint.
ASK_AGAIN = timedelta(minutes=5)


@dataclass
class Memory:
    """Whether this process has asked the witnesses before it wrote anything."""

    asked: bool = False


_memory = Memory()


class Alarm(Exception):
    """The log must stop."""

    def __init__(self, halt: Halt, told: str) -> None:
        super().__init__(told)
        self.halt = halt


def keep_log() -> LogCheckpoint | None:
    """Bring everything queued into the log and publish a checkpoint; gives the newest published one.

    Any number of processes may call it. While the log stands still, nothing is done.
    """
    head = LogHead._base_manager.first()
    if head is not None and head.halt:
        return published()
    try:
        if not (_memory.asked and head is not None and head.confirmed):
            _ask_before_writing()
        while sequence():
            pass
        checkpoint = sign_checkpoint()
        if checkpoint is not None:
            _cosign(checkpoint)
            publish(checkpoint)
    except Alarm as alarm:
        stop(alarm.halt, str(alarm))
    except (Disturbed, Unsealable) as error:
        stop(Halt.TREE if isinstance(error, Disturbed) else Halt.KEY, str(error))
    return published()


def sign_checkpoint() -> LogCheckpoint | None:
    """The checkpoint of the log as it is now, signed at this moment if it is not yet; None while another is at it.

    Raises
    ------
    Disturbed
        The log does not continue what it signed last: nothing is signed.
    """
    with transaction.atomic():
        head = locked_head()
        if head is None or head.halt:
            return None
        newest = LogCheckpoint._base_manager.order_by("-size").first()
        if newest is not None and newest.size == head.size and bytes(newest.root) == bytes(head.root):
            return newest
        _demand_continues(head, newest)
        key = signer()
        note = Checkpoint(key.name, head.size, bytes(head.root)).signed_by(key)
        return LogCheckpoint._base_manager.create(size=head.size, root=bytes(head.root), note=str(note))


def _demand_continues(head: LogHead, newest: LogCheckpoint | None) -> None:
    if newest is None:
        return
    if newest.size >= head.size:
        raise Disturbed(f"a checkpoint of {newest.size} entries is signed, and the log has {head.size}")
    try:
        tree_then, tree_now = tree_of(newest.size).root, tree_of(head.size).root
    except TranslogError as error:
        raise Disturbed(str(error)) from error
    if tree_then != bytes(newest.root) or tree_now != bytes(head.root):
        raise Disturbed(f"the log's first {newest.size} entries are not those of its last checkpoint")


def publish(checkpoint: LogCheckpoint) -> None:
    """Show a checkpoint to everybody, unless it is already or the log has been stopped meanwhile."""
    if checkpoint.published_at is not None:
        return
    with transaction.atomic():
        head = locked_head()
        if head is None or head.halt:
            return
        checkpoint.published_at = datetime.now(UTC)
        checkpoint.save(update_fields=["published_at"])


def _ask_before_writing() -> None:
    """Ask the witnesses with what is published, before anything is added: a restored backup comes to light here."""
    shown = published()
    if shown is not None and witnesses().witnesses:
        _heed(ask_witnesses(shown))
    LogHead._base_manager.update_or_create(pk=THE_LOG, defaults={"confirmed": True})
    _memory.asked = True


def _cosign(checkpoint: LogCheckpoint) -> None:
    """Ask the witnesses while one has not cosigned it; one that did not is asked again after a while."""
    wanted = {str(party.verifier) for party in witnesses().witnesses.values() if party.url}
    wanted -= set(checkpoint.cosignatures.values_list("key", flat=True))
    since = max(checkpoint.created_at, datetime.now(UTC) - ASK_AGAIN)
    wanted -= set(LogWitness._base_manager.filter(asked_at__gte=since).values_list("key", flat=True))
    if wanted:
        _heed(ask_witnesses(checkpoint))


def _heed(found: Cosigned) -> None:
    if found.alarms:
        raise Alarm(Halt.WITNESS, "\n".join(one.told for one in found.alarms))


def stop(halt: Halt, told: str) -> None:
    """Write nothing more into the log, and tell the operator's people once."""
    head, _made = LogHead._base_manager.get_or_create(pk=THE_LOG)
    if not head.halt:
        halt_log(head=head, halt=halt, problem=told, by=SYSTEM)


@verb("log.halt", on="head")
def halt_log(*, head: LogHead, halt: Halt, problem: str, by: Actor) -> LogHead:
    """Stop the log."""
    head.halt, head.problem, head.halted_at = halt, problem[:4000], datetime.now(UTC)
    head.save(update_fields=["halt", "problem", "halted_at"])
    audit.note(reason=str(halt), size=head.size)
    notify("log.halted", to=operators(), about=head, by=by)
    return head


@verb("log.checkpoint", on="head")
def ask_checkpoint(*, head: LogHead, by: Actor) -> LogHead:
    """Ask for a checkpoint now. Whoever calls this defers the work, in the same transaction."""
    audit.note(size=head.size)
    return head


@verb("log.resume", on="head")
def resume_log(*, head: LogHead, by: Actor) -> LogHead:
    """Let the log go on, once somebody has looked. The witnesses are asked again before anything is written.

    Raises
    ------
    Refusal
        ``log.runs``: it was not stopped.
    """
    if not head.halt:
        raise Refusal("log.runs", what=_("日志没有停止。"), why=_("它正在正常写入。"), cure=_("无需操作。"))
    audit.note(reason=head.halt, size=head.size)
    head.halt, head.problem, head.halted_at, head.confirmed = "", "", None, False
    head.save(update_fields=["halt", "problem", "halted_at", "confirmed"])
    return head
