"""Who sees and does what with standards and assessments, in which state, through every door."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.finding import find
from rongtong.hub.foundation.rights import VERBS, allowed
from rongtong.hub.industry.models import Answer, Conformity, Standard
from rongtong.hub.industry.queries.gaps import gap_report
from rongtong.hub.industry.standard_enums import ConformityState, StandardState
from rongtong.hub.organisations.models import Member
from tests.factories import a_member, actor_of, an_organisation
from tests.hub.industry.factories_standard import SCHEMA, a_conformity, a_standard

pytestmark = pytest.mark.django_db
STEPS = ("viewer", "contributor", "manager", "owner")


class Cast:
    """Everybody who stands in some way to a standard and an assessment against it, in some or all steps."""

    def __init__(self, *steps: str) -> None:
        self.leader, self.auditor, self.supplier = (an_organisation(figures=False) for _ in range(3))
        operator = an_organisation("operator", figures=False)
        houses = {"leader": self.leader, "auditor": self.auditor, "supplier": self.supplier, "operator": operator}
        houses["rival"] = an_organisation(figures=False)
        houses["stranger"] = an_organisation(verified=False, figures=False)
        self.members: dict[str, Member] = {
            f"{house}.{step}": a_member(step, firm) for house, firm in houses.items() for step in steps
        }
        self.actors = {name: actor_of(one) for name, one in self.members.items()} | {"visitor": VISITOR}

    def who(self, holds: Callable[[Actor], bool]) -> set[str]:
        """The houses for whose people something holds."""
        return {name.partition(".")[0] for name, actor in self.actors.items() if holds(actor)}


def sees(made: Standard) -> Callable[[Actor], bool]:
    return lambda actor: Standard.visible_to(actor).filter(pk=made.pk).exists()


def opens(made: Conformity) -> Callable[[Actor], bool]:
    return lambda actor: made.level_open_to(actor) >= 0


@pytest.fixture
def cast() -> Cast:
    return Cast("owner")


MEMBERS = {"leader", "auditor", "supplier", "operator", "rival"}


def test_who_reads_a_standard() -> None:
    """Seen by those alone who may, and found by them alone."""
    cast = Cast("viewer")
    for state, public, seen in (
        (StandardState.DRAFT, True, {"leader"}),
        (StandardState.PUBLISHED, False, MEMBERS),
        (StandardState.SUPERSEDED, False, MEMBERS),
        (StandardState.WITHDRAWN, False, MEMBERS),
        (StandardState.PUBLISHED, True, MEMBERS | {"stranger", "visitor"}),
    ):
        made = a_standard(state, cast.leader, public=public, auditor=cast.auditor)
        rows = cast.who(sees(made))
        assert rows == seen, (state, public)
        for name in ("rival", "visitor"):
            actor = cast.actors.get(f"{name}.viewer", VISITOR)
            found = any(one.source.key == "standards" for one in find(actor, made.number))
            assert found == (name in seen and state == StandardState.PUBLISHED), (name, state, public)


def test_who_reads_an_assessment() -> None:
    """Its row, its answers, its documents and its line in the report."""
    cast = Cast("viewer")
    both = {"supplier", "leader", "auditor", "operator"}
    standard = a_standard(organisation=cast.leader, auditor=cast.auditor)
    unsent = {ConformityState.ASKED: {"supplier", "leader"}, ConformityState.DRAFT: {"supplier"}}
    for state in ConformityState:
        made = a_conformity(state, cast.supplier, standard)
        row, answers = unsent.get(state, both), {"supplier"} if state in unsent else both
        assert cast.who(lambda actor: Conformity.visible_to(actor).exists()) == row, state
        assert cast.who(lambda actor: Answer.visible_to(actor).exists()) == answers, state
        assert cast.who(opens(made)) == answers, state
        reports = cast.who(lambda actor: cast.supplier in gap_report(actor, audits=True).suppliers)
        assert reports == row - {"supplier"}, state
        made.delete()


STANDARD_VERBS: dict[str, tuple[set[str], set[str]]] = {
    "edit": ({"contributor", "manager", "owner"}, {"draft"}),
    "publish": ({"manager", "owner"}, {"draft"}),
    "delete": ({"contributor", "manager", "owner"}, {"draft"}),
    "revise": ({"contributor", "manager", "owner"}, {"published"}),
    "arrange": ({"manager", "owner"}, {"published"}),
    "withdraw": ({"manager", "owner"}, {"published"}),
}


def test_who_does_what_to_a_standard_in_which_state() -> None:
    cast = Cast(*STEPS)
    actors = cast.actors
    for state in StandardState:
        made = a_standard(state, cast.leader, auditor=cast.auditor)
        for verb, (steps, states) in STANDARD_VERBS.items():
            can = {name for name, actor in actors.items() if allowed(actor, f"standard.{verb}", made)}
            assert can == ({f"leader.{step}" for step in steps} if state in states else set()), (verb, state)
    assert {verb for verb in VERBS if verb.startswith("standard.")} == {"standard.create"} | {
        f"standard.{verb}" for verb in STANDARD_VERBS
    }


WRITERS, DECIDERS = {"contributor", "manager", "owner"}, {"manager", "owner"}
WRITING = {"asked", "draft", "returned"}
CONFORMITY_VERBS: dict[str, tuple[tuple[str, ...], set[str], set[str]]] = {
    "answer": (("supplier",), WRITERS, WRITING),
    "keep_data": (("supplier",), WRITERS, WRITING),
    "submit": (("supplier",), DECIDERS, WRITING),
    "recall": (("supplier",), DECIDERS, {"submitted"}),
    "drop": (("supplier",), DECIDERS, {"draft"}),
    "show": (("supplier",), DECIDERS, {"accepted"}),
    "judge": (("leader", "auditor"), WRITERS, {"submitted"}),
    "conclude": (("leader", "auditor"), DECIDERS, {"submitted"}),
    "revoke": (("leader",), DECIDERS, {"accepted"}),
    "expire": ((), set(), set()),
}


def test_who_does_what_to_an_assessment_in_which_state() -> None:
    cast = Cast(*STEPS)
    standard = a_standard(organisation=cast.leader, auditor=cast.auditor)
    made = a_conformity(ConformityState.ACCEPTED, cast.supplier, standard)
    actors = cast.actors
    for state in ConformityState:
        made.state = state
        for verb, (houses, steps, states) in CONFORMITY_VERBS.items():
            can = {name for name, actor in actors.items() if allowed(actor, f"conformity.{verb}", made)}
            expected = {f"{house}.{step}" for house in houses for step in steps} if state in states else set()
            assert can == expected, (verb, state)
    on_standard = {"conformity.ask", "conformity.start"}
    assert {verb for verb in VERBS if verb.startswith("conformity.")} == on_standard | {
        f"conformity.{verb}" for verb in CONFORMITY_VERBS
    }
    asks = {name for name, actor in actors.items() if allowed(actor, "conformity.ask", standard)}
    assert asks == {f"leader.{step}" for step in WRITERS}


def test_a_supplier_never_audits_itself() -> None:
    firm = an_organisation()
    standard = a_standard(organisation=firm, auditor=firm)
    made = a_conformity(ConformityState.SUBMITTED, firm, standard)
    assert made.roles_of(actor_of(a_member("owner", firm))) == {f"own.{step}" for step in STEPS}


def test_every_door_answers_the_hidden_like_the_absent(cast: Cast) -> None:
    """A rival asks pages and API for another's draft and assessment, and for ids that nothing has."""
    draft = a_standard(StandardState.DRAFT, cast.leader, schema=SCHEMA)
    hidden = a_conformity(ConformityState.ACCEPTED, cast.supplier, a_standard(organisation=cast.leader))
    client = Client()
    client.force_login(cast.members["rival.owner"].account)
    for pk in (draft.pk, cast.leader.pk):
        for name in ("standard", "standard_edit", "standard_check"):
            assert client.get(reverse(f"industry:{name}", args=[pk])).status_code == 404
        assert client.get(f"/api/v1/standards/{pk}").status_code == 404
        assert client.post(reverse("industry:standard_do", args=[pk, "publish"])).status_code == 404
    for pk in (hidden.pk, cast.leader.pk):
        for name in ("conformity", "conformity_answer", "conformity_audit"):
            assert client.get(reverse(f"industry:{name}", args=[pk])).status_code == 404
        assert client.get(f"/api/v1/conformities/{pk}").status_code == 404
        assert client.post(reverse("industry:conformity_do", args=[pk, "revoke"]), {"reason": "x"}).status_code == 404
    for address in (reverse("industry:conformities"), reverse("industry:conformity_gaps")):
        text = client.get(address).content.decode() + str(client.get(f"{address}?export=xlsx").content)
        assert cast.supplier.name not in text
    assert client.get("/api/v1/conformities").json()["items"] == []
    assert client.get("/api/v1/conformities/gaps").json() == []


def test_the_whole_way_through_the_api(cast: Cast) -> None:
    standard = a_standard(organisation=cast.leader, schema=SCHEMA)
    supplies, leads = Client(), Client()
    supplies.force_login(cast.members["supplier.owner"].account)
    leads.force_login(cast.members["leader.owner"].account)

    def send(client: Client, method: str, path: str, body: Any = None) -> Any:
        done = client.generic(method, f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json")
        assert done.status_code in (200, 201), done.content
        return done.json()

    made = send(supplies, "POST", f"standards/{standard.pk}/start")
    answers = [
        {"clause": "4.1", "claim": "met", "statement": "内审"},
        {"clause": "4.2", "claim": "met", "certificate": "X", "certificate_until": "2100-01-01"},
    ]
    send(supplies, "PUT", f"conformities/{made['id']}/answers", {"answers": answers})
    assert send(supplies, "POST", f"conformities/{made['id']}/submit")["state"] == "submitted"
    verdicts = {"answers": [{"clause": clause, "verdict": "accepted"} for clause in ("4.1", "4.2")]}
    send(leads, "PUT", f"conformities/{made['id']}/verdicts", verdicts)
    done = send(leads, "POST", f"conformities/{made['id']}/conclude", {"months": 6})
    assert (done["state"], done["answers"][0]["verdict"]) == ("accepted", "accepted")
    assert send(supplies, "PUT", f"conformities/{made['id']}/shown", {"shown": True})["shown"] is True
    assert send(leads, "GET", "conformities/gaps") == []
    new = {"number": "T/N 1", "title": "新标准", "requirements": [{"clause": "1", "text": "甲"}], "schema_text": "{"}
    refused = leads.post(
        "/api/v1/standards", json.dumps(new | {"chain_id": str(standard.chain_id)}), "application/json"
    )
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "schema.json")
    bad = SimpleUploadedFile("a.json", b'[{"code": "x", "hardness": 58}]')
    found = supplies.post(f"/api/v1/standards/{standard.pk}/check", {"file": bad}).json()
    assert (found["fits"], found["faults"][0]["pointer"], found["rows"]) == (False, "/0/code", 1)
