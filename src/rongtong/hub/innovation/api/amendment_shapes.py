"""What goes in and out of the API about amendments of published challenges."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Field
from pydantic import JsonValue

from rongtong.hub.foundation.api import In, Out

from ..domain.amended_values import AmendedTarget
from ..models import Amendment
from ..queries.amendments import shown
from .shapes import AmendableFields, TargetIn


class AmendedTargetIn(TargetIn):
    id: int | None = Field(None, description="The target it was; without it, a new one.", ge=1, le=2**63 - 1)

    def amended(self) -> AmendedTarget:
        return AmendedTarget(self.row(), self.id)


class LevelReason(In):
    level: int = Field(description="The disclosure level of the changes it explains.", ge=0, le=3)
    text: str


class AmendWith(AmendableFields):
    """Fields of a published challenge that may change; what is left out stays as it is."""

    BESIDE = frozenset({"targets", "reasons"})

    targets: list[AmendedTargetIn] | None = Field(None, description="All targets as they shall be.")
    reasons: list[LevelReason] = Field(description="One for each disclosure level that is changed.")

    def amended_targets(self) -> list[AmendedTarget] | None:
        return None if self.targets is None else [one.amended() for one in self.targets]

    def given_reasons(self) -> dict[int, str]:
        return {one.level: one.text for one in self.reasons}


class ChangeOut(Out):
    field: str
    label: str
    before: JsonValue
    after: JsonValue


class AmendmentOut(Out):
    id: UUID
    number: str = Field(description="What it is cited by: 2, or L2-1 behind an agreement.")
    level: int
    at: datetime
    reason: str
    changes: list[ChangeOut]

    @classmethod
    def of(cls, row: Amendment) -> AmendmentOut:
        one = shown(row)
        changes = [
            ChangeOut(field=each.field, label=str(each.label), before=each.raw_before, after=each.raw_after)
            for each in one.changes
        ]
        return cls(id=one.id, number=one.mark, level=one.level, at=one.at, reason=one.reason, changes=changes)
