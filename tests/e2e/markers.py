"""What must not be told: words of the sample cluster's own content, and who may read each of them.

Who may is stated here once more, from the written rules and not from the product's code, so that both can disagree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rongtong.hub.web.sample import Cluster, read
from rongtong.hub.web.sample.records import Challenge, Response
from tests.e2e.cast import WEBHOOK_ANSWER

#: The organisation that each role acts for.
HOME = {
    "viewer": "lanchuan-heavy",
    "contributor": "lanchuan-heavy",
    "manager": "lanchuan-heavy",
    "owner": "lanchuan-heavy",
    "rival": "jintang",
    "small": "hengli",
    "reviewer": "jdmri",
    "token": "hengli",
}
MEMBERS, OPERATOR, VISITOR = frozenset(HOME), "operator", "visitor"
LENGTH = 9  # short enough to stand in one line of a PDF, long enough to be said once only


@dataclass(frozen=True)
class Secret:
    what: str
    text: str
    may_see: frozenset[str]
    probed: bool = False


def configuration(seeds: Iterable[str] = (), *, probes: bool = True) -> dict[str, Any]:
    """The markers file of ``attack.py``."""
    cluster = read()
    said = Counter(_windows([asdict(cluster), WEBHOOK_ANSWER]))
    secrets = []
    for one in secrets_of(cluster):
        marker = _marker(one.text, said)
        secrets.append(
            {
                "what": one.what,
                "markers": [marker],
                "probes": [marker] if one.probed and probes else [],
                "may_see": sorted(one.may_see),
            }
        )
    return {
        "secrets": secrets,
        "same_for": ["visitor", "rival"],
        "skip": ["^/static/", "^/media/"],
        "noise": NOISE,
        "seeds": ["/", *seeds],
    }


#: What differs from answer to answer and tells nothing: the number of the request, wherever it stands.
NOISE = [
    r'"request_id": ?"[0-9a-f]{32}"',
    r"\b[0-9a-f]{32}\b",
    # the moment of the answer, and the address the hub is served at
    r'<time datetime="[0-9T:-]*\.\d{6}[0-9:+]*"( title="[^"]*")?>[^<]*',
    r"http://127\.0\.0\.1:\d+",
    # a page of absence repeats the address that was asked for, in its switch of language and its way to sign in
    r'name="next" value="[^"]*"',
    r'next=[^"&]*',
]


def secrets_of(cluster: Cluster) -> Iterator[Secret]:
    yield from _challenges(cluster)
    yield from _responses(cluster)
    yield from _selection(cluster)
    yield from _others(cluster)
    yield from _matchmaking(cluster)
    yield from _technologies(cluster)


def home(*organisations: str) -> frozenset[str]:
    """The roles that act for one of these."""
    return frozenset(role for role, key in HOME.items() if key in organisations)


def _signed(cluster: Cluster, challenge: str) -> frozenset[str]:
    """Whoever has handed in an answer with partners has signed for the details."""
    answers = cluster.responses_to(challenge)
    return home(*(one.organisation for one in answers if one.partners and one.state != "draft"))


def _challenges(cluster: Cluster) -> Iterator[Secret]:
    for key in ("cutterhead-weld",):
        draft = cluster.challenges[key]
        yield Secret("a draft's title", draft.title, home(draft.organisation), probed=True)
        yield Secret("a draft's problem", draft.problem, home(draft.organisation))
    for key in ("mineral-bed", "smart-shop"):
        handed_in = cluster.challenges[key]
        yield Secret(f"{handed_in.state}: title", handed_in.title, home(handed_in.organisation) | {OPERATOR})
    returned = cluster.challenges["smart-shop"]
    yield Secret("the operator's comment", returned.comment, home(returned.organisation) | {OPERATOR})
    for key, group, text in _hidden_groups(cluster):
        challenge = cluster.challenges[key]
        level = getattr(challenge.levels, group)
        inside = home(challenge.organisation) | {OPERATOR}
        may = inside | MEMBERS if level == 1 else inside | _signed(cluster, key) if level == 2 else inside
        yield Secret(f"L{level} {group} of {key}", text, may)


def _hidden_groups(cluster: Cluster) -> Iterator[tuple[str, str, str]]:
    told: list[tuple[str, str]] = [
        ("plain-planet", "tried"),
        ("grinding-burn", "ip"),
        ("case-depth", "details"),
        ("head-thermal", "details"),
        ("sic-unit", "details"),
        ("sic-unit", "ip"),
        ("valve-plate", "tried"),
        ("drive-reducer", "details"),
    ]
    for key, group in told:
        challenge: Challenge = cluster.challenges[key]
        yield key, group, challenge.ip_terms if group == "ip" else getattr(challenge, group)
    indicator = cluster.challenges["valve-plate"].targets[1]
    yield "valve-plate", "targets", indicator.method


def _responses(cluster: Cluster) -> Iterator[Secret]:
    for key in ("case-depth-hengli", "case-depth-ruiheng", "case-depth-jintang"):
        yield _response(cluster, cluster.responses[key], after=False)
    for key in ("vision-zhanbi", "impeller-qingzhou"):
        yield _response(cluster, cluster.responses[key], after=True)
    awarded = next(one for one in cluster.awards if cluster.responses[one.response].challenge == "drive-reducer")
    yield Secret("why one was awarded", awarded.reason, MEMBERS | {OPERATOR})
    turned_down = next(one for one in cluster.responses.values() if one.feedback)
    challenger = cluster.challenges[turned_down.challenge].organisation
    may = home(turned_down.organisation, challenger) | {OPERATOR}
    yield Secret("feedback to one who was not awarded", turned_down.feedback, may)


def _response(cluster: Cluster, response: Response, *, after: bool) -> Secret:
    """Its own side always, the operator once it was handed in, challenger and reviewers after the deadline only."""
    partners = {one.organisation for one in response.partners if one.consent in ("asked", "given")}
    may = home(response.organisation, *partners)
    if response.state != "draft":
        may |= {OPERATOR}
    if after:
        may |= home(cluster.challenges[response.challenge].organisation)
        judging = {one.person for one in cluster.reviewers if one.challenge == response.challenge}
        may |= {"reviewer"} if "lin-zhiyuan" in judging else set()
    return Secret(f"the plan of {response.key} ({response.state})", response.plan, frozenset(may))


def _selection(cluster: Cluster) -> Iterator[Secret]:
    """Sheets are their writers' alone until all reviewers of the challenge have handed in."""
    for response in ("vision-sidong", "impeller-fengyan"):
        challenge = cluster.responses[response].challenge
        jury = [one for one in cluster.reviewers if one.challenge == challenge and one.conflict != "conflict"]
        complete = all(one.handed_in for one in jury)
        for sheet in [one for one in cluster.sheets if one.response == response][:2]:
            may = {"reviewer"} if sheet.reviewer == "lin-zhiyuan" else set()
            if complete:
                on_jury = {"reviewer"} if any(one.person == "lin-zhiyuan" for one in jury) else set()
                may |= home(cluster.challenges[challenge].organisation) | {OPERATOR} | on_jury
            yield Secret(f"a reviewer's reason on {response}", max(sheet.reasons, key=len), frozenset(may))
    declared = next(one for one in cluster.reviewers if one.reason)
    told = home(cluster.challenges[declared.challenge].organisation) | {OPERATOR}
    if declared.person == "lin-zhiyuan":
        told |= {"reviewer"}
    yield Secret("a conflict of interest", declared.reason, told)


def _others(cluster: Cluster) -> Iterator[Secret]:
    private = next(one for one in cluster.questions if not one.to_all and one.answer)
    challenger = cluster.challenges[private.challenge].organisation
    yield Secret("a private answer", private.answer, home(private.organisation, challenger) | {OPERATOR})
    to_all = next(one for one in cluster.questions if one.to_all and one.answer)
    yield Secret("an answer to all members", to_all.answer, MEMBERS | {OPERATOR})
    for work in cluster.collaborations[:2]:
        response = cluster.responses[work.response]
        sides = {response.organisation, cluster.challenges[response.challenge].organisation}
        sides |= {one.organisation for one in response.partners if one.consent == "given"}
        yield Secret(f"a delivery in {work.response}", work.milestones[0].delivery, home(*sides) | {OPERATOR})
    for level in (1, 2):
        foreign = [one for one in cluster.capabilities if one.level == level and one.organisation not in HOME.values()]
        may = MEMBERS | {OPERATOR} if level == 1 else frozenset({OPERATOR})
        for found in foreign[:1]:
            yield Secret(f"an L{level} capability", found.text, may)
    yield Secret("what a program answered to a webhook", WEBHOOK_ANSWER, frozenset({"manager", "owner"}))
    for person in cluster.people.values():
        if person.organisation == "dongyao" and person.role == "viewer":
            yield Secret("a person's address", person.email, frozenset({OPERATOR}))


def _matchmaking(cluster: Cluster) -> Iterator[Secret]:
    """Feedback is its writer's and the operator's; what one presents, everybody's who was asked and takes part."""
    for day in cluster.matchmaking:
        for said in [one for one in day.feedback if len(one.note) > LENGTH + 2]:
            yield Secret(f"feedback on {said.other}", said.note, home(said.organisation) | {OPERATOR})
    open_day = next(one for one in cluster.matchmaking if one.state == "inviting")
    asked = home(*(one.organisation for one in open_day.guests)) | {OPERATOR}
    yield Secret("a day one is invited to", open_day.notice, asked)


def _technologies(cluster: Cluster) -> Iterator[Secret]:
    """What is for members, for those who signed (nobody has), for owners; terms are the two sides' alone."""
    for one in cluster.technologies.values():
        owners = home(one.organisation, *(key for key, _share in one.coowners))
        if one.published is None:
            yield Secret(f"a draft technology: {one.key}", one.title, owners, probed=True)
            continue
        for group in ("advantage", "details", "secret"):
            level = one.levels[group]
            may = owners | MEMBERS | {OPERATOR} if level == 1 else owners
            if level:
                yield Secret(f"L{level} {group} of {one.key}", one.texts[group], frozenset(may))
    for agreement in cluster.agreements:
        both = home(agreement.provider, agreement.receiver)
        if not agreement.offers:
            yield Secret(f"an unsent draft: {agreement.key}", agreement.title, home(agreement.opened_by))
        for offer in agreement.offers:
            if offer.clause:
                yield Secret(f"a clause of {agreement.key}", offer.clause[1], both)


def _marker(text: str, said: Counter[str]) -> str:
    """A piece of the text that is said nowhere else."""
    for start in range(2, len(text) - LENGTH):
        piece = text[start : start + LENGTH]
        if said[piece] == 1 and not set(piece) & set(" \n\"'&<>，。；、：（）0123456789"):
            return piece
    for start in range(len(text) - LENGTH + 1):
        piece = text[start : start + LENGTH]
        if said[piece] == 1 and piece == piece.strip() and not set(piece) & set("\n\"'&<>"):
            return piece
    raise LookupError(f"nothing in this text is said only once: {text!r}")


def _windows(told: Any) -> Iterator[str]:
    """Every piece of that length, of every text, as often as it is said."""
    for text in _texts(told):
        yield from {text[start : start + LENGTH] for start in range(max(0, len(text) - LENGTH + 1))}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
