"""What still keeps a response from being handed in: everything at once, in the order of its form."""

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault

from ..enums import Consent
from ..models import Challenge, Commitment, Partner, PlannedMilestone, Response, Target
from ..models.response import TEXTS
from ..promises import meets

MOST_STEPS = 12
SECTIONS = {"summary": _("方案概要"), "team": _("团队"), "record": _("研发基础与业绩"), "plan": _("攻关方案")}


def targets_open_to(challenge: Challenge, by: Actor) -> bool:
    """Whether the targets are disclosed to this actor; what one may not read, one cannot promise."""
    return bool(challenge.targets_level <= challenge.level_open_to(by))


def missing(response: Response, by: Actor) -> list[Fault]:
    """Everything that keeps a response from being handed in, in the order of its form."""
    partners = list(response.partners.select_related("organisation"))
    steps = list(response.milestones.all())
    return [
        *partner_faults(partners),
        *_text_faults(response),
        *_commitment_faults(response, by),
        *_plan_faults(response, steps),
    ]


def partner_faults(partners: Iterable[Partner]) -> list[Fault]:
    partners = list(partners)
    faults = []
    for row, partner in enumerate(partners, 1):
        name = str(partner.organisation)
        if partner.consent == Consent.ASKED:
            message = _("成员「%(name)s」还没有确认加入。") % {"name": name}
            faults.append(Fault("partners", message, "response.member_unconfirmed", row=row))
        elif partner.consent == Consent.REFUSED:
            message = _("成员「%(name)s」已谢绝加入，请移除。") % {"name": name}
            faults.append(Fault("partners", message, "response.member_refused", row=row))
    shares = sum((one.share for one in partners if one.share is not None), Decimal(0))
    if shares > 100:
        faults.append(Fault("partners", _("各成员经费占比之和超过 100%。"), "response.shares"))
    return faults


def _text_faults(response: Response) -> list[Fault]:
    return [
        Fault(name, _("「%(section)s」还没有填写。") % {"section": SECTIONS[name]}, "missing")
        for name in TEXTS
        if not getattr(response, name).strip()
    ]


def _commitment_faults(response: Response, by: Actor) -> list[Fault]:
    if not targets_open_to(response.challenge, by):
        message = _("技术指标在签署保密协议后可见，请先签署，再填写承诺值。")
        return [Fault("commitments", message, "response.targets_closed")]
    promises = {one.target_id: one for one in response.commitments.all()}
    return promise_faults(response.challenge.targets.all(), promises)


def promise_faults(targets: Iterable[Target], promises: dict[int, Commitment]) -> list[Fault]:
    """Every must-meet target needs a value; one that falls short is let in only with its reason."""
    faults = []
    for row, target in enumerate(targets, 1):
        promise = promises.get(target.pk)
        value = promise.value if promise else None
        if value is None:
            if target.must_meet:
                faults.append(
                    Fault("commitments", _("必达指标还没有承诺值。"), "response.must_meet", row=row, column="value")
                )
            continue
        if promise and target.must_meet and not meets(target, value, promise.value_high) and not promise.note.strip():
            message = _("未达到必达指标，请写明依据或理由。")
            faults.append(Fault("commitments", message, "response.must_meet_note", row=row, column="note"))
    return faults


def _plan_faults(response: Response, steps: list[PlannedMilestone]) -> list[Fault]:
    faults = []
    if response.months is None or response.months < 1:
        faults.append(Fault("months", _("请填写攻关周期。"), "missing"))
    if response.cost is None:
        faults.append(Fault("cost", _("请填写所需经费。"), "missing"))
    if not 1 <= len(steps) <= MOST_STEPS:
        message = _("请填写 1 至 %(most)s 个里程碑。") % {"most": MOST_STEPS}
        faults.append(Fault("milestones", message, "response.milestones"))
    for row, step in enumerate(steps, 1):
        faults += _step_faults(step, row, response.months)
    total = sum((step.cost for step in steps if step.cost is not None), Decimal(0))
    if response.cost is not None and steps and total != response.cost:
        faults.append(Fault("cost", _("里程碑经费合计与所需经费不一致。"), "response.cost_sum"))
    return faults


def _step_faults(step: PlannedMilestone, row: int, months: int | None) -> list[Fault]:
    faults = []
    if not step.title.strip():
        faults.append(Fault("milestones", _("里程碑缺少名称。"), "missing", row=row, column="title"))
    if step.month is None or step.month < 1:
        faults.append(Fault("milestones", _("里程碑缺少完成月份。"), "missing", row=row, column="month"))
    elif months is not None and step.month > months:
        latest = _("最晚第 %(months)s 个月。") % {"months": months}
        faults.append(Fault("milestones", latest, "response.month_late", row=row, column="month"))
    if step.cost is None:
        faults.append(Fault("milestones", _("里程碑缺少经费。"), "missing", row=row, column="cost"))
    return faults
