"""What of a challenge is shown to whom: level × reader, and every group by itself."""

from dataclasses import asdict

import pytest
from django.utils import timezone

from rongtong.hub.innovation.models import Challenge
from rongtong.hub.innovation.queries.disclosure import (
    GROUPS,
    Hidden,
    challenge_listing_text,
    disclosed,
    disclosed_many,
    with_parts,
)
from rongtong.hub.trust.enums import Level
from tests.factories import a_challenge, a_member, actor_of, an_organisation
from tests.hub.innovation.factories_challenges import MARKERS, PUBLISHER, a_cast, marked, sign

pytestmark = pytest.mark.django_db

INSIDE = {
    "own.viewer", "own.contributor", "own.manager", "own.owner", "operator.viewer", "operator.contributor", "system",
}  # fmt: skip
MEMBERS = {"rival.viewer", "rival.contributor"}
SIGNED = {"signed"}
OTHERS = {"unverified", "visitor"}
READS = {0: INSIDE | MEMBERS | SIGNED | OTHERS, 1: INSIDE | MEMBERS | SIGNED, 2: INSIDE | SIGNED}


@pytest.mark.parametrize("level", [0, 1, 2])
def test_each_level_for_each_reader(level: int) -> None:
    cast = a_cast()
    challenge = marked(a_challenge(organisation=cast.challenger), level)
    signer = a_member("viewer")
    sign(challenge, signer)
    actors = {**cast.actors, "signed": actor_of(signer)}

    reads = {
        group: {role for role, actor in actors.items() if MARKERS[group] in text(challenge, actor)} for group in GROUPS
    }

    assert reads == dict.fromkeys(GROUPS, READS[level])


def text(challenge: Challenge, actor) -> str:
    return str(asdict(disclosed(Challenge._base_manager.get(pk=challenge.pk), actor)))


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_is_closed_by_its_own_level_alone(group: str) -> None:
    challenge = marked(a_challenge(), 0)
    setattr(challenge, f"{group}_level", 2)
    challenge.save()

    shown = disclosed(challenge, actor_of(a_member()))

    assert shown.hidden == (group,)
    closed = getattr(shown, group)
    assert isinstance(closed, Hidden)
    assert (closed.level, bool(closed), str(closed)) == (2, False, "")
    assert "保密协议" in str(closed.why)


def test_an_agreement_that_ended_or_is_about_another_challenge_opens_nothing() -> None:
    signer = a_member()
    challenge, other = marked(a_challenge(), 2), marked(a_challenge(), 2)
    agreement = sign(challenge, signer)

    assert disclosed(challenge, actor_of(signer)).hidden == ()
    assert disclosed(other, actor_of(signer)).hidden == GROUPS
    agreement.ended_at = timezone.now()
    agreement.save()
    assert disclosed(challenge, actor_of(signer)).hidden == GROUPS


def test_an_anonymous_publisher_is_known_to_its_side_and_the_operator() -> None:
    challenger = an_organisation(size="large", name=PUBLISHER, leads_chain="标记链条壬")
    cast = a_cast(challenger)
    challenge = marked(a_challenge(organisation=challenger, anonymous=True), 0)
    signer = a_member()
    sign(challenge, signer)
    actors = {**cast.actors, "signed": actor_of(signer)}

    knows = {role for role, actor in actors.items() if PUBLISHER in text(challenge, actor)}
    chain = {role for role, actor in actors.items() if "标记链条壬" in text(challenge, actor)}
    contact = {role for role, actor in actors.items() if MARKERS["contact"] in text(challenge, actor)}

    assert (knows, chain, contact) == (INSIDE, INSIDE, INSIDE)
    assert str(challenger.pk) not in text(challenge, cast.actor("rival.viewer"))


def test_many_are_disclosed_as_each_alone(django_assert_num_queries) -> None:
    signer = a_member()
    made = [marked(a_challenge(organisation=None, anonymous=n % 2 == 0), n % 3) for n in range(12)]
    for challenge in made[::4]:
        sign(challenge, signer)
    own = a_challenge(organisation=signer.organisation)
    actor = actor_of(signer)
    rows = with_parts(Challenge.visible_to(actor), actor).order_by("pk")
    loaded, plain = list(rows), list(with_parts(Challenge.visible_to(actor)).order_by("pk"))

    with django_assert_num_queries(0):
        many = disclosed_many(loaded, actor)

    with django_assert_num_queries(1):
        without_reader = disclosed_many(plain, actor)

    assert many == without_reader == [disclosed(challenge, actor) for challenge in loaded]
    other = actor_of(a_member())
    assert disclosed_many(loaded, other) == [disclosed(challenge, other) for challenge in loaded]
    assert own.pk in {one.pk for one in many}


@pytest.mark.parametrize("level", [0, 1])
def test_the_texts_that_are_matched_hold_no_higher_level(level: int) -> None:
    challenge = marked(a_challenge(organisation=an_organisation(size="large", name=PUBLISHER), anonymous=True), 0)
    for group, its_level in zip(GROUPS, (0, 1, 2, 0, 0, 0, 0), strict=True):
        setattr(challenge, f"{group}_level", its_level)
    challenge.save()

    texts = challenge_listing_text(challenge, level)

    assert texts["problem"] == MARKERS["problem"]
    assert ("targets" in texts) == (level == 1)
    assert "tried" not in texts
    assert PUBLISHER not in str(texts)
    with pytest.raises(ValueError, match="level 2"):
        challenge_listing_text(challenge, Level.AFTER_NDA)
