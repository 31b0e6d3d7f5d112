"""The frame: home, desk, search, notices, kept searches, language, the audit trail."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.lists import ListPage
from rongtong.hub.foundation.models import AuditEntry, Notice, SavedSearch
from rongtong.hub.foundation.notices import notify
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.innovation.models import ChallengeInvitation
from rongtong.hub.organisations.models import Account
from rongtong.hub.web.domain.searches import save_search, tell_news
from rongtong.hub.web.saved import LISTS
from tests.factories import a_challenge, a_member, actor_of, an_organisation, operator_actor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path):
    from rongtong.hub.matching import live

    settings.INDEX_ROOT, settings.MATCHING_ENCODER = tmp_path, "none"
    live.forget()
    cache.clear()
    yield
    live.forget()


def client_of(actor) -> Client:
    client = Client()
    client.force_login(Account._base_manager.get(pk=actor.account_id))
    return client


@pytest.fixture
def me():
    return actor_of(a_member("owner"))


# Home


def test_home_shows_what_is_open_and_hides_what_is_not():
    shown = a_challenge(title="盾构主轴承淬火")
    draft = a_challenge(ChallengeState.DRAFT, title="尚未发布的难题")
    closed = a_challenge(title="预算不公开的难题", budget_level=1, anonymous=True)
    page = Client().get("/").content.decode()
    assert shown.title in page
    assert closed.title in page
    assert draft.title not in page
    assert str(closed.organisation) not in page
    assert "300万–450万元" in page
    assert page.count("300万–450万元") == 1


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "大企业发榜"), ("en", "Large enterprises publish")])
def test_home_speaks_both_languages(language, words):
    client = Client()
    client.cookies["language"] = language
    assert words in client.get("/").content.decode()


def test_home_costs_the_same_whatever_is_open():
    counts = []
    for more in (1, 12):
        for _ in range(more):
            a_challenge()
        Client().get("/")
        with CaptureQueriesContext(connection) as queries:
            Client().get("/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


# Search


def test_search_finds_what_one_may_see_by_word_and_initials(me):
    a_challenge(title="感应淬火变形控制")
    a_challenge(ChallengeState.DRAFT, title="感应淬火草稿")
    an_organisation(name="杭州感应创新有限公司")
    an_organisation(name="杭州感应未核验有限公司", verified=False)
    page = client_of(me).get(reverse("web:search"), {"q": "感应"}).content.decode()
    assert "感应淬火变形控制" in page
    assert "杭州感应创新" in page
    assert "草稿" not in page
    assert "未核验有限公司" not in page
    assert "杭州感应创新" in client_of(me).get(reverse("web:search"), {"q": "hzgycx"}).content.decode()


@pytest.mark.parametrize("q", ["", " ", "\x00", "%", "'; DROP TABLE x; --", "x" * 500, "𝒜\u202e", "没有这个词"])
def test_any_word_gets_an_answer(q):
    assert Client().get(reverse("web:search"), {"q": q}).status_code == 200


# Desk and notices


def test_the_desk_shows_what_waits(me):
    challenge = a_challenge(title="导轨淬火变形预测")
    ChallengeInvitation._base_manager.create(challenge=challenge, organisation_id=me.organisation_id)
    page = client_of(me).get(reverse("web:desk")).content.decode()
    assert "导轨淬火变形预测" in page


def test_the_desk_is_for_those_who_signed_in():
    assert Client().get(reverse("web:desk")).status_code == 302


@pytest.mark.parametrize("role", ["viewer", "contributor", "manager", "owner"])
def test_every_role_has_a_desk(role):
    assert client_of(actor_of(a_member(role))).get(reverse("web:desk")).status_code == 200
    assert client_of(operator_actor(role)).get(reverse("web:desk")).status_code == 200


@pytest.mark.parametrize("page", ["web:notices", "web:desk"])
def test_a_notice_is_read_by_opening_it_from_a_page(me, page):
    challenge, client = a_challenge(), client_of(me)
    notify("challenge.invited", to=[me.account_id], about=challenge, by=SYSTEM)
    row = Notice._base_manager.get()
    there, target = reverse("web:notice", args=[row.pk]), reverse("innovation:challenge", args=[challenge.pk])
    unread = client.get(reverse(page)).content.decode()
    assert challenge.title in unread
    assert f'method="post" action="{there}"' in unread
    assert client.post(there)["Location"] == target
    row.refresh_from_db()
    assert row.read_at is not None
    read = client.get(reverse(page)).content.decode()
    assert there not in read and f'href="{target}"' in read


def test_looking_changes_nothing(me):
    """A GET may come from a link that somebody sends, or from a browser that fetches ahead."""
    challenge, client = a_challenge(), client_of(me)
    notify("challenge.invited", to=[me.account_id], about=challenge, by=SYSTEM)
    row = Notice._base_manager.get()
    there = reverse("web:notice", args=[row.pk])
    for method in (client.get, client.head):
        assert method(there)["Location"] == reverse("innovation:challenge", args=[challenge.pk])
    assert client.put(there).status_code == 405
    strict = Client(enforce_csrf_checks=True, headers=client.headers)
    strict.cookies = client.cookies
    assert strict.post(there).status_code == 403
    row.refresh_from_db()
    assert row.read_at is None
    assert not AuditEntry._base_manager.filter(verb="notice.read").exists()


def test_a_notice_of_somebody_else_is_not_there(me):
    notify("challenge.invited", to=[actor_of(a_member()).account_id], about=a_challenge(), by=SYSTEM)
    there = reverse("web:notice", args=[Notice._base_manager.get().pk])
    assert client_of(me).get(there).status_code == client_of(me).post(there).status_code == 404
    client_of(me).post(reverse("web:notices"))
    assert Notice._base_manager.get().read_at is None


def test_all_at_once(me):
    for _ in range(3):
        notify("challenge.invited", to=[me.account_id], about=a_challenge(), by=SYSTEM)
    client_of(me).post(reverse("web:notices"))
    assert Notice._base_manager.filter(read_at=None).count() == 0


# Kept searches


def test_a_search_is_kept_and_forgotten(me):
    client = client_of(me)
    form = {
        "page": "challenges",
        "name": "淬火",
        "query": "q=淬火&page=3",
        "notify": "1",
        "next": "/challenges/?q=淬火",
    }
    assert client.post(reverse("web:save_search"), form).status_code == 302
    kept = SavedSearch._base_manager.get()
    assert (kept.query, kept.notify, kept.account_id) == ("q=%E6%B7%AC%E7%81%AB", True, me.account_id)
    assert "淬火" in client.get(reverse("web:searches")).content.decode()
    assert client_of(actor_of(a_member())).post(reverse("web:forget_search", args=[kept.pk])).status_code == 404
    client.post(reverse("web:forget_search", args=[kept.pk]))
    assert not SavedSearch._base_manager.exists()


def test_a_foreign_address_is_not_followed(me):
    form = {"page": "challenges", "name": "x", "query": "", "next": "https://evil.example/"}
    assert client_of(me).post(reverse("web:save_search"), form)["Location"] == reverse("web:searches")


def test_every_fault_of_a_search_at_once(me):
    with pytest.raises(Invalid) as refused:
        save_search(page="no list!", name=" ", query="", notify=False, by=me)
    assert [fault.field for fault in refused.value.faults] == ["name", "query"]


def test_every_list_that_offers_it_can_be_kept():
    """What is kept stands on the page of kept searches, with its title and its way back."""
    offering = {page.name for page in lists(ListPage) if page.saves and getattr(page, "name", "")}
    assert offering == set(LISTS)
    assert all(reverse(one.route) for one in LISTS.values())


def lists(page):
    for one in page.__subclasses__():
        if one.__module__.startswith("rongtong.hub."):
            yield one
            yield from lists(one)


def test_what_is_kept_again_is_a_new_version(me):
    first = save_search(page="challenges", name="淬火", query="q=淬火", notify=True, by=me)
    again = save_search(page="challenges", name="淬火", query="q=淬火", notify=False, by=me)
    assert (again.pk, first.version, again.version, again.notify) == (first.pk, 1, 2, False)


def test_news_is_told_once_and_only_of_what_one_may_see(me):
    save_search(page="challenges", name="淬火", query="q=淬火", notify=True, by=me)
    save_search(page="challenges", name="铣削", query="q=铣削", notify=True, by=me)
    a_challenge(ChallengeState.DRAFT, title="淬火草稿")
    assert tell_news() == 0
    a_challenge(title="齿轮淬火", published_at=timezone.now())
    assert (tell_news(), tell_news()) == (1, 0)
    assert [(one.event, one.account_id) for one in Notice._base_manager.all()] == [("search.news", me.account_id)]


# The house


def test_language_is_chosen_by_a_form_and_stays_here():
    client = Client()
    answer = client.post(reverse("web:language"), {"language": "en", "next": "https://evil.example/"})
    assert (answer["Location"], client.cookies["language"].value) == ("/", "en")
    assert client.post(reverse("web:language"), {"language": "xx", "next": "/search/"})["Location"] == "/search/"
    assert client.cookies["language"].value == "en"


@pytest.mark.parametrize("name", ["data", "privacy", "api", "robots"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_public_texts(name, language):
    client = Client()
    client.cookies["language"] = language
    assert client.get(reverse(f"web:{name}")).status_code == 200


def test_the_trail_is_the_operators(me):
    save_search(page="challenges", name="淬火", query="", notify=False, by=me)
    assert AuditEntry._base_manager.get().verb == "search.save"
    assert client_of(me).get(reverse("web:audit")).status_code == 404
    assert "保存搜索" in client_of(operator_actor()).get(reverse("web:audit")).content.decode()


def test_kept_mail_is_shown_on_a_developers_machine_only():
    assert Client().get(reverse("web:mail")).status_code == 404
