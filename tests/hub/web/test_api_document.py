"""The OpenAPI document: complete, and never taking away what programs of others rely on."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from rongtong.hub.foundation.api.problems import STATUSES
from rongtong.hub.web.api_document import METHODS
from scripts.openapi import PLACE, document

Document = dict[str, Any]


@pytest.fixture(scope="module")
def now() -> Document:
    return document()


@pytest.fixture(scope="module")
def promised() -> Document:
    found: Document = json.loads(PLACE.read_text(encoding="utf-8"))
    return found


def operations(found: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in found["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def test_every_operation_is_named_filed_and_says_what_it_refuses(now: Document) -> None:
    named = Counter(operation["operationId"] for _where, operation in operations(now))
    assert len(named) > 80
    assert [name for name, times in named.items() if times > 1] == []
    for where, operation in operations(now):
        assert operation.get("tags"), where
        assert operation["operationId"].isidentifier(), where
        refusals = {status for status in map(int, operation["responses"]) if status >= 400}
        assert refusals >= set(STATUSES), where
        done = [answer for status, answer in operation["responses"].items() if int(status) < 300]
        assert done, where
        assert all("content" in answer or "204" in operation["responses"] for answer in done), where


def test_every_reference_leads_somewhere(now: Document) -> None:
    for reference in references(now):
        place: Any = now
        for part in reference.removeprefix("#/").split("/"):
            assert part in place, reference
            place = place[part]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_two_shapes_never_share_a_name(now: Document) -> None:
    """A second shape of the same name would silently replace the first one in the document."""
    from ninja import Schema

    shapes: dict[str, set[str]] = {}
    todo: list[type] = [Schema]
    while todo:
        one = todo.pop()
        todo += one.__subclasses__()
        if one.__module__.startswith("rongtong.hub.") and one.__name__ in now["components"]["schemas"]:
            shapes.setdefault(one.__name__, set()).add(one.__module__)
    assert {name: modules for name, modules in shapes.items() if len(modules) > 1} == {}


def test_what_comes_in_is_named_field_by_field(now: Document) -> None:
    for where, operation in operations(now):
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            if kind != "application/json":
                continue
            shape = resolved(now, body["schema"])
            assert shape.get("additionalProperties") is False, f"{where} takes fields that nobody named"


@pytest.mark.django_db
def test_the_document_is_served_to_everybody(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert set(answer.json()["paths"]) == set(document()["paths"])


# ---- what programs rely on


def resolved(found: Document, shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        schemas: dict[str, dict[str, Any]] = found["components"]["schemas"]
        return schemas[name]
    return shape


def breaks(before: Document, after: Document) -> list[str]:
    """What a program written for the document before could stumble over now."""
    found = []
    now = dict(operations(after))
    for where, operation in operations(before):
        if where not in now:
            found.append(f"{where} is gone")
            continue
        found += [f"{where}: {each}" for each in _asked(before, after, operation, now[where])]
        found += [f"{where}: {each}" for each in _answered(before, after, operation, now[where])]
    return found


def _asked(before: Document, after: Document, was: dict[str, Any], is_now: dict[str, Any]) -> Iterator[str]:
    if was["operationId"] != is_now["operationId"]:
        yield f"is no longer called {was['operationId']}"
    had = {(one["in"], one["name"]): one for one in was["parameters"]}
    has = {(one["in"], one["name"]): one for one in is_now["parameters"]}
    yield from (f"no longer takes {name}" for place, name in had if (place, name) not in has and place != "path")
    for key, one in has.items():
        if one.get("required") and not had.get(key, {}).get("required") and key[0] != "path":
            yield f"demands {key[1]}"
    for kind, body in was.get("requestBody", {}).get("content", {}).items():
        if kind not in is_now.get("requestBody", {}).get("content", {}):
            yield f"no longer takes {kind}"
            continue
        other = is_now["requestBody"]["content"][kind]
        yield from _fewer("input", before, after, body["schema"], other["schema"], frozenset())
    if "requestBody" in is_now and is_now["requestBody"].get("required") and "requestBody" not in was:
        yield "demands a body"


def _answered(before: Document, after: Document, was: dict[str, Any], is_now: dict[str, Any]) -> Iterator[str]:
    for status, answer in was["responses"].items():
        if status not in is_now["responses"]:
            yield f"no longer answers {status}"
            continue
        for kind, content in answer.get("content", {}).items():
            other = is_now["responses"][status].get("content", {}).get(kind)
            if other is None:
                yield f"{status} is no longer {kind}"
            else:
                yield from _fewer("output", before, after, content["schema"], other["schema"], frozenset())


def _fewer(
    way: str, before: Document, after: Document, was: dict[str, Any], is_now: dict[str, Any], seen: frozenset[str]
) -> Iterator[str]:
    """Fields that went away, changed their type, or (on the way in) are newly demanded."""
    name = was.get("$ref", "")
    if name and name in seen:
        return
    seen |= {name} if name else frozenset()
    was, is_now = resolved(before, was), resolved(after, is_now)
    if was.get("type") != is_now.get("type") and "anyOf" not in is_now:
        yield f"{way}: type {was.get('type')} became {is_now.get('type')}"
    had, has = was.get("properties", {}), is_now.get("properties", {})
    yield from (f"{way}: field {field} is gone" for field in had if field not in has)
    if way == "input":
        demanded = set(is_now.get("required", [])) - set(was.get("required", []))
        yield from (f"input: field {field} is demanded now" for field in sorted(demanded))
    gone = set(was.get("enum", [])) - set(is_now.get("enum", was.get("enum", [])))
    if way == "input" and gone:
        yield f"input: values {sorted(gone)} are no longer taken"
    for field in had:
        if field in has:
            inner = _fewer(way, before, after, had[field], has[field], seen)
            yield from (f"{field}: {each}" for each in inner)
    if "items" in was and "items" in is_now:
        yield from _fewer(way, before, after, was["items"], is_now["items"], seen)


def test_nothing_that_was_promised_is_taken_away(promised: Document, now: Document) -> None:
    assert breaks(promised, now) == [], "run scripts/openapi.py only if nobody can rely on it yet"


def test_what_is_new_is_written_down(promised: Document, now: Document) -> None:
    known = {where for where, _operation in operations(promised)}
    fresh = sorted(where for where, _operation in operations(now) if where not in known)
    assert fresh == [], "run scripts/openapi.py and commit docs/openapi.json"


def gone_path(found: Document) -> None:
    del found["paths"]["/api/v1/challenges"]


def gone_operation(found: Document) -> None:
    del found["paths"]["/api/v1/challenges/{pk}"]["patch"]


def gone_field(found: Document) -> None:
    del found["components"]["schemas"]["ChallengeOut"]["properties"]["title"]


def demanded_field(found: Document) -> None:
    found["components"]["schemas"]["Comment"].setdefault("required", []).append("because")


def other_type(found: Document) -> None:
    found["components"]["schemas"]["ChallengeOut"]["properties"]["title"] = {"type": "integer"}


def gone_filter(found: Document) -> None:
    found["paths"]["/api/v1/challenges"]["get"]["parameters"].pop()


def demanded_filter(found: Document) -> None:
    found["paths"]["/api/v1/challenges"]["get"]["parameters"][0]["required"] = True


def other_name(found: Document) -> None:
    found["paths"]["/api/v1/challenges"]["get"]["operationId"] = "all_of_them"


@pytest.mark.parametrize(
    "change",
    [gone_path, gone_operation, gone_field, demanded_field, other_type, gone_filter, demanded_filter, other_name],
)
def test_a_breaking_change_is_seen(promised: Document, change: Callable[[Document], None]) -> None:
    after = copy.deepcopy(promised)
    change(after)
    assert breaks(promised, after)


def test_an_addition_breaks_nothing(promised: Document) -> None:
    after = copy.deepcopy(promised)
    after["components"]["schemas"]["ChallengeOut"]["properties"]["colour"] = {"type": "string"}
    after["paths"]["/api/v1/colours"] = {"get": after["paths"]["/api/v1/challenges"]["get"]}
    assert breaks(promised, after) == []
