"""Static files as they are served: names with hashes, and scripts that still find each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from pytest_django import Settings

IMPORTS = re.compile(r"""\b(?:from|import)\s*["'](\.[^"']+)["']""")
HASHED = re.compile(r"\.[0-9a-f]{12}\.")


@pytest.fixture
def collected(settings: Settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "rongtong.hub.config.staticfiles.StaticFiles"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_scripts_find_the_scripts_they_import(collected: Path) -> None:
    own = sorted((collected / "rongtong").rglob("*.js"))
    imports = [(path, found) for path in own for found in IMPORTS.findall(path.read_text(encoding="utf-8"))]
    assert imports
    assert [f"{path.name} → {found}" for path, found in imports if not (path.parent / found).is_file()] == []
    assert {bool(HASHED.search(found)) for _, found in imports} == {True}


def test_large_texts_are_compressed_and_names_carry_hashes(collected: Path) -> None:
    assert HASHED.search(storages["staticfiles"].url("rongtong/rongtong.css"))
    (style,) = (collected / "vendor/tabler").glob("tabler.min.*.css")
    assert style.with_name(f"{style.name}.gz").stat().st_size < style.stat().st_size / 4
    assert not list(collected.rglob("*.br"))
