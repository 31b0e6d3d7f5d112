"""Needs from a file: checked, confirmed in one transaction, taken back while nobody has worked on them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.imports.batches import (
    discard,
    known_headers,
    mark_applied,
    mark_undone,
    new_batch,
    no_undo,
    require_kind,
    require_undo_time,
    take,
)
from rongtong.hub.foundation.models import ImportBatch
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.models import Organisation

from ..enums import ChallengeState
from ..models import Challenge, Round
from ..targets import read_targets
from .challenges import create_challenge, require_collecting
from .need_examination import NEW, examine, typed

KIND = "challenges"
CURE = _("请在需求页面逐项撤回。")


@verb("challenge.check_import", on="round")
def check_import(*, round: Round, content: bytes, file_name: str, submit: bool, by: Actor) -> ImportBatch:
    """Read a filled-in need form and keep what it would do, for somebody to confirm.

    Parameters
    ----------
    submit
        Whether the needs will be handed in, or stay drafts of their enterprises.
    """
    require_collecting(round)
    batch = new_batch(kind=KIND, content=content, file_name=file_name, by=by)
    batch.columns = {"round": str(round.pk), "submit": submit}
    take(batch, examine(content, round, by))
    batch.save()
    return batch


@verb("challenge.rename_import", on="batch")
def rename_import(*, batch: ImportBatch, renames: Mapping[str, str], by: Actor) -> ImportBatch:
    """Say which header means which column, and check again. An empty column leaves the header out."""
    require_kind(batch, KIND)
    meant = known_headers(batch, renames)
    take(batch, examine(bytes(batch.content or b""), round_of(batch), by, meant), meant)
    batch.touch()
    return batch


def round_of(batch: ImportBatch) -> Round:
    return Round._base_manager.get(pk=batch.columns["round"])


@verb("challenge.apply_import", on="batch")
def apply_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Write what the dry run showed: all of it or nothing."""
    require_kind(batch, KIND)
    round = round_of(batch)
    fresh = [row for row in batch.rows if row["outcome"] == NEW]
    owners = Organisation._base_manager.in_bulk({UUID(row["organisation"]) for row in fresh})
    created = [
        create_challenge(
            round=round,
            values=typed(row["values"]),
            targets=read_targets(row["targets"])[0],
            by=by,
            organisation=owners[UUID(row["organisation"])],
            submit=batch.columns["submit"],
        )
        for row in fresh
    ]
    mark_applied(batch, created=[str(one.pk) for one in created])
    audit.note(created=len(created))
    return batch


@verb("challenge.discard_import", on="batch")
def discard_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Give a file up."""
    require_kind(batch, KIND)
    discard(batch)
    return batch


@verb("challenge.undo_import", on="batch")
def undo_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Take an import back, within a day and while nobody has changed or screened what it wrote."""
    require_kind(batch, KIND)
    require_undo_time(batch, CURE)
    made = Challenge._base_manager.select_for_update().filter(pk__in=batch.result["created"]).order_by("pk")
    rows = list(made)
    untouched = (ChallengeState.DRAFT, ChallengeState.SUBMITTED)
    worked_on = [one.title for one in rows if one.version > 1 or one.state not in untouched]
    if worked_on:
        raise no_undo(_("有的需求已被修改或审核：%(titles)s。") % {"titles": "、".join(worked_on[:5])}, CURE)
    Challenge._base_manager.filter(pk__in=[one.pk for one in rows]).delete()
    mark_undone(batch)
    audit.note(removed=len(rows))
    return batch
