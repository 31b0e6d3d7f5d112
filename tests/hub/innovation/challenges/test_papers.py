"""Challenges on paper: Chinese renders, and no reader finds a word above the own level."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse

from rongtong.hub.foundation import pdf
from rongtong.hub.innovation.models import Challenge
from tests.factories import a_challenge, a_member, an_organisation
from tests.hub.innovation.challenges.test_amendments import amend, decider
from tests.hub.innovation.factories_challenges import MARKERS, PUBLISHER, a_cast, marked, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that go to the press: subset fonts hide words from a search of the file's bytes.

    What the press makes of a page is tested below and in the foundation; here nothing is printed.
    """
    pages: list[str] = []

    def listen(html: str) -> bytes:
        pages.append(html)
        return b"%PDF-"

    monkeypatch.setattr(pdf, "from_html", listen)
    return pages


def _catalogue(challenge: Challenge) -> str:
    return reverse("innovation:round_catalogue", args=[challenge.round_id])


def _single(challenge: Challenge) -> str:
    return reverse("innovation:challenge_pdf", args=[challenge.pk])


@pytest.mark.parametrize("address", [_single, _catalogue])
@pytest.mark.parametrize("level", [1, 2])
def test_no_paper_holds_a_word_above_the_readers_level(
    address: Callable[[Challenge], str], level: int, printed: list[str]
) -> None:
    cast = a_cast(an_organisation(size="large", name=PUBLISHER))
    challenge = marked(a_challenge(organisation=cast.challenger, anonymous=True), level)
    cast.people["signed"] = a_member("viewer")
    sign(challenge, cast.people["signed"])

    for role, opens in {"unverified": 0, "rival.viewer": 1, "signed": 2, "own.viewer": 3, "operator.viewer": 3}.items():
        client = Client()
        client.force_login(cast.people[role].account)
        answer = client.get(address(challenge))
        assert answer.headers["Content-Type"] == "application/pdf"
        found = {group for group, word in MARKERS.items() if word in printed[-1]}
        expected = {group for group in MARKERS if opens >= (3 if group == "contact" else level)}
        assert found == expected, role
        assert (PUBLISHER in printed[-1]) == (opens == 3), role


def test_the_file_is_a_pdf_with_a_chinese_font_inside() -> None:
    challenge = a_challenge()
    client = Client()
    client.force_login(a_member().account)

    with pikepdf.open(io.BytesIO(client.get(_single(challenge)).content)) as file:
        fonts = [str(font.BaseFont) for page in file.pages for font in page.Resources.Font.values()]

    assert any("CJK" in font or "Han" in font for font in fonts), fonts


def test_papers_are_for_accounts_and_hidden_ones_are_not_there() -> None:
    hidden = a_challenge("draft")
    client = Client()
    assert client.get(_single(a_challenge())).status_code == 302
    client.force_login(a_member().account)
    assert client.get(_single(hidden)).status_code == 404


@pytest.mark.parametrize("address", [_single, _catalogue])
def test_amendments_are_printed_for_those_who_may_read_them(
    address: Callable[[Challenge], str], printed: list[str]
) -> None:
    challenge = a_challenge(details_level=2)
    by, signed = decider(challenge), a_member("viewer")
    sign(challenge, signed)
    amend(challenge, by, {0: "公开理由"}, months=20)
    amend(challenge, by, {2: "保密理由"}, details="滚道直径 3.6 米。")

    for person, expected in ((a_member(), ["公开理由"]), (signed, ["保密理由", "公开理由"])):
        client = Client()
        client.force_login(person.account)
        client.get(address(challenge))
        assert re.findall("公开理由|保密理由", printed[-1]) == expected
        assert ("L2-1" in printed[-1]) == ("保密理由" in expected)
    client.get(address(a_challenge()))
    assert "更正" not in printed[-1]


def test_the_catalogue_asks_the_database_as_often_with_many_amendments(
    printed: list[str], django_assert_max_num_queries: Any
) -> None:
    challenge = a_challenge()
    by = decider(challenge)
    client = Client()
    client.force_login(a_member().account)
    client.get(_catalogue(challenge))
    asked = []
    for all_months in ([20], range(21, 31)):
        for months in all_months:
            amend(challenge, by, months=months)
        with django_assert_max_num_queries(20) as queries:
            client.get(_catalogue(challenge))
        asked.append(len(queries))
    assert asked[0] == asked[1]
