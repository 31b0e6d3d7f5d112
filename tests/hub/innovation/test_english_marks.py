"""English pages, papers and files are joined by English marks: with Latin content no full-width mark is left."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from rongtong.hub.foundation import formatting, pdf
from rongtong.hub.foundation.sheets.writing import Written
from rongtong.hub.innovation.listings import card_of_challenge
from rongtong.hub.innovation.models import Capability, Challenge
from rongtong.hub.innovation.targets import read_targets, write_targets
from rongtong.hub.matching import live
from rongtong.hub.matching.domain.listings import put
from rongtong.hub.organisations.models import Certificate, Member, Organisation
from rongtong.hub.trust.intake.purposes import PURPOSES
from tests.factories import a_challenge, a_member, an_organisation
from tests.hub.innovation.factories_challenges import target
from tests.hub.innovation.matching.factories_matching import a_capability, matched

pytestmark = pytest.mark.django_db
FULL_WIDTH = re.compile(r".{0,40}[（）、；，。：「」《》].{0,40}")


def plain(text: str) -> str:
    """What is read of a page: without tags, scripts, and what stays Chinese by name."""
    text = re.sub(r"<(script|style|template)\b.*?</\1>", "", text, flags=re.S)
    text = re.sub(r"<[^>]*>", "\n", text)
    return html.unescape(text)


@pytest.fixture
def english(monkeypatch: Any, settings: Any, tmp_path: Path) -> Iterator[Client]:
    settings.INDEX_ROOT, settings.MATCHING_ENCODER = tmp_path, "none"
    live.forget()
    monkeypatch.setattr(pdf, "from_html", lambda text: text.encode())  # what would have become a PDF
    client = Client()
    client.cookies["language"] = "en"
    yield client
    live.forget()


def latin(organisation: Organisation, name: str) -> Organisation:
    organisation.name = organisation.name_en = organisation.short_name = name
    organisation.region, organisation.industry = "", ""
    organisation.save()
    Certificate._base_manager.create(organisation=organisation, code=f"ISO 9001 {name}")
    return organisation


@pytest.fixture
def challenge() -> Challenge:
    made = a_challenge(
        organisation=latin(an_organisation(size="large"), "Heavy Works"),
        title="Bearing", problem="Too soft.", tried="Tempering.", details="42CrMo4", ip_terms="Shared.",
        contact_name="Ada", contact_department="R&D", contact_phone="0571", region="", industry="",
        certificates=["CNAS", "ISO 9001"], size_classes=["small", "micro"], budget_note="70% own",
        budget_min=Decimal(3_000_000),
    )  # fmt: skip
    made.targets.update(indicator="depth")
    return made


def test_pages_papers_and_files(challenge: Challenge, english: Client) -> None:
    round = challenge.round
    round.title = round.title_en = "Round one"
    round.save()
    member: Member = a_member("owner", latin(an_organisation(), "Small Works"))
    member.account.name = "Ada"
    member.account.save()
    Capability._base_manager.create(
        organisation=member.organisation, title="Hardening", text="We harden.", state="published",
        products=["rings", "gears"], equipment=["lathe", "oven"], certificates=["CNAS", "ISO"],
    )  # fmt: skip
    english.force_login(member.account)
    english.cookies["language"] = "en"
    capability = Capability._base_manager.get()
    places = [
        reverse("innovation:challenge", args=[challenge.pk]),
        reverse("innovation:round", args=[round.pk]),
        reverse("innovation:capability", args=[capability.pk]),
        reverse("organisations:organisation", args=[member.organisation_id]),
        reverse("innovation:challenge_pdf", args=[challenge.pk]),
        reverse("innovation:round_catalogue", args=[round.pk]),
        reverse("innovation:capabilities") + "?export=csv",
        reverse("innovation:challenges") + "?export=csv",
    ]
    found = {}
    for place in places:
        answer: Any = english.get(place)
        assert answer.status_code == 200, place
        text = answer.text if hasattr(answer, "text") else b"".join(answer.streaming_content).decode("utf-8-sig")
        found[place] = FULL_WIDTH.findall(plain(text))
    assert {place: marks for place, marks in found.items() if marks} == {}


def test_matches_and_their_file(challenge: Challenge, english: Client) -> None:
    """The list of those who match and its Excel file, each with reasons of words and conditions."""
    Challenge._base_manager.update(problem="Induction hardening, oval rings; distortion.")
    put([card_of_challenge(Challenge._base_manager.get())])
    for name in ("Small Works", "Other Works"):
        firm = latin(an_organisation(size="small"), name)
        a_capability(firm, "Induction hardening of rings, low distortion; ovality measured.", "Hardening")
    matched()
    english.force_login(a_member("owner", challenge.organisation).account)
    english.cookies["language"] = "en"
    page = english.get(reverse("innovation:matches", args=[challenge.pk])).text
    file = english.get(reverse("innovation:matches_export", args=[challenge.pk])).content
    cells = [str(cell) for sheet in load_workbook(BytesIO(file)) for row in sheet.values for cell in row if cell]
    assert "Small Works" in page and "Small Works" in cells and "hardening, induction" in " ".join(cells)
    assert FULL_WIDTH.findall(plain(page)) + [cell for cell in cells if FULL_WIDTH.search(cell)] == []


def test_the_parts_that_pages_are_made_of() -> None:
    rows = [target("depth"), target("hardness", "58")]
    with translation.override("en"):
        said = [
            formatting.joined(["A", "B"]), formatting.clauses(["A", "B"]), "x" + formatting.bracketed("y"),
            write_targets(rows), *(str(purpose.sentence) for purpose in PURPOSES.values()),
        ]  # fmt: skip
        from rongtong.hub.foundation.sheets import Column

        said.append(Written.of(Column("x", "Fee", "number")).title)
        assert read_targets(write_targets(rows)) == (rows, [])
    assert said[:3] == ["A, B", "A; B", "x (y)"]
    assert [text for text in said if FULL_WIDTH.search(text)] == []
    with translation.override("zh-hans"):
        assert [formatting.joined("AB"), formatting.clauses("AB"), formatting.bracketed("y")] == [
            "A、B",
            "A；B",
            "（y）",
        ]
        assert read_targets(write_targets(rows)) == (rows, [])
