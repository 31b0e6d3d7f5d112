"""Every verb × role × state. The table below is written by hand: it is not read from the rules."""

import pytest

from rongtong.hub.foundation.models import ImportBatch
from rongtong.hub.foundation.rights import VERBS, allowed, refusal
from rongtong.hub.innovation.enums import PUBLISHED, ChallengeState, Stage
from rongtong.hub.innovation.models import Question
from tests.factories import a_challenge, a_round, actor_of
from tests.hub.innovation.factories_challenges import Cast, a_cast

pytestmark = pytest.mark.django_db

OWN_WRITERS = {"own.contributor", "own.manager", "own.owner"}
OWN_DECIDERS = {"own.manager", "own.owner"}
OPERATOR = {"operator.contributor"}
ACCOUNTS = {
    "own.viewer", *OWN_WRITERS, "rival.viewer", "rival.contributor", "unverified",
    "operator.viewer", "operator.contributor",
}  # fmt: skip
S = ChallengeState
EVERY = set(S)
UNPUBLISHED = {S.DRAFT, S.SUBMITTED, S.RETURNED, S.SCREENED}

EXPECTED: dict[str, tuple[set[str], set[ChallengeState]]] = {
    "challenge.edit": (OWN_WRITERS, {S.DRAFT, S.RETURNED}),
    "challenge.submit": (OWN_WRITERS, {S.DRAFT, S.RETURNED}),
    "challenge.return": (OPERATOR, {S.SUBMITTED, S.SCREENED}),
    "challenge.screen": (OPERATOR, {S.SUBMITTED}),
    "challenge.publish": (OPERATOR, {S.SCREENED}),
    "challenge.close": (OPERATOR | {"system"}, {S.OPEN}),
    "challenge.withdraw": (OWN_DECIDERS | OPERATOR, {*UNPUBLISHED, S.OPEN}),
    "challenge.amend": (OWN_DECIDERS, {S.OPEN}),
    "challenge.copy": (OWN_WRITERS | OPERATOR, EVERY),
    "challenge.split": (OWN_WRITERS | OPERATOR, EVERY),
    "challenge.invite": (OWN_WRITERS | OPERATOR, {S.OPEN}),
    "challenge.watch": (ACCOUNTS, set(PUBLISHED)),
    "challenge.unwatch": (ACCOUNTS, EVERY),
    "question.ask": ({"rival.contributor", "operator.contributor"}, {S.OPEN}),
}


@pytest.mark.parametrize("state", list(S))
def test_every_verb_on_a_challenge(state: ChallengeState) -> None:
    cast = a_cast()
    challenge = a_challenge(state, cast.challenger)

    found = {
        verb: {role for role, actor in cast.actors.items() if allowed(actor, verb, challenge)} for verb in EXPECTED
    }

    assert found == {verb: roles if state in states else set() for verb, (roles, states) in EXPECTED.items()}


def test_the_table_knows_every_verb_of_these_nouns() -> None:
    nouns = ("challenge.", "question.", "round.", "invitation.")

    assert {verb for verb in VERBS if verb.startswith(nouns)} == {
        *EXPECTED, "challenge.create", "challenge.check_import", "challenge.rename_import", "challenge.apply_import",
        "challenge.discard_import", "challenge.undo_import", "question.answer", "invitation.open",
        "round.create", "round.edit", "round.advance",
    }  # fmt: skip


@pytest.mark.parametrize("stage", list(Stage))
def test_every_verb_on_a_round(stage: Stage) -> None:
    cast = a_cast()
    round = a_round(stage)

    def who(verb: str) -> set[str]:
        return {role for role, actor in cast.actors.items() if allowed(actor, verb, round)}

    going = OPERATOR if stage != Stage.CONCLUDE else set()
    assert who("round.create") == OPERATOR
    assert (who("round.edit"), who("round.advance")) == (going, going)
    assert who("challenge.create") == {*OWN_WRITERS, "rival.contributor", *OPERATOR}
    assert who("challenge.check_import") == {*OWN_WRITERS, "rival.contributor", *OPERATOR}


def test_answering_belongs_to_the_challenger() -> None:
    cast = a_cast()
    challenge = a_challenge(organisation=cast.challenger)
    question = Question._base_manager.create(
        challenge=challenge, organisation=cast.people["rival.viewer"].organisation, text="可否现场考察？"
    )

    assert {role for role, actor in cast.actors.items() if allowed(actor, "question.answer", question)} == OWN_WRITERS


def test_an_import_belongs_to_those_who_uploaded_it() -> None:
    cast = a_cast()
    member = cast.people["own.contributor"]
    for state, verbs in {
        "checked": {"rename_import", "apply_import", "discard_import"},
        "applied": {"undo_import"},
        "undone": set(),
    }.items():
        batch = ImportBatch._base_manager.create(
            kind="challenges", account_id=member.account_id, organisation_id=member.organisation_id, state=state
        )
        for verb in ("rename_import", "apply_import", "discard_import", "undo_import"):
            found = {role for role, actor in cast.actors.items() if allowed(actor, f"challenge.{verb}", batch)}
            assert found == (OWN_WRITERS if verb in verbs else set()), (state, verb)


def test_the_refusal_tells_role_from_state() -> None:
    cast = a_cast()
    challenge = a_challenge(S.DRAFT, cast.challenger)

    def code(role: str, verb: str) -> str:
        problem = refusal(cast.actor(role), verb, challenge)
        assert problem is not None
        return problem.code

    assert code("own.viewer", "challenge.edit") == "rights.role"
    assert code("own.manager", "challenge.invite") == "rights.state"


def test_a_token_needs_its_scope() -> None:
    cast: Cast = a_cast()
    challenge = a_challenge(S.DRAFT, cast.challenger)
    member = cast.people["own.manager"]
    assert not allowed(actor_of(member, scopes=frozenset({"challenge:read"})), "challenge.edit", challenge)
    assert allowed(actor_of(member, scopes=frozenset({"challenge:write"})), "challenge.edit", challenge)
