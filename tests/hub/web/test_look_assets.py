"""The files of others that we serve are the ones we chose, with their licences; everything a page names is there."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

ROOT = Path(__file__).resolve().parents[3]
STATIC = settings.HUB / "web/static"


@pytest.fixture
def vendoring():
    spec = importlib.util.spec_from_file_location("vendor_assets", ROOT / "scripts/vendor_assets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_vendored_file_is_as_locked(vendoring):
    assert vendoring.faults(vendoring.read_lock()) == []


def test_a_changed_a_missing_and_an_unknown_file_are_found(vendoring, tmp_path, monkeypatch):
    shutil.copytree(vendoring.VENDOR, tmp_path / "vendor")
    monkeypatch.setattr(vendoring, "VENDOR", tmp_path / "vendor")
    (tmp_path / "vendor/htmx/htmx.min.js").write_text("alert(1)")
    (tmp_path / "vendor/echarts/NOTICE").unlink()
    (tmp_path / "vendor/more.js").write_text("")
    found = vendoring.faults(vendoring.read_lock())
    assert sorted(found) == ["echarts/NOTICE: missing", "htmx/htmx.min.js: changed", "more.js: not in the lock"]


def test_another_version_in_the_script_is_found(vendoring, monkeypatch):
    version, files = vendoring.PACKAGES["htmx.org"]
    monkeypatch.setitem(vendoring.PACKAGES, "htmx.org", (f"{version}-other", files))
    assert vendoring.faults(vendoring.read_lock()) == [f"htmx.org: the lock has {version}, the script {version}-other"]


def test_every_package_comes_with_its_licence(vendoring):
    for name, entry in vendoring.read_lock().items():
        assert entry["license"] in {"MIT", "0BSD", "Apache-2.0"}, name
        assert any(Path(target).name.startswith("LICENSE") for target in entry["files"]), name


def test_no_style_or_script_of_ours_asks_another_host():
    for path in [*STATIC.glob("rongtong/*"), *settings.HUB.glob("*/templates/**/*.html")]:
        text = path.read_text("utf-8").replace("http://www.w3.org/", "")
        assert re.findall(r"(?:url\(|src=|href=|import |fetch\()[\"' ]*(?:https?:)?//[\w.]+", text) == [], path


def test_every_static_file_a_template_names_is_there():
    named = set()
    for path in settings.HUB.glob("*/templates/**/*.html"):
        named |= set(re.findall(r"static\('([^']+)'\)", path.read_text("utf-8")))
    assert len(named) > 8
    assert [name for name in sorted(named) if finders.find(name) is None] == []


def test_modules_import_what_is_there():
    for path in STATIC.glob("rongtong/*.js"):
        for name in re.findall(r"from \"\./([\w.-]+)\"", path.read_text("utf-8")):
            assert (path.parent / name).exists(), f"{path.name} imports {name}"
