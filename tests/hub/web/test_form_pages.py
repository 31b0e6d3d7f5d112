"""The page of a form is there for those who may use it, and for nobody else: forbidden looks as absent does."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.organisations.enums import Role
from tests.factories import a_challenge, a_member, an_organisation

pytestmark = pytest.mark.django_db
CHANGING = re.compile(r'csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"|\b[0-9a-f]{32}\b')


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR, "rival"])
@pytest.mark.parametrize(
    "page",
    [
        "/organisations/{organisation}/edit/",
        "/organisations/{organisation}/figures/",
        "/organisations/{organisation}/certificates/",
        "/challenges/{challenge}/selection/criteria/",
    ],
)
def test_forbidden_looks_as_absent_does(page: str, role: str) -> None:
    large = an_organisation(size="large")
    challenge = a_challenge(ChallengeState.OPEN, large)
    person = a_member(Role.MANAGER) if role == "rival" else a_member(role, large)
    browser, manager = Client(), Client()
    browser.force_login(person.account)
    manager.force_login(a_member(Role.MANAGER, large).account)
    there = page.format(organisation=large.pk, challenge=challenge.pk)
    absent = page.format(organisation=uuid4(), challenge=uuid4())
    assert manager.get(there).status_code == 200
    forbidden, nothing = browser.get(there), browser.get(absent)
    assert (forbidden.status_code, nothing.status_code) == (404, 404)
    assert seen(forbidden, there) == seen(nothing, absent)
    assert browser.post(there, {"name": "x"}).status_code == 404


def seen(answer: Any, path: str) -> str:
    return CHANGING.sub("~", answer.content.decode().replace(path, "§"))
