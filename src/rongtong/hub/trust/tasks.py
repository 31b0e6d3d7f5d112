"""Background work of trust."""

from uuid import uuid4

from django.db import transaction
from procrastinate.contrib.django import app

from rongtong.hub.foundation.actors import Actor

from .domain.checking import check_waiting
from .domain.checkpoint_stamping import stamp_due
from .domain.leftovers import clear_leftovers
from .domain.log_keeping import ask_checkpoint, keep_log
from .models import LogHead


@app.periodic(cron="* * * * *")
@app.task(queue="heavy", queueing_lock="check_documents")
def check_documents(timestamp: int) -> int:
    """Every minute: ask the virus scanner again about files it has not answered for, where that is due."""
    return check_waiting()


@app.periodic(cron="53 3 * * *")
@app.task(queue="heavy", queueing_lock="clear_leftover_files")
def clear_leftover_files(timestamp: int) -> int:
    """Every night: remove contents that no document has needed for 35 days."""
    return clear_leftovers()


@app.periodic(cron="* * * * * */30")
@app.task(queue="log", queueing_lock="keep_evidence_log", lock="keep_evidence_log")
def keep_evidence_log(timestamp: int) -> int:
    """Every half minute: bring evidence into the log and publish a checkpoint. Running it twice changes nothing."""
    checkpoint = keep_log()
    return checkpoint.size if checkpoint else 0


@app.periodic(cron="* * * * *")
@app.task(queue="log", queueing_lock="stamp_checkpoints", lock="stamp_checkpoints")
def stamp_checkpoints(timestamp: int) -> int:
    """Every minute: have published checkpoints timestamped, where that is due."""
    return stamp_due()


def ask_for_checkpoint(head: LogHead, by: Actor) -> None:
    """Have a checkpoint made as soon as a worker is free, not only with the next half minute."""
    with transaction.atomic():
        ask_checkpoint(head=head, by=by)
        keep_evidence_log.configure(queueing_lock=f"checkpoint {uuid4()}").defer(timestamp=0)
