#!/usr/bin/env python3
"""Bring the front-end files we serve into the repository, and prove that they are still the ones we chose.

``vendor_assets.py`` fetches the pinned packages with ``npm pack``, compares each tarball with the lock, and unpacks
only the files named below. ``vendor_assets.py --check`` needs no network: it compares every file with its hash.
To use another icon, add its name to ``ICON_NAMES`` and run the script.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "src/rongtong/hub/web/static/vendor"
LOCK = ROOT / "assets.lock.json"

ICON_NAMES = """
activity adjustments-horizontal affiliate alert-circle alert-triangle arrow-back-up arrow-down arrow-left arrow-right
arrow-up arrows-left-right arrows-sort award ban bell bell-off bell-plus bolt bookmark book box briefcase building
building-bank building-community building-factory-2 building-skyscraper bulb calendar calendar-due calendar-event
camera certificate chart-bar chart-dots check checklist checks chevron-down chevron-left chevron-right chevron-up
circle circle-check circle-dashed circle-x clipboard clipboard-check clipboard-list clock clock-pause cloud-check code
coin columns contract copy currency-yuan database device-desktop device-floppy device-mobile dots download edit
external-link eye eye-off file file-certificate file-check file-export file-import file-off file-spreadsheet file-text
file-type-pdf file-zip files filter fingerprint flag folder forms gavel git-compare hand-stop hash help
heart-handshake history home hourglass id id-badge-2 inbox info-circle key language layout-dashboard layout-list
license link list-check loader lock lock-open login logout mail mail-check mail-forward mail-opened mail-plus mail-x
map-pin menu-2 message message-2-question messages microscope minus moon news note packages paperclip password-user
pencil phone photo player-pause player-play plug plus point printer progress qrcode question-mark refresh
report-search restore rocket route rubber-stamp scale search select send settings shield shield-check shield-lock
shopping-cart sitemap sort-ascending sort-descending speakerphone square-check stack-2 star star-filled:filled stars
switch-horizontal table tag tags target target-arrow timeline tool topology-star-3 trash trending-up trophy
truck-delivery unlink upload user user-check user-circle user-cog user-minus user-plus user-search user-x users
users-group users-plus vocabulary wand webhook world writing-sign x zoom-check zoom-in
"""
ICONS = ICON_NAMES.split()


def _icon_files() -> dict[str, str]:
    files = {"LICENSE": "tabler-icons/LICENSE"}
    for name in ICONS:
        stem, _, style = name.partition(":")
        source = stem.removesuffix("-filled") if style == "filled" else stem
        files[f"icons/{style or 'outline'}/{source}.svg"] = f"tabler-icons/{stem}.svg"
    return files


#: package → (version, {file in the package: file below static/vendor})
PACKAGES: dict[str, tuple[str, dict[str, str]]] = {
    "@tabler/core": ("1.6.1", {"dist/css/tabler.min.css": "tabler/tabler.min.css"}),
    "@tabler/icons": ("3.51.0", _icon_files()),
    "htmx.org": ("2.0.11", {"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE"}),
    "echarts": (
        "6.1.0",
        {"dist/echarts.min.js": "echarts/echarts.min.js", "LICENSE": "echarts/LICENSE", "NOTICE": "echarts/NOTICE"},
    ),
}

#: Packages whose tarball carries no licence text: the text is kept by hand beside the files.
LICENCES_BY_HAND = {"@tabler/core": "tabler/LICENSE"}

# A source map that is not shipped makes the manifest storage of static files fail.
SOURCE_MAP = re.compile(rb"/\*# ?sourceMappingURL=[^*]*\*/|^//# ?sourceMappingURL=.*$", re.M)


def digest(algorithm: str, data: bytes) -> str:
    """Return the hash as browsers and npm write it: ``sha384-…``."""
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def read_lock() -> dict[str, Any]:
    """Return what the last fetch wrote down; empty before the first."""
    return json.loads(LOCK.read_text("utf-8")) if LOCK.exists() else {}


def _pack(name: str, version: str, into: str) -> Path:
    command = ["npm", "pack", f"{name}@{version}", "--json", "--pack-destination", into]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    packed = answer[0] if isinstance(answer, list) else next(iter(answer.values()))
    return Path(into) / Path(packed["filename"]).name


def _tidy(path: str, data: bytes) -> bytes:
    if path.endswith(".svg"):  # the comment in each drawing repeats tags and version
        return re.sub(rb"\s*\n\s*", b" ", re.sub(rb"<!--.*?-->", b"", data, flags=re.S)).strip() + b"\n"
    return SOURCE_MAP.sub(b"", data)


def _unpack(tarball: Path, files: dict[str, str]) -> tuple[str, dict[str, str]]:
    hashes: dict[str, str] = {}
    with tarfile.open(tarball) as archive:

        def member(path: str) -> bytes:
            stream = archive.extractfile(f"package/{path}")
            if stream is None:
                sys.exit(f"{tarball.name}: no file {path}")
            return stream.read()

        licence = json.loads(member("package.json")).get("license", "")
        for source, target in files.items():
            data = _tidy(source, member(source))
            path = VENDOR / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            hashes[target] = digest("sha384", data)
    return licence, hashes


def fetch() -> None:
    """Fetch every package, refuse one whose tarball changed, write the files and the lock."""
    before, lock = read_lock(), {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (version, files) in PACKAGES.items():
            tarball = _pack(name, version, folder)
            got, known = digest("sha512", tarball.read_bytes()), before.get(name, {})
            if known.get("version") == version and known["integrity"] != got:
                sys.exit(f"{name}@{version}: the tarball changed: {got} instead of {known['integrity']}")
            licence, hashes = _unpack(tarball, files)
            by_hand = LICENCES_BY_HAND.get(name)
            if by_hand:
                hashes[by_hand] = digest("sha384", (VENDOR / by_hand).read_bytes())
            lock[name] = {"version": version, "integrity": got, "license": licence, "files": hashes}
    LOCK.write_text(json.dumps(lock, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    _drop_unknown(lock)


def _drop_unknown(lock: dict[str, Any]) -> None:
    for path in unknown(lock):
        path.unlink()


def unknown(lock: dict[str, Any]) -> list[Path]:
    """Return files below static/vendor that the lock does not name."""
    named = {VENDOR / target for entry in lock.values() for target in entry["files"]}
    return sorted(path for path in VENDOR.rglob("*") if path.is_file() and path not in named)


def faults(lock: dict[str, Any]) -> list[str]:
    """Return one line for each file that is missing, changed or unknown, and for each version that differs."""
    found = [f"{path.relative_to(VENDOR)}: not in the lock" for path in unknown(lock)]
    for name, (version, files) in PACKAGES.items():
        entry = lock.get(name, {"version": None, "files": {}})
        if entry["version"] != version:
            found.append(f"{name}: the lock has {entry['version']}, the script {version}")
        found += [f"{target}: not in the lock" for target in files.values() if target not in entry["files"]]
        for target, expected in entry["files"].items():
            path = VENDOR / target
            if not path.exists():
                found.append(f"{target}: missing")
            elif digest("sha384", path.read_bytes()) != expected:
                found.append(f"{target}: changed")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare the files with the lock; no network")
    if not parser.parse_args().check:
        fetch()
    found = faults(read_lock())
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print(sum(len(entry["files"]) for entry in read_lock().values()), "files as locked")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
