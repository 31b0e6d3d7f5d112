"""The cluster without what one reader may not know: the second of the two worlds that a leak tells apart.

Everything the reader may see stays as it is, to the letter. What it may not see is left out where the reader cannot
tell that it is there, and is otherwise put into other words, other figures, another organisation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from rongtong.hub.innovation.enums import (
    PUBLISHED,
    ChallengeState,
    Comparison,
    ConflictState,
    Consent,
    MilestoneState,
    ResponseState,
)
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.size_class import size_class
from rongtong.hub.trust.enums import Level

from ..chains import known_links
from ..records import (
    Award,
    Challenge,
    Cluster,
    Collaboration,
    Figures,
    Invitation,
    Levels,
    MatchmakingDay,
    Milestone,
    Organisation,
    Person,
    Question,
    Response,
    Reviewer,
    Sheet,
    Step,
    Target,
    Value,
)
from ..technologies import as_known, sides
from .answers import signs
from .challenges import challenger_people, large

DECIDED = (ChallengeState.AWARDED, ChallengeState.CONCLUDED)
NOTHING = "—"
NO_REASON = NOTHING * 12
NOBODY = "某某"
OTHER_FIGURES = Decimal("1.03")


@dataclass(frozen=True)
class Reader:
    """Who reads: the people of one organisation, or a visitor.

    Parameters
    ----------
    level
        The highest disclosure level open to it everywhere.
    """

    organisation: str | None
    level: int

    def opens(self, challenge: Challenge, cluster: Cluster) -> int:
        """The highest level of a challenge that it may read."""
        if self.organisation == challenge.organisation:
            return int(Level.NAMED)
        own = (each for each in cluster.responses_to(challenge.key) if each.organisation == self.organisation)
        return int(Level.AFTER_NDA) if any(signs(each) for each in own) else self.level


#: A member that answers the same challenge as the SME of the sample accounts.
RIVAL = Reader("jintang", int(Level.MEMBERS))
VISITOR = Reader(None, int(Level.PUBLIC))


def without_secrets(cluster: Cluster, reader: Reader) -> Cluster:
    """Give the cluster as it would be if nothing were there that the reader may not know."""
    kept = Kept(cluster, reader)
    challenges = {each.key: kept.challenge(each) for each in cluster.challenges.values() if kept.knows(each)}
    return replace(
        cluster,
        organisations={key: kept.organisation(each) for key, each in cluster.organisations.items()},
        people={key: kept.person(each) for key, each in cluster.people.items()},
        capabilities=tuple(
            each
            for each in cluster.capabilities
            if each.level <= reader.level or each.organisation == reader.organisation
        ),
        challenges=challenges,
        questions=tuple(kept.questions()),
        amendments=tuple(each for each in cluster.amendments if each.challenge in challenges),
        invitations=tuple(kept.invitations()),
        responses={each.key: each for each in kept.responses(challenges)},
        reviewers=tuple(kept.reviewers()),
        sheets=tuple(kept.sheets()),
        awards=tuple(kept.award(each) for each in cluster.awards),
        collaborations=tuple(kept.collaboration(each, challenges) for each in cluster.collaborations),
        matchmaking=tuple(kept.day(each) for each in cluster.matchmaking),
        chains=known_links(cluster.chains, reader.organisation),
        technologies={each.key: each for each in as_known(cluster.technologies, reader.organisation, reader.level)},
        agreements=tuple(each for each in cluster.agreements if reader.organisation in sides(each)),
    )


class Kept:
    """What a reader may know of one cluster."""

    def __init__(self, cluster: Cluster, reader: Reader) -> None:
        self.cluster, self.reader = cluster, reader
        self._named = set(self._readable_contacts())

    def day(self, day: MatchmakingDay) -> MatchmakingDay:
        """Who meets whom follows from wishes and scores, so they stay; what others said of it is theirs."""
        return replace(
            day, feedback=tuple(each for each in day.feedback if each.organisation == self.reader.organisation)
        )

    # ---- those who take part

    def organisation(self, organisation: Organisation) -> Organisation:
        """Profiles are public, yearly figures are not; the size class that follows from them is."""
        if organisation.key == self.reader.organisation:
            return organisation
        other = tuple(
            replace(each, revenue=each.revenue * OTHER_FIGURES, assets=each.assets * OTHER_FIGURES)
            for each in organisation.figures
        )
        same_class = _class(organisation, other[-1]) == _class(organisation, organisation.figures[-1])
        return replace(organisation, figures=other) if same_class else organisation

    def person(self, person: Person) -> Person:
        """Names stand where somebody put them: colleagues, contacts of a challenge, those who run the hub."""
        home = self.cluster.organisations[person.organisation]
        if home.key == self.reader.organisation or home.kind == OrganisationKind.OPERATOR or person.key in self._named:
            return person
        return replace(person, name=NOBODY, name_en="", position="", phone="")

    def _readable_contacts(self) -> Iterator[str]:
        for each in self.cluster.challenges.values():
            opened = self.knows(each) and each.levels.contact <= self.reader.opens(each, self.cluster)
            if opened and not each.anonymous:
                yield each.contact

    # ---- challenges

    def knows(self, challenge: Challenge) -> bool:
        return challenge.state in PUBLISHED or challenge.organisation == self.reader.organisation

    def challenge(self, challenge: Challenge) -> Challenge:
        """A published challenge: its hidden groups are empty, an anonymous one is another enterprise's."""
        if challenge.organisation == self.reader.organisation:
            return challenge
        hidden = self._hidden(challenge)
        if challenge.anonymous:
            challengers = large(self.cluster)
            other = challengers[(challengers.index(challenge.organisation) + 1) % len(challengers)]
            author, contact = challenger_people(self.cluster, other)
            challenge = replace(challenge, organisation=other, author=author, contact=contact)
        if "problem" in hidden:
            challenge = replace(challenge, problem=NOTHING, other="")
        if "targets" in hidden:
            challenge = replace(challenge, targets=(_nothing_to_reach(),))
        if "budget" in hidden:
            challenge = replace(challenge, budget=None, budget_note="")
        return replace(
            challenge,
            tried="" if "tried" in hidden else challenge.tried,
            ip_terms="" if "ip" in hidden else challenge.ip_terms,
            details="" if "details" in hidden else challenge.details,
        )

    def _hidden(self, challenge: Challenge) -> set[str]:
        open_level = self.reader.opens(challenge, self.cluster)
        return {name for name in Levels.__dataclass_fields__ if getattr(challenge.levels, name) > open_level}

    def questions(self) -> Iterator[Question]:
        """Answers to all are the members'; nobody learns who asked."""
        for each in self.cluster.questions:
            if each.organisation == self.reader.organisation:
                yield each
            elif each.to_all and each.answered is not None and self.reader.level >= Level.MEMBERS:
                yield replace(each, organisation=self._somebody_else(each))

    def _somebody_else(self, question: Question) -> str:
        asked = {question.organisation, self.reader.organisation}
        smes = [key for key, each in self.cluster.organisations.items() if each.size in ("small", "micro")]
        return next(key for key in smes if key not in asked)

    def invitations(self) -> Iterator[Invitation]:
        for each in self.cluster.invitations:
            own = tuple(key for key in each.organisations if key == self.reader.organisation)
            if own:
                yield replace(each, organisations=own)

    # ---- responses and what follows

    def _is_own(self, response: Response) -> bool:
        parts = {each.organisation for each in response.partners if each.consent != Consent.REFUSED}
        return self.reader.organisation is not None and self.reader.organisation in parts | {response.organisation}

    def responses(self, challenges: dict[str, Challenge]) -> Iterator[Response]:
        """Its own; of the others those that were chosen, which all members hear of, without their content."""
        for each in self.cluster.responses.values():
            if self._is_own(each):
                yield each
            elif each.state == ResponseState.AWARDED:
                yield _emptied(each, challenges[each.challenge])

    def _remains(self, key: str) -> bool:
        response = self.cluster.responses[key]
        return self._is_own(response) or response.state == ResponseState.AWARDED

    def reviewers(self) -> Iterator[Reviewer]:
        """Who judged is nobody's to know, but what was decided was judged by somebody."""
        for each in self.cluster.reviewers:
            decided = self.cluster.challenges[each.challenge].state in DECIDED
            if decided and each.conflict == ConflictState.NONE:
                yield each

    def sheets(self) -> Iterator[Sheet]:
        for each in self.cluster.sheets:
            decided = self.cluster.challenges[self.cluster.responses[each.response].challenge].state in DECIDED
            if decided and self._remains(each.response):
                yield replace(each, reasons=(NO_REASON,) * len(each.reasons))

    def award(self, award: Award) -> Award:
        """Members read who won, what and why."""
        return award if self.reader.level >= Level.MEMBERS else replace(award, amount=Decimal(1), reason=NOTHING)

    def collaboration(self, collaboration: Collaboration, challenges: dict[str, Challenge]) -> Collaboration:
        """That a challenge was concluded is public; what was delivered and measured is the two sides'."""
        response = self.cluster.responses[collaboration.response]
        if self._is_own(response):
            return collaboration
        if collaboration.concluded is None:
            return replace(collaboration, milestones=())
        first = collaboration.milestones[0]
        done = Milestone(MilestoneState.ACCEPTED.value, first.delivered, first.decided, NOTHING, NOTHING)
        # of completed work members are told how many promises were kept: the values stay, what they rest on goes
        reached = tuple(replace(each, note="") for each in collaboration.achieved)
        return replace(collaboration, milestones=(done,), achieved=reached, conclusion=NOTHING)


def _class(organisation: Organisation, figures: Figures) -> str:
    return size_class(organisation.industry, figures.headcount, figures.revenue, figures.assets)


def _nothing_to_reach() -> Target:
    return Target(NOTHING, Comparison.AT_LEAST.value, Decimal(1), None, "", "", "", must_meet=True)


def _just_reached(target: Target) -> Value:
    return Value(target.value, target.value_high, "")


def _promised(value: Value, target: Target) -> Value:
    """What was promised stays a promise of the same kind; without its grounds."""
    return replace(value, note=NOTHING) if value.value is not None else _just_reached(target)


def _emptied(response: Response, challenge: Challenge) -> Response:
    """A response that could have been handed in, and says nothing."""
    return replace(
        response,
        summary=NOTHING,
        team=NOTHING,
        record=NOTHING,
        plan=NOTHING,
        readiness=1,
        months=1,
        steps=(Step(NOTHING, 1, Decimal(1), ""),),
        promises=tuple(_promised(*pair) for pair in zip(response.promises, challenge.targets, strict=False)),
        partners=(),
    )
