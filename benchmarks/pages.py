"""Pages under eight clients, with the sample cluster and, where it is present, the public industry-chain graph loaded.

Serves a hub of its own on a copied database, signs in as a large enterprise, and asks for the busiest pages.
Prints a table and writes ``benchmarks/out/pages.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rongtong.hub.config.servers import web_processes
from tests import database
from tests.e2e.house import House, served

GRAPH = Path(__file__).resolve().parent.parent.parent / "shared/data/industry-chain-graph"
OUT = Path(__file__).resolve().parent / "out"
CLIENTS, BAR_MS = 8, 200.0


@contextmanager
def hub() -> Iterator[House]:
    cluster = database.own_cluster()
    with cluster.in_use(), tempfile.TemporaryDirectory() as folder:
        template = database.build_template(cluster)
        with (
            database.database_copy(cluster, template, "bench") as name,
            served(cluster.url(name), Path(folder), processes=web_processes()) as house,
        ):
            yield house


def fill(house: House) -> list[str]:
    """Load what is there; gives the paths to ask for."""
    house.django("from rongtong.hub.web.sample import load\nload()")
    if GRAPH.is_dir():
        done = house.command("import", "chain-graph", str(GRAPH))
        print(done.stdout.strip() or done.stderr.strip()[-300:])
    wait = (
        "import time\n"
        "from rongtong.hub.matching.live import live_index\n"
        "from rongtong.hub.matching.models import Listing\n"
        "last = Listing._base_manager.order_by('-position').values_list('position', flat=True).first()\n"
        "begin = time.monotonic()\n"
        "while live_index().position < last and time.monotonic() - begin < 300: time.sleep(0.2)\n"
        "print(live_index().count(1))\n"
    )
    print(f"{house.django(wait).strip()} listings in the index")
    challenge = house.django(
        "from rongtong.hub.innovation.models import Challenge\n"
        "print(Challenge._base_manager.filter(state='open', organisation__short_name='澜川重工').first().pk)"
    ).strip()
    return [
        f"/challenges/{challenge}/matches/",
        f"/challenges/{challenge}/",
        "/challenges/",
        "/capabilities/",
        "/organisations/",
        "/desk/",
    ]


def sign_in(house: House) -> dict[str, str]:
    """A session of the large enterprise's manager."""
    key = house.django(
        "from django.contrib.sessions.backends.db import SessionStore\n"
        "from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY\n"
        "from rongtong.hub.organisations.models import Member\n"
        "m = Member._base_manager.select_related('account').filter("
        "organisation__short_name='澜川重工', role='manager').first()\n"
        "s = SessionStore()\n"
        "s[SESSION_KEY] = str(m.account.pk)\n"
        "s[BACKEND_SESSION_KEY] = 'allauth.account.auth_backends.AuthenticationBackend'\n"
        "s[HASH_SESSION_KEY] = m.account.get_session_auth_hash()\n"
        "s.create()\n"
        "print(s.session_key)"
    )
    return {"session": key.strip()}


async def ask(house: House, path: str, cookies: dict[str, str], seconds: float) -> list[float]:
    """Milliseconds of every answer that eight clients got to one path."""
    found: list[float] = []
    end = time.perf_counter() + seconds

    async def client() -> None:
        async with httpx.AsyncClient(base_url=house.url, cookies=cookies, timeout=30) as session:
            while time.perf_counter() < end:
                start = time.perf_counter()
                answer = await session.get(path)
                if answer.status_code != 200:
                    raise RuntimeError(f"{path}: status {answer.status_code}")
                found.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each page")
    seconds = parser.parse_args().seconds
    rows = []
    with hub() as house:
        paths, cookies = fill(house), sign_in(house)
        for path in paths:
            asyncio.run(ask(house, path, cookies, 2.0))
            times = sorted(asyncio.run(ask(house, path, cookies, seconds)))
            p95 = times[int(len(times) * 0.95)]
            name = re.sub(r"[0-9a-f-]{36}", "ID", path)
            print(f"{name:34} {len(times):6} answers  p50 {statistics.median(times):7.1f} ms  p95 {p95:7.1f} ms")
            rows.append(
                {
                    "name": f"page {name} p95, 8 clients",
                    "value": round(p95, 1),
                    "unit": "ms",
                    "bar": BAR_MS,
                    "baseline": None,
                }
            )
    OUT.mkdir(exist_ok=True)
    (OUT / "pages.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
