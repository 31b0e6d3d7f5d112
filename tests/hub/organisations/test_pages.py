"""Pages of the room: who gets which, in which language, at what cost, and what is never on them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.hub.organisations.domain import organisations
from rongtong.hub.organisations.enums import Role, VerificationState
from rongtong.hub.organisations.models import Account, Member, Organisation, YearFigures
from tests import factories

pytestmark = pytest.mark.django_db

#: The owner's figures, so odd that they stand on no page by chance, in every way they could be written.
MARKS = ("7919", "7,919", "123456789", "123,456,789", "1.23亿", "987654321", "987,654,321", "9.88亿", "123.46 million")


def at(name: str, *args: Any) -> str:
    return reverse(f"organisations:{name}", args=args)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


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
