"""What is scored and how much it weighs: fixed before the deadline."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.verbs import verb

from ..models import Challenge, Criterion
from ..models.selection import STANDARD
from .deadlines import is_past


@dataclass(frozen=True)
class Weight:
    """One criterion as the challenger gives it."""

    name: str
    weight: int
    guidance: str = ""


@verb("selection.set_criteria", on="challenge")
def set_criteria(*, challenge: Challenge, criteria: Sequence[Weight], by: Actor) -> Challenge:
    """Fix what is scored. Everybody who may answer sees it, so it cannot change after the deadline.

    Raises
    ------
    Refusal
        ``selection.criteria_fixed`` after the deadline.
    Invalid
        Weights that do not add up to 100, names missing or twice.
    """
    if is_past(challenge) or Criterion._base_manager.filter(challenge=challenge, scores__isnull=False).exists():
        raise Refusal(
            "selection.criteria_fixed",
            what=_("评分标准已锁定。"),
            why=_("评分项和权重在揭榜截止后不能修改。"),
            cure=_("按已公布的标准评分。"),
        )
    faults = _faults(criteria)
    if faults:
        raise Invalid(faults)
    Criterion._base_manager.filter(challenge=challenge).delete()
    _write(challenge, criteria)
    audit.note(weights=[one.weight for one in criteria])
    return challenge


def _faults(criteria: Sequence[Weight]) -> list[Fault]:
    faults = []
    names = [one.name.strip() for one in criteria]
    if not 2 <= len(criteria) <= 10:
        faults.append(Fault("criteria", _("请设 2 至 10 个评分项。"), "count"))
    if sum(one.weight for one in criteria) != 100:
        faults.append(Fault("criteria", _("权重之和须为 100。"), "weights"))
    for row, one in enumerate(criteria, 1):
        if not names[row - 1] or len(names[row - 1]) > 60:
            faults.append(Fault("criteria", _("请填写评分项名称，不超过 60 个字。"), "name", row=row, column="name"))
        elif names.index(names[row - 1]) < row - 1:
            faults.append(Fault("criteria", _("评分项名称重复。"), "name_twice", row=row, column="name"))
        if not 1 <= one.weight <= 100:
            faults.append(Fault("criteria", _("权重为 1 至 100。"), "weight", row=row, column="weight"))
        if len(one.guidance) > 300:
            faults.append(Fault("criteria", _("评分要点不超过 300 个字。"), "guidance", row=row, column="guidance"))
    return faults


def _write(challenge: Challenge, criteria: Sequence[Weight]) -> None:
    Criterion._base_manager.bulk_create(
        Criterion(challenge=challenge, position=number, name=one.name.strip(), guidance=one.guidance, weight=one.weight)
        for number, one in enumerate(criteria, 1)
    )


def standard() -> list[Weight]:
    """The programme's criteria."""
    return [Weight(name, weight) for name, weight in STANDARD]


def ensure_criteria(challenge: Challenge) -> None:
    """Write the programme's criteria where the challenger has set none.

    The challenge is locked while that is looked at, so that two people who begin at once do not both write them.
    """
    if Criterion._base_manager.filter(challenge=challenge).exists():
        return
    with transaction.atomic():
        Challenge._base_manager.select_for_update().get(pk=challenge.pk)
        if not Criterion._base_manager.filter(challenge=challenge).exists():
            _write(challenge, standard())
