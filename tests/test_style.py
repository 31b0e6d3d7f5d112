"""Files and functions that can be read at one sitting."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
SOURCES = [
    path
    for folder in ("src", "tests", "scripts", "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = [
        f"{node.name}: {(node.end_lineno or 0) - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []
    assert len(text.splitlines()) <= LONGEST_FILE


def test_nothing_is_left_for_later_and_no_host_of_a_registry_is_named() -> None:
    words = ["TO" + "DO", "FIX" + "ME", "pypi" + ".org", "files." + "pythonhosted", "registry." + "npmjs"]
    command = ["git", "grep", "-l", "-I", *[part for word in words for part in ("-e", word)], "--", "src", "tests"]
    command += ["scripts", "docs", "*.toml", "*.lock", "Makefile", "README*"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout.split() == []
