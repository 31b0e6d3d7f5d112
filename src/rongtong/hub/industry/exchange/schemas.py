"""Interface schemas: JSON Schema draft 2020-12, examined before anybody's data meets them.

What is accepted here is small, refers to nothing outside itself, ends, and has no pattern that is known to take for
ever. What it costs on a given file is bounded a second time, by the process that checks the file. Knows no Django.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from .numbers import BadNumber, number_of, whole_of
from .patterns import flaw_of_pattern

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
MOST_BYTES: Final = 200_000
MOST_VALUES: Final = 5_000
DEEPEST: Final = 40
#: Of schemas that one value may have to be held against, all that refer to each other counted out.
MOST_AT_ONCE: Final = 2_000
MOST_FLAWS: Final = 50

_ONE: Final = (
    "additionalProperties", "unevaluatedProperties", "propertyNames", "items", "contains", "unevaluatedItems",
    "not", "if", "then", "else", "contentSchema",
)  # fmt: skip
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS: Final = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
#: Keywords whose schemas meet the same value as the schema they stand in.
_IN_PLACE: Final = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"})
_REFUSED: Final = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary")

Json = dict[str, Any]


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with a schema: where it stands as a JSON pointer, what it is, and what the words need."""

    pointer: str
    code: str
    detail: dict[str, str | int] = field(default_factory=dict)


class BadJson(Exception):
    """A text that is not JSON, or JSON that nobody can mean."""

    def __init__(self, code: str, **detail: str | int) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def examine(text: str) -> tuple[Json | None, list[Flaw]]:
    """Return the schema that a text holds and everything that is wrong with it; the schema only where nothing is."""
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        return None, [Flaw("", "too_large", {"most": MOST_BYTES // 1000})]
    try:
        schema = load(text)
    except BadJson as bad:
        return None, [Flaw("", bad.code, bad.detail)]
    if not isinstance(schema, dict) or not schema:
        return None, [Flaw("", "not_object")]
    flaws = _size_flaws(schema) or _keyword_flaws(schema)
    if not flaws:
        flaws = _metaschema_flaws(schema) or _reference_flaws(schema)
    return (None if flaws else schema), flaws[:MOST_FLAWS]


def load(text: str) -> Any:
    """Read JSON: no name twice in an object, no numbers that nobody can mean, exact decimals.

    Raises
    ------
    BadJson
        With the line and column where there is one.
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_once,
            parse_float=number_of,
            parse_int=whole_of,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise BadJson("json", line=error.lineno, column=error.colno) from error
    except BadNumber as error:
        raise BadJson("number", found=str(error)) from error
    except RecursionError as error:
        raise BadJson("too_deep", most=DEEPEST) from error


def _once(pairs: list[tuple[str, Any]]) -> Json:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise BadJson("twice", name=next(name for name in names if names.count(name) > 1)[:60])
    return made


def _no_constant(name: str) -> Any:
    raise BadJson("number", found=name)


def point(pointer: str, *steps: object) -> str:
    """Return a JSON pointer with steps added."""
    return pointer + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _size_flaws(schema: Json) -> list[Flaw]:
    """How much there is of it, and what a database cannot keep."""
    waiting: list[tuple[str, Any, int]] = [("", schema, 1)]
    seen = 0
    while waiting:
        pointer, value, depth = waiting.pop()
        seen += 1
        if seen > MOST_VALUES:
            return [Flaw("", "too_many", {"most": MOST_VALUES})]
        if depth > DEEPEST:
            return [Flaw(pointer[:200], "too_deep", {"most": DEEPEST})]
        if isinstance(value, str) and not _can_be_kept(value):
            return [Flaw(pointer, "letters")]
        if isinstance(value, dict):
            if not all(map(_can_be_kept, value)):
                return [Flaw(pointer, "letters")]
            waiting += [(point(pointer, name), each, depth + 1) for name, each in value.items()]
        elif isinstance(value, list):
            waiting += [(point(pointer, place), each, depth + 1) for place, each in enumerate(value)]
    return []


def _can_be_kept(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def inner(schema: Any, pointer: str = "") -> Iterator[tuple[str, str, Any]]:
    """Give (keyword, pointer, schema) of every schema directly inside one."""
    if not isinstance(schema, dict):
        return
    for keyword in _ONE:
        if keyword in schema:
            yield keyword, point(pointer, keyword), schema[keyword]
    for keyword in _LISTS:
        entries = schema.get(keyword)
        if isinstance(entries, list):
            yield from ((keyword, point(pointer, keyword, place), each) for place, each in enumerate(entries))
    for keyword in _MAPS:
        entries = schema.get(keyword)
        if isinstance(entries, dict):
            yield from ((keyword, point(pointer, keyword, name), each) for name, each in entries.items())


def every(schema: Any) -> Iterator[tuple[str, Any]]:
    """Give (pointer, schema) of a schema and of all inside it."""
    waiting: list[tuple[str, Any]] = [("", schema)]
    while waiting:
        pointer, found = waiting.pop()
        yield pointer, found
        waiting += [(where, each) for _, where, each in inner(found, pointer)]


def _keyword_flaws(schema: Json) -> list[Flaw]:
    """What is valid and yet not taken: other dialects, references to elsewhere, patterns that may never end."""
    flaws = []
    if str(schema.get("$schema", DIALECT)).rstrip("#") != DIALECT:
        flaws.append(Flaw("/$schema", "dialect", {"found": str(schema["$schema"])[:120]}))
    for pointer, each in every(schema):
        if not isinstance(each, dict):
            continue
        flaws += [Flaw(point(pointer, name), "unsupported", {"name": name}) for name in _REFUSED if name in each]
        if pointer and "$id" in each:
            flaws.append(Flaw(point(pointer, "$id"), "inner_id"))
        target = each.get("$ref")
        if isinstance(target, str) and not target.startswith("#"):
            flaws.append(Flaw(point(pointer, "$ref"), "remote", {"found": target[:120]}))
        flaws += _pattern_flaws(each, pointer)
    return flaws


def _pattern_flaws(schema: Json, pointer: str) -> Iterator[Flaw]:
    named = schema.get("patternProperties")
    patterns = [("pattern", schema.get("pattern"))]
    patterns += [("patternProperties", name) for name in named] if isinstance(named, dict) else []
    for keyword, pattern in patterns:
        why = flaw_of_pattern(pattern) if isinstance(pattern, str) else ""
        if why:
            steps = (keyword,) if keyword == "pattern" else (keyword, pattern)
            yield Flaw(point(pointer, *steps), f"pattern.{why}", {"found": str(pattern)[:80]})


def _metaschema_flaws(schema: Json) -> list[Flaw]:
    """What the dialect itself says is wrong."""
    from jsonschema import Draft202012Validator  # loading it takes a while, and most processes examine no schema
    from jsonschema.exceptions import best_match

    validator = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    flaws: dict[str, Flaw] = {}
    for error in validator.iter_errors(schema):
        best = best_match([error]) or error
        where = point("", *best.absolute_path)
        found = json.dumps(best.instance, ensure_ascii=False, default=str)[:60]
        flaws.setdefault(where, Flaw(where, "metaschema", {"found": found, "rule": str(best.validator)}))
        if len(flaws) >= MOST_FLAWS:
            break
    return list(flaws.values())


def _reference_flaws(schema: Json) -> list[Flaw]:
    """References that lead nowhere, go round in circles, or multiply."""
    known = dict(every(schema))
    anchors = {
        f"#{each['$anchor']}": pointer
        for pointer, each in known.items()
        if isinstance(each, dict) and "$anchor" in each
    }
    flaws, steps = [], {}
    for pointer, each in known.items():
        steps[pointer] = [where for keyword, where, _ in inner(each, pointer) if keyword in _IN_PLACE]
        if isinstance(each, dict) and "$ref" in each:
            target = target_of(each["$ref"], anchors)
            if target not in known:
                flaws.append(Flaw(point(pointer, "$ref"), "ref_missing", {"found": each["$ref"][:120]}))
            else:
                steps[pointer].append(target)
    return flaws or _loop_flaws(steps)


def target_of(reference: str, anchors: dict[str, str]) -> str:
    """Return the pointer that a local reference means."""
    from urllib.parse import unquote

    return anchors.get(reference, unquote(reference.removeprefix("#")))


def _loop_flaws(steps: dict[str, list[str]]) -> list[Flaw]:
    """Count how many schemas one value meets; a circle would be endless."""
    cost: dict[str, int] = {}
    open_: set[str] = set()
    for start in steps:
        waiting = [(start, False)]
        while waiting:
            pointer, counted = waiting.pop()
            if counted:
                open_.discard(pointer)
                cost[pointer] = 1 + sum(cost[one] for one in steps[pointer])
                if cost[pointer] > MOST_AT_ONCE:
                    return [Flaw(pointer, "ref_many", {"most": MOST_AT_ONCE})]
            elif pointer in open_:
                return [Flaw(pointer, "ref_loop")]
            elif pointer not in cost:
                open_.add(pointer)
                waiting.append((pointer, True))
                waiting += [(one, False) for one in steps[pointer] if one not in cost]
    return []


def plain(schema: Any) -> Any:
    """Return a schema as JSON can be stored: exact decimals as they are written."""
    return json.loads(json.dumps(schema, default=_as_float))


def _as_float(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not JSON: {value!r}")
