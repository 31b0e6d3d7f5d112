"""Every address of the hub with real identifiers of the sample cluster: run inside a served hub.

A new route needs a row here; ``test_every_route.py`` fails without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Case, When
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from rongtong.engines.translog.tiles import bundles_of, tiles_of
from rongtong.hub.innovation.models import Capability, Challenge, Response, Reviewer
from rongtong.hub.web.sample import read

#: What stands for each other in the parameters of routes: challenges of every state, own and foreign, and so on.
CHALLENGES = (
    *("case-depth", "cutterhead-weld", "segment-vision", "drive-reducer", "cutter-ring"),
    *("root-bolt", "sic-unit", "mineral-bed", "smart-shop", "head-thermal"),
)
ORGANISATIONS = ("lanchuan-heavy", "hengli", "jintang", "centre")
#: The first word of a route's address → the model its identifier belongs to.
MODELS = {
    "statements": "innovation.Statement",
    "technologies": "innovation.Technology",
    "certificates": "organisations.Certificate",
    "chains": "industry.Chain",
    "collaborations": "innovation.Collaboration",
    "conformities": "industry.Conformity",
    "documents": "trust.Document",
    "join": "organisations.Invitation",
    "matchmaking": "matching.MatchmakingDay",
    "jobs": "foundation.Job",
    "milestones": "innovation.Milestone",
    "notices": "foundation.Notice",
    "partners": "innovation.Partner",
    "recoveries": "organisations.Recovery",
    "questions": "innovation.Question",
    "reviewers": "innovation.Reviewer",
    "reviews": "innovation.Reviewer",
    "rounds": "innovation.Round",
    "scenarios": "industry.Scenario",
    "searches": "foundation.SavedSearch",
    "standards": "industry.Standard",
    "tokens": "organisations.Token",
    "weak-links": "industry.WeakLink",
    "webhooks": "organisations.Webhook",
}
#: Routes that come with the accounts library or need a secret of their own: their arguments.
SPELLED = {
    "account_confirm_email": ["MTpub25l"],
    "account_reset_password_from_key": ["1", "set-password"],
    "mfa_remove_webauthn": ["1"],
    "mfa_edit_webauthn": ["1"],
    "organisations:invitation": ["abcdefghijklmnop"],
    "organisations:recovery_link": ["abcdefghijklmnop"],
    "trust:file": ["nothing:to:see"],
    "trust:log_verb": ["checkpoint"],
}


def addresses(most: int = 99) -> dict[str, list[str]]:
    """Route name → addresses, at most so many each; none where the sample has nothing for it.

    Raises
    ------
    LookupError
        A route has parameters that nothing here fills.
    """
    found: dict[str, list[str]] = {}
    for name, words in named(get_resolver()):
        arguments = list(_arguments(name, words))
        found.setdefault(name, []).extend(reverse(name, args=each) for each in arguments[:most])
    return found


def named(resolver: URLResolver, space: str = "", words: str = "") -> Iterator[tuple[str, str]]:
    """Every named route outside the API, with its pattern."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "api":
                inner = f"{space}{entry.namespace}:" if entry.namespace else space
                yield from named(entry, inner, words + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", words + str(entry.pattern)


def _arguments(name: str, words: str) -> Iterator[list[Any]]:
    if name in SPELLED:
        yield SPELLED[name]
    elif "<" not in words:
        yield []
    elif name in BY_HAND:
        yield from BY_HAND[name]()
    else:
        pattern = next((one for one in PATTERNS if words.startswith(one)), None)
        if pattern is None:
            raise LookupError(f"tests/e2e/addresses.py does not know what fills {name}: {words}")
        for pk in PATTERNS[pattern]():
            yield [pk]


def challenges() -> Iterator[Any]:
    told = read().challenges
    ids = dict(Challenge._base_manager.values_list("title", "pk"))
    for key in CHALLENGES:
        if told[key].title in ids:
            yield ids[told[key].title]
    yield from Challenge._base_manager.filter(title__startswith="MKIMPORT").values_list("pk", flat=True)


def organisations() -> Iterator[Any]:
    told = read().organisations
    model: Any = apps.get_model("organisations.Organisation")
    for key in ORGANISATIONS:
        yield from model._base_manager.filter(name=told[key].name).values_list("pk", flat=True)


def responses() -> Iterator[Any]:
    """To the challenges above, and whatever the two small enterprises have written."""
    telling = list(challenges())
    rows = Response._base_manager.order_by(Case(When(state="draft", then=0), default=1), "created_at", "pk")
    smes = {read().organisations[key].name for key in ("hengli", "jintang")}
    for pk, challenge, name in rows.values_list("pk", "challenge_id", "organisation__name"):
        if name in smes or challenge in telling[:4]:
            yield pk


def capabilities() -> Iterator[Any]:
    """Of those who play a part, and of others."""
    rows = Capability._base_manager.order_by("pk")
    for organisation in organisations():
        yield from rows.filter(organisation=organisation).values_list("pk", flat=True)[:1]
    yield from rows_of("innovation.Capability")()


def agreements() -> Iterator[Any]:
    """Of each state one: those in force first, they have statements, then those under negotiation."""
    model: Any = apps.get_model("innovation.Agreement")
    order = Case(When(state="in_force", then=0), When(state="offered", then=1), When(state="draft", then=2), default=3)
    yield from model._base_manager.order_by(order, "pk").values_list("pk", flat=True)


def rows_of(label: str) -> Callable[[], Iterator[Any]]:
    """One row for each organisation and state, as far as the model has them, six at most."""

    def rows() -> Iterator[Any]:
        model: Any = apps.get_model(label)
        names = {field.name for field in model._meta.get_fields()}
        kinds = [
            name for name in ("state", "consent", "conflict", "level", "event", "account", "leader") if name in names
        ]
        seen: set[tuple[Any, ...]] = set()
        for pk, *kind in model._base_manager.order_by("pk").values_list("pk", *kinds):
            if tuple(kind) not in seen and len(seen) < 12:
                seen.add(tuple(kind))
                yield pk

    return rows


def supply_links() -> Iterator[Any]:
    """Of each state, hidden and open, from home and abroad."""
    model: Any = apps.get_model("industry.SupplyLink")
    seen: set[Any] = set()
    rows = model._base_manager.order_by("pk").values_list("pk", "state", "confidential", "country")
    for pk, state, hidden, country in rows:
        kind = (state, hidden, country == "CN")
        if kind not in seen:
            seen.add(kind)
            yield pk


def outside_firms() -> Iterator[Any]:
    model: Any = apps.get_model("industry.Firm")
    yield from model._base_manager.filter(organisation=None).order_by("pk").values_list("pk", flat=True)[:2]


def imports(kind: str) -> Callable[[], Iterator[Any]]:
    model: Any = apps.get_model("foundation.ImportBatch")
    return lambda: model._base_manager.filter(kind=kind).values_list("pk", flat=True)


def sheets() -> Iterator[list[Any]]:
    for reviewer in Reviewer._base_manager.filter(challenge__state="selecting").order_by("pk"):
        answers = Response._base_manager.filter(challenge_id=reviewer.challenge_id).values_list("pk", flat=True)
        yield from ([reviewer.pk, pk] for pk in answers[:1])


def plans() -> Iterator[list[Any]]:
    plan: Any = apps.get_model("matching.DayPlan")
    yield from (list(each) for each in plan._base_manager.order_by("pk").values_list("day_id", "pk"))


def fellows() -> Iterator[list[Any]]:
    """Each day with somebody of it."""
    rows: Any = apps.get_model("matching.Participation")
    seen: set[Any] = set()
    for day, other in (
        rows._base_manager.filter(state="accepted").order_by("pk").values_list("day_id", "organisation_id")
    ):
        if day not in seen:
            seen.add(day)
            yield [day, other]


def subjects() -> Iterator[list[Any]]:
    yield from (["challenge", pk] for pk in challenges())
    yield from (["response", pk] for pk in responses())


def evidence() -> Iterator[list[Any]]:
    """Of challenges and responses, of what came of them, and of a signed agreement."""
    yield from subjects()
    yield from (["collaboration", pk] for pk in rows_of("innovation.Collaboration")())
    yield from (["nda", pk] for pk in rows_of("trust.NonDisclosureAgreement")())


def evidence_files() -> Iterator[list[Any]]:
    """One entry of each kind that the log holds."""
    model: Any = apps.get_model("trust.EvidenceEntry")
    rows = model._base_manager.exclude(number=None).order_by("kind", "number").distinct("kind")
    yield from ([pk] for pk in rows.values_list("pk", flat=True))


def log_tiles() -> Iterator[list[Any]]:
    """The newest tile and the newest bundle."""
    head: Any = apps.get_model("trust.LogHead")._base_manager.first()
    size = head.size if head else 0
    for tiles in (tiles_of(size), bundles_of(size)):
        yield from ([one.name.removeprefix("tile/")] for one in list(tiles)[-1:])


def done_to(label: str, verb: str) -> Callable[[], Iterator[list[Any]]]:
    """A verb on one row of each state."""
    return lambda: ([pk, verb] for pk in rows_of(label)())


def matched() -> Iterator[list[Any]]:
    for challenge in challenges():
        yield from ([challenge, organisation] for organisation in organisations())


PATTERNS: dict[str, Callable[[], Any]] = {
    "challenges/import/<": imports("challenges"),
    "operations/import/organisations/<": imports("organisations"),
    "challenges/<": challenges,
    "organisations/<": organisations,
    "supply-links/import/<": imports("supply-links"),
    "supply-links/<": supply_links,
    "operations/outside-firms/<": outside_firms,
    "responses/<": responses,
    "agreements/<": agreements,
    "capabilities/<": capabilities,
    "for-you/<": challenges,
    "members/invitations/<": rows_of("organisations.Invitation"),
    "members/<": rows_of("organisations.Member"),
    "webhooks/deliveries/<": rows_of("organisations.WebhookDelivery"),
    "matchmaking/meetings/<": rows_of("matching.Meeting"),
    "matchmaking/participations/<": rows_of("matching.Participation"),
    **{f"{word}/<uuid": rows_of(label) for word, label in MODELS.items()},
}
BY_HAND: dict[str, Callable[[], Iterator[list[Any]]]] = {
    "innovation:match_open": matched,
    "innovation:review_sheet": sheets,
    "industry:conformity_do": done_to("industry.Conformity", "submit"),
    "industry:standard_do": done_to("industry.Standard", "publish"),
    "matching:ask": fellows,
    "matching:plan": plans,
    "matching:plan_adopt": plans,
    "matching:plan_discard": plans,
    "trust:evidence": evidence,
    "trust:evidence_file": evidence_files,
    "trust:log_tile": log_tiles,
    "trust:sign_nda": subjects,
    "trust:attach": subjects,
}
