"""Schemas and files: what is refused and why, what is wrong and where, and that nothing hangs a worker."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.hub.foundation import confined
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.industry.exchange import checking, files
from rongtong.hub.industry.exchange.patterns import flaw_of_pattern
from rongtong.hub.industry.exchange.schemas import examine, plain

from .factories_standard import SCHEMA


def flaws(schema: Any) -> list[tuple[str, str]]:
    text = schema if isinstance(schema, str) else json.dumps(schema)
    found, told = examine(text)
    assert (found is None) == bool(told)
    return [(one.pointer, one.code) for one in told]


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (SCHEMA, []),
        ({"properties": {"$ref": {"type": "string"}, "pattern": {"type": "string"}}}, []),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema#", "$id": "urn:x", "type": "object"}, []),
        ({"$defs": {"a": {"$anchor": "here", "type": "string"}}, "items": {"$ref": "#here"}}, []),
        ({"$defs": {"t": {"properties": {"next": {"$ref": "#/$defs/t"}}}}, "$ref": "#/$defs/t"}, []),
        ("{", [("", "json")]),
        ("[]", [("", "not_object")]),
        ('{"type": "object", "type": "array"}', [("", "twice")]),
        ('{"maximum": 1e400}', [("", "number")]),
        ('{"maximum": ' + "9" * 5000 + "}", [("", "number")]),
        ('{"const": "\\u0000"}', [("/const", "letters")]),
        ('{"const": "\\ud800"}', [("/const", "letters")]),
        ("[" * 100_000, [("", "too_deep")]),
        ({"enum": list(range(6000))}, [("", "too_many")]),
        ({"description": "x" * 200_001}, [("", "too_large")]),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}, [("/$schema", "dialect")]),
        ({"type": "text"}, [("/type", "metaschema")]),
        ({"items": {"$ref": "https://example.com/s.json"}}, [("/items/$ref", "remote")]),
        ({"items": {"$ref": "other.json#/a"}}, [("/items/$ref", "remote")]),
        ({"items": {"$ref": "#/$defs/none"}}, [("/items/$ref", "ref_missing")]),
        ({"items": {"$id": "urn:y"}}, [("/items/$id", "inner_id")]),
        ({"items": {"$dynamicRef": "#x"}}, [("/items/$dynamicRef", "unsupported")]),
        ({"$ref": "#"}, [("", "ref_loop")]),
        ({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"not": {"$ref": "#"}}}}, [("", "ref_loop")]),
        ({"properties": {"a": {"pattern": "(a+)+$"}}}, [("/properties/a/pattern", "pattern.nested")]),
        ({"patternProperties": {"(?=a)": {}}}, [("/patternProperties/(?=a)", "pattern.look")]),
    ],
    ids=lambda value: None if isinstance(value, list) else "case",
)
def test_schemas_are_examined(schema: Any, told: list[tuple[str, str]]) -> None:
    assert flaws(schema) == told


def test_references_that_multiply_are_refused() -> None:
    doubled = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)}
    assert [code for _, code in flaws({"$defs": doubled | {"d30": {}}, "$ref": "#/$defs/d0"})] == ["ref_many"]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("^[A-Z]{2}[0-9]{6}$", ""),
        ("^([0-9]{2}-?){2,6}[])x]+$", ""),
        ("^(a|b){1,3}c*$", ""),
        ("(a*)*", "nested"),
        ("(a|aa)+", "nested"),
        ("(a?){30}a{30}", "nested"),
        ("a?" * 30 + "a{30}", "many"),
        (".*.*.*.*.*.*.*x", "many"),
        (r"(a)\1", "look"),
        ("(?i)a", "look"),
        ("(", "invalid"),
        ("a" * 201, "long"),
    ],
    ids=lambda value: str(value)[:12] or "taken",
)
def test_patterns_that_may_never_end_are_refused(pattern: str, why: str) -> None:
    assert flaw_of_pattern(pattern) == why


@settings(max_examples=60)
@given(st.text(alphabet="ab[]()^|?*+{}2,\\d", max_size=24))
def test_whatever_a_pattern_is_it_is_judged(pattern: str) -> None:
    assert flaw_of_pattern(pattern) in ("", "invalid", "look", "nested", "many")


def told(content: bytes, name: str, tmp_path: Any, schema: Any = SCHEMA) -> list[tuple[int | None, str, str]]:
    path = tmp_path / "came"
    path.write_bytes(content)
    found = checking.check(str(path), name, json.dumps(schema))
    return [(one["row"], one["column"], one["keyword"]) for one in found["faults"]]


def test_json_is_told_by_row_and_pointer(tmp_path) -> None:
    data = [{"code": "H000001", "hardness": 58}, {"code": "x", "hardness": 70}, {"hardness": "58", "z": 1}]
    assert told(json.dumps(data).encode(), "a.json", tmp_path) == [
        (2, "code", "pattern"),
        (2, "hardness", "maximum"),
        (3, "", "additionalProperties"),
        (3, "", "required"),
        (3, "hardness", "type"),
    ]


def test_a_table_is_read_by_title_and_type(tmp_path) -> None:
    table = "炉号*,硬度,日期\nH000001,58.5,2026-11-24\nH1,abc,2026-1-2\n,60,\n".encode("gb18030")
    assert told(table, "a.csv", tmp_path) == [
        (3, "炉号*", "pattern"),
        (3, "硬度", "type"),
        (3, "日期", "format"),
        (4, "炉号*", "required"),
    ]


def test_what_a_whole_column_lacks_is_told_once(tmp_path) -> None:
    assert told("炉号,产地\nH000001,甲\nH000002,乙\n".encode(), "a.csv", tmp_path) == [
        (1, "产地", "column_unknown"),
        (1, "hardness", "column_missing"),
    ]


def test_excel_dates_numbers_and_formulas() -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["炉号", "硬度", "日期"], ["H000001", 58, date(2026, 11, 24)], ["H000002", "=1/0", None]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    checked = files.check_file(content, "a.xlsx", SCHEMA)
    assert [(one.row, one.column, one.keyword) for one in checked.faults] == [(3, "硬度", "formula")]


def test_decimals_are_exact_and_codes_are_checked(tmp_path) -> None:
    schema = {"properties": {"price": {"multipleOf": 0.01}, "firm": {"format": "credit-code"}}}
    good = b'[{"price": 19.99, "firm": "91330100799655058B"}, {"price": 2.0}]'
    assert told(good, "a.json", tmp_path, schema) == []
    assert told(b'[{"price": 19.995, "firm": "91330100799655058A"}]', "a.json", tmp_path, schema) == [
        (1, "price", "multipleOf"),
        (1, "firm", "format"),
    ]


@pytest.mark.parametrize(
    ("content", "keyword"),
    [(b'[{"a": 1},', "file.json"), (b'{"a": 1, "a": 2}', "file.twice"), (b'{"a": 1e999999}', "file.number")],
    ids=["cut", "twice", "number"],
)
def test_json_that_cannot_be_read_says_where(content: bytes, keyword: str, tmp_path) -> None:
    assert [each for _, _, each in told(content, "a.json", tmp_path)] == [keyword]


def test_a_hostile_file_is_bounded_in_depth_and_faults(tmp_path) -> None:
    with pytest.raises(confined.Rejected) as deep:
        told(b"[" * 200 + b"]" * 200, "a.json", tmp_path)
    assert deep.value.code == "exchange.deep"
    path = tmp_path / "many"
    path.write_text(json.dumps([{}] * 1000))
    found = checking.check(str(path), "many.json", json.dumps(SCHEMA))
    assert (len(found["faults"]), found["more"]) == (checking.MOST_FAULTS, True)


def test_the_child_answers_in_words() -> None:
    checked = files.check_file(io.BytesIO(b'[{"code": "H000001", "hardness": 12}]'), "a.json", SCHEMA)
    fault = checked.faults[0]
    assert (checked.rows, checked.fits, fault.pointer, str(fault.what)) == (1, False, "/0/hardness", "小于 50")
    assert checked.digest


def test_time_and_size_are_bounded(monkeypatch) -> None:
    """Even a pattern that the examination would have refused ends with its child, and says so."""
    monkeypatch.setattr(files, "LIMITS", confined.Limits(memory=640 << 20, processor=1, wall=10))
    with pytest.raises(Refusal) as slow:
        files.check_file(io.BytesIO(b'"' + b"a" * 60 + b'b"'), "a.json", {"pattern": "(a+)+$"})
    assert slow.value.code == "exchange.time"
    monkeypatch.setattr(files, "MEGABYTES", 0)
    with pytest.raises(Refusal) as large:
        files.check_file(io.BytesIO(b"{}"), "a.json", SCHEMA)
    assert large.value.code == "exchange.too_large"


def test_a_schema_is_kept_as_it_is_written() -> None:
    found, _ = examine('{"multipleOf": 0.01, "maximum": 2.0}')
    assert json.dumps(plain(found)) == '{"multipleOf": 0.01, "maximum": 2}'
