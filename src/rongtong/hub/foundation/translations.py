"""Words in two languages: collect them, check that the English is complete, compile them.

``python -m rongtong.hub.foundation.translations extract`` brings every room's ``locale/en/LC_MESSAGES/django.po`` up to
date with its sources; ``check`` fails while anything is missing, doubtful or left over; ``compile`` writes the ``.mo``
files. Message ids are the Chinese words that stand in the source. What is older than its source is compiled by itself
when Django starts (``catalogues.ensure_compiled``).
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from .catalogues import LOCALE, catalogue_path, rooms

KEYWORDS: dict[str, Any] = {
    "_": None,
    # gettext at once, where a module has ``_`` for the lazy one
    "_t": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
TEMPLATE_OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "extensions": "jinja2.ext.do", "silent": "false"}
PLACEHOLDER = re.compile(r"%\((\w+)\)|(?<!%)%(s|d)|\{(\w*)\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: Signs that have no place in English text.
FULL_WIDTH = re.compile(r"[\u3000-\u3002\uff00-\uff1a\uff1c-\uffef]")
HEAD = """\
# English. Message ids are the Chinese words of the sources; kept by rongtong.hub.foundation.translations.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def sources(room: Path) -> Iterator[tuple[Path, str]]:
    """Yield each source of a room with the way to read it."""
    for path in sorted(room.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, "python"
    for path in sorted((room / "templates").rglob("*")):
        if path.suffix in (".html", ".txt", ".xml") and path.is_file():
            yield path, "jinja2.ext:babel_extract"


def collect(room: Path) -> Catalog:
    """Return every message of a room's sources, with the files it stands in."""
    found = Catalog(locale=LOCALE)
    for path, method in sources(room):
        options = TEMPLATE_OPTIONS if method != "python" else None
        for _line, message, _comments, context in extract_from_file(
            method, str(path), keywords=KEYWORDS, options=options, strip_comment_tags=False
        ):
            # no line numbers: they would change the file with every edit above
            found.add(message, locations=[(path.relative_to(room).as_posix(), 0)], context=context)
    return found


def read(room: Path) -> Catalog:
    """Return a room's English; empty when there is none yet."""
    path = catalogue_path(room)
    if not path.exists():
        return Catalog(locale=LOCALE)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def merged(room: Path) -> Catalog:
    """Return the messages of the sources with the English that is known; what left the sources is dropped.

    What another room has put into English already is taken over: all catalogues are one at run time.
    """
    known, found = read(room), collect(room)
    others = [read(other) for other in rooms() if other != room]
    result = Catalog(locale=LOCALE, charset="utf-8")
    for message in sorted(_messages(found), key=_order):
        string = next(filter(any, (_english(one, message) for one in (known, *others))), None)
        result.add(message.id, string, locations=_files(message), context=message.context)
    return result


def _english(catalogue: Catalog, message: Message) -> Any:
    there = catalogue.get(message.id, message.context)
    if there is None or isinstance(there.id, tuple | list) != isinstance(message.id, tuple | list):
        return ""
    return there.string or ""


def _is_said(message: Message) -> bool:
    return any(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def disagreements() -> list[str]:
    """Return messages that two rooms put into different English; at run time only one of them would be read."""
    said: dict[tuple[str, str | None], dict[str, str]] = {}
    for room in rooms():
        for message in filter(_is_said, _messages(read(room))):
            said.setdefault((_text(message.id), message.context), {})[room.name] = repr(message.string)
    return [
        f"{', '.join(versions)}: two translations: {text}"
        for (text, _context), versions in said.items()
        if len(set(versions.values())) > 1
    ]


def extract(room: Path) -> bool:
    """Bring a room's catalogue up to date; tell whether the file changed."""
    path, catalogue = catalogue_path(room), merged(room)
    if not len(catalogue):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.exists() else b""
    with path.open("wb") as file:
        _write(file, catalogue)
    return path.read_bytes() != before


def _write(file: Any, catalogue: Catalog) -> None:
    # neither dates nor tool versions in the head: the file changes only when words do
    file.write(HEAD.encode())
    write_po(file, catalogue, width=110, omit_header=True, include_lineno=False)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _order(message: Message) -> tuple[str, str]:
    first = message.locations[0][0] if message.locations else ""
    return first, _text(message.id)


def _files(message: Message) -> list[tuple[str, int]]:
    return [(name, 0) for name in dict.fromkeys(name for name, _line in message.locations)]


def _text(value: Any) -> str:
    return str(value[0]) if isinstance(value, list | tuple) else str(value)


def faults(room: Path) -> list[str]:
    """Return one line for each message that is missing, doubtful, left over, or not English."""
    known, found = read(room), collect(room)
    lines = [f"missing: {_text(one.id)}" for one in _messages(found) if known.get(one.id, one.context) is None]
    for message in _messages(known):
        text = _text(message.id)
        if found.get(message.id, message.context) is None:
            lines.append(f"left over: {text}")
        elif message.fuzzy:
            lines.append(f"doubtful: {text}")
        else:
            lines += [f"{problem}: {text}" for problem in _problems(message)]
    lines += [f"left over: {_text(message.id)}" for message in known.obsolete.values()]
    return [f"{room.name}: {line}" for line in lines]


def _problems(message: Message) -> Iterator[str]:
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    wanted = _placeholders(_text(message.id))
    for string in strings:
        if not string:
            yield "empty"
        elif _placeholders(string) != wanted:
            yield "other placeholders"
        elif FULL_WIDTH.search(string) or (CHINESE.search(string) and not _may_keep_chinese(message)):
            yield "not English"


def _placeholders(text: str) -> set[str]:
    return {"".join(match) for match in PLACEHOLDER.findall(text)}


def _may_keep_chinese(message: Message) -> bool:
    """Tell whether the English may show Chinese signs: the seal, names of languages, examples of Chinese input."""
    return "zh" in (message.flags or ()) or _text(message.id) in {"证", "简体中文", "中文"}


def compile_room(room: Path) -> Path | None:
    """Write a room's ``.mo``; None when the room has no catalogue."""
    source = catalogue_path(room)
    if not source.exists():
        return None
    target = source.with_suffix(".mo")
    catalogue = read(room)
    # written beside and renamed: another process may be reading
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".tmp", delete=False) as file:
        write_mo(file, catalogue)
    os.chmod(file.name, 0o644)
    os.replace(file.name, target)
    return target


def _chosen(names: Iterable[str]) -> list[Path]:
    known = {room.name: room for room in rooms()}
    wanted = list(names) or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"no such room: {', '.join(unknown)}; one of {', '.join(known)}")
    return [known[name] for name in wanted]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m rongtong.hub.foundation.translations", description=__doc__)
    parser.add_argument("action", choices=("extract", "check", "compile"))
    parser.add_argument("rooms", nargs="*", help="only these rooms; all when none is named")
    given = parser.parse_args(arguments)
    chosen = _chosen(given.rooms)
    if given.action == "extract":
        for room in chosen:
            print(f"{room.name}: {'changed' if extract(room) else 'as it was'}, {len(faults(room))} to do")
        return 0
    if given.action == "compile":
        print(sum(compile_room(room) is not None for room in chosen), "compiled")
        return 0
    lines = [line for room in chosen for line in faults(room)] + disagreements()
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
