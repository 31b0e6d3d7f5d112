"""Standards of the leader's chain, and the assessments of its suppliers in every state they can have.

Results end on days told by the story: the verbs count from the day of loading, so their dates are set once they ran.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.industry.domain import conformities as verbs
from rongtong.hub.industry.domain.chains import create_chain
from rongtong.hub.industry.domain.conformities import Judged, Said
from rongtong.hub.industry.domain.standards import (
    Clause,
    Draft,
    arrange_standard,
    create_standard,
    edit_standard,
    publish_standard,
    revise_standard,
)
from rongtong.hub.industry.models import Answer, Chain, Conformity, Standard

from ..records import Cluster
from .days import DAYTIME, EVENING, MORNING, Step
from .members import operator_of
from .world import World

LEADER = "lanchuan-heavy"
FILE = Path(__file__).resolve().parents[1] / "standards.toml"
FIRST, DRAFTED = -79, -12
#: A certificate that has not lapsed whenever the story is told; which day it says is set afterwards.
FAR = date(2100, 1, 1)
CERTIFIED = 400
Told = Mapping[str, Any]


def steps(cluster: Cluster) -> Iterator[Step]:
    """Give the steps of every standard and assessment."""
    if LEADER not in cluster.organisations:
        return
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    yield Step("open the leader's chain", FIRST, _open_chain, MORNING)
    for one in told["standard"]:
        write = partial(_write, one=one, schema=told["schema"].get(one.get("schema", ""), {}))
        yield Step(f"standard {one['key']}", one.get("published", DRAFTED), write, DAYTIME)
        if "next" in one:
            yield Step(f"next {one['key']}", one["next"]["published"], partial(_revise, one=one), DAYTIME)
    for one in told["assessment"]:
        key = f"{one['supplier']} on {one['standard']} {one['edition']}"
        yield Step(f"assess {key}", one["day"], partial(_assess, one=one), EVENING)


def _open_chain(world: World) -> None:
    """The chain of the leader, unless the story has opened one."""
    own = Chain._base_manager.filter(leader_id=world.id_of(LEADER)).order_by("created_at").first()
    if own is None:
        values = {"name": "隧道掘进装备链", "name_en": "Tunnelling equipment", "summary": "从锻件、轴承到掘进整机。"}
        by = world.writer(operator_of(world.cluster))
        own = create_chain(values=values, leader=world.organisations[LEADER], by=by)
    world.made["chain of standards"] = own.pk


def _write(world: World, *, one: Told, schema: Told) -> None:
    by = world.manager(LEADER)
    values = {
        "number": one["number"],
        "title": one["title"],
        "scope": one["scope"],
        "public": one["public"],
        "validity_months": one["validity"],
        "transition_days": one["transition"],
    }
    clauses = [Clause(*row) for row in one["requirements"]]
    draft = Draft(values, clauses, json.dumps(schema) if schema else "")
    chain = Chain._base_manager.get(pk=world.made["chain of standards"])
    made = create_standard(draft=draft, chain=chain, by=by)
    world.made[f"{one['key']} 1"] = made.pk
    if "published" in one:
        publish_standard(standard=made, by=by)
        if one["auditor"]:
            arrange_standard(standard=made, public=one["public"], auditor=world.organisations[one["auditor"]], by=by)


def _revise(world: World, *, one: Told) -> None:
    by, told = world.manager(LEADER), one["next"]
    made = revise_standard(standard=_standard(world, one["key"], 1), by=by)
    rows = [*one["requirements"], *told["add"]]
    clauses = [Clause(row[0], told["replace"].get(row[0], row[1]), *row[2:]) for row in rows]
    draft = Draft({"changes": told["changes"]}, clauses)
    publish_standard(standard=edit_standard(standard=made, draft=draft, version=None, by=by), by=by)
    world.made[f"{one['key']} 2"] = made.pk
    earlier = Conformity._base_manager.filter(standard__family=made.family, renew_by__isnull=False)
    earlier.update(renew_by=world.calendar.day(told["published"] + one["transition"]))


def _standard(world: World, key: str, edition: int) -> Standard:
    return Standard._base_manager.get(pk=world.made[f"{key} {edition}"])


def _assess(world: World, *, one: Told) -> None:
    """Bring an assessment to its state, step by step."""
    standard, by = _standard(world, one["standard"], one["edition"]), world.manager(one["supplier"])
    if one["state"] == "asked":
        firm = world.organisations[one["supplier"]]
        made = verbs.ask_for_conformity(standard=standard, organisation=firm, by=world.manager(LEADER))
        Conformity._base_manager.filter(pk=made.pk).update(asked_until=world.calendar.day(one["until"]))
        return
    made = verbs.start_conformity(standard=standard, by=by)
    answers = [answer.requirement for answer in made.answers.select_related("requirement")]
    said = [_said(requirement) for requirement in (answers[:3] if one["state"] == "draft" else answers)]
    verbs.answer_requirements(conformity=made, said=said, by=by)
    # what was checked and attached is not told file by file
    Answer._base_manager.filter(conformity=made, requirement__proof="data_file").update(data_rows=48)
    if one["state"] != "draft":
        _submit(world, made, by)
        _decide(world, made, one)
    held = Answer._base_manager.filter(conformity=made, certificate_until__isnull=False)
    held.update(certificate_until=world.calendar.day(one["day"] + CERTIFIED))


def _said(requirement: Any) -> Said:
    certified = requirement.proof == "certificate"
    return Said(
        clause=requirement.clause,
        claim="met" if requirement.proof not in ("document", "test_report") else "not_applicable",
        statement="已按要求建立文件并执行，现场可查。"
        if requirement.proof != "test_report"
        else "随批次检测报告提供。",
        certificate="LC-QMS-2025-0417" if certified else "",
        certificate_until=FAR if certified else None,
    )


def _submit(world: World, made: Conformity, by: Any) -> None:
    """Handed in while the edition was in force, whatever has become of it since."""
    verbs.submit_conformity(conformity=made, by=by)


def _decide(world: World, made: Conformity, one: Told) -> None:
    auditor, state = world.manager(LEADER), one["state"]
    if state == "submitted":
        return
    clauses = [answer.requirement.clause for answer in made.answers.select_related("requirement")]
    judged = [Judged(clause, "accepted") for clause in clauses]
    if state == "returned":
        judged[2] = Judged(clauses[2], "returned", one["reason"])
    verbs.judge_requirements(conformity=made, judged=judged, by=auditor)
    verbs.conclude_audit(conformity=made, by=auditor)
    if state == "returned":
        return
    if one.get("shown"):
        verbs.show_result(conformity=made, shown=True, by=world.manager(one["supplier"]))
    rows = Conformity._base_manager.filter(pk=made.pk)
    rows.update(valid_from=world.calendar.day(one["day"]), valid_until=world.calendar.day(one["ends"]))
    if state == "expired":
        verbs.expire_conformity(conformity=made, by=SYSTEM)
    elif state == "revoked":
        verbs.revoke_conformity(conformity=made, reason=one["reason"], by=auditor)
