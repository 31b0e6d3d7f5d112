"""Rules that hold for every room, checked on the source itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

import rongtong

SOURCE = Path(rongtong.__file__).parent


def modules(*names: str) -> Iterator[Path]:
    """The files of the hub whose name, or whose package's name, is one of ``names``."""
    for path in sorted((SOURCE / "hub").rglob("*.py")):
        if "migrations" not in path.parts and (path.stem in names or path.parent.name in names):
            yield path


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(SOURCE)}:{getattr(node, 'lineno', 0)}"


def attributes(path: Path, *names: str) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [place(path, node) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in names]


def test_doors_read_rows_only_as_somebody():
    """Pages, API and exports never read a table as nobody: rows come from ``visible_to`` or a query that uses it."""
    doors = [path for path in modules("views", "api", "exports") if "foundation" not in path.parts]
    assert [line for path in doors for line in attributes(path, "objects", "_base_manager")] == []


def test_tasks_name_no_manager_that_hides_rights():
    assert [line for path in modules("tasks") for line in attributes(path, "objects")] == []


def test_schemas_name_every_field():
    """No ``__all__``, no pass-through of a payload: what comes in and goes out is written down."""
    found = []
    for path in modules("api", "forms", "exports"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value == "__all__":
                found.append(place(path, node))
            if isinstance(node, ast.Call) and any(one.arg is None and _is_payload(one.value) for one in node.keywords):
                found.append(place(path, node))
    assert found == []


def _is_payload(value: ast.expr) -> bool:
    """``**payload`` or ``**payload.dict()`` of what came in as it is."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value
    return isinstance(value, ast.Name) and value.id in {"payload", "data", "body"}


def test_engines_know_no_hub():
    for path in sorted((SOURCE / "engines").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [one.name for one in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith(("django", "rongtong.hub"))], place(path, node)


def test_translated_strings_are_constant():
    """A formatted string would be another message each time, and never be translated."""
    found = []
    for path in sorted((SOURCE / "hub").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"_", "gettext", "ngettext"}
            ):
                found += [place(path, node) for one in node.args[:1] if isinstance(one, ast.JoinedStr | ast.BinOp)]
    assert found == []


@pytest.mark.parametrize("room", ["organisations", "trust", "matching", "innovation", "industry"])
def test_verbs_take_keywords_and_name_who_acts(room):
    from rongtong.hub.foundation.verbs import REGISTRY

    for name, verb in REGISTRY.items():
        function = verb.call.__wrapped__
        if f".{room}." not in function.__module__:
            continue
        names = function.__code__
        assert names.co_argcount == 0, f"{name} takes positional arguments"
        assert "by" in names.co_varnames[: names.co_kwonlyargcount], f"{name} does not say who acts"


@pytest.mark.django_db
def test_every_change_of_a_table_has_its_migration(capsys):
    call_command("makemigrations", check=True, dry_run=True, skip_checks=True)
    assert capsys.readouterr().out.strip() == "No changes detected"


IMPORT = re.compile(r'{%-? (?:import|from) "([^"]+)"[^%]*%}')
INSIDE = re.compile(r"{#.*?#}|{%-? macro .*?{%-? endmacro -?%}", re.S)


def test_parts_without_context_say_nothing_outside_their_macros():
    """They are made once for all pages: words outside a macro would stay in the first reader's language."""
    pages = sorted((SOURCE / "hub").rglob("templates/**/*.html"))
    named = [found for page in pages for found in IMPORT.finditer(page.read_text(encoding="utf-8"))]
    without = {found[1] for found in named if "with context" not in found[0]}
    assert "parts.html" in without
    texts = {
        name: path.read_text(encoding="utf-8") for name in without for path in SOURCE.glob(f"hub/*/templates/{name}")
    }
    assert [name for name, text in texts.items() if re.search(r"\b_\(|gettext\(", INSIDE.sub("", text))] == []
