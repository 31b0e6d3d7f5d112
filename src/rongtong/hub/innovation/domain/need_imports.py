"""Needs from a file: checked, confirmed in one transaction, taken back while nobody has worked on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible, Refusal
from rongtong.hub.foundation.models import ImportBatch, ImportState
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.models import Organisation

from ..enums import ChallengeState
from ..models import Challenge, Round
from ..targets import read_targets
from .challenges import create_challenge, require_collecting
from .need_examination import NEW, examine, typed

KIND = "challenges"
UNDO_WITHIN = timedelta(hours=24)


@verb("challenge.check_import", on="round")
def check_import(*, round: Round, content: bytes, file_name: str, submit: bool, by: Actor) -> ImportBatch:
    """Read a filled-in need form and keep what it would do, for somebody to confirm.

    Parameters
    ----------
    submit
        Whether the needs will be handed in, or stay drafts of their enterprises.
    """
    require_collecting(round)
    if by.account_id is None or by.organisation_id is None:
        raise NotVisible
    batch = ImportBatch(
        kind=KIND,
        account_id=by.account_id,
        organisation_id=by.organisation_id,
        file_name=" ".join(file_name.replace("\x00", "").split())[:255],
        content=content,
        columns={"round": str(round.pk), "submit": submit},
    )
    _take(batch, round, by, None)
    batch.save()
    return batch


@verb("challenge.rename_import", on="batch")
def rename_import(*, batch: ImportBatch, renames: Mapping[str, str], by: Actor) -> ImportBatch:
    """Say which header means which column, and check again. An empty column leaves the header out."""
    _require_kind(batch)
    _take(batch, round_of(batch), by, renames)
    batch.touch()
    return batch


def _take(batch: ImportBatch, round: Round, by: Actor, renames: Mapping[str, str] | None) -> None:
    found = examine(bytes(batch.content or b""), round, by, renames)
    batch.columns = {**batch.columns, **found.columns, "renames": dict(renames) if renames is not None else None}
    batch.rows, batch.counts, batch.result = found.rows, found.counts, {"faults": found.faults}
    audit.note(**found.counts)


def round_of(batch: ImportBatch) -> Round:
    return Round._base_manager.get(pk=batch.columns["round"])


@verb("challenge.apply_import", on="batch")
def apply_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Write what the dry run showed: all of it or nothing."""
    _require_kind(batch)
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
    batch.state, batch.applied_at, batch.content = ImportState.APPLIED, datetime.now(UTC), None
    batch.result = {**batch.result, "created": [str(one.pk) for one in created]}
    audit.note(created=len(created))
    batch.touch()
    return batch


@verb("challenge.discard_import", on="batch")
def discard_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Give a file up."""
    _require_kind(batch)
    batch.state, batch.content, batch.rows = ImportState.DISCARDED, None, []
    batch.touch()
    return batch


@verb("challenge.undo_import", on="batch")
def undo_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Take an import back, within a day and while nobody has changed or screened what it wrote."""
    _require_kind(batch)
    if batch.applied_at is None or datetime.now(UTC) - batch.applied_at > UNDO_WITHIN:
        raise _no_undo(_("写入已超过 24 小时。"))
    made = Challenge._base_manager.select_for_update().filter(pk__in=batch.result["created"]).order_by("pk")
    rows = list(made)
    untouched = (ChallengeState.DRAFT, ChallengeState.SUBMITTED)
    worked_on = [one.title for one in rows if one.version > 1 or one.state not in untouched]
    if worked_on:
        raise _no_undo(_("有的需求已被修改或审核：%(titles)s。") % {"titles": "、".join(worked_on[:5])})
    Challenge._base_manager.filter(pk__in=[one.pk for one in rows]).delete()
    batch.state = ImportState.UNDONE
    audit.note(removed=len(rows))
    batch.touch("state")
    return batch


def _no_undo(why: Any) -> Refusal:
    return Refusal("import.no_undo", what=_("不能撤销这次导入。"), why=why, cure=_("请在需求页面逐项撤回。"))


def _require_kind(batch: ImportBatch) -> None:
    """Batches of other rooms are not ours to touch."""
    if batch.kind != KIND:
        raise NotVisible
