"""What goes in and out of the API about rounds, challenges and questions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from ninja import Field
from pydantic import AwareDatetime

from rongtong.hub.foundation.api import In, Money, Out

from ..enums import ChallengeState, Comparison, Stage
from ..models import Challenge, ChallengeInvitation, Round
from ..queries.challenges import ShownQuestion
from ..queries.disclosure import DisclosedChallenge, Hidden
from ..targets import TargetRow


class HiddenOut(Out):
    """Stands in the place of what the caller may not see."""

    hidden: bool = True
    level: int
    why: str


class PublisherOut(Out):
    id: UUID
    name: str


class TargetOut(Out):
    id: int
    indicator: str
    comparison: Comparison
    value: Decimal
    value_high: Decimal | None
    unit: str
    best_today: str
    method: str
    must_meet: bool


class BudgetOut(Out):
    min: Money | None
    max: Money | None
    note: str


class ContactOut(Out):
    name: str
    department: str
    phone: str
    email: str


class ChallengeOut(Out):
    id: UUID
    number: str
    state: ChallengeState
    state_label: str
    version: int
    round_id: UUID
    anonymous: bool
    title: str
    industry: str
    region: str
    regions: list[str]
    certificates: list[str]
    size_classes: list[str]
    readiness: int | None
    months: int | None
    deadline: datetime | None
    published_at: datetime | None
    publisher: PublisherOut | HiddenOut
    problem: str | HiddenOut
    targets: list[TargetOut] | HiddenOut
    tried: str | HiddenOut
    budget: BudgetOut | HiddenOut
    ip: str | HiddenOut
    contact: ContactOut | HiddenOut
    details: str | HiddenOut
    comment: str | HiddenOut
    levels: dict[str, int]

    @classmethod
    def of(cls, one: DisclosedChallenge) -> ChallengeOut:
        """The disclosed challenge, and nothing beside it."""
        plain = {name: getattr(one, name) for name in _PLAIN}
        groups = {name: _open(getattr(one, name), show) for name, show in _GROUPS.items()}
        return cls(
            **plain,
            **groups,
            state_label=str(one.state_label),
            regions=list(one.regions),
            certificates=list(one.certificates),
            size_classes=list(one.size_classes),
        )


_PLAIN = (
    "id", "number", "state", "version", "round_id", "anonymous", "title", "industry", "region", "readiness", "months",
    "deadline", "published_at", "levels",
)  # fmt: skip


def _open(value: Any, show: Any) -> Any:
    return HiddenOut(level=value.level, why=str(value.why)) if isinstance(value, Hidden) else show(value)


def _targets(targets: Any) -> list[TargetOut]:
    return [TargetOut(id=one.id, **vars(one.row)) for one in targets]


_GROUPS: dict[str, Any] = {
    "publisher": lambda one: PublisherOut(id=one.id, name=str(one)),
    "problem": str,
    "targets": _targets,
    "tried": str,
    "budget": lambda one: BudgetOut(min=Money.of(one.low), max=Money.of(one.high), note=one.note),
    "ip": str,
    "contact": lambda one: ContactOut(name=one.name, department=one.department, phone=one.phone, email=one.email),
    "details": str,
    "comment": str,
}


class TargetIn(In):
    indicator: str
    comparison: Comparison
    value: Decimal
    value_high: Decimal | None = None
    unit: str = ""
    best_today: str = ""
    method: str = ""
    must_meet: bool = False

    def row(self) -> TargetRow:
        return TargetRow(**(self.model_dump(exclude={"id"}) | {"comparison": str(self.comparison)}))


class AmendableFields(In):
    """Fields of a challenge that may change even after it was published; what is left out stays as it is."""

    #: What is asked for beside the fields of the challenge itself.
    BESIDE: ClassVar[frozenset[str]] = frozenset({"targets"})

    anonymous: bool | None = None
    problem: str | None = None
    tried: str | None = None
    details: str | None = None
    regions: list[str] | None = None
    certificates: list[str] | None = None
    size_classes: list[str] | None = None
    readiness: int | None = None
    budget_min: Decimal | None = None
    budget_max: Decimal | None = None
    budget_note: str | None = None
    months: int | None = None
    deadline: AwareDatetime | None = None
    ip_terms: str | None = None
    contact_name: str | None = None
    contact_department: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    problem_level: int | None = None
    targets_level: int | None = None
    tried_level: int | None = None
    budget_level: int | None = None
    ip_level: int | None = None
    contact_level: int | None = None
    details_level: int | None = None

    def values(self) -> dict[str, Any]:
        """The fields that were named. Null empties only what may be empty; elsewhere it is as if left out."""
        given = self.model_dump(exclude_unset=True, exclude=set(self.BESIDE))
        return {name: value for name, value in given.items() if value is not None or name in NULLABLE}


class ChallengeFields(AmendableFields):
    """Fields of a challenge; what is left out stays as it is."""

    title: str | None = None
    industry: str | None = None
    region: str | None = None
    targets: list[TargetIn] | None = None

    def rows(self) -> list[TargetRow] | None:
        return None if self.targets is None else [one.row() for one in self.targets]


NULLABLE = frozenset(field.name for field in Challenge._meta.concrete_fields if field.null)


class NewChallenge(ChallengeFields):
    BESIDE = frozenset({"targets", "round_id", "organisation_id", "submit"})

    round_id: UUID
    organisation_id: UUID | None = Field(None, description="For whom; the operator only.")
    submit: bool = Field(False, description="Hand it in at once.")


class Comment(In):
    comment: str


class Reason(In):
    reason: str = ""


class CopyInto(In):
    round_id: UUID


class InviteeIn(In):
    organisation_id: UUID
    rank: int | None = Field(None, ge=1, le=9999)
    score: Decimal | None = Field(None, ge=0, le=100, decimal_places=1)


class Invite(In):
    organisations: list[InviteeIn]


class InvitationOut(Out):
    id: UUID
    organisation_id: UUID
    organisation: str
    rank: int | None
    score: Decimal | None
    created_at: datetime
    opened_at: datetime | None

    @classmethod
    def of(cls, row: ChallengeInvitation) -> InvitationOut:
        given = {name: getattr(row, name) for name in ("organisation_id", "rank", "score", "created_at", "opened_at")}
        return cls(id=row.pk, organisation=str(row.organisation), **given)


class QuestionOut(Out):
    id: UUID
    version: int
    text: str
    asked_at: datetime
    asker: str
    own: bool
    answer: str
    to_all: bool
    answered_at: datetime | None

    @classmethod
    def of(cls, one: ShownQuestion) -> QuestionOut:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class Ask(In):
    text: str


class Answer(In):
    answer: str
    to_all: bool = False


class RoundOut(Out):
    id: UUID
    title: str
    title_en: str
    introduction: str
    state: Stage
    state_label: str
    version: int
    number_prefix: str
    leader_size_classes: list[str]
    collect_until: datetime
    publish_at: datetime
    respond_until: datetime
    select_until: datetime
    conclude_on: date
    challenges: int = Field(description="Published challenges.")

    @classmethod
    def of(cls, row: Round, published: int) -> RoundOut:
        names = [name for name in cls.model_fields if name not in ("id", "state_label", "challenges")]
        plain = {name: getattr(row, name) for name in names}
        return cls(id=row.pk, state_label=str(Stage(row.state).label), challenges=published, **plain)


class RoundFields(In):
    title: str | None = None
    title_en: str | None = None
    introduction: str | None = None
    number_prefix: str | None = None
    leader_size_classes: list[str] | None = None
    collect_until: AwareDatetime | None = None
    publish_at: AwareDatetime | None = None
    respond_until: AwareDatetime | None = None
    select_until: AwareDatetime | None = None
    conclude_on: date | None = None

    def values(self) -> dict[str, Any]:
        given = self.model_dump(exclude_unset=True)
        return {name: value for name, value in given.items() if value is not None}


class Advance(In):
    to: Stage
