"""Every verb of organisations × every kind of person: done, or refused in the right way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal
from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.foundation.rights import VERBS
from rongtong.hub.organisations import rules
from rongtong.hub.organisations.domain import accounts, invitations, members, organisations, tokens, verification
from rongtong.hub.organisations.enums import Role, VerificationState
from rongtong.hub.organisations.models import Certificate, Invitation, Member, Organisation, Token
from tests import factories

pytestmark = pytest.mark.django_db

DONE, REFUSED, HIDDEN = "done", "refused", "hidden"
OWN = ("owner", "manager", "contributor", "viewer")
WHO = ("visitor", "newcomer", *OWN, "rival", "operator", "operator_viewer")


@dataclass
class Scene:
    """One organisation with its people, a rival's owner and two of the operator."""

    organisation: Organisation
    people: dict[str, Member]
    actors: dict[str, Actor]


@pytest.fixture
def scene() -> Scene:
    organisation = factories.an_organisation(verified=True)
    people = {role: factories.a_member(role, organisation) for role in OWN}
    actors = {role: factories.actor_of(member) for role, member in people.items()}
    newcomer = factories.an_account()
    actors |= {
        "visitor": factories.visitor,
        "newcomer": Actor(account_id=newcomer.pk, name=newcomer.name),
        "rival": factories.actor_of(factories.a_member()),
        "operator": factories.operator_actor(),
        "operator_viewer": factories.operator_actor(Role.VIEWER),
    }
    return Scene(organisation, people, actors)


def in_state(scene: Scene, state: str) -> Organisation:
    scene.organisation.state = state
    scene.organisation.save()
    return scene.organisation


def invitation(scene: Scene) -> Invitation:
    return Invitation._base_manager.create(
        organisation=scene.organisation,
        email="someone@tests.example",
        role="viewer",
        digest="0" * 64,
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )


def a_colleague(scene: Scene) -> Member:
    return factories.a_member(Role.VIEWER, scene.organisation)


def certificate(scene: Scene) -> Certificate:
    return Certificate._base_manager.create(organisation=scene.organisation, code="ISO 9001")


def token(scene: Scene) -> Token:
    return Token._base_manager.create(
        account=scene.people["viewer"].account,
        organisation=scene.organisation,
        name="erp",
        digest="1" * 64,
        expires_at=datetime.now(UTC) + timedelta(days=1),
    )


Case = tuple[Callable[[Scene], Any], Callable[[Any, Actor], Any]]
CASES: dict[str, Case] = {
    "organisation.edit": (
        lambda s: s.organisation,
        lambda o, by: organisations.edit_organisation(
            organisation=o, values={"address": "1号"}, version=o.version, by=by
        ),
    ),
    "organisation.figures": (
        lambda s: s.organisation,
        lambda o, by: organisations.set_figures(organisation=o, years=[organisations.Year(2024, 5)], by=by),
    ),
    "organisation.add_certificate": (
        lambda s: s.organisation,
        lambda o, by: organisations.add_certificate(organisation=o, code="ISO 9001", by=by),
    ),
    "organisation.remove_certificate": (
        certificate,
        lambda c, by: organisations.remove_certificate(certificate=c, by=by),
    ),
    "organisation.submit": (
        lambda s: in_state(s, VerificationState.DRAFT),
        lambda o, by: organisations.submit_organisation(organisation=o, by=by),
    ),
    "organisation.verify": (
        lambda s: in_state(s, VerificationState.PENDING),
        lambda o, by: verification.verify_organisation(organisation=o, by=by),
    ),
    "organisation.return": (
        lambda s: in_state(s, VerificationState.PENDING),
        lambda o, by: verification.return_organisation(organisation=o, reason="请补充", by=by),
    ),
    "organisation.suspend": (
        lambda s: s.organisation,
        lambda o, by: verification.suspend_organisation(organisation=o, reason="核查", by=by),
    ),
    "organisation.restore": (
        lambda s: in_state(s, VerificationState.SUSPENDED),
        lambda o, by: verification.restore_organisation(organisation=o, by=by),
    ),
    "member.invite": (
        lambda s: s.organisation,
        lambda o, by: invitations.invite_member(organisation=o, email="x@tests.example", role="viewer", by=by),
    ),
    "member.withdraw_invitation": (
        invitation,
        lambda i, by: invitations.withdraw_invitation(invitation=i, by=by),
    ),
    "member.change_role": (a_colleague, lambda m, by: members.change_role(member=m, role="contributor", by=by)),
    "member.end": (a_colleague, lambda m, by: members.end_membership(member=m, by=by)),
    "token.create": (
        lambda s: s.organisation,
        lambda o, by: tokens.create_token(organisation=o, name="erp", scopes=["organisation:write"], days=30, by=by),
    ),
    "token.revoke": (token, lambda t, by: tokens.revoke_token(token=t, by=by)),
    "account.edit": (
        lambda s: s.people["contributor"].account,
        lambda a, by: accounts.edit_account(account=a, values={"name": "新名"}, by=by),
    ),
}


def expected(verb: str, who: str) -> str:
    """The rights of the room once more, written by hand: a change of ``rules.py`` must be meant."""
    insiders = {
        "organisation.edit": {"owner", "manager", "operator"},
        "organisation.figures": {"owner", "manager", "operator"},
        "organisation.add_certificate": {"owner", "manager", "operator"},
        "organisation.remove_certificate": {"owner", "manager", "operator"},
        "organisation.submit": {"owner", "manager"},
        "organisation.verify": {"operator"},
        "organisation.return": {"operator"},
        "organisation.suspend": {"operator"},
        "organisation.restore": {"operator"},
        "member.invite": {"owner", "manager"},
        "member.withdraw_invitation": {"owner", "manager"},
        "member.change_role": {"owner", "manager"},
        "member.end": {"owner", "manager"},
        "token.create": set(OWN),
        "token.revoke": {"owner", "manager", "viewer"},
        "account.edit": {"contributor"},
    }
    if who in insiders[verb]:
        return DONE
    return HIDDEN if who in HIDDEN_FROM[verb] else REFUSED


OUTSIDE = {"visitor", "newcomer", "rival"}
HIDDEN_FROM: dict[str, set[str]] = {
    "organisation.edit": set(),
    "organisation.figures": set(),
    "organisation.add_certificate": set(),
    "organisation.remove_certificate": set(),
    "organisation.submit": OUTSIDE,
    "organisation.verify": OUTSIDE,
    "organisation.return": OUTSIDE,
    "organisation.suspend": set(),
    # the people of a suspended organisation act for nobody, but may still read why
    "organisation.restore": OUTSIDE,
    "member.invite": set(),
    "member.withdraw_invitation": OUTSIDE | {"contributor", "viewer", "operator", "operator_viewer"},
    "member.change_role": OUTSIDE,
    "member.end": OUTSIDE,
    "token.create": set(),
    "token.revoke": OUTSIDE | {"contributor", "operator", "operator_viewer"},
    "account.edit": OUTSIDE,
}


def attempt(action: Callable[[], Any]) -> str:
    try:
        action()
    except NotVisible:
        return HIDDEN
    except Forbidden:
        return REFUSED
    except Invalid:
        # the operator may invite a first owner only: refused by the verb, not by the table
        return REFUSED
    return DONE


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("verb", sorted(CASES))
def test_each_verb_for_each_person(scene: Scene, verb: str, who: str) -> None:
    make, do = CASES[verb]
    subject = make(scene)
    before = AuditEntry._base_manager.filter(verb=verb).count()
    outcome = attempt(lambda: do(subject, scene.actors[who]))
    assert outcome == expected(verb, who)
    assert AuditEntry._base_manager.filter(verb=verb).count() == before + (outcome == DONE)


@pytest.mark.parametrize("who", WHO)
def test_anybody_with_an_account_may_register(scene: Scene, who: str) -> None:
    values = {
        "kind": "enterprise",
        "name": "澜川新厂有限公司",
        "identifier": factories.make_credit_code("330106", 77001234),
    }
    outcome = attempt(lambda: organisations.register_organisation(values=values, by=scene.actors[who]))
    assert outcome == (REFUSED if who == "visitor" else DONE)


@pytest.mark.parametrize("who", WHO)
def test_only_the_bearer_of_the_address_accepts(scene: Scene, who: str) -> None:
    asked = invitation(scene)
    outcome = attempt(lambda: invitations.accept_invitation(invitation=asked, by=scene.actors[who]))
    sees = {"owner", "manager"}
    assert outcome == (REFUSED if who in sees else HIDDEN)


def test_every_verb_of_the_room_is_tried_here() -> None:
    nouns = ("organisation.", "member.", "token.", "account.")
    elsewhere = {name for name in VERBS if name.endswith("_import")}  # test_import.py
    own = {name for name in VERBS if name.startswith(nouns)} - elsewhere
    assert own == set(CASES) | {"organisation.register", "member.accept"}
    assert rules.EDITOR == "own.manager"


@pytest.mark.parametrize("state", list(VerificationState))
@pytest.mark.parametrize("verb", ["organisation.submit", "organisation.verify", "organisation.restore"])
def test_verbs_make_sense_in_their_states_only(scene: Scene, verb: str, state: str) -> None:
    who = {"organisation.submit": "owner"}.get(verb, "operator")
    right_ones = VERBS[verb].states
    assert right_ones is not None
    subject = in_state(scene, state)
    if state in right_ones:
        CASES[verb][1](subject, scene.actors[who])
        return
    with pytest.raises(Refusal) as caught:
        CASES[verb][1](subject, scene.actors[who])
    assert caught.value.code == "rights.state"
