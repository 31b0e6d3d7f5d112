"""Nothing leaks: the sweep asks the served sample cluster as every role, in one world and in two.

``make test-full`` asks four times as many addresses, and as every role.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.urls import Resolver404, resolve

from tests.database import ROOT
from tests.e2e import markers
from tests.e2e.copies import sample_copy
from tests.e2e.extent import FULL
from tests.e2e.house import House

TOOL = ROOT.parent / "shared" / "tools" / "attack.py"
pytestmark = [
    pytest.mark.skipif(not TOOL.is_file(), reason=f"the sweep's tool is not on this machine: {TOOL}"),
]
MOST_ADDRESSES = 1200 if FULL else 310
TELL = "from tests.e2e.cast import sessions, tell, token\n"
#: Those who may know least, and one insider; the full sweep asks as everybody.
ROLES = ("viewer", "contributor", "manager", "owner", "rival", "operator") if FULL else ("viewer", "rival")
#: Looked at in test_every_route.py: papers cost seconds each; the pages of one's own account list nothing, and would be
#: asked for five ways each.
ELSEWHERE = [r"\.pdf$"] if FULL else [r"\.pdf$", "^/account/"]


@dataclass(frozen=True)
class Swept:
    """What the tool says of a hub."""

    code: int
    told: str
    findings: list[dict[str, str]]
    addresses: dict[str, dict[str, int]]

    @property
    def errors(self) -> list[str]:
        return [line for line in self.told.splitlines() if line.startswith("ERROR")]

    def found(self) -> set[tuple[str, str]]:
        return {(one["question"], one["path"]) for one in self.findings}


def sweep(
    house: House, folder: Path, roles: dict[str, Any], conf: dict[str, Any], *words: str, most: int = MOST_ADDRESSES
) -> Swept:
    """Run the tool against a served hub."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in (("roles", roles), ("markers", conf)):
        (folder / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    out = folder / "report"
    done = subprocess.run(
        [
            *(sys.executable, str(TOOL), "--base", house.url, "--out", str(out)),
            *("--roles", str(folder / "roles.json"), "--markers", str(folder / "markers.json")),
            *(f"--max-urls={most}", f"--max-requests={most * 60}", "--max-seconds=900", "--timeout=60"),
            *words,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    return Swept(done.returncode, done.stdout, told["findings"], told["addresses"])


def of_these(conf: dict[str, Any], roles: dict[str, Any]) -> dict[str, Any]:
    """The markers for the roles that ask."""
    told = [{**one, "may_see": [role for role in one["may_see"] if role in roles]} for one in conf["secrets"]]
    return {**conf, "secrets": told, "same_for": [role for role in conf["same_for"] if role in roles]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sweep")


def asked(house: House, *roles: str) -> dict[str, Any]:
    """The roles file."""
    told: dict[str, Any] = json.loads(house.django(f"{TELL}tell({{**sessions(*{roles!r}), 'token': token()}})"))
    return told


def addresses(house: House) -> dict[str, list[str]]:
    told: dict[str, list[str]] = json.loads(
        house.django(
            "from tests.e2e.addresses import addresses\n"
            "from tests.e2e.api_addresses import api_addresses\n"
            "from tests.e2e.cast import tell\n"
            "tell({**addresses(2), **api_addresses(2)})"
        )
    )
    return told


def test_no_role_learns_what_it_may_not_know(furnished_house: House, folder: Path) -> None:
    known = addresses(furnished_house)
    roles = asked(furnished_house, *ROLES)
    seeds = [path for paths in known.values() for path in (paths if FULL else paths[-1:])]
    conf = of_these(markers.configuration(seeds), roles)
    conf["skip"] += ELSEWHERE
    swept = sweep(furnished_house, folder / "roles", roles, conf, "--openapi", "/api/v1/openapi.json")
    assert swept.findings == [], swept.told[-4000:]
    assert swept.errors == []
    assert swept.code == 0, swept.told[-500:]
    reached = {name for path in swept.addresses if (name := route(path))}
    asked_for = {name for name, paths in known.items() if paths and not skipped(paths[0])}
    assert len(asked_for - reached) <= 0.05 * len(asked_for), sorted(asked_for - reached)


def skipped(path: str) -> bool:
    return any(re.search(pattern, path) for pattern in ELSEWHERE)


def route(path: str) -> str:
    try:
        return resolve(path.partition("?")[0]).view_name
    except Resolver404:
        return ""


def test_two_worlds_look_the_same_to_who_may_not_know(folder: Path, worker_id: str) -> None:
    """The same cluster with and without what a rival may not know: a visitor and the rival see no difference."""
    conf = {**markers.configuration(probes=False), "secrets": []}
    conf["skip"] += ELSEWHERE
    answers = folder / "world.json"
    most = 700 if FULL else 70
    with sample_copy(folder / "with", f"with{worker_id}") as house:
        roles = only(house)
        first = sweep(house, folder / "first", roles, conf, "--save", str(answers), most=most)
        assert first.code == 0, first.told[-4000:]
    with sample_copy(folder / "without", f"without{worker_id}", secrets=False) as house:
        second = sweep(house, folder / "second", only(house), conf, "--compare", str(answers), most=most)
    compared = set(first.addresses) & set(second.addresses)
    assert len(compared) > 0.8 * len(first.addresses) > 60, (len(compared), len(first.addresses))
    assert second.findings == [], second.told[-4000:]
    assert second.code == 0


def only(house: House) -> dict[str, Any]:
    roles: dict[str, Any] = json.loads(house.django(f"{TELL}tell(sessions('rival'))"))
    return roles


def test_leaks_that_were_planted_turn_it_red(furnished_house: House, folder: Path, worker_id: str) -> None:
    """A search, an export and a count that forget who asks are each found; a sound hub passes the same look."""
    sound = sweep(furnished_house, folder / "sound", only(furnished_house), narrow(), most=40)
    assert sound.findings == []
    with sample_copy(folder / "planted", f"planted{worker_id}", settings="tests.e2e.planted") as house:
        red = sweep(house, folder / "red", only(house), narrow(), most=40)
    assert red.code == 1
    assert red.found() >= {("oracle", "/search/"), ("marker", "/challenges/"), ("count", "/challenges/")}


def narrow() -> dict[str, Any]:
    """Only what the planted faults are about, and what the look needs to see them."""
    conf = of_these(markers.configuration(["/challenges/", "/search/?q=x"]), {"visitor": 0, "rival": 0})
    told = [one for one in conf["secrets"] if "draft's title" in one["what"] or "L2 tried" in one["what"]]
    return {**conf, "secrets": told, "skip": ["^/(?!$|search/$|challenges/$)"]}
