"""One challenge under fifty clients for a minute: answering, withdrawing, then scoring; nothing is lost or doubled.

Serves a hub of its own on a copied database. Forty people of twenty enterprises start, save, hand in, withdraw and
reopen responses; ten reviewers try to score. After two thirds of the time the deadline comes: from then on the forty
are refused and the ten score. Then what the clients were told is compared with the audit trail and the rows.

Prints a table and writes ``benchmarks/out/round_under_load.json``.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
from figures import Row, figure, report

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rongtong.hub.config.servers import web_processes
from tests import database
from tests.e2e.house import House, served

ENTERPRISES, PEOPLE, REVIEWERS = 20, 2, 10
TOKEN = "a" * 32
REASON = "依据充分，数据完整，风险可控。"

STAGE = """
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from tests.factories import a_challenge, a_member, an_organisation
from tests.hub.innovation.factories_responses import a_reviewer

def session(account):
    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.create()
    return store.session_key

challenge = a_challenge(targets=4)
people = []
for _ in range({enterprises}):
    organisation = an_organisation()
    for role in ("manager", "owner")[:{people}]:
        people.append([str(organisation.pk), session(a_member(role, organisation).account)])
jury = []
for _ in range({reviewers}):
    member = a_member("contributor", an_organisation("institute"))
    jury.append([str(a_reviewer(challenge, member=member).pk), session(member.account)])
print(json.dumps({{
    "challenge": str(challenge.pk), "people": people, "jury": jury,
    "targets": [one.pk for one in challenge.targets.all()],
    "criteria": [one.pk for one in challenge.criteria.all()],
}}))
"""

CLOSE = """
import time
from datetime import UTC, datetime
from rongtong.hub.innovation.domain.publication import close_due
from rongtong.hub.innovation.models import Challenge
time.sleep(max(0, {at} - time.time()))
Challenge._base_manager.filter(pk="{challenge}").update(deadline=datetime.now(UTC))
print(len(close_due()))
"""

TRUTH = """
import json
from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.innovation.models import Response, ScoreSheet
rows = Response._base_manager.filter(challenge_id="{challenge}")
entries = AuditEntry._base_manager.filter(subject_id__in=rows.values("pk")).order_by("id")
sheets = ScoreSheet._base_manager.filter(reviewer__challenge_id="{challenge}").prefetch_related("scores")
print(json.dumps({{
    "responses": [[str(r.pk), str(r.organisation_id), r.state, r.version] for r in rows],
    "entries": [[str(e.subject_id), e.verb, e.before, e.after] for e in entries],
    "sheets": {{f"{{s.reviewer_id}} {{s.response_id}}": sorted({{c.points for c in s.scores.all()}}) for s in sheets}},
}}))
"""


@dataclass
class Ledger:
    """What the clients were told."""

    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    points: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Client:
    """One signed-in person at the API."""

    def __init__(self, house: House, session: str, ledger: Ledger) -> None:
        cookies = {"session": session, "csrf": TOKEN}
        headers = {"X-CSRFToken": TOKEN}
        self.http = httpx.AsyncClient(base_url=f"{house.url}/api/v1", cookies=cookies, headers=headers, timeout=30)
        self.ledger = ledger

    async def ask(self, method: str, path: str, body: Any = None, tag: str = "") -> httpx.Response:
        start = time.perf_counter()
        answer = await self.http.request(method, path, json=body, headers={"If-Match": tag} if tag else {})
        self.ledger.times.append((time.perf_counter() - start) * 1000)
        self.ledger.statuses[answer.status_code] += 1
        if answer.status_code >= 400:
            is_problem = answer.headers.get("Content-Type", "").startswith("application/problem+json")
            code = answer.json()["code"] if is_problem else ""
            self.ledger.refusals[code or f"without a name: {answer.status_code}"] += 1
        return answer


async def respond(client: Client, organisation: str, stage: dict[str, Any], going: Callable[[], bool]) -> None:
    """Start, save, hand in, withdraw, reopen, in any order that the moment allows."""
    chance, ledger = random.Random(organisation), client.ledger  # noqa: S311  a load needs no secrets
    while going():
        found = (await client.ask("GET", f"/responses?own=true&challenge_id={stage['challenge']}")).json()["items"]
        live = [one for one in found if one["state"] != "withdrawn"]
        if not live:
            gone = found and chance.random() < 0.5
            path = f"/responses/{found[-1]['id']}/reopen" if gone else "/responses"
            body = None if gone else {"challenge_id": stage["challenge"]}
            answer = await client.ask("POST", path, body)
            verb = "response.reopen" if gone else "response.start"
        elif live[0]["state"] == "draft" and chance.random() < 0.5:
            answer = await client.ask(
                "PUT", f"/responses/{live[0]['id']}", draft(stage, chance), f'"{live[0]["version"]}"'
            )
            verb = "response.save"
        else:
            verb = "response.submit" if live[0]["state"] == "draft" else "response.withdraw"
            answer = await client.ask("POST", f"/responses/{live[0]['id']}/{verb.rpartition('.')[2]}")
        if answer.is_success:
            ledger.done[answer.json()["id"], verb] += 1


def draft(stage: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    return {
        "summary": "双感应器对接淬火",
        "team": "三人，十年经验",
        "record": "两项专利",
        "plan": f"先试件后整环，第{chance.randrange(10**9)}稿",
        "months": 12,
        "cost": "300000.00",
        "commitments": [{"target_id": one, "value": "0.1"} for one in stage["targets"]],
        "milestones": [{"title": "验证", "month": 12, "cost": "300000.00"}],
    }


async def score(client: Client, reviewer: str, stage: dict[str, Any], going: Callable[[], bool]) -> None:
    """Declare, then score one response after the other, again and again."""
    chance = random.Random(reviewer)  # noqa: S311  a load needs no secrets
    tags: dict[str, str] = {}
    declared = False
    while going():
        if not declared:
            answer = await client.ask("POST", f"/reviews/{reviewer}/declare", {"conflict": False})
            declared = answer.is_success
            continue
        found = (await client.ask("GET", f"/responses?state=submitted&challenge_id={stage['challenge']}")).json()[
            "items"
        ]
        for one in found:
            points = chance.randrange(101)
            body = {"points": [{"criterion_id": c, "points": points, "reason": REASON} for c in stage["criteria"]]}
            key = f"{reviewer} {one['id']}"
            answer = await client.ask("PUT", f"/reviews/{reviewer}/sheets/{one['id']}", body, tags.get(key, ""))
            if answer.is_success:
                tags[key], client.ledger.points[key] = answer.headers["ETag"], points
            if not going():
                break
        await asyncio.sleep(0)


async def play(house: House, stage: dict[str, Any], ledger: Ledger, seconds: float) -> None:
    """Everybody at once; the deadline comes after two thirds of the time."""
    end = time.perf_counter() + seconds
    clients = [Client(house, session, ledger) for _key, session in (*stage["people"], *stage["jury"])]
    jobs: list[Awaitable[None]] = []
    for client, (key, _session) in zip(clients, (*stage["people"], *stage["jury"]), strict=True):
        act = respond if len(jobs) < len(stage["people"]) else score
        jobs.append(act(client, key, stage, lambda: time.perf_counter() < end))

    async def close() -> None:
        code = CLOSE.format(challenge=stage["challenge"], at=time.time() + seconds * 2 / 3)
        await asyncio.to_thread(house.django, code)

    await asyncio.gather(close(), *jobs)
    for client in clients:
        await client.http.aclose()


def compare(ledger: Ledger, truth: dict[str, Any]) -> None:
    """What the clients were told against the trail and the rows; every difference is a fault."""
    trail: Counter[tuple[str, str]] = Counter()
    steps: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, verb, before, after in truth["entries"]:
        trail[key, verb] += 1
        steps[key].append((before if verb != "response.start" else "", after))
    for key in trail.keys() | ledger.done.keys():
        if trail[key] != ledger.done[key]:
            ledger.faults.append(f"{key}: told {ledger.done[key]} times, recorded {trail[key]} times")
    live: Counter[str] = Counter()
    for key, organisation, state, _version in truth["responses"]:
        live[organisation] += state != "withdrawn"
        chain = steps[key]
        if any(first[1] != second[0] for first, second in pairwise(chain)):
            ledger.faults.append(f"{key}: its states do not follow from each other")
        if not chain or chain[-1][1] != state:
            ledger.faults.append(f"{key}: is {state}, its trail ends otherwise")
    ledger.faults += [f"{key}: {count} live responses" for key, count in live.items() if count > 1]
    for key, points in ledger.points.items():
        if truth["sheets"].get(key) != [points]:
            ledger.faults.append(f"{key}: last told {points}, kept {truth['sheets'].get(key)}")


def figures_of(ledger: Ledger, seconds: float) -> Iterator[Row]:
    times = sorted(ledger.times)
    broken = sum(count for status, count in ledger.statuses.items() if status >= 500)
    unnamed = sum(count for code, count in ledger.refusals.items() if code.startswith("without"))
    for name, value, unit, bar in (
        ("lost or doubled responses and scores", len(ledger.faults), "", 0),
        ("answers of 5xx", broken, "", 0),
        ("refusals without a name", unnamed, "", 0),
        ("changes that were done", sum(ledger.done.values()) + len(ledger.points), "", None),
        ("refusals by name", sum(ledger.refusals.values()) - unnamed, "", None),
        ("answers per second", round(len(times) / seconds, 1), "1/s", None),
        ("answer p50", round(statistics.median(times), 1), "ms", None),
        ("answer p95", round(times[int(len(times) * 0.95)], 1), "ms", None),
    ):
        yield figure(f"round under {ENTERPRISES * PEOPLE + REVIEWERS} clients: {name}", value, unit, bar)


def rows(seconds: float) -> Iterator[Row]:
    """Let everybody play for so long; what was refused and what is wrong goes to the error stream."""
    ledger = Ledger()
    cluster = database.own_cluster()
    with cluster.in_use(), tempfile.TemporaryDirectory() as folder:
        template = database.build_template(cluster)
        with (
            database.database_copy(cluster, template, "load") as name,
            served(cluster.url(name), Path(folder), indexer=False, processes=web_processes()) as house,
        ):
            sizes = {"enterprises": ENTERPRISES, "people": PEOPLE, "reviewers": REVIEWERS}
            stage = json.loads(house.django(STAGE.format(**sizes)).splitlines()[-1])
            asyncio.run(play(house, stage, ledger, seconds))
            if any(status >= 500 for status in ledger.statuses):
                print((house.home / "web.log").read_text(errors="replace")[-6000:], file=sys.stderr)
            compare(ledger, json.loads(house.django(TRUTH.format(challenge=stage["challenge"])).splitlines()[-1]))
    yield from figures_of(ledger, seconds)
    for code, count in ledger.refusals.most_common():
        print(f"  {count:6} × {code}", file=sys.stderr)
    for fault in ledger.faults[:20]:
        print(f"  FAULT {fault}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(
        report("round_under_load", __doc__, "15 seconds", lambda quick: rows(15 if quick else 60), strict=True)
    )
