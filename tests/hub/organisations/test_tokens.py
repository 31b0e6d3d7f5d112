"""Tokens: shown once, kept as a hash, ended by date, revocation, leaving and suspension."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from rongtong.hub.foundation.errors import Forbidden, Invalid
from rongtong.hub.foundation.rights import refusal
from rongtong.hub.organisations.domain import tokens
from rongtong.hub.organisations.enums import Role, VerificationState
from rongtong.hub.organisations.models import Member, Token
from tests import factories

pytestmark = pytest.mark.django_db
SCOPE = "organisation:write"


def make(member: Member, scopes: tuple[str, ...] = (SCOPE,), days: int = 30) -> Token:
    return tokens.create_token(
        organisation=member.organisation, name="ERP 接口", scopes=scopes, days=days, by=factories.actor_of(member)
    )


def test_a_token_acts_for_its_person_within_its_scopes() -> None:
    member = factories.a_member(Role.MANAGER)
    token = make(member)
    actor = tokens.actor_of_token(token.secret, "10.0.0.9", "abc")
    assert actor is not None
    assert (actor.account_id, actor.organisation_id) == (member.account_id, member.organisation_id)
    assert actor.role == "manager"
    assert (actor.scopes, actor.ip, actor.request_id) == (frozenset({SCOPE}), "10.0.0.9", "abc")
    assert refusal(actor, "organisation.edit", member.organisation) is None
    refused = refusal(actor, "member.invite", member.organisation)
    assert refused is not None and refused.code == "rights.scope"


def test_the_database_holds_no_usable_token() -> None:
    token = make(factories.a_member())
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM organisations_token t")
        row = cursor.fetchone()[0]
        cursor.execute("SELECT t::text FROM foundation_auditentry t")
        audit = cursor.fetchone()[0]
    assert token.secret[3:35] not in row + audit
    assert token.digest in row and tokens.actor_of_token(token.digest) is None


def test_a_slip_of_the_pen_costs_no_look_up(django_assert_num_queries) -> None:
    secret = make(factories.a_member()).secret
    slip = secret[:10] + ("a" if secret[10] != "a" else "b") + secret[11:]
    with django_assert_num_queries(0):
        for text in (slip, secret[3:], secret + "a", "", "rt_", "rt_" + "1" * 39, "rt_" + "é" * 39):
            assert tokens.actor_of_token(text) is None
    assert tokens.is_well_formed(secret)


@pytest.mark.parametrize("end", ["revoked", "expired", "left", "closed", "suspended"])
def test_a_token_ends(end: str) -> None:
    member = factories.a_member()
    token = make(member)
    now = datetime.now(UTC)
    if end == "revoked":
        tokens.revoke_token(token=token, by=factories.actor_of(member))
    elif end == "expired":
        Token._base_manager.filter(pk=token.pk).update(expires_at=now - timedelta(seconds=1))
    elif end == "left":
        Member._base_manager.filter(pk=member.pk).update(until=now)
    elif end == "closed":
        member.account.is_active = False
        member.account.save()
    else:
        member.organisation.state = VerificationState.SUSPENDED
        member.organisation.save()
    assert tokens.actor_of_token(token.secret) is None


def test_a_token_follows_the_role_of_its_person() -> None:
    member = factories.a_member(Role.MANAGER)
    token = make(member)
    Member._base_manager.filter(pk=member.pk).update(role=Role.VIEWER)
    actor = tokens.actor_of_token(token.secret)
    assert actor is not None and actor.role == "viewer"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"days": 366}, "token.days"),
        ({"days": 0}, "token.days"),
        ({"scopes": ()}, "token.scopes"),
        ({"scopes": (SCOPE, "everything")}, "token.scopes"),
        ({"scopes": ("token:write",)}, "token.scopes"),
        ({"scopes": ("member:write",)}, "token.scopes"),
    ],
)
def test_a_token_lasts_a_year_at_most_and_does_what_is_named(change: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as caught:
        make(factories.a_member(), **change)  # type: ignore[arg-type]  # one wrong argument at a time
    assert [fault.code for fault in caught.value.faults] == [code]


def test_a_token_makes_no_tokens() -> None:
    member = factories.a_member()
    actor = factories.actor_of(member, scopes=frozenset({"token:write"}))
    with pytest.raises(Forbidden) as caught:
        tokens.create_token(organisation=member.organisation, name="x", scopes=[SCOPE], days=1, by=actor)
    assert caught.value.code == "token.by_token"


def test_a_manager_sees_and_ends_the_tokens_of_the_house() -> None:
    viewer = factories.a_member(Role.VIEWER)
    manager = factories.a_member(Role.MANAGER, viewer.organisation)
    token = make(viewer)
    assert list(Token.visible_to(factories.actor_of(manager))) == [token]
    assert not Token.visible_to(factories.actor_of(factories.a_member(Role.CONTRIBUTOR, viewer.organisation))).exists()
    assert not Token.visible_to(factories.actor_of(factories.a_member())).exists()
    tokens.revoke_token(token=token, by=factories.actor_of(manager))
    assert tokens.actor_of_token(token.secret) is None


def test_the_use_is_noted_once_a_minute(django_assert_num_queries) -> None:
    token = make(factories.a_member())
    with django_assert_num_queries(3):
        tokens.actor_of_token(token.secret)
    with django_assert_num_queries(2):
        tokens.actor_of_token(token.secret)
    token.refresh_from_db()
    assert token.used_at is not None
