"""Asking the witnesses to cosign a checkpoint, over the guarded client, and keeping what each of them did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from django.db import transaction

from rongtong.engines.translog import Cosigned, Note, Outcome, Reply, Report, Unreachable, collect
from rongtong.hub.foundation.outbound import OutboundError, client

from ..models import LogCheckpoint, LogCosignature, LogWitness
from ..queries.log import witnesses
from ..queries.log_tiles import tree_of

SECONDS = 5.0


def send(url: str, body: bytes, *, type: str, seconds: float) -> Reply:
    """Post by the guarded client: what it refuses or does not reach is unreachable."""
    try:
        answer = replace(client(), seconds=seconds).post(url, content=body, headers={"content-type": type})
    except OutboundError as error:
        raise Unreachable(str(error)) from error
    return Reply(answer.status, answer.headers.get("content-type", ""), answer.content)


def ask_witnesses(checkpoint: LogCheckpoint) -> Cosigned:
    """Ask all of them at once. What they did is kept whatever it was; the caller heeds alarms."""
    policy = witnesses()
    keys = {name: str(party.verifier) for name, party in policy.witnesses.items()}
    last = {one.key: one.size for one in LogWitness._base_manager.all() if one.size is not None}
    known = {name: last[key] for name, key in keys.items() if key in last}
    found = collect(
        Note.parse(checkpoint.note), tree_of(checkpoint.size), policy, known=known, send=send, seconds=SECONDS
    )
    with transaction.atomic():
        for report in found.reports:
            _keep(report, keys[report.witness], checkpoint)
    return found


def _keep(report: Report, key: str, checkpoint: LogCheckpoint) -> None:
    now = datetime.now(UTC)
    told = {"name": report.witness, "outcome": str(report.outcome), "told": report.told, "asked_at": now}
    if report.size is not None:
        told["size"] = report.size
    if report.outcome is Outcome.COSIGNED and report.cosignature and report.signature:
        told["cosigned_at"] = report.cosignature.at
        LogCosignature._base_manager.get_or_create(
            checkpoint=checkpoint, key=key, defaults={"line": report.signature.line, "at": report.cosignature.at}
        )
    LogWitness._base_manager.update_or_create(key=key, defaults=told)
