"""Whatever the document of the API allows to be asked is answered as it says: generated requests, three askers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.generation import GenerationMode

from rongtong.hub.foundation import jobs
from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.foundation.api import middleware
from rongtong.hub.foundation.api.door import scopes
from rongtong.hub.foundation.models import Job, Notice, SavedSearch
from rongtong.hub.foundation.notices import notify
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.innovation.models import Capability, Challenge, Round
from rongtong.hub.organisations.domain import tokens
from rongtong.hub.organisations.enums import OrganisationKind, Role
from rongtong.hub.organisations.models import Member, Organisation, Token, Webhook
from rongtong.hub.web.domain.searches import save_search
from tests.factories import a_challenge, a_member, a_round, actor_of, an_organisation
from tests.hub.innovation.factories_responses import a_response
from tests.hub.organisations.factories_webhook import a_message, a_webhook

pytestmark = pytest.mark.django_db
DOCUMENT = "/api/v1/openapi.json"
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
PROBLEM = {"type", "title", "status", "code", "detail", "cure", "request_id"}
#: Requests of each operation: as one who may little, and as those who may much.
FEW, MANY = 2, 3


@dataclass
class Told:
    """What was answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)


def a_token(member: Member) -> str:
    """With every scope there is, straight into the table."""
    member.refresh_from_db()
    secret = tokens.new_secret()
    Token._base_manager.create(
        account=member.account,
        organisation=member.organisation,
        name="properties",
        digest=tokens.digest_of(secret),
        scopes=scopes(),
        expires_at=member.since + timedelta(days=30),
    )
    return secret


@pytest.fixture(autouse=True)
def one_connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Requests share the test's transaction, as those of Django's test client do; and nobody asks too often."""
    monkeypatch.setattr(middleware, "LIMIT", 10**9)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def people() -> dict[str, dict[str, str]]:
    """The headers of a visitor, of a large enterprise's owner, and of the operator's manager."""
    owner = a_member(Role.OWNER, an_organisation(size="large"))
    operator = a_member(Role.MANAGER, an_organisation(OrganisationKind.OPERATOR))
    for state in ChallengeState:
        a_challenge(state, owner.organisation)
    a_challenge(ChallengeState.OPEN, an_organisation(size="large"), anonymous=True)
    a_round(operator=operator.organisation)
    a_response()
    _own_things(owner)
    return {
        "visitor": {},
        "owner": {"Authorization": f"Bearer {a_token(owner)}"},
        "operator": {"Authorization": f"Bearer {a_token(operator)}"},
    }


def _own_things(member: Member) -> None:
    """What belongs to one person: a notice, a kept search, a job."""
    actor = actor_of(member)
    notify("challenge.invited", to=[member.account_id], about=a_challenge(), by=SYSTEM)
    save_search(page="challenges", name="淬火", query="q=淬火", notify=True, by=actor)
    jobs.start("export", by=actor, total=10)
    a_message(a_webhook(member.organisation), state="failed")


def pool() -> dict[str, list[str]]:
    """Identifiers that exist, by the noun of the address."""
    models: dict[str, Any] = {
        "challenges": Challenge,
        "selections": Challenge,
        "matches": Challenge,
        "capabilities": Capability,
        "organisations": Organisation,
        "rounds": Round,
        "members": Member,
        "notices": Notice,
        "searches": SavedSearch,
        "jobs": Job,
        "webhooks": Webhook,
    }
    # not the operator's own: an operator that suspends itself has nothing more to ask
    own = {Organisation: {"kind": OrganisationKind.OPERATOR}, Member: {"organisation__kind": OrganisationKind.OPERATOR}}
    return {
        noun: [
            str(pk)
            for pk in model._base_manager.exclude(**own.get(model, {"pk": None}))
            .order_by("pk")
            .values_list("pk", flat=True)[:40]
        ]
        for noun, model in models.items()
    }


def operations(schema: Any) -> Iterator[Any]:
    for one in schema.get_all_operations():
        yield one.ok()


@pytest.mark.parametrize("role", ["visitor", "owner", "operator"])
def test_every_answer_is_as_documented(role: str, people: dict[str, dict[str, str]]) -> None:
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, WSGIHandler())
    known, told = pool(), Told()
    for operation in operations(schema):
        told.operations.add(f"{operation.method} {operation.path}")
        try_out(operation, people[role], known, told, FEW if role == "visitor" else MANY)
    assert len(told.operations) > 90
    assert told.statuses[429] == 0
    assert set(told.statuses) >= ({200, 401, 404} if role == "visitor" else {200, 201, 404, 409, 422}), told.statuses


def try_out(operation: Any, headers: dict[str, str], known: dict[str, list[str]], told: Told, times: int) -> None:
    """Send generated requests of one operation, half of them about things that exist."""
    ids = known.get(operation.path.removeprefix("/api/v1/").split("/")[0], [])

    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE), pick=st.integers(0, 99))
    def send(case: Any, pick: int) -> None:
        if ids and case.path_parameters and pick % 3:
            case.path_parameters = {name: ids[pick % len(ids)] for name in case.path_parameters}
        answer = case.call(headers=headers)
        told.statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"]
            assert set(answer.json()) >= PROBLEM and answer.json()["status"] == answer.status_code

    send()


@pytest.mark.parametrize("role", ["visitor", "owner"])
def test_what_the_document_does_not_allow_is_refused_not_broken(role: str, people: dict[str, dict[str, str]]) -> None:
    """Requests that break the document: a refusal in the one shape, never a fault of ours."""
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, WSGIHandler())
    told = Told()

    def try_wrong(operation: Any) -> None:
        @settings(
            max_examples=FEW,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def send(case: Any) -> None:
            answer = case.call(headers=headers)
            told.statuses[answer.status_code] += 1
            case.validate_response(answer, checks=[checks.not_a_server_error])
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"]

        send()

    headers = people[role]
    for operation in operations(schema):
        if operation.body or operation.query or operation.path_parameters:
            try_wrong(operation)
    assert told.statuses[422] > 20


def test_a_status_that_is_not_documented_is_seen() -> None:
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, WSGIHandler())
    del schema.raw_schema["paths"]["/api/v1/account"]["get"]["responses"]["401"]
    operation = next(one for one in operations(schema) if one.path == "/api/v1/account" and one.method == "get")
    with pytest.raises(BaseExceptionGroup):
        try_out(operation, {}, {}, Told(), 1)
