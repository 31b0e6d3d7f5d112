"""The log of a served hub, watched from outside by the product's own commands."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from tests.e2e.asking import client_of
from tests.e2e.house import House


def test_a_monitor_reads_the_log_of_a_running_hub_and_verifies_evidence_of_it(
    furnished_house: House, tmp_path: Path
) -> None:
    house, memory = furnished_house, str(tmp_path / "seen")
    policy = tmp_path / "policy.txt"
    policy.write_bytes(httpx.get(f"{house.url}/log/policy.txt").content)
    key = policy.read_text(encoding="utf-8").split()[1]
    for _ in range(2):  # the second time it compares with what it remembers
        done = house.command("monitor", f"{house.url}/log/", "--log", key, "--memory", memory, "--json")
        told = json.loads(done.stdout)
        assert (done.returncode, told["good"], told["findings"]) == (0, True, []), done.stderr
        assert told["entries"] > 100

    lines = (
        "from tests.e2e.cast import actor_of, sessions, tell\n"
        "from rongtong.hub.trust.models import EvidenceEntry\n"
        "from rongtong.hub.trust.queries.evidence import entries_of\n"
        "from rongtong.hub.innovation.models import Challenge\n"
        "actor = actor_of('owner')\n"
        "own = Challenge.visible_to(actor).filter(organisation=actor.organisation_id, number__gt='')\n"
        "found = next(each for one in own for each in entries_of(one, actor) if each.may_open)\n"
        "tell([str(found.id), sessions('owner')['owner']])"
    )
    entry, owner = json.loads(house.django(lines))
    with client_of(house.url, owner) as client:
        answer = client.get(f"/evidence/{entry}/evidence.json")
    assert answer.status_code == 200
    evidence = tmp_path / "evidence.json"
    evidence.write_bytes(answer.content)
    done = house.command("verify", str(evidence), "--policy", str(policy), "--json")
    states = {one["name"]: one["state"] for one in json.loads(done.stdout)["checks"]}
    assert (done.returncode, states["document"], states["signature"]) == (0, "passed", "passed"), done.stdout
