"""Odd input at the API is named, never an accident of the server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from rongtong.hub.innovation.enums import ChallengeState
from tests.factories import a_challenge, a_round, an_organisation
from tests.hub.innovation.factories_challenges import a_cast

pytestmark = pytest.mark.django_db

ODD_FIELDS: list[dict[str, Any]] = [
    {"title": "a\x00b"},
    {"title": "\ud800"},
    {"title": "x" * 121},
    {"months": 10**30},
    {"readiness": -1},
    {"problem_level": 7},
    {"budget_min": "1e30"},
    {"budget_min": "NaN"},
    {"budget_max": "0.001"},
    {"deadline": "9999-12-31T23:59:59-23:59"},
    {"deadline": "0001-01-01T00:00:00+23:59"},
    {"regions": ["x" * 200]},
    {"regions": ["330000"] * 31},
    {"certificates": [""] * 40},
    {"size_classes": ["", "LARGE"]},
    {"contact_email": "a@b@c"},
    {"industry": "\x00"},
    {"targets": [{"indicator": "层深", "comparison": "ge", "value": "1e-400"}]},
    {"targets": [{"indicator": "层深", "comparison": "ge", "value": "1e400"}]},
    {"targets": [{"indicator": "层深", "comparison": "between", "value": "1"}]},
    {"targets": [{"indicator": "层" * 121, "comparison": "le", "value": "1"}]},
    {"targets": [{"indicator": "层深", "comparison": "≥", "value": "1"}]},
    {"targets": [{"indicator": "\ud800", "comparison": "ge", "value": "1"}]},
    {"targets": [{"indicator": "层深", "comparison": "ge", "value": "1"}] * 31},
]


@pytest.mark.parametrize("odd", ODD_FIELDS, ids=lambda odd: json.dumps(odd)[:40])
def test_every_odd_field_is_a_named_fault(odd: dict[str, Any]) -> None:
    cast = a_cast()
    client = Client(raise_request_exception=True)
    client.force_login(cast.people["own.contributor"].account)
    body = json.dumps({"round_id": str(a_round().pk), "title": "名称", **odd})

    answer = client.post("/api/v1/challenges", body, content_type="application/json")

    assert answer.status_code == 422, answer.content
    field = next(iter(odd))
    assert {one["pointer"].split("/")[1] for one in answer.json()["errors"]} == {field}


@pytest.mark.parametrize("query", ["q=%00", "q=%FF%FE", "q=" + "a+" * 200, "industry=%00", "limit=-5", "limit=99999"])
def test_odd_queries_answer(query: str) -> None:
    a_challenge(ChallengeState.OPEN, an_organisation(size="large"))

    assert Client().get(f"/api/v1/challenges?{query}").status_code == 200


@pytest.mark.parametrize("name", ["collect_until", "select_until"])
@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_rounds_end_in_this_age(name: str, moment: str) -> None:
    cast = a_cast()
    client = Client()
    client.force_login(cast.people["operator.contributor"].account)
    names = ("collect_until", "publish_at", "respond_until", "select_until")
    body = {one: f"2027-0{n}-01T00:00:00Z" for n, one in enumerate(names, 1)} | {"conclude_on": "2027-06-01"}

    answer = client.post(
        "/api/v1/rounds", json.dumps({"title": "远期", **body, name: moment}), content_type="application/json"
    )

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "round.year")
