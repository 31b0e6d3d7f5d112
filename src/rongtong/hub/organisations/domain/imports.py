"""Organisations from a file: checked, decided, written in one transaction, undone while nothing rests on them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
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

from ..derivation import class_by, derive_names, derive_size_class
from ..enums import VerificationState
from ..models import Organisation, YearFigures
from .actors import person_id
from .import_columns import FIGURES, Entry
from .import_examination import ASK, CHANGED, NEW, changes_of, examine
from .import_resolution import remember
from .organisations import number_taken

KIND = "organisations"
CURE = _("请在机构页面逐一更正。")
DECIDE_NEW, DECIDE_SKIP = "new", "skip"


@verb("organisation.check_import")
def check_import(*, content: bytes, file_name: str, by: Actor) -> ImportBatch:
    """Read a file and keep what it would do, for somebody to confirm."""
    batch = new_batch(kind=KIND, content=content, file_name=file_name, by=by)
    take(batch, examine(content))
    batch.save()
    return batch


@verb("organisation.rename_import", on="batch")
def rename_import(*, batch: ImportBatch, renames: Mapping[str, str], by: Actor) -> ImportBatch:
    """Say which header means which column, and check again. An empty column leaves the header out."""
    require_kind(batch, KIND)
    meant = known_headers(batch, renames)
    take(batch, examine(bytes(batch.content or b""), meant), meant)
    batch.touch()
    return batch


@verb("organisation.decide_import", on="batch")
def decide_import(*, batch: ImportBatch, decisions: Mapping[int, str], by: Actor) -> ImportBatch:
    """Say of rows with a similar name whether they are a known organisation, a new one, or to be left out.

    Parameters
    ----------
    decisions
        Row number to ``new``, ``skip`` or the id of one of the row's candidates.
    """
    require_kind(batch, KIND)
    for row in batch.rows:
        choice = decisions.get(row["number"])
        if row["outcome"] != ASK or choice is None:
            continue
        offered = {one["id"] for one in row["candidates"]} | {DECIDE_SKIP}
        offered |= {DECIDE_NEW} if row["profile"].get("identifier") else set()
        if choice in offered:
            row["decision"] = choice
            if choice != DECIDE_SKIP:
                entry = Entry(row["number"], row["profile"])
                remember(entry, None if choice == DECIDE_NEW else UUID(choice), person_id(by))
    audit.note(decided=len(decisions))
    batch.touch("rows")
    return batch


@verb("organisation.apply_import", on="batch")
def apply_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Write what the dry run showed: all of it or nothing."""
    require_kind(batch, KIND)
    _refuse_undecided(batch)
    fresh = [row for row in batch.rows if row["outcome"] == NEW or row.get("decision") == DECIDE_NEW]
    known = [(row, UUID(target)) for row in batch.rows if (target := _target(row))]
    try:
        with transaction.atomic():
            created = _create(fresh, batch)
            changed = _change(known)
    except IntegrityError as error:
        raise number_taken() from error
    mark_applied(batch, created=[str(one.pk) for one in created], changed=changed)
    audit.note(created=len(created), changed=len(changed))
    return batch


def _target(row: Mapping[str, Any]) -> str | None:
    """The known organisation that a row changes."""
    if row["outcome"] == CHANGED:
        return str(row["organisation"])
    decision = row.get("decision")
    return decision if row["outcome"] == ASK and decision not in (None, DECIDE_NEW, DECIDE_SKIP) else None


def _refuse_undecided(batch: ImportBatch) -> None:
    open_rows = [row["number"] for row in batch.rows if row["outcome"] == ASK and not row.get("decision")]
    if open_rows:
        raise Refusal(
            "import.undecided",
            what=_("还不能写入。"),
            why=_("有%(count)s行的名称与已入驻机构相近，尚未决定。") % {"count": len(open_rows)},
            cure=_("请逐行选择“就是它”“新机构”或“不导入”。"),
        )


def _create(rows: list[dict[str, Any]], batch: ImportBatch) -> list[Organisation]:
    now = datetime.now(UTC)
    made, figures = [], []
    for row in rows:
        one = Organisation(
            **_typed(row["profile"]), state=VerificationState.VERIFIED, verified_at=now, source=f"import:{batch.pk.hex}"
        )
        derive_names(one)
        year = _figures(one, row)
        if year is not None:
            figures.append(year)
        if one.kind == "enterprise":
            one.size_class = class_by(one, year).size_class
        made.append(one)
    Organisation._base_manager.bulk_create(made, batch_size=500)
    YearFigures._base_manager.bulk_create(figures, batch_size=500)
    return made


def _figures(organisation: Organisation, row: Mapping[str, Any]) -> YearFigures | None:
    if row["year"] is None:
        return None
    return YearFigures(organisation=organisation, year=row["year"], **_typed(row["figures"]))


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they were before JSON."""
    typed = dict(values)
    if isinstance(typed.get("cultivation_expires"), str):
        typed["cultivation_expires"] = date.fromisoformat(typed["cultivation_expires"])
    for name in ("revenue", "assets"):
        if typed.get(name) is not None:
            typed[name] = Decimal(typed[name])
    return typed


def _change(pairs: list[tuple[dict[str, Any], UUID]]) -> list[dict[str, Any]]:
    locked = _locked(target for _row, target in pairs)
    done = []
    for row, target in pairs:
        organisation = locked.get(target)
        if organisation is None or row.get("version", organisation.version) != organisation.version:
            raise Refusal(
                "import.outdated",
                what=_("没有写入任何一行。"),
                why=_("第%(row)s行的机构在试运行之后被修改过。") % {"row": row["number"]},
                cure=_("请重新上传文件，核对新的试运行结果。"),
            )
        changes = changes_of(organisation, row)
        if changes:
            _write(organisation, {name: new for name, (_old, new) in changes.items()}, row["year"])
            before = {name: old for name, (old, _new) in changes.items()}
            done.append({"id": str(target), "version": organisation.version, "before": before, "year": row["year"]})
    return done


def _locked(ids: Iterable[UUID]) -> dict[UUID, Organisation]:
    """Rows held in the order of their ids, so that two imports do not wait for each other, with their figures."""
    rows = Organisation._base_manager.select_for_update().filter(pk__in=list(ids)).order_by("pk")
    return {one.pk: one for one in rows.prefetch_related("years")}


def _write(organisation: Organisation, values: Mapping[str, Any], year: int | None) -> None:
    """Set fields and one year's figures of a known organisation; what follows from them follows."""
    typed = _typed(values)
    figures = {name: typed.pop(name) for name in FIGURES if name in typed}
    for name, value in typed.items():
        setattr(organisation, name, value)
    if figures and year is not None:
        known, _made = YearFigures._base_manager.get_or_create(organisation=organisation, year=year)
        for name, value in figures.items():
            setattr(known, name, value)
        if any(getattr(known, name) is not None for name in FIGURES):
            known.save()
        else:
            known.delete()
    derive_names(organisation)
    derive_size_class(organisation)
    organisation.touch()


@verb("organisation.discard_import", on="batch")
def discard_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Give a file up. What was decided about names stays decided."""
    require_kind(batch, KIND)
    discard(batch)
    return batch


@verb("organisation.undo_import", on="batch")
def undo_import(*, batch: ImportBatch, by: Actor) -> ImportBatch:
    """Take an import back, within a day and while nothing rests on what it wrote."""
    require_kind(batch, KIND)
    require_undo_time(batch, CURE)
    created = list(Organisation._base_manager.select_for_update().filter(pk__in=batch.result["created"]).order_by("pk"))
    in_use = _in_use(created)
    if in_use:
        raise no_undo(_("已有业务使用了这些机构：%(names)s。") % {"names": "、".join(in_use[:5])}, CURE)
    _put_back(batch.result["changed"])
    Organisation._base_manager.filter(pk__in=[one.pk for one in created]).delete()
    mark_undone(batch)
    return batch


def _in_use(created: Iterable[Organisation]) -> list[str]:
    """Names of new organisations that somebody refers to or changed since."""
    rows = list(created)
    used = {one.pk for one in rows if one.version > 1}
    own = {"years", "namedecision_set"}
    for relation in Organisation._meta.related_objects:
        if relation.get_accessor_name() in own:
            continue
        field = relation.field.attname
        found = relation.related_model._base_manager.filter(**{f"{field}__in": [one.pk for one in rows]})
        used |= set(found.values_list(field, flat=True))
    return [one.name for one in rows if one.pk in used]


def _put_back(changed: list[dict[str, Any]]) -> None:
    locked = _locked(UUID(one["id"]) for one in changed)
    for one in changed:
        organisation = locked.get(UUID(one["id"]))
        if organisation is None or organisation.version != one["version"]:
            raise no_undo(_("写入之后有机构被修改过。"), CURE)
        _write(organisation, one["before"], one["year"])
