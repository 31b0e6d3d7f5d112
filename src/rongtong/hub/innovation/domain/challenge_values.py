"""What a challenge holds as plain values: read, set, checked. Pages, API and import all come through here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault
from rongtong.hub.organisations.pinyin import search_keys
from rongtong.hub.organisations.reference import industries, regions
from rongtong.hub.organisations.size_class import SizeClass

from ..models import Challenge
from ..targets import TargetRow
from .targets import rows_of

LEVELS = (
    "problem_level",
    "targets_level",
    "tried_level",
    "budget_level",
    "ip_level",
    "contact_level",
    "details_level",
)
EDITABLE = (
    "title",
    "anonymous",
    "industry",
    "region",
    "problem",
    "tried",
    "details",
    "regions",
    "certificates",
    "size_classes",
    "readiness",
    "budget_min",
    "budget_max",
    "budget_note",
    "months",
    "deadline",
    "ip_terms",
    "contact_name",
    "contact_department",
    "contact_phone",
    "contact_email",
    *LEVELS,
)
LONGEST_PROJECT = 120
MOST_WISHES = 30


def values_of(challenge: Challenge) -> dict[str, Any]:
    """Everything its writers may change, with the targets as a list of plain rows."""
    values = {name: getattr(challenge, name) for name in EDITABLE}
    return values | {"targets": [vars(row) for row in rows_of(challenge)]}


def assign(challenge: Challenge, values: Mapping[str, Any]) -> list[str]:
    """Set the given fields and tell which of them changed.

    Raises
    ------
    ValueError
        A field is named that nobody may set: a mistake of the caller, not of the person.
    """
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not a field of a challenge's form: {sorted(unknown)}")
    changed = []
    for name, value in values.items():
        new = value.strip() if isinstance(value, str) else value
        if name in ("industry", "region") and new:
            new = _canonical(name, new)
        if getattr(challenge, name) != new:
            setattr(challenge, name, new)
            changed.append(name)
    if "title" in changed:
        challenge.search_keys = search_keys(challenge.title)[:400]
    return changed


def _canonical(name: str, code: str) -> str:
    return (industries if name == "industry" else regions).canonical(code)


def faults_of_draft(challenge: Challenge) -> list[Fault]:
    """All that the database or a reader could not take. A draft may be incomplete, not wrong."""
    found = list(_field_faults(challenge))
    wrong = {fault.field for fault in found}
    return found + [fault for fault in _rule_faults(challenge) if fault.field not in wrong]


def _field_faults(challenge: Challenge) -> Iterator[Fault]:
    for name in EDITABLE:
        value = getattr(challenge, name)
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\x00" in text for text in texts):
            yield Fault(name, _("含有不能保存的字符。"), "challenge.bad_character")
    everything = {field.name for field in Challenge._meta.concrete_fields}
    try:
        challenge.clean_fields(exclude=everything - set(EDITABLE))
    except ValidationError as error:
        for name, problems in error.error_dict.items():
            for problem in problems:
                yield Fault(name, " ".join(problem.messages), f"challenge.{problem.code or 'invalid'}")


def _rule_faults(challenge: Challenge) -> Iterator[Fault]:
    if challenge.industry and challenge.industry not in industries:
        yield Fault("industry", _("《国民经济行业分类》中没有此代码。"), "challenge.industry")
    if challenge.region and challenge.region not in regions:
        yield Fault("region", _("没有这个地区代码。"), "challenge.region")
    if any(code not in regions for code in challenge.regions):
        yield Fault("regions", _("地区要求中有不存在的地区代码。"), "challenge.regions")
    for name in ("regions", "certificates"):
        if len(getattr(challenge, name)) > MOST_WISHES:
            yield Fault(name, _("最多 30 项。"), f"challenge.too_many_{name}")
    if set(challenge.size_classes) - set(SizeClass.values):
        yield Fault("size_classes", _("规模要求只能选大型、中型、小型、微型。"), "challenge.size_classes")
    if challenge.readiness is not None and not 1 <= challenge.readiness <= 9:
        yield Fault("readiness", _("技术就绪度为 1 至 9 级。"), "challenge.readiness")
    if challenge.months is not None and not 1 <= challenge.months <= LONGEST_PROJECT:
        yield Fault("months", _("攻关周期为 1 至 120 个月。"), "challenge.months")
    yield from _budget_faults(challenge)
    yield from _deadline_faults(challenge)


def _budget_faults(challenge: Challenge) -> Iterator[Fault]:
    low, high = challenge.budget_min, challenge.budget_max
    for name, amount in (("budget_min", low), ("budget_max", high)):
        if amount is not None and amount < 0:
            yield Fault(name, _("预算不能为负数。"), "challenge.budget_negative")
    if low is not None and high is not None and low > high:
        yield Fault("budget_max", _("预算上限小于下限。"), "challenge.budget_order")


def _deadline_faults(challenge: Challenge) -> Iterator[Fault]:
    if challenge.deadline is None:
        return
    if challenge.deadline > challenge.round.respond_until:
        yield Fault("deadline", _("不能晚于本批次的揭榜截止时间。"), "challenge.deadline_late")
    elif challenge.deadline <= timezone.now():
        yield Fault("deadline", _("这个时间已经过去。"), "challenge.deadline_past")


def faults_of_submission(challenge: Challenge, targets: list[TargetRow]) -> list[Fault]:
    """All that is missing before the operator can screen it, on top of what is wrong."""
    found = faults_of_draft(challenge)
    required = {
        "industry": _("请选择所属行业。"),
        "region": _("请选择地区。"),
        "problem": _("请写明要解决的问题。"),
        "months": _("请填写攻关周期。"),
        "contact_name": _("请填写联系人。"),
    }
    found += [
        Fault(name, text, f"challenge.no_{name}")
        for name, text in required.items()
        if getattr(challenge, name) in (None, "")
    ]
    if not challenge.contact_phone and not challenge.contact_email:
        found.append(Fault("contact_phone", _("请填写电话或邮箱。"), "challenge.no_contact"))
    if not targets:
        found.append(Fault("targets", _("至少写一条可考核的技术指标。"), "challenge.no_targets"))
    return found
