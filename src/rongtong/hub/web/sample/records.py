"""What the sample cluster consists of. Days count from loading; months of a certificate end with their last day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .chains import Chain, OutsideFirm
    from .technologies import Agreement, Technology


@dataclass(frozen=True, slots=True)
class Figures:
    """One year of an organisation. Amounts in yuan."""

    year: int
    headcount: int
    revenue: Decimal
    assets: Decimal


@dataclass(frozen=True, slots=True)
class Certificate:
    name: str
    number: str
    months: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """``size`` is the class it was written to have; the product derives its own."""

    key: str
    name: str
    short: str
    name_en: str
    kind: str
    industry: str
    region: str
    founded: int
    figures: tuple[Figures, ...]
    about: str
    credit_code: str
    size: str = ""
    chain_leader: str = ""
    cultivation: str = ""
    cultivation_certificate: Certificate | None = None
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    key: str
    name: str
    name_en: str
    organisation: str
    role: str
    position: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account that is named to whoever tries the hub."""

    person: str
    part: str
    part_en: str


@dataclass(frozen=True, slots=True)
class Round:
    key: str
    title: str
    title_en: str
    introduction: str
    state: str
    opens: int
    collect_until: int
    publish_at: int
    respond_until: int
    select_until: int
    conclude_on: int
    weights: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Capability:
    organisation: str
    title: str
    text: str
    language: str
    products: tuple[str, ...]
    equipment: tuple[str, ...]
    certificates: tuple[str, ...]
    patents: tuple[str, ...]
    deliveries: tuple[Delivery, ...]
    readiness: int
    level: int


@dataclass(frozen=True, slots=True)
class Delivery:
    year: int
    to: str
    what: str


@dataclass(frozen=True, slots=True)
class Target:
    indicator: str
    comparison: str
    value: Decimal
    value_high: Decimal | None
    unit: str
    best_today: str
    method: str
    must_meet: bool


@dataclass(frozen=True, slots=True)
class Levels:
    """Who may read each group of fields: 0 the public, 1 members, 2 after an agreement."""

    problem: int
    targets: int
    tried: int
    budget: int
    ip: int
    contact: int
    details: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """``other`` says in words what is asked of those who answer, besides the conditions that are fields."""

    key: str
    round: str
    organisation: str
    author: str
    contact: str
    state: str
    title: str
    title_en: str
    industry: str
    anonymous: bool
    problem: str
    tried: str
    details: str
    other: str
    ip_terms: str
    regions: tuple[str, ...]
    certificates: tuple[str, ...]
    sizes: tuple[str, ...]
    readiness: int
    budget: tuple[Decimal, Decimal] | None
    budget_note: str
    deadline: int
    months: int
    levels: Levels
    targets: tuple[Target, ...]
    comment: str
    commented_by: str


@dataclass(frozen=True, slots=True)
class Question:
    challenge: str
    organisation: str
    text: str
    asked: int
    answer: str
    answered: int | None
    to_all: bool


@dataclass(frozen=True, slots=True)
class Amendment:
    """The months that a published challenge had before they were put right."""

    challenge: str
    made: int
    before: int
    reason: str


@dataclass(frozen=True, slots=True)
class Invitation:
    challenge: str
    organisations: tuple[str, ...]
    sent: int


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone of a plan; its cost in yuan."""

    title: str
    month: int
    cost: Decimal
    deliverable: str


@dataclass(frozen=True, slots=True)
class Value:
    """What is promised or was measured against one target. A promise may be open; a span has two ends."""

    value: Decimal | None
    value_high: Decimal | None
    note: str


@dataclass(frozen=True, slots=True)
class Partner:
    organisation: str
    part: str
    share: Decimal
    consent: str


@dataclass(frozen=True, slots=True)
class Response:
    key: str
    challenge: str
    organisation: str
    state: str
    submitted: int | None
    summary: str
    team: str
    record: str
    plan: str
    readiness: int
    months: int
    steps: tuple[Step, ...]
    promises: tuple[Value, ...]
    partners: tuple[Partner, ...]
    feedback: str

    @property
    def cost(self) -> Decimal:
        return sum((step.cost for step in self.steps), Decimal(0))


@dataclass(frozen=True, slots=True)
class Reviewer:
    challenge: str
    person: str
    conflict: str
    reason: str
    handed_in: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """Points of 100 with their reasons, in the order team, R&D strength, plan, fit. A draft may have fewer."""

    reviewer: str
    response: str
    points: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Award:
    response: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Milestone:
    state: str
    delivered: int | None
    decided: int | None
    delivery: str
    acceptance: str


@dataclass(frozen=True, slots=True)
class Collaboration:
    """``milestones`` are the first of the response's steps; those not listed are still to come."""

    response: str
    starts: int
    milestones: tuple[Milestone, ...]
    concluded: int | None
    achieved: tuple[Value, ...]
    conclusion: str


@dataclass(frozen=True, slots=True)
class Guest:
    """``answer`` is a state of a participation; ``away`` counts slots from 1."""

    organisation: str
    answer: str
    away: tuple[int, ...]
    presents: str
    contact: str


@dataclass(frozen=True, slots=True)
class Said:
    """What one organisation said of its meeting with another."""

    organisation: str
    other: str
    useful: str
    next_step: str
    note: str


@dataclass(frozen=True, slots=True)
class MatchmakingDay:
    """Days are counted from loading; ``wishes`` are (who, whom, kind), ``scores`` (one, other, its worth, its own)."""

    key: str
    title: str
    title_en: str
    place: str
    notice: str
    state: str
    opens: int
    answers_until: int
    planned: int
    held: int
    slots: int
    tables: int
    most: int
    in_a_row: int
    guests: tuple[Guest, ...]
    scores: tuple[tuple[str, str, int, int], ...]
    wishes: tuple[tuple[str, str, str], ...]
    feedback: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    organisations: dict[str, Organisation]
    people: dict[str, Person]
    sign_ins: tuple[SignIn, ...]
    rounds: dict[str, Round]
    capabilities: tuple[Capability, ...]
    challenges: dict[str, Challenge]
    questions: tuple[Question, ...]
    amendments: tuple[Amendment, ...]
    invitations: tuple[Invitation, ...]
    responses: dict[str, Response]
    reviewers: tuple[Reviewer, ...]
    sheets: tuple[Sheet, ...]
    awards: tuple[Award, ...]
    collaborations: tuple[Collaboration, ...]
    matchmaking: tuple[MatchmakingDay, ...]
    technologies: dict[str, Technology] = field(default_factory=dict)
    agreements: tuple[Agreement, ...] = ()
    chains: tuple[Chain, ...] = ()
    outside_firms: Mapping[str, OutsideFirm] = field(default_factory=dict)

    def owner_of(self, organisation: str) -> Person:
        """The person who signs for an organisation."""
        return next(each for each in self.people.values() if each.organisation == organisation and each.role == "owner")

    def responses_to(self, challenge: str) -> list[Response]:
        return [each for each in self.responses.values() if each.challenge == challenge]
