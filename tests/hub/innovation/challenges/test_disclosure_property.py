"""Any mix of levels, any reader: nothing that leaves the hub holds a group the reader may not see."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rongtong.hub.innovation.api.shapes import ChallengeOut
from rongtong.hub.innovation.exports.challenges import need_rows
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.innovation.queries.challenges import conditions
from rongtong.hub.innovation.queries.disclosure import GROUPS, challenge_listing_text, disclosed
from tests.factories import a_challenge, a_member, actor_of, an_organisation
from tests.hub.innovation.factories_challenges import MARKERS, PUBLISHER, a_cast, marked, sign

OPENS = {"visitor": 0, "unverified": 0, "rival.viewer": 1, "signed": 2, "own.viewer": 3, "operator.viewer": 3}
#: What a door may leave out although the reader could see it.
LACKS = {"sheet": {"details", "budget"}}  # the need form has no column for details and for the source of funds


@pytest.fixture
def scene(db: None) -> tuple[Challenge, dict[str, Any]]:
    cast = a_cast(an_organisation(size="large", name=PUBLISHER))
    challenge = marked(a_challenge(organisation=cast.challenger), 0)
    cast.people["signed"] = a_member("viewer")
    sign(challenge, cast.people["signed"])
    actors = {role: cast.actor(role) for role in OPENS if role != "signed"}
    return challenge, actors | {"signed": actor_of(cast.people["signed"])}


def doors(challenge: Challenge, actor: Any) -> dict[str, str]:
    shown = disclosed(challenge, actor)
    paper = {
        "challenges": [(shown, conditions(shown, None))],
        "catalogue": False,
        "title": shown.title,
        "amendments": {},
    }
    frame = {"reader": "", "printed_at": timezone.now(), "address": "", "font": "", "qr": lambda text: ""}
    return {
        "disclosed": str(asdict(shown)),
        "api": ChallengeOut.of(shown).model_dump_json(),
        "sheet": str(need_rows([shown])),
        "paper": render_to_string("innovation/challenge_paper.html", paper | frame),
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(levels=st.fixed_dictionaries({group: st.integers(0, 2) for group in GROUPS}), anonymous=st.booleans())
def test_no_door_is_wider_than_the_level(
    scene: tuple[Challenge, dict[str, Any]], levels: dict[str, int], anonymous: bool
) -> None:
    challenge, actors = scene
    challenge.anonymous = anonymous
    for group, level in levels.items():
        setattr(challenge, f"{group}_level", level)
    needed = levels | ({"contact": 3} if anonymous else {})

    for role, actor in actors.items():
        may = {group for group in GROUPS if OPENS[role] >= needed[group]}
        for name, text in doors(challenge, actor).items():
            found = {group for group, word in MARKERS.items() if word in text}
            lacks = LACKS.get(name, set())
            assert found - may == set(), (role, name)
            assert may - found <= lacks, (role, name)
            assert (PUBLISHER in text) == (not anonymous or OPENS[role] == 3), (role, name)
    for level in (0, 1):
        words = str(challenge_listing_text(challenge, level))
        assert {group for group, word in MARKERS.items() if word in words} == {
            group for group in ("problem", "targets", "tried") if levels[group] <= level
        }
