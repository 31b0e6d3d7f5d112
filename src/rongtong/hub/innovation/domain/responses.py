"""Verbs of a response: start, save, withdraw, reopen. Handing in is in ``handing_in``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Forbidden, Invalid, Refusal, Stale
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.size_class import SizeClass

from ..enums import Consent, ResponseState
from ..models import Challenge, Commitment, Partner, PlannedMilestone, Response
from ..models.response import TEXTS
from ..queries.missing import targets_open_to
from .deadlines import ensure_open, hold

DEAREST = Decimal(10) ** 12
LONGEST = {"summary": 1000, "team": 4000, "record": 4000, "plan": 8000}
NUMBERS = ("months", "readiness", "cost")


@dataclass(frozen=True)
class Promise:
    """What is promised against one target; without a value nothing is promised yet."""

    target_id: int
    value: Decimal | None = None
    value_high: Decimal | None = None
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One row of the plan."""

    title: str = ""
    month: int | None = None
    cost: Decimal | None = None
    deliverable: str = ""


@dataclass(frozen=True)
class Draft:
    """The whole content of a response as its form holds it. ``promises`` None leaves those as they are."""

    summary: str = ""
    team: str = ""
    record: str = ""
    plan: str = ""
    months: int | None = None
    readiness: int | None = None
    cost: Decimal | None = None
    promises: tuple[Promise, ...] | None = ()
    steps: tuple[Step, ...] = field(default=())


@verb("response.start")
def start_response(*, challenge: Challenge, by: Actor) -> Response:
    """Begin a draft. An organisation has at most one live response to a challenge; the database guarantees it.

    Raises
    ------
    Refusal
        ``response.own_challenge``, ``response.leader_not_sme``, ``response.not_open``, ``response.deadline_passed``,
        ``response.partner_elsewhere``, ``response.exists``.
    """
    challenge = hold(challenge, by)
    organisation = Organisation._base_manager.get(Q(pk=by.organisation_id))
    ensure_may_lead(organisation, challenge)
    ensure_open(challenge)
    _ensure_no_partner(organisation, challenge)
    response = Response(challenge=challenge, organisation=organisation)
    _claim(response)
    return response


def ensure_may_lead(organisation: Organisation, challenge: Challenge) -> None:
    """Refuse the challenger itself, and organisations of a size class that the round does not let lead."""
    if organisation.pk == challenge.organisation_id:
        raise Refusal(
            "response.own_challenge",
            what=_("不能揭榜：这是贵单位自己发的榜。"),
            why=_("发榜方不能揭自己的榜。"),
            cure=_("可邀请其他单位揭榜。"),
        )
    if not organisation.is_verified:
        raise Forbidden(
            "response.leader_not_verified",
            what=_("不能揭榜：贵单位尚未核验。"),
            why=_("牵头单位须先通过核验。"),
            cure=_("请先提交核验。"),
        )
    if (
        organisation.kind == OrganisationKind.ENTERPRISE
        and organisation.size_class in challenge.round.leader_size_classes
    ):
        return
    if organisation.kind != OrganisationKind.ENTERPRISE:
        what = _("不能揭榜：贵单位不是企业")
    elif organisation.size_class == SizeClass.LARGE:
        what = _("不能揭榜：贵单位为大型企业")
    elif organisation.size_class == SizeClass.UNCLASSIFIED:
        what = _("不能揭榜：贵单位的企业规模尚未划定")
    else:
        what = _("不能揭榜：贵单位的企业规模不在本批次范围内")
    cure = _("可作为联合体成员参加。")
    if organisation.size_class == SizeClass.UNCLASSIFIED and organisation.kind == OrganisationKind.ENTERPRISE:
        cure = _("请补全机构资料中的行业、从业人数和营业收入；也可作为联合体成员参加。")
    raise Refusal("response.leader_not_sme", what=what, why=_("本批次仅限中小企业牵头。"), cure=cure)


def _ensure_no_partner(organisation: Organisation, challenge: Challenge) -> None:
    """One organisation takes part in one response; only its own consent is looked at."""
    if (
        Partner._base_manager.filter(organisation=organisation, consent=Consent.GIVEN, response__challenge=challenge)
        .exclude(response__state=ResponseState.WITHDRAWN)
        .exists()
    ):
        raise Refusal(
            "response.partner_elsewhere",
            what=_("不能牵头揭榜。"),
            why=_("贵单位已同意作为成员参加本榜单的另一份揭榜书。"),
            cure=_("请先撤回那份同意。"),
        )


def _claim(response: Response) -> None:
    """Write a live response; the unique constraint lets exactly one through."""
    try:
        with transaction.atomic():
            response.save()
    except IntegrityError as clash:
        if getattr(getattr(clash.__cause__, "diag", None), "constraint_name", "") != "response_once":
            raise
        raise Refusal(
            "response.exists",
            what=_("贵单位已有一份揭榜书。"),
            why=_("同一单位对同一榜单只能有一份有效的揭榜书。"),
            cure=_("请从「我的揭榜」继续填写。"),
        ) from clash


@verb("response.save", on="response")
def save_response(*, response: Response, draft: Draft, version: int, by: Actor) -> Response:
    """Keep a draft as it stands, however incomplete.

    Parameters
    ----------
    version
        The version the draft was made from.

    Raises
    ------
    Stale
        Somebody saved another version meanwhile; carries both.
    """
    theirs, yours = snapshot(response), _as_mapping(draft)
    if draft.promises is None:
        yours["promises"] = theirs["promises"]
    if yours == theirs:
        return response
    if response.version != version:
        raise Stale(theirs=theirs, yours=yours, version=response.version)
    hold(response.challenge, by)  # its targets are not amended between the check and the write
    _check(response, draft, by)
    for name in (*TEXTS, *NUMBERS):
        setattr(response, name, getattr(draft, name))
    response.touch(*TEXTS, *NUMBERS)
    if draft.promises is not None:
        _keep_promises(response, draft.promises)
    response.milestones.all().delete()
    PlannedMilestone._base_manager.bulk_create(
        PlannedMilestone(response=response, position=number, **vars(step)) for number, step in enumerate(draft.steps, 1)
    )
    audit.note(version=response.version)
    return response


def _check(response: Response, draft: Draft, by: Actor) -> None:
    """What the database would refuse, said at the field."""
    faults = [*_field_faults(draft), *_promise_faults(response, draft.promises or (), by)]
    if faults:
        raise Invalid(faults)


def _field_faults(draft: Draft) -> list[Fault]:
    faults = []
    for name in TEXTS:
        if len(getattr(draft, name)) > LONGEST[name]:
            message = _("不超过%(limit)s个字。") % {"limit": LONGEST[name]}
            faults.append(Fault(name, message, "too_long"))
    if draft.readiness is not None and not 1 <= draft.readiness <= 9:
        faults.append(Fault("readiness", _("技术就绪度为 1 至 9 级。"), "out_of_range"))
    if draft.cost is not None and not 0 <= draft.cost < DEAREST:
        faults.append(Fault("cost", _("经费应在 0 至 1 万亿元之间。"), "out_of_range"))
    for row, step in enumerate(draft.steps, 1):
        if step.cost is not None and not 0 <= step.cost < DEAREST:
            faults.append(
                Fault("milestones", _("经费应在 0 至 1 万亿元之间。"), "out_of_range", row=row, column="cost")
            )
    return faults


def _promise_faults(response: Response, promises: tuple[Promise, ...], by: Actor) -> list[Fault]:
    """Only targets that this actor may read can be promised, each once."""
    faults = []
    known: set[int] = set()
    if promises and targets_open_to(response.challenge, by):
        known.update(response.challenge.targets.values_list("pk", flat=True))
    for row, promise in enumerate(promises, 1):
        if promise.target_id not in known:
            faults.append(Fault("commitments", _("榜单中没有这项指标。"), "unknown_target", row=row))
        elif promise.value is not None and promise.value_high is not None and promise.value_high < promise.value:
            faults.append(Fault("commitments", _("上限不能小于下限。"), "range", row=row, column="value_high"))
    if len({promise.target_id for promise in promises}) != len(promises):
        faults.append(Fault("commitments", _("每项指标只填一行。"), "duplicate"))
    return faults


def _keep_promises(response: Response, promises: tuple[Promise, ...]) -> None:
    response.commitments.all().delete()
    Commitment._base_manager.bulk_create(
        Commitment(response=response, **vars(promise))
        for promise in promises
        if promise.value is not None or promise.note
    )


def snapshot(response: Response) -> dict[str, Any]:
    """The content of a response as plain values, to compare and to show beside another version."""
    promises = response.commitments.order_by("target__position")
    return {
        **{name: getattr(response, name) for name in TEXTS},
        "months": response.months,
        "readiness": response.readiness,
        "cost": _plain(response.cost),
        "promises": [
            {
                "target": one.target_id,
                "value": _plain(one.value),
                "value_high": _plain(one.value_high),
                "note": one.note,
            }
            for one in promises
        ],
        "steps": [
            {"title": one.title, "month": one.month, "cost": _plain(one.cost), "deliverable": one.deliverable}
            for one in response.milestones.all()
        ],
    }


def _as_mapping(draft: Draft) -> dict[str, Any]:
    filled = [one for one in draft.promises or () if one.value is not None or one.note]
    return {
        **{name: getattr(draft, name) for name in TEXTS},
        "months": draft.months,
        "readiness": draft.readiness,
        "cost": _plain(draft.cost),
        "promises": [
            {
                "target": one.target_id,
                "value": _plain(one.value),
                "value_high": _plain(one.value_high),
                "note": one.note,
            }
            for one in filled
        ],
        "steps": [
            {"title": one.title, "month": one.month, "cost": _plain(one.cost), "deliverable": one.deliverable}
            for one in draft.steps
        ],
    }


def _plain(value: Decimal | None) -> str | None:
    """One spelling for equal numbers: 6.20 and 6.2 are no difference."""
    return None if value is None else f"{value.normalize():f}"


def draft_of(values: Mapping[str, Any]) -> Draft:
    """The draft that a snapshot describes: to go on from a chosen version."""
    number = {name: Decimal(values[name]) if values[name] is not None else None for name in ("cost",)}
    return Draft(
        **{name: values[name] for name in TEXTS},
        months=values["months"],
        readiness=values["readiness"],
        cost=number["cost"],
        promises=tuple(
            Promise(one["target"], _number(one["value"]), _number(one["value_high"]), one["note"])
            for one in values["promises"]
        ),
        steps=tuple(
            Step(one["title"], one["month"], _number(one["cost"]), one["deliverable"]) for one in values["steps"]
        ),
    )


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@verb("response.withdraw", on="response")
def withdraw_response(*, response: Response, by: Actor) -> Response:
    """Take a response back, until the deadline."""
    was = response.state
    if was == ResponseState.SUBMITTED:
        ensure_open(hold(response.challenge, by))
    response.state = ResponseState.WITHDRAWN
    response.touch("state")
    if was == ResponseState.SUBMITTED:
        tell_own_side("response.withdrawn", response, by)
    return response


@verb("response.reopen", on="response")
def reopen_response(*, response: Response, by: Actor) -> Response:
    """Go on with a response that was withdrawn."""
    challenge = hold(response.challenge, by)
    ensure_may_lead(response.organisation, challenge)
    ensure_open(challenge)
    response.state = ResponseState.DRAFT
    response.version += 1
    _claim(response)
    return response


def tell_own_side(event: str, response: Response, by: Actor) -> None:
    """Tell the leader's people and those of every partner that has agreed."""
    sides = [response.organisation_id]
    sides += response.partners.filter(consent=Consent.GIVEN).values_list("organisation_id", flat=True)
    for side in sides:
        people = people_of(side, "contributor", "manager", "owner")
        notify(event, to=people, about=response, by=by, organisation_id=side)
