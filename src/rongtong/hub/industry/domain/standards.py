"""Verbs on standards: written, published, replaced by a new edition, withdrawn. What is published does not change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of
from rongtong.hub.organisations.models import Organisation

from ..exchange import schemas
from ..exchange.words import flaw_fault
from ..models import Chain, Conformity, Requirement, Standard
from ..standard_enums import ConformityState, Proof, RequirementKind, StandardState
from .conformities import open_for

TEXTS = {"number": 40, "title": 120, "scope": 2000, "changes": 2000}
EDITABLE = (*TEXTS, "public", "validity_months", "transition_days")
MOST_REQUIREMENTS = 200
_CLAUSE = re.compile(r"[A-Za-z]?\d{1,3}(\.\d{1,3}){0,4}")


@dataclass(frozen=True)
class Clause:
    """One requirement as it is written."""

    clause: str
    text: str
    kind: str = RequirementKind.MUST
    proof: str = Proof.STATEMENT


@dataclass(frozen=True)
class Draft:
    """Everything a writer gives: the plain values, the requirements, the schema's text (empty for none)."""

    values: Mapping[str, Any]
    requirements: Sequence[Clause] | None = None
    schema: str | None = None


def values_of(standard: Standard) -> dict[str, Any]:
    """Everything its writers may change, as plain values."""
    return {name: getattr(standard, name) for name in EDITABLE}


@verb("standard.create")
def create_standard(*, draft: Draft, chain: Chain | None = None, by: Actor) -> Standard:
    """Begin a standard of a chain that the actor's organisation leads; the operator also one of no chain.

    Raises
    ------
    Invalid
        With every fault at once.
    """
    _ensure_leads(chain, by)
    standard = Standard(organisation_id=by.firm, chain=chain)
    _write(standard, draft)
    return standard


@verb("standard.edit", on="standard")
def edit_standard(*, standard: Standard, draft: Draft, version: int | None, by: Actor) -> Standard:
    """Change a draft.

    Raises
    ------
    Stale
        Somebody else saved a newer version; both are carried.
    """
    if version is not None and version != standard.version:
        raise Stale(theirs=values_of(standard), yours=dict(draft.values), version=standard.version)
    _write(standard, draft)
    audit.note(fields=sorted(draft.values))
    return standard


@verb("standard.publish", on="standard")
def publish_standard(*, standard: Standard, by: Actor) -> Standard:
    """Put an edition into force. The one before ends; results for it hold until the end of the transition."""
    _ensure_leads(standard.chain, by)
    _require([*_faults(standard), *_missing(standard)])
    before = _published(standard)
    if before is not None:
        before.state, before.ended_at = StandardState.SUPERSEDED, timezone.now()
        before.touch("state", "ended_at")
        standard.auditor_id = standard.auditor_id or before.auditor_id
    standard.state, standard.published_at = StandardState.PUBLISHED, timezone.now()
    try:
        with transaction.atomic():
            standard.touch("state", "published_at", "auditor")
    except IntegrityError as clash:
        if "standard_number_once" not in str(clash):
            raise
        fault = Fault("number", _("已有编号相同的现行标准，请换一个编号。"), "standard.number_taken")
        raise Invalid([fault]) from clash
    if before is not None:
        _ask_for_renewal(standard, by)
    return standard


@verb("standard.revise", on="standard")
def revise_standard(*, standard: Standard, by: Actor) -> Standard:
    """Begin the next edition as a draft with everything that stands in this one.

    Raises
    ------
    Refusal
        The next edition is being written already.
    """
    _ensure_leads(standard.chain, by)
    family = Standard._base_manager.filter(family=standard.family)
    if family.filter(state=StandardState.DRAFT).exists():
        raise Refusal(
            "standard.draft_stands",
            what=_("没有新建一版。"),
            why=_("下一版已经在起草。"),
            cure=_("请打开那份草稿继续编写。"),
        )
    latest = family.aggregate(latest=Max("edition"))["latest"]
    kept = {name: getattr(standard, name) for name in EDITABLE if name != "changes"}
    kept |= {"schema": standard.schema, "chain_id": standard.chain_id, "family": standard.family}
    made = Standard._base_manager.create(organisation_id=by.firm, edition=latest + 1, **kept)
    _put_requirements(made, [_clause_of(one) for one in standard.requirements.all()])
    return made


@verb("standard.arrange", on="standard")
def arrange_standard(*, standard: Standard, public: bool, auditor: Organisation | None, by: Actor) -> Standard:
    """Say whether everybody may read the standard, and who examines besides its publisher."""
    if auditor is not None and not auditor.is_verified:
        raise Invalid([Fault("auditor", _("审核方须是已核验的机构。"), "standard.auditor_unverified")])
    standard.public, standard.auditor = public, auditor
    audit.note(public=public, auditor=str(auditor.pk) if auditor else "")
    standard.touch("public", "auditor")
    return standard


@verb("standard.withdraw", on="standard")
def withdraw_standard(*, standard: Standard, reason: str, by: Actor) -> Standard:
    """Take a standard out of force. Results for it stay on record and count no more."""
    reason = reason.strip()
    if not reason or len(reason) > 500:
        raise Invalid([Fault("reason", _("请写明原因，不超过 500 个字。"), "standard.reason")])
    standard.state, standard.ended_at, standard.ending = StandardState.WITHDRAWN, timezone.now(), reason
    standard.touch("state", "ended_at", "ending")
    concerned = Conformity._base_manager.filter(standard__family=standard.family, state=ConformityState.ACCEPTED)
    for firm in set(concerned.values_list("organisation_id", flat=True)):
        notify("standard.withdrawn", to=people_of(firm), about=standard, by=by, organisation_id=firm)
    return standard


@verb("standard.delete", on="standard")
def delete_standard(*, standard: Standard, by: Actor) -> None:
    """Throw a draft away."""
    audit.note(edition=standard.edition)
    Standard._base_manager.filter(pk=standard.pk).delete()


def _ensure_leads(chain: Chain | None, by: Actor) -> None:
    """The leader publishes for its chain, the operator for chains without a leader or for all."""
    if by.operator and (chain is None or chain.leader_id is None):
        return
    if chain is not None and by.acts_for(chain.leader_id):
        return
    raise Refusal(
        "standard.not_leader",
        what=_("不能发布这份标准。"),
        why=_("一条产业链的标准由链主发布，跨链的由运营方发布。"),
        cure=_("请选择本单位牵头的产业链，或联系运营方。"),
    )


def _published(standard: Standard) -> Standard | None:
    rows = Standard._base_manager.select_for_update().filter(family=standard.family, state=StandardState.PUBLISHED)
    return rows.first()


def _ask_for_renewal(standard: Standard, by: Actor) -> None:
    """Results for earlier editions hold until the end of the transition; those asked are asked for the new edition."""
    until = timezone.localdate() + timedelta(days=standard.transition_days)
    earlier = Conformity._base_manager.filter(standard__family=standard.family).exclude(standard=standard)
    held = earlier.filter(state=ConformityState.ACCEPTED)
    held.filter(renew_by=None).update(renew_by=until)
    for firm in set(held.values_list("organisation_id", flat=True)):
        notify("standard.revised", to=people_of(firm), about=standard, by=by, organisation_id=firm)
    for one in earlier.filter(state=ConformityState.ASKED):
        asked = {"asked_at": one.asked_at, "asked_until": one.asked_until}
        open_for(standard, one.organisation_id, ConformityState.ASKED, **asked)
        one.delete()


def _write(standard: Standard, draft: Draft) -> None:
    unknown = set(draft.values) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not a field of a standard: {sorted(unknown)}")
    for name, value in draft.values.items():
        setattr(standard, name, str(value).strip() if name in TEXTS else value)
    faults = _faults(standard)
    if draft.schema is not None:
        faults += _take_schema(standard, draft.schema)
    clauses = None if draft.requirements is None else [_tidied(one) for one in draft.requirements]
    if clauses is not None:
        faults += _clause_faults(clauses)
    _require(faults)
    if standard._state.adding:
        standard.save()
    else:
        standard.touch()
    if clauses is not None:
        Requirement._base_manager.filter(standard=standard).delete()
        _put_requirements(standard, clauses)


def _take_schema(standard: Standard, text: str) -> list[Fault]:
    if not text.strip():
        standard.schema = None
        return []
    found, flaws = schemas.examine(text)
    if found is not None:
        standard.schema = schemas.plain(found)
    return [flaw_fault(one) for one in flaws]


def _put_requirements(standard: Standard, clauses: Sequence[Clause]) -> None:
    Requirement._base_manager.bulk_create(
        Requirement(standard=standard, position=place, clause=one.clause, text=one.text, kind=one.kind, proof=one.proof)
        for place, one in enumerate(clauses, 1)
    )


def _clause_of(row: Requirement) -> Clause:
    return Clause(row.clause, row.text, row.kind, row.proof)


def _tidied(one: Clause) -> Clause:
    return Clause(one.clause.strip(), one.text.strip(), one.kind, one.proof)


def _faults(standard: Standard) -> list[Fault]:
    """What no standard may hold, draft or not."""
    faults = [
        Fault(name, _("请填写编号。") if name == "number" else _("请填写名称。"), "required")
        for name in ("number", "title")
        if not getattr(standard, name)
    ]
    faults += [
        Fault(name, _("最多 %(most)s 字。") % {"most": most}, "too_long")
        for name, most in TEXTS.items()
        if len(getattr(standard, name)) > most
    ]
    if not 1 <= standard.validity_months <= 60:
        faults.append(Fault("validity_months", _("有效期为 1 至 60 个月。"), "range"))
    if not 0 <= standard.transition_days <= 1095:
        faults.append(Fault("transition_days", _("过渡期为 0 至 1095 天。"), "range"))
    return faults


def _clause_faults(clauses: Sequence[Clause]) -> list[Fault]:
    faults = []
    if len(clauses) > MOST_REQUIREMENTS:
        faults.append(Fault("requirements", _("条款不超过 200 条。"), "too_many"))
    seen: set[str] = set()
    for row, one in enumerate(clauses[:MOST_REQUIREMENTS], 1):
        if not _CLAUSE.fullmatch(one.clause):
            faults.append(Fault("requirements", _("条款号写成 4.1.2 的形式。"), "clause", row=row, column="clause"))
        elif one.clause in seen:
            message = _("条款号“%(clause)s”重复了。") % {"clause": one.clause}
            faults.append(Fault("requirements", message, "clause_twice", row=row, column="clause"))
        seen.add(one.clause)
        if not one.text or len(one.text) > 1000:
            faults.append(Fault("requirements", _("请写明要求，不超过 1000 个字。"), "text", row=row, column="text"))
        if one.kind not in RequirementKind.values or one.proof not in Proof.values:
            faults.append(Fault("requirements", _("类别或证明方式不在可选范围内。"), "choice", row=row, column="kind"))
    return faults


def _missing(standard: Standard) -> list[Fault]:
    """What must be there before others are measured by it."""
    faults = []
    rows = list(standard.requirements.all())
    if not any(one.is_must for one in rows):
        faults.append(Fault("requirements", _("至少要有一条“必须”的条款。"), "standard.no_must"))
    if standard.schema is None and any(one.proof == Proof.DATA_FILE for one in rows):
        message = _("有条款以数据文件证明，请先给出数据接口的模式。")
        faults.append(Fault("schema", message, "standard.no_schema"))
    if not standard.scope:
        faults.append(Fault("scope", _("请写明适用范围。"), "required"))
    if standard.edition > 1 and not standard.changes:
        faults.append(Fault("changes", _("请写明与上一版相比有什么变化。"), "required"))
    return faults


def _require(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults)
