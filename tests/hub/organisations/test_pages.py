"""Pages of the room: who gets which, in which language, at what cost, and what is never on them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.hub.organisations.domain import invitations, organisations
from rongtong.hub.organisations.enums import OrganisationKind, Role, VerificationState
from rongtong.hub.organisations.models import Account, Member, Organisation, YearFigures
from tests import factories

pytestmark = pytest.mark.django_db

#: Figures so odd that they stand on no page by chance.
SECRET = {"headcount": 7919, "revenue": Decimal("123456789.01"), "assets": Decimal("987654321.09")}
MARKS = ("7919", "7,919", "123456789", "123,456,789", "1.23亿", "987654321", "987,654,321", "9.88亿", "123.46 million")


def at(name: str, *args: Any) -> str:
    return reverse(f"organisations:{name}", args=args)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def owner() -> Member:
    organisation = factories.an_organisation(
        name="澜川恒测装备有限公司",
        figures=False,
        introduction="主轴承滚道加工。\n二十年经验。",
        cultivation="specialised",
        cultivation_certificate="JX-1",
        leads_chain="盾构",
    )
    YearFigures._base_manager.create(organisation=organisation, year=2025, **SECRET)
    return factories.a_member(Role.OWNER, organisation)


@pytest.fixture
def operator() -> Member:
    return factories.a_member(Role.MANAGER, factories.an_organisation(OrganisationKind.OPERATOR))


# ---- Figures are the organisation's own and the operator's ---------------------------------------------------------


def everywhere(client: Client, organisation: Organisation) -> Iterator[tuple[str, str]]:
    """Everything about an organisation that a reader can get hold of, as text."""
    for path in (at("organisation", organisation.pk), at("organisations"), at("organisations") + "?view=table"):
        yield path, client.get(path).content.decode()
    yield "csv", client.get(at("organisations") + "?export=csv").content.decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(client.get(at("organisations") + "?export=xlsx").content))
    yield "xlsx", " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    for path in ("", f"/{organisation.pk}", f"/{organisation.pk}/figures", f"/{organisation.pk}/certificates"):
        yield f"api{path}", client.get(f"/api/v1/organisations{path}").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_figures_reach_nobody_else(owner: Member, operator: Member, language: str) -> None:
    rival = factories.a_member()
    for client in (Client(), signed_in(rival.account), signed_in(factories.an_account())):
        client.cookies["language"] = language
        for place, text in everywhere(client, owner.organisation):
            assert not [mark for mark in MARKS if mark in text], place
    for client in (signed_in(owner.account), signed_in(operator.account)):
        page = client.get(at("organisation", owner.organisation_id)).content.decode()
        assert "7,919" in page and ("123,456,789.01" in page)
        figures = client.get(f"/api/v1/organisations/{owner.organisation_id}/figures").json()
        assert figures[0]["revenue"] == {"amount": "123456789.01", "currency": "CNY"}


def test_the_size_class_is_public_and_why_is_not(owner: Member) -> None:
    page = Client().get(at("organisation", owner.organisation_id)).content.decode()
    assert "小型" in page and "按国家划型标准划定" not in page


# ---- Who is hidden -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [one for one in VerificationState if one != VerificationState.VERIFIED])
def test_who_is_not_verified_is_not_there(state: str, operator: Member) -> None:
    hidden = factories.an_organisation(name="澜川未核验机械厂", state=state)
    owner = factories.a_member(organisation=hidden)
    absent = "00000000-0000-4000-8000-000000000000"
    rival = signed_in(factories.a_member().account)
    for client in (Client(), rival):
        there, nowhere = (client.get(at("organisation", pk)) for pk in (hidden.pk, absent))
        assert there.status_code == nowhere.status_code == 404
        assert _bare(there.content.decode()) == _bare(nowhere.content.decode())
        for query in ("", "?q=lcwhy", "?q=未核验", f"?q={hidden.identifier[:9]}", "?export=csv", "?state=" + state):
            assert hidden.name not in client.get(at("organisations") + query).content.decode()
        assert client.get("/api/v1/organisations", {"q": "未核验"}).json()["items"] == []
        assert client.get(f"/api/v1/organisations/{hidden.pk}").status_code == 404
        assert client.get("/search/?q=未核验").content.decode().count(hidden.name) == 0
    for account in (owner.account, operator.account):
        assert hidden.name in signed_in(account).get(at("organisation", hidden.pk)).content.decode()


def _bare(page: str) -> str:
    """A page without what differs with every request: its number, its tokens and the address asked for."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    page = re.sub(r"[0-9a-f]{32}", "", page)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", page)


def test_only_the_operator_filters_by_state(operator: Member) -> None:
    pending = factories.an_organisation(name="澜川待核厂", state="pending")
    page = signed_in(operator.account).get(at("organisations") + "?state=pending").content.decode()
    assert pending.name in page and 'data-total="1"' in page
    assert "state=pending" in Client().get(at("organisations") + "?state=pending").content.decode(), "told as ignored"


# ---- Finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=恒测", True),
        ("q=lchc", True),
        ("q=lanchuanhengce", True),
        ("q=LCHC", True),
        ("q=澜川 装备", True),
        ("q=Hengce", True),
        ("q=没有", False),
        ("kind=enterprise&size=small", True),
        ("kind=university", False),
        ("region=990000", True),
        ("region=990102", True),
        ("region=990103", False),
        ("industry=C", True),
        ("industry=36", True),
        ("industry=35", False),
        ("industry=A", False),
        ("cultivation=specialised", True),
        ("cultivation=champion", False),
    ],
)
def test_organisations_are_found(owner: Member, query: str, found: bool) -> None:
    factories.an_organisation(name="外地公司", region="990103", kind="institute")
    page = Client().get(f"{at('organisations')}?{query}").content.decode()
    assert (owner.organisation.name in page) == found


def test_the_beginning_of_a_number_finds_and_its_middle_does_not(owner: Member) -> None:
    number = owner.organisation.identifier
    pages = [Client().get(at("organisations"), {"q": part}).content.decode() for part in (number[:15], number[3:17])]
    assert [owner.organisation.name in page for page in pages] == [True, False]


def test_what_is_exported_is_what_is_listed(owner: Member) -> None:
    factories.an_organisation("university", name="外地大学")
    text = Client().get(at("organisations") + "?export=csv&kind=enterprise").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["机构名称"] for row in rows] == [owner.organisation.name]
    assert rows[0]["证件号码"] == owner.organisation.identifier
    assert rows[0]["企业规模"] == "小型"


def test_names_stand_in_the_order_of_their_pinyin() -> None:
    for name in ("重庆机械", "澳门电器", "杭州仪表"):
        factories.an_organisation(name=name)
    page = Client().get(at("organisations")).content.decode()
    places = [page.index(name) for name in ("澳门电器", "杭州仪表", "重庆机械")]
    assert places == sorted(places) or page.index("重庆机械") < page.index("杭州仪表"), "重 is chóng here"
    assert page.index("澳门电器") == min(places)


# ---- What pages cost -----------------------------------------------------------------------------------------------


def queries(client: Client, path: str) -> int:
    client.get(path)  # sessions and settings are read anew once in a while
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len([one for one in seen.captured_queries if not one["sql"].startswith(("SAVEPOINT", "RELEASE"))])


@pytest.mark.parametrize(
    "page", ["organisations?size=50", "organisations?view=table&size=50", "members", "tokens", "queue?size=50", "join"]
)
def test_a_list_costs_the_same_whatever_its_rows(owner: Member, operator: Member, page: str) -> None:
    name, mark, rest = page.partition("?")
    client = signed_in(operator.account if name == "queue" else owner.account)
    path = at(name) + mark + rest

    def one_more() -> None:
        factories.an_organisation(state="pending" if name == "queue" else "verified")
        factories.a_member(Role.VIEWER, owner.organisation)
        owner.organisation.tokens.create(
            account=owner.account,
            name="erp",
            digest=factories.make_credit_code("990102", Organisation._base_manager.count()),
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )

    one_more()
    few = queries(client, path)
    for _ in range(29):
        one_more()
    many = queries(client, path)
    assert few == many <= 12


def test_pages_of_twenty_that_count_the_rest_cost_no_more_than_twelve(owner: Member, operator: Member) -> None:
    for _ in range(60):
        factories.an_organisation()
    for client in (Client(), signed_in(owner.account), signed_in(operator.account)):
        for path in (at("organisations"), at("organisations") + "?page=2&region=990000&kind=enterprise"):
            assert queries(client, path) <= 12, path


def test_a_profile_costs_the_same_whatever_hangs_on_it(owner: Member) -> None:
    client, path = signed_in(owner.account), at("organisation", owner.organisation_id)
    few = queries(client, path)
    by = factories.actor_of(owner)
    for number in range(20):
        organisations.add_certificate(organisation=owner.organisation, code=f"ISO {number}", by=by)
        YearFigures._base_manager.create(organisation=owner.organisation, year=2000 + number, headcount=number)
    assert few == queries(client, path) <= 20


# ---- Languages -----------------------------------------------------------------------------------------------------

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def words(page: str) -> str:
    """The words of a page, without scripts, tags and what is marked as another language."""
    body = re.sub(r"<(script|template)\b.*?</\1>", "", page[page.index("<main") : page.index("</main>")], flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", body))


OWNERS = (
    "organisations", "register", "members", "join", "account", "tokens", "new_token",
)  # fmt: skip


def test_pages_are_english_for_english_readers(operator: Member) -> None:
    organisation = factories.an_organisation(
        name="Hengce Equipment", region="", industry="367", introduction="Slewing bearings."
    )
    owner = factories.a_member(Role.OWNER, organisation, account=factories.an_account("Ada"))
    pending = factories.an_organisation(name="Waiting Works", state="pending", region="")
    operator.organisation.name = operator.organisation.short_name = "The Park"
    operator.organisation.save()
    own = [at(name) for name in OWNERS] + [
        at(name, organisation.pk) for name in ("organisation", "edit", "figures", "certificates", "invite")
    ]
    staff = [at("queue"), at("import"), at("organisation", pending.pk), at("return", pending.pk)]
    staff += [at("suspend", organisation.pk)]
    for account, paths in ((owner.account, own), (operator.account, staff)):
        client = signed_in(account)
        client.cookies["language"] = "en"
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            text = words(answer.content.decode()).replace(organisation.name, "")
            left = set(re.findall(r"[\u4e00-\u9fff]+", text)) - {"中文", "澜川", "测试"}
            assert not left, (path, left)


def test_pages_are_chinese_for_chinese_readers(owner: Member) -> None:
    client = signed_in(owner.account)
    for name in OWNERS:
        assert CHINESE.search(words(client.get(at(name)).content.decode())), name


# ---- Doing things --------------------------------------------------------------------------------------------------


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
    assert YearFigures._base_manager.get(organisation=owner.organisation).headcount == SECRET["headcount"]


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
    from rongtong.hub.foundation.outbox import send_due

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
    wrong = Client(headers={"authorization": f"Bearer {found[0][:-1]}a"}).get("/api/v1/organisations")
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
    from rongtong.hub.organisations import profile_sections

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
