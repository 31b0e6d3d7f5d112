"""Pages of challenges: for every role, in both languages, with a fixed number of queries, without a hidden word."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import Challenge
from tests.factories import a_challenge, a_member, a_round, an_organisation
from tests.hub.innovation.factories_challenges import MARKERS, PUBLISHER, Cast, a_cast, marked, sign

pytestmark = pytest.mark.django_db

TABS = ("challenge", "challenge_questions", "challenge_files", "challenge_people", "challenge_activity")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def signed_in(cast: Cast, role: str, language: str = "zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.cookies["language"] = language
    if role not in ("visitor", "system"):
        client.force_login(cast.people[role].account)
    return client


def page(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"innovation:{name}", args=args), query)
    assert response.status_code == 200, (name, response.status_code, response.content[:300])
    return response.content.decode()


ROLES = (
    "visitor",
    "unverified",
    "rival.viewer",
    "own.contributor",
    "own.manager",
    "operator.viewer",
    "operator.contributor",
)


@pytest.mark.parametrize("state", list(ChallengeState))
def test_the_page_in_every_state_for_every_role(state: ChallengeState) -> None:
    cast = a_cast()
    challenge = a_challenge(state, cast.challenger)
    for role in ROLES:
        response = signed_in(cast, role).get(reverse("innovation:challenge", args=[challenge.pk]))
        expected = 200 if challenge.is_visible_to(cast.actor(role)) else 404
        assert response.status_code == expected, (role, response.status_code)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", TABS)
def test_every_tab_in_both_languages(name: str, language: str) -> None:
    cast = a_cast()
    challenge = a_challenge(organisation=cast.challenger)
    hidden = a_challenge(ChallengeState.DRAFT)
    for role in ("visitor", "rival.viewer", "own.contributor", "operator.viewer"):
        client = signed_in(cast, role, language)
        assert challenge.title in page(client, name, challenge.pk)
        assert client.get(reverse(f"innovation:{name}", args=[hidden.pk])).status_code == 404


def levels_of_readers(cast: Cast) -> dict[str, int]:
    return {"visitor": 0, "unverified": 0, "rival.viewer": 1, "signed": 2, "own.viewer": 3, "operator.viewer": 3}


def doors(client: Client, challenge: Challenge) -> dict[str, str]:
    """Everything a reader can ask for about a challenge on pages and in files."""
    found = {name: page(client, name, challenge.pk) for name in TABS}
    found["cards"] = page(client, "challenges", view="cards")
    found["table"] = page(client, "challenges", view="table")
    found["csv"] = client.get(reverse("innovation:challenges"), {"export": "csv"}).content.decode("utf-8-sig")
    found["round"] = page(client, "round", challenge.round_id)
    for word in (*MARKERS.values(), PUBLISHER):
        # the word itself comes back in the search box: what is asked is whether the row does
        found[f"search {word}"] = re.sub(re.escape(word), "", page(client, "challenges", q=word))
    return found


@pytest.mark.parametrize("level", [0, 1, 2])
def test_no_door_shows_a_word_above_the_readers_level(level: int) -> None:
    cast = a_cast(an_organisation(size="large", name=PUBLISHER))
    challenge = marked(a_challenge(organisation=cast.challenger, anonymous=True), level)
    cast.people["signed"] = a_member("viewer")
    sign(challenge, cast.people["signed"])

    for role, open_level in levels_of_readers(cast).items():
        everything = doors(signed_in(cast, role), challenge)
        for group, word in MARKERS.items():
            needed = 3 if group == "contact" else level
            shown = [name for name, text in everything.items() if word in text]
            assert bool(shown) == (open_level >= needed), (role, group, shown)
        named = [name for name, text in everything.items() if PUBLISHER in text]
        assert bool(named) == (open_level == 3), (role, named)


def test_search_finds_a_row_only_by_what_the_reader_may_read() -> None:
    cast = a_cast(an_organisation(size="large", name=PUBLISHER))
    challenge = marked(a_challenge(organisation=cast.challenger, anonymous=True), 0)
    Challenge._base_manager.filter(pk=challenge.pk).update(targets_level=1)
    row = f'data-row="{challenge.pk}"'

    def finds(role: str, q: str) -> bool:
        return row in page(signed_in(cast, role), "challenges", q=q)

    assert {role for role in ROLES if finds(role, MARKERS["targets"])} == {
        "rival.viewer", "own.contributor", "own.manager", "operator.viewer", "operator.contributor",
    }  # fmt: skip
    assert {role for role in ROLES if finds(role, PUBLISHER)} == {
        "own.contributor", "own.manager", "operator.viewer", "operator.contributor",
    }  # fmt: skip
    assert {role for role in ROLES if finds(role, challenge.title[:6])} == set(ROLES)
    assert finds("visitor", "zzcgd")  # 主轴承滚道 by initials


def test_a_hidden_budget_neither_filters_nor_orders() -> None:
    round = a_round(Stage.RESPOND)
    low = a_challenge(round=round, budget_min=10_000, budget_max=20_000)
    hidden = a_challenge(round=round, budget_min=5_000_000, budget_max=9_000_000, budget_level=1)
    high = a_challenge(round=round, budget_min=100_000, budget_max=200_000)
    cast = a_cast()

    def ids(role: str, **query: str) -> list[str]:
        return re.findall(r'data-row="([0-9a-f-]+)"', page(signed_in(cast, role), "challenges", **query))

    assert ids("visitor", sort="budget") == [str(high.pk), str(low.pk), str(hidden.pk)]
    assert ids("rival.viewer", sort="budget") == [str(hidden.pk), str(high.pk), str(low.pk)]
    assert ids("visitor", budget_min="100") == []
    assert ids("rival.viewer", budget_min="100") == [str(hidden.pk)]
    assert set(ids("visitor", budget_max="10")) == {str(low.pk), str(high.pk)}


def test_filters_with_me() -> None:
    cast = a_cast()
    fits = a_challenge(organisation=cast.challenger)
    large_only = a_challenge(organisation=cast.challenger, size_classes=["medium"])
    selecting = a_challenge(ChallengeState.SELECTING, cast.challenger)

    def ids(role: str, **query: str) -> set[str]:
        return set(re.findall(r'data-row="([0-9a-f-]+)"', page(signed_in(cast, role), "challenges", **query)))

    assert ids("rival.viewer") == {str(one.pk) for one in (fits, large_only, selecting)}
    assert ids("rival.viewer", lead="1") == {str(fits.pk)}
    assert ids("own.manager", lead="1") == set()
    client = signed_in(cast, "rival.viewer")
    client.post(reverse("innovation:challenge_watch", args=[selecting.pk]))
    assert ids("rival.viewer", watched="1") == {str(selecting.pk)}
    assert ids("rival.viewer", invited="1") == set()


@pytest.mark.parametrize("role", ["visitor", "rival.contributor", "own.manager", "operator.contributor"])
@pytest.mark.parametrize("name", ["challenges", "own_challenges", "screening", "rounds"])
def test_a_list_asks_as_often_for_thirty_rows_as_for_one(name: str, role: str) -> None:
    cast = a_cast()
    state = ChallengeState.SUBMITTED if name == "screening" else ChallengeState.OPEN
    allowed = {"own_challenges": {"own.manager"}, "screening": {"operator.contributor"}}.get(name)
    if allowed is not None and role not in allowed:
        return
    client = signed_in(cast, role)

    def asked(**query: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert "data-row=" in page(client, name, **query)
        return len(caught)

    first = a_challenge(state, cast.challenger)
    page(client, name)
    with_one = asked(size="50")
    for number in range(29):
        a_challenge(state, cast.challenger, round=first.round if number % 2 else None)

    assert asked(size="50") == with_one
    assert asked() <= 12  # of thirty rows the first page has twenty: their total takes one more


@pytest.mark.parametrize("name", ["challenges", "rounds", "own_challenges", "screening", "challenge_new", "round_new"])
def test_pages_in_english_hold_no_chinese_but_names(name: str) -> None:
    cast = a_cast(an_organisation(size="large", name="Lanchuan Heavy", name_en="Lanchuan Heavy"))
    a_round(Stage.COLLECT, title="Round", title_en="Round 2 of 2026")
    a_challenge(ChallengeState.DRAFT, cast.challenger, title="Case depth", targets=0)
    role = "operator.contributor" if name in ("screening", "round_new") else "own.manager"

    with translation.override("en"):
        text = page(signed_in(cast, role, "en"), name)

    body = re.sub(
        r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", text[text.index("<main") : text.index("</main>")], flags=re.S
    )
    left = {line.strip() for line in body.splitlines() if CHINESE.search(line)}
    assert not {line for line in left if not re.search("测试|澜川", line)}, left


@pytest.mark.parametrize(
    ("kind", "size", "publishes"),
    [("enterprise", "large", True), ("enterprise", None, False), ("institute", None, False)],
)
def test_needs_are_asked_for_from_those_who_publish(kind: str, size: str | None, publishes: bool) -> None:
    client = Client()
    client.force_login(a_member("owner", an_organisation(kind, size)).account)
    page = client.get(reverse("innovation:own_challenges")).content.decode()
    assert (reverse("innovation:challenge_new") in page) is publishes
    assert ("发榜的是大型企业" in page) is not publishes
