"""Whether the parts of the sample cluster fit together: keys, dates, states and who may take which part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from rongtong.hub.innovation.enums import (
    PUBLISHED,
    ChallengeState,
    ConflictState,
    Consent,
    MilestoneState,
    ResponseState,
    Stage,
)
from rongtong.hub.organisations.enums import Role
from rongtong.hub.organisations.reference import regions
from rongtong.hub.organisations.size_class import SizeClass

from .reading import ContentError
from .records import Challenge, Cluster, Collaboration, Response, Reviewer, Value

SMES = (SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO)
CRITERIA = 4
SHORTEST_REASON = 10
DAYS_A_MONTH = 31


def check(cluster: Cluster) -> None:
    """Raise ``ContentError`` at the first thing that does not fit."""
    _check_people(cluster)
    _check_rounds(cluster)
    _check_capabilities(cluster)
    for challenge in cluster.challenges.values():
        _check_challenge(challenge, cluster)
    for response in cluster.responses.values():
        _check_response(response, cluster)
    _once(((each.challenge, each.organisation) for each in _live(cluster)), "two live responses")
    parts = [(each.challenge, part) for each in _live(cluster) for part in each.partners]
    _once(
        ((challenge, one.organisation) for challenge, one in parts if one.consent == Consent.GIVEN), "in two responses"
    )
    _check_exchange(cluster)
    _check_reviews(cluster)
    _check_awards(cluster)
    for collaboration in cluster.collaborations:
        _check_collaboration(collaboration, cluster)


def _known(key: str, things: Mapping[str, object], where: str) -> None:
    if key not in things:
        raise ContentError(f"{where}: there is no {key!r}")


def _must(holds: bool, where: str, problem: str) -> None:
    if not holds:
        raise ContentError(f"{where}: {problem}")


def _once(things: Iterable[tuple[str, ...]], problem: str) -> None:
    for thing, count in Counter(things).items():
        _must(count == 1, " ".join(thing), problem)


def _live(cluster: Cluster) -> list[Response]:
    return [each for each in cluster.responses.values() if each.state != ResponseState.WITHDRAWN]


def _check_people(cluster: Cluster) -> None:
    owners = Counter(each.organisation for each in cluster.people.values() if each.role == Role.OWNER)
    for person in cluster.people.values():
        _known(person.organisation, cluster.organisations, f"person {person.key}")
    for key in cluster.organisations:
        _must(owners[key] == 1, f"organisation {key}", f"has {owners[key]} owners")
    for entry in cluster.sign_ins:
        _known(entry.person, cluster.people, "sign_in")


def _check_rounds(cluster: Cluster) -> None:
    for each in cluster.rounds.values():
        days = (each.opens, each.collect_until, each.publish_at, each.respond_until, each.select_until)
        _must(list(days) == sorted(set(days)), f"round {each.key}", "its days are not in order")
        _must(each.select_until <= each.conclude_on, f"round {each.key}", "concludes before its selection ends")
        _must(sum(each.weights) == 100, f"round {each.key}", "its weights do not add up to 100")


def _check_capabilities(cluster: Cluster) -> None:
    for owner in cluster.organisations.values():
        _once(((owner.key, held.name) for held in owner.certificates), "two certificates of this name")
    for each in cluster.capabilities:
        where = f"capability {each.title}"
        _known(each.organisation, cluster.organisations, where)
        held = {certificate.name for certificate in cluster.organisations[each.organisation].certificates}
        missing = set(each.certificates) - held
        _must(not missing, where, f"names certificates its organisation does not hold: {missing}")
    _once(((each.title,) for each in cluster.capabilities), "two capabilities of this title")


def _check_challenge(challenge: Challenge, cluster: Cluster) -> None:
    where = f"challenge {challenge.key}"
    _known(challenge.round, cluster.rounds, where)
    _known(challenge.organisation, cluster.organisations, where)
    for person in (challenge.author, challenge.contact):
        _known(person, cluster.people, where)
        _must(cluster.people[person].organisation == challenge.organisation, where, f"{person} works elsewhere")
    _must(cluster.people[challenge.author].role != "viewer", where, f"{challenge.author} may only read")
    owner = cluster.organisations[challenge.organisation]
    _must(owner.size == SizeClass.LARGE, where, "its organisation is not large")
    round = cluster.rounds[challenge.round]
    _must(challenge.deadline <= round.respond_until, where, "closes after its round")
    _must(bool(challenge.targets), where, "has no targets")
    _once(((challenge.key, each.indicator) for each in challenge.targets), "two targets of this name")
    _must(set(challenge.sizes) <= set(SMES), where, "asks for an unknown size class")
    for region in challenge.regions:
        _must(regions.get(region) is not None, where, f"there is no region {region}")
    commented = challenge.state in (ChallengeState.RETURNED, ChallengeState.WITHDRAWN)
    _must(bool(challenge.comment) == commented, where, "a comment stands with what was returned or withdrawn")
    _must(bool(challenge.commented_by) == commented, where, "a comment is somebody's")
    if commented:
        _known(challenge.commented_by, cluster.people, where)
    closed = challenge.state in PUBLISHED and challenge.state != ChallengeState.OPEN
    _must((challenge.deadline < 0) == closed, where, f"its deadline does not fit the state {challenge.state}")
    over = challenge.state in (ChallengeState.AWARDED, ChallengeState.CONCLUDED)
    _must(over == (round.state == Stage.CONCLUDE), where, "its state does not fit its round")


def _check_response(response: Response, cluster: Cluster) -> None:
    where = f"response {response.key}"
    _known(response.challenge, cluster.challenges, where)
    challenge = cluster.challenges[response.challenge]
    _known(response.organisation, cluster.organisations, where)
    _must(cluster.organisations[response.organisation].size in SMES, where, "its leader is no SME")
    _must(len(response.promises) == len(challenge.targets), where, "promises as many values as there are targets")
    for promise, target in zip(response.promises, challenge.targets, strict=True):
        _check_value(promise, target.value_high is not None, f"{where}: {target.indicator}")
        given = response.state == ResponseState.DRAFT or not target.must_meet or promise.value is not None
        _must(given, where, f"{target.indicator} must be met and is not promised")
    months = [step.month for step in response.steps]
    _must(bool(months) and months == sorted(months), where, "its steps are not in order")
    _must(months[-1] <= response.months, where, "its last step comes after its end")
    _must(response.months <= challenge.months, where, "takes longer than the challenge allows")
    _check_consortium(response, challenge, cluster)
    _check_handing_in(response, challenge, cluster)


def _check_value(value: Value, span: bool, where: str) -> None:
    _must(value.value_high is None or span, where, "a span for a single bound")
    if value.value is not None and value.value_high is not None:
        _must(value.value <= value.value_high, where, "a span from high to low")


def _check_consortium(response: Response, challenge: Challenge, cluster: Cluster) -> None:
    where = f"response {response.key}"
    members = [each.organisation for each in response.partners]
    _once(((response.key, each) for each in members), "a partner twice")
    for each in members:
        _known(each, cluster.organisations, where)
    _must(not {response.organisation, challenge.organisation} & set(members), where, "its leader or challenger joins")
    leaders = {
        each.organisation for each in cluster.responses_to(challenge.key) if each.state != ResponseState.WITHDRAWN
    }
    _must(not leaders & set(members), where, "a partner leads another response")
    _must(sum(each.share for each in response.partners) < 100, where, "its partners take all the money")
    if response.state != ResponseState.DRAFT:
        agreed = all(each.consent == Consent.GIVEN for each in response.partners)
        _must(agreed, where, "was handed in before its partners agreed")


def _check_handing_in(response: Response, challenge: Challenge, cluster: Cluster) -> None:
    where = f"response {response.key}"
    fits = {
        ChallengeState.OPEN: (ResponseState.DRAFT, ResponseState.SUBMITTED, ResponseState.WITHDRAWN),
        ChallengeState.SELECTING: (ResponseState.SUBMITTED, ResponseState.WITHDRAWN),
        ChallengeState.AWARDED: (ResponseState.AWARDED, ResponseState.DECLINED),
        ChallengeState.CONCLUDED: (ResponseState.AWARDED, ResponseState.DECLINED),
    }
    _must(response.state in fits.get(ChallengeState(challenge.state), ()), where, "its state does not fit")
    _must(bool(response.feedback) == (response.state == ResponseState.DECLINED), where, "feedback goes to the declined")
    if response.state == ResponseState.DRAFT:
        _must(response.submitted is None, where, "a draft was not submitted")
        return
    begin = cluster.rounds[challenge.round].publish_at
    _must(response.submitted is not None, where, "has no day of submission")
    _must(begin <= (response.submitted or 0) <= challenge.deadline, where, "was submitted out of time")


def _check_exchange(cluster: Cluster) -> None:
    for question in cluster.questions:
        where = f"question {question.text[:20]}"
        _known(question.challenge, cluster.challenges, where)
        _known(question.organisation, cluster.organisations, where)
        challenge = cluster.challenges[question.challenge]
        begin = cluster.rounds[challenge.round].publish_at
        _must(challenge.state in PUBLISHED, where, "its challenge is not published")
        _must(begin <= question.asked <= challenge.deadline, where, "was asked out of time")
        _must(question.answered is None or question.answered >= question.asked, where, "was answered too early")
    for amendment in cluster.amendments:
        where = f"amendment of {amendment.challenge}"
        _known(amendment.challenge, cluster.challenges, where)
        challenge = cluster.challenges[amendment.challenge]
        begin = cluster.rounds[challenge.round].publish_at
        _must(challenge.state in PUBLISHED, where, "its challenge is not published")
        _must(begin < amendment.made < challenge.deadline, where, "was made out of time")
        _must(amendment.before != challenge.months, where, "changes nothing")
    asked: list[tuple[str, ...]] = []
    for invitation in cluster.invitations:
        where = f"invitation to {invitation.challenge}"
        _known(invitation.challenge, cluster.challenges, where)
        for key in invitation.organisations:
            _known(key, cluster.organisations, where)
            asked.append((invitation.challenge, key))
        _must(cluster.challenges[invitation.challenge].state in PUBLISHED, where, "its challenge is not published")
    _once(asked, "invited twice")


def _check_reviews(cluster: Cluster) -> None:
    _once(((each.challenge, each.person) for each in cluster.reviewers), "a reviewer twice")
    for reviewer in cluster.reviewers:
        _check_reviewer(reviewer, cluster)
    _once(((each.reviewer, each.response) for each in cluster.sheets), "two sheets")
    clear = {(each.challenge, each.person) for each in cluster.reviewers if each.conflict == ConflictState.NONE}
    for sheet in cluster.sheets:
        where = f"sheet of {sheet.reviewer} on {sheet.response}"
        _known(sheet.response, cluster.responses, where)
        _must((cluster.responses[sheet.response].challenge, sheet.reviewer) in clear, where, "is nobody's to write")
        _must(all(len(each) >= SHORTEST_REASON for each in sheet.reasons), where, "a reason is too short")


def _check_reviewer(reviewer: Reviewer, cluster: Cluster) -> None:
    where = f"reviewer {reviewer.person} of {reviewer.challenge}"
    _known(reviewer.challenge, cluster.challenges, where)
    _known(reviewer.person, cluster.people, where)
    home = cluster.people[reviewer.person].organisation
    responses = cluster.responses_to(reviewer.challenge)
    sides = {each.organisation for each in responses} | {
        one.organisation for each in responses for one in each.partners
    }
    _must(home not in sides or reviewer.conflict == ConflictState.CONFLICT, where, "is on one of the sides")
    if reviewer.handed_in:
        _must(reviewer.conflict == ConflictState.NONE, where, "has handed in without a declaration")
        whole = {
            each.response
            for each in cluster.sheets
            if each.reviewer == reviewer.person and len(each.points) == CRITERIA
        }
        _must({each.key for each in responses} <= whole, where, "has handed in, but not scored everything")


def _check_awards(cluster: Cluster) -> None:
    awarded = {each.response for each in cluster.awards}
    for award in cluster.awards:
        _known(award.response, cluster.responses, "award")
    for response in cluster.responses.values():
        fits = (response.key in awarded) == (response.state == ResponseState.AWARDED)
        _must(fits, f"response {response.key}", "its award does not fit its state")
    working = {each.response for each in cluster.collaborations}
    _must(working == awarded, "collaborations", "every award has one, and nothing else")
    for challenge in cluster.challenges.values():
        if challenge.state in (ChallengeState.AWARDED, ChallengeState.CONCLUDED):
            reviewers = [each for each in cluster.reviewers if each.challenge == challenge.key]
            done = all(each.handed_in or each.conflict == ConflictState.CONFLICT for each in reviewers)
            _must(bool(reviewers) and done, f"challenge {challenge.key}", "was decided before it was judged")


def _check_collaboration(collaboration: Collaboration, cluster: Cluster) -> None:
    where = f"collaboration {collaboration.response}"
    response = cluster.responses[collaboration.response]
    challenge = cluster.challenges[response.challenge]
    _must(len(collaboration.milestones) <= len(response.steps), where, "has more milestones than the plan")
    over = challenge.state == ChallengeState.CONCLUDED
    _must(
        (collaboration.concluded is not None) == over == bool(collaboration.conclusion), where, "its end does not fit"
    )
    _must(len(collaboration.achieved) == (len(challenge.targets) if over else 0), where, "results do not fit")
    for value, target in zip(collaboration.achieved, challenge.targets, strict=False):
        _check_value(value, target.value_high is not None, where)
    if over:
        accepted = [each for each in collaboration.milestones if each.state == MilestoneState.ACCEPTED]
        _must(len(accepted) == len(response.steps), where, "ended before all milestones were accepted")
    for milestone, step in zip(collaboration.milestones, response.steps, strict=False):
        for day in (milestone.delivered, milestone.decided):
            near = day is None or collaboration.starts < day <= collaboration.starts + (step.month + 2) * DAYS_A_MONTH
            _must(near, where, f"{step.title} has an impossible day")
