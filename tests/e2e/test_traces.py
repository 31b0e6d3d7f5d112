"""What a hub leaves behind, its logs and its mail, holds nothing that was asked, written or hidden."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator

import httpx

from tests.e2e import markers
from tests.e2e.asking import client_of
from tests.e2e.house import House

MARK = "MKTRACE7Q4Z"
WAITING = """
from rongtong.hub.foundation.models import Delivery, DeliveryState
from rongtong.hub.foundation.outbox import send_due
from django.utils import timezone
from tests.e2e.cast import tell
Delivery._base_manager.update(state=DeliveryState.WAITING, next_at=timezone.now())
sent = send_due(10_000)
tell([sent, Delivery._base_manager.filter(state=DeliveryState.SENT).count()])
"""


def test_logs_hold_nothing_that_was_asked_or_written(furnished_house: House) -> None:
    house = furnished_house
    told = json.loads(
        house.django(
            "from tests.e2e.cast import sessions, tell, token\ntell({**sessions('manager'), 'token': token('small')})"
        )
    )
    for role in ("visitor", "manager", "token"):
        with client_of(house.url, told[role]) as client:
            statuses = [answer.status_code for answer in everywhere(client)]
            assert max(statuses) < 500 and min(statuses) >= 200
    logs = {path.name: path.read_text(errors="replace") for path in house.home.glob("*.log")}
    assert len(logs["web.log"]) > 5000, "nothing was logged at all"
    assert '"path":"/search/"' in logs["web.log"]
    assert [name for name, text in logs.items() if MARK in text] == []


def everywhere(client: httpx.Client) -> Iterator[httpx.Response]:
    """The mark in a search, in forms that are right and wrong, in the API, in what is not there."""
    yield client.get("/search/", params={"q": MARK})
    yield client.get("/challenges/", params={"q": MARK, "budget_min": MARK, "cursor": MARK})
    yield client.get("/api/v1/challenges", params={"q": MARK, "cursor": MARK})
    yield client.get("/api/v1/challenges", params={"limit": MARK})
    page = client.get("/account/login/")
    token = page.text.partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
    for path, fields in FORMS.items():
        yield client.post(path, data={**fields, "csrfmiddlewaretoken": token}, headers={"Referer": str(page.url)})
        yield client.post(path, data=fields)  # without the token it is refused
    yield client.post("/api/v1/capabilities", json={"title": MARK, "text": MARK, "nothing": MARK})
    yield client.post("/api/v1/capabilities", json={"title": MARK, "text": MARK}, headers={"Idempotency-Key": MARK})
    yield client.post("/api/v1/capabilities", content=f'{{"{MARK}', headers={"Content-Type": "application/json"})
    yield client.get("/", headers={"Cookie": f"session={MARK}", "User-Agent": MARK, "Referer": f"http://x/{MARK}"})
    yield client.get("/api/v1/account", headers={"Authorization": f"Bearer rt_{MARK}"})
    yield client.get("/", headers={"Host": f"{MARK}.example"})


FORMS = {
    "/account/login/": {"login": f"{MARK}@example.com", "password": MARK},
    "/account/signup/": {"email": f"{MARK}@example.com", "password1": MARK, "password2": "x", "name": MARK},
    "/account/password/reset/": {"email": f"{MARK}@example.com"},
    "/challenges/new/": {"title": MARK, "problem": MARK},
    "/capabilities/new/": {"title": MARK, "text": MARK, "readiness": MARK},
    "/searches/save/": {"page": "challenges", "name": MARK, "query": f"q={MARK}"},
}


def test_mail_says_that_there_is_news_and_not_what(furnished_house: House) -> None:
    """Every notice of the sample's story is sent anew: neither subject nor body names a title or quotes a text."""
    handled, sent = json.loads(furnished_house.django(WAITING))
    assert handled >= sent > 300
    secrets = [one["markers"][0] for one in markers.configuration()["secrets"]]
    titles = [title for title in told_titles() if len(title) > 5]
    read = 0
    for path in (furnished_house.home / "mail").glob("*.log"):
        for text in path.read_text(encoding="utf-8").split("-" * 79 + "\n"):
            if not text.strip():
                continue
            message = email.message_from_string(text, policy=email.policy.default)
            body = message.get_body(("plain",))
            assert body is not None
            words = f"{message['Subject']}\n{body.get_content()}"
            assert [one for one in (*secrets, *titles) if one in words] == [], words
            assert "<img" not in words and "http" in words
            read += 1
    assert read >= sent


def told_titles() -> list[str]:
    from rongtong.hub.web.sample import read

    cluster = read()
    return [*(one.title for one in cluster.challenges.values()), *(one.title for one in cluster.capabilities)]
