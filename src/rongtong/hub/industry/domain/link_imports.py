"""Links from a file: checked, decided, written in one transaction, taken back while nobody has changed them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Refusal
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

from ..enums import LinkSource
from ..models import Chain, Firm, SupplyLink
from .firms import Named, firm_for, hold, pseudonym_for, renumber
from .link_examination import ASK, CHANGED, NEW, examine
from .link_naming import remember

KIND = "supply-links"
CURE = _("请在供需关系页面逐条更正或撤回。")
#: A decision that a name is none of the organisations offered.
OUTSIDE = "outside"
DECIMALS = frozenset({"value", "input_share"})


@verb("link.check_import", on="chain")
def check_import(*, chain: Chain, content: bytes, file_name: str, by: Actor) -> ImportBatch:
    """Read a file of links and keep what it would do, for somebody to confirm."""
    batch = new_batch(kind=KIND, content=content, file_name=file_name, by=by)
    batch.columns = {"chain": str(chain.pk)}
    take(batch, examine(content, chain, by))
    batch.save()
    return batch


def chain_of(batch: ImportBatch) -> Chain:
    """The chain that a batch is for."""
    return Chain._base_manager.get(pk=batch.columns["chain"])


@verb("link.rename_import", on="batch")
def rename_import(*, batch: ImportBatch, renames: Mapping[str, str], by: Actor) -> ImportBatch:
    """Say which header means which column, and check again. An empty column leaves the header out."""
    require_kind(batch, KIND)
    _check_again(batch, known_headers(batch, renames), by)
    return batch


@verb("link.decide_import", on="batch")
def decide_import(*, batch: ImportBatch, decisions: Mapping[str, str], by: Actor) -> ImportBatch:
    """Say of names that are like an organisation's who they are, and check again. The decision is kept for one's own.

    Parameters
    ----------
    decisions
        Name in the file to ``outside`` or the id of one of the organisations offered for it.
    """
    require_kind(batch, KIND)
    for name, ask in asked(batch).items():
        choice = decisions.get(name)
        if choice == OUTSIDE or choice in {one["id"] for one in ask["candidates"]}:
            remember(name, ask["country"], None if choice == OUTSIDE else UUID(choice), by)
    audit.note(decided=len(decisions))
    _check_again(batch, batch.columns.get("renames"), by)
    return batch


def asked(batch: ImportBatch) -> dict[str, dict[str, Any]]:
    """The names that a person must decide, each once."""
    return {ask["name"]: ask for row in batch.rows if row["outcome"] == ASK for ask in row["asks"]}


def _check_again(batch: ImportBatch, renames: Mapping[str, str] | None, by: Actor) -> None:
    take(batch, examine(bytes(batch.content or b""), chain_of(batch), by, renames), renames)
    batch.touch()


@verb("link.apply_import", on="batch")
def apply_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Write what the dry run showed: all of it or nothing."""
    require_kind(batch, KIND)
    if asked(batch):
        raise Refusal(
            "import.undecided",
            what=_("还不能写入。"),
            why=_("有的名称与入驻机构相近，尚未决定。"),
            cure=_("请逐个选择“就是它”或“不是这些机构”。"),
        )
    chain = hold(chain_of(batch))
    try:
        with transaction.atomic():
            created = _create([row for row in batch.rows if row["outcome"] == NEW], chain, by)
            changed = _change([row for row in batch.rows if row["outcome"] == CHANGED], chain)
    except IntegrityError as clash:
        if "supply_link_once" not in str(clash):
            raise
        raise _meanwhile() from clash
    mark_applied(batch, created=[str(one.pk) for one in created], changed=changed)
    audit.note(created=len(created), changed=len(changed))
    return batch


def _meanwhile() -> Refusal:
    return Refusal(
        "import.meanwhile",
        what=_("没有写入。"),
        why=_("试运行之后，有的供需关系已被他人填报或修改。"),
        cure=_("请重新上传，按新的试运行结果确认。"),
    )


def _create(rows: list[dict[str, Any]], chain: Chain, by: Actor) -> list[SupplyLink]:
    firms: dict[Named, Firm] = {}
    made = []
    for row in rows:
        ends = [_named(row[end]) for end in ("supplier", "buyer")]
        for end in ends:
            if end not in firms:
                firms[end] = firm_for(end)
        supplier, buyer = (firms[end] for end in ends)
        values = typed(row["values"])
        hidden = pseudonym_for(chain, supplier) if values.get("confidential") else None
        made.append(
            SupplyLink(
                chain=chain,
                supplier=supplier,
                buyer=buyer,
                product_id=row["product"],
                source=LinkSource.FILE,
                reported_by_id=by.organisation_id,
                pseudonym=hidden,
                **values,
            )
        )
    return list(SupplyLink._base_manager.bulk_create(made, batch_size=500))


def _named(end: Mapping[str, Any]) -> Named:
    if end["organisation"]:
        return Named(UUID(end["organisation"]))
    return Named(None, end["name"], end.get("country", "CN"), end.get("code", ""))


def _change(rows: list[dict[str, Any]], chain: Chain) -> list[dict[str, Any]]:
    """Write the changes; what taking them back needs."""
    locked = _locked(row["link"] for row in rows)
    done = []
    for row in rows:
        link = locked.get(UUID(row["link"]))
        if link is None or link.version != row["version"]:
            raise _meanwhile()
        _set(link, typed({name: pair[1] for name, pair in row["changes"].items()}), chain)
        before = {name: pair[0] for name, pair in row["changes"].items()}
        done.append({"id": row["link"], "version": link.version, "before": before})
    return done


def _set(link: SupplyLink, values: Mapping[str, Any], chain: Chain) -> None:
    was_hidden = link.confidential
    for name, value in values.items():
        setattr(link, name, value)
    link.pseudonym = pseudonym_for(chain, link.supplier) if link.confidential else None
    link.touch()
    if was_hidden and not link.confidential:
        renumber(chain, link.supplier)


def _locked(ids: Any) -> dict[UUID, SupplyLink]:
    rows = SupplyLink._base_manager.select_for_update(of=("self",)).filter(pk__in=[UUID(one) for one in ids])
    return {one.pk: one for one in rows.select_related("supplier").order_by("pk")}


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they were before JSON."""
    return {name: Decimal(value) if name in DECIMALS and value is not None else value for name, value in values.items()}


@verb("link.discard_import", on="batch")
def discard_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Give a file up. What was decided about names stays decided."""
    require_kind(batch, KIND)
    discard(batch)
    return batch


@verb("link.undo_import", on="batch")
def undo_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Take an import back, within a day and while nobody has changed what it wrote."""
    require_kind(batch, KIND)
    require_undo_time(batch, CURE)
    chain = hold(chain_of(batch))
    locked = _locked([*batch.result["created"], *(one["id"] for one in batch.result["changed"])])
    for pk, version in [*((pk, 1) for pk in batch.result["created"]),
                        *((one["id"], one["version"]) for one in batch.result["changed"])]:  # fmt: skip
        link = locked.get(UUID(pk))
        if link is None or link.version != version:
            raise no_undo(_("写入之后有供需关系被修改过。"), CURE)
    for one in batch.result["changed"]:
        _set(locked[UUID(one["id"])], typed(one["before"]), chain)
    SupplyLink._base_manager.filter(pk__in=batch.result["created"]).delete()
    mark_undone(batch)
    audit.note(removed=len(batch.result["created"]))
    return batch
