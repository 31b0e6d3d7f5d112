"""The audit trail speaks in words: no verb, no kind of object and no state of one is shown as its code."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import translation

from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.foundation.rights import VERBS
from rongtong.hub.foundation.verbs import REGISTRY
from rongtong.hub.innovation.domain.challenges import screen_challenge
from rongtong.hub.organisations.models import Account
from rongtong.hub.web.trail_words import OBJECTS, object_label, state_label, verb_label
from rongtong.hub.web.trail_words import VERBS as WORDS
from tests.factories import a_challenge, operator_actor

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_verb_has_words_in_both_languages(language: str) -> None:
    with translation.override(language):
        said = {verb: str(verb_label(verb)) for verb in VERBS}
    wanted = language == "zh-hans"
    assert {verb for verb, words in said.items() if bool(CHINESE.search(words)) != wanted or words == verb} == set()
    assert set(WORDS) == set(VERBS), "words of a verb that is no more"
    assert len(set(said.values())) == len(said), "two verbs must be told apart"


def test_every_kind_of_object_that_a_verb_acts_on_has_words() -> None:
    with_state = {
        model._meta.label_lower
        for model in apps.get_models()
        if model.__module__.startswith("rongtong.") and hasattr(model, "roles_of")
    }
    silent = {
        "foundation.delivery", "innovation.amendment", "matching.dayslot", "matching.daytable",
        "matching.meetingrequest", "matching.meetingfeedback", "matching.meetingoutcome",
    }  # fmt: skip
    assert with_state - set(OBJECTS) - silent == set()
    for label in OBJECTS:
        assert apps.get_model(label)
        with translation.override("en"):
            assert not CHINESE.search(str(object_label(label)))


def test_every_state_a_right_names_has_words() -> None:
    states = {state for name in REGISTRY for state in VERBS[name].states or ()}
    found = {state for state in states if any(state_label(label, state) for label in OBJECTS)}
    assert states - found == set()


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("zh-hans", "通过需求审核"), ("en", "Approve a need")])
def test_the_page_shows_words_and_finds_by_them(language: str, words: str) -> None:
    by = operator_actor()
    screen_challenge(challenge=a_challenge("submitted"), by=by)
    client = Client()
    client.force_login(Account._base_manager.get(pk=by.person))
    client.cookies["language"] = language

    for q in ("", words.split()[0], "challenge.screen"):
        page = body_of(client.get(reverse("web:audit"), {"q": q}).text)
        assert words in page
        assert "challenge.screen" not in page.replace('value="challenge.screen"', "").replace("q=challenge.screen", "")
        assert not re.search(r">\s*(submitted|screened|innovation\.challenge)\s*<", page)
    assert words not in body_of(client.get(reverse("web:audit"), {"q": "zzz"}).text)
    assert AuditEntry._base_manager.filter(verb="challenge.screen").count() == 1


def body_of(page: str) -> Any:
    table = re.search(r"<tbody.*?</tbody>", page, re.S)
    return table.group(0) if table else ""
