"""Doing things on the pages of the room: forms, links in mails, switching, tokens."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rongtong.hub.foundation.outbox import send_due
from rongtong.hub.organisations import profile_sections
from rongtong.hub.organisations.domain import invitations, organisations
from rongtong.hub.organisations.enums import Role
from rongtong.hub.organisations.models import Account, Member, Organisation, YearFigures
from tests import factories

pytestmark = pytest.mark.django_db


def at(name: str, *args: Any) -> str:
    return reverse(f"organisations:{name}", args=args)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_registering_and_handing_in_on_the_pages(operator: Member) -> None:
    client = signed_in(factories.an_account())
    faulty = client.post(at("register"), {"kind": "enterprise", "name": "", "identifier": "1", "country": "CN"})
    assert faulty.status_code == 422
    values = {
        "kind": "enterprise",
        "name": "杭州新登记机械有限公司",
        "country": "CN",
        "scheme": "credit_code",
        "identifier": factories.make_credit_code("330106", 424242),
        "industry": "36",
        "region": "330106",
    }
    done = client.post(at("register"), values, follow=True)
    organisation = Organisation._base_manager.get(name=values["name"])
    assert "请补充最近年度的" in done.content.decode()
    years = {
        "years-TOTAL_FORMS": "1",
        "years-INITIAL_FORMS": "0",
        "years-0-year": "2025",
        "years-0-headcount": "420",
        "years-0-revenue": "6000",
        "years-0-assets": "",
    }
    client.post(at("figures", organisation.pk), years)
    figures = organisation.years.get()
    assert (figures.headcount, figures.revenue, figures.assets) == (420, Decimal("60000000"), None)
    client.post(at("submit", organisation.pk))
    organisation.refresh_from_db()
    assert (organisation.state, organisation.size_class) == ("pending", "medium")
    signed_in(operator.account).post(at("verify", organisation.pk))
    organisation.refresh_from_db()
    assert organisation.is_verified


def test_faulty_figures_are_shown_where_they_stand(owner: Member) -> None:
    client = signed_in(owner.account)
    years = {
        "years-TOTAL_FORMS": "2",
        "years-INITIAL_FORMS": "0",
        "years-0-year": "2024",
        "years-1-year": "2024",
    }
    answer = client.post(at("figures", owner.organisation_id), years)
    assert answer.status_code == 422 and "这个年度填了两次" in answer.content.decode()
    assert YearFigures._base_manager.get(organisation=owner.organisation).headcount == 7919


def test_an_older_page_shows_both_versions(owner: Member) -> None:
    client = signed_in(owner.account)
    stale = {"version": owner.organisation.version, "address": "甲路1号", "introduction": "x"}
    by = factories.actor_of(owner)
    organisations.edit_organisation(
        organisation=owner.organisation, values={"address": "乙路2号"}, version=owner.organisation.version, by=by
    )
    answer = client.post(at("edit", owner.organisation_id), stale)
    assert answer.status_code == 409
    assert "甲路1号" in answer.content.decode() and "乙路2号" in answer.content.decode()


def test_accepting_an_invitation_by_its_link(owner: Member, mailoutbox: list[Any]) -> None:
    invitations.invite_member(
        organisation=owner.organisation, email="new@tests.example", role="viewer", by=factories.actor_of(owner)
    )
    send_due()
    found = re.search(r"http://127\.0\.0\.1:8000(/invitations/\w+/)", mailoutbox[0].body)
    assert found is not None
    visitor = Client().get(found[1]).content.decode()
    assert owner.organisation.name in visitor and f"?next={found[1]}" in visitor
    stranger = signed_in(factories.an_account()).get(found[1])
    assert (stranger.status_code, "invitation.other_address" in stranger.content.decode()) == (409, True)
    person = factories.an_account(email="new@tests.example")
    client = signed_in(person)
    page = client.get(found[1]).content.decode()
    action = re.search(r'action="(/join/[0-9a-f-]+/)"', page)
    assert action is not None
    client.post(action[1])
    assert Member._base_manager.filter(account=person, organisation=owner.organisation, until=None).exists()
    assert client.get(found[1]).status_code == 409, "used once"
    assert Client().get("/invitations/aaaa/").status_code == 404


def test_switching_between_ones_organisations(owner: Member) -> None:
    second = factories.a_member(Role.VIEWER, account=owner.account)
    foreign = factories.an_organisation()
    client = signed_in(owner.account)
    assert client.get(at("own")).headers["Location"] == at("organisation", owner.organisation_id)
    answer = client.post(at("switch"), {"organisation": str(second.organisation_id), "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/desk/"
    assert client.get(at("own")).headers["Location"] == at("organisation", second.organisation_id)
    assert client.post(at("switch"), {"organisation": str(foreign.pk)}).status_code == 404
    assert client.get(at("own")).headers["Location"] == at("organisation", second.organisation_id)


def test_a_token_is_shown_once(owner: Member) -> None:
    client = signed_in(owner.account)
    answer = client.post(at("new_token"), {"name": "ERP", "days": "30", "scopes": ["organisation:read"]})
    found = re.search(r"rt_[a-z2-7]{39}", answer.content.decode())
    assert found is not None
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert found[0] not in client.get(at("tokens")).content.decode()
    api = Client(headers={"authorization": f"Bearer {found[0]}"})
    assert api.get("/api/v1/organisations").status_code == 200
    assert api.get("/api/v1/members").status_code == 403, "the scope names organisations only"
    other = found[0][:-1] + ("b" if found[0].endswith("a") else "a")
    wrong = Client(headers={"authorization": f"Bearer {other}"}).get("/api/v1/organisations")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "token.refused")


def test_what_changes_roles_asks_for_the_password_again() -> None:
    account = factories.an_account(password=factories.PASSWORD)
    owner = factories.a_member(account=account)
    viewer = factories.a_member(Role.VIEWER, owner.organisation)
    client = signed_in(account)
    for path in (at("new_token"), at("invite", owner.organisation_id), at("change_role", viewer.pk)):
        answer = client.post(path, {"role": "manager"})
        assert answer.status_code == 302 and "reauthenticate" in answer.headers["Location"], path
    viewer.refresh_from_db()
    assert viewer.role == Role.VIEWER


def test_changing_ones_language_changes_the_page(owner: Member) -> None:
    client = signed_in(owner.account)
    answer = client.post(at("account"), {"name": "Zhou Qiming", "language": "en"}, follow=True)
    assert "My account" in answer.content.decode()
    owner.account.refresh_from_db()
    assert (owner.account.name, owner.account.language) == ("Zhou Qiming", "en")
    fresh = signed_in(owner.account)
    assert "My account" in fresh.get(at("account")).content.decode(), "a new browser speaks the account's language"


def test_rooms_above_add_sections_to_a_profile(owner: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile_sections, "_sections", {})
    asked = []

    def values(actor: Any, organisation: Organisation) -> dict[str, Any] | None:
        asked.append(actor.is_visitor)
        return {"title": "x"} if actor.is_visitor else None

    profile_sections.add_section("extra", "补充一节", "archetypes/section_for_tests.html", values)
    monkeypatch.setattr(profile_sections, "render_to_string", lambda template, given, request, using: given["title"])
    client = signed_in(owner.account)
    assert "补充一节" not in client.get(at("organisation", owner.organisation_id)).content.decode()
    assert "补充一节" in Client().get(at("organisation", owner.organisation_id)).content.decode()
    assert asked == [False, True]
