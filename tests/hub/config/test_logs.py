"""Log lines: one JSON object each, without what a person typed into an address."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.test import RequestFactory

from rongtong.hub.config.logs import JsonFormatter


def line(message: str, *arguments: object, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("rongtong", logging.WARNING, "", 1, message, arguments, None)
    record.__dict__.update(extra)
    text = JsonFormatter().format(record)
    assert "\n" not in text
    parsed: dict[str, object] = json.loads(text)
    return parsed


def test_query_strings_are_left_out(rf: RequestFactory) -> None:
    request = rf.get("/search/?q=机密需求")
    found = line("Not Found: %s", "/search/?q=机密需求", request=request, status_code=404)
    assert "机密需求" not in json.dumps(found, ensure_ascii=False)
    assert (found["message"], found["path"], found["status_code"]) == ("Not Found: /search/", "/search/", 404)


@pytest.mark.parametrize("forged", ['x\n{"level":"info"}', "x\r\n2026", "\x1b[31mred"])
def test_a_message_cannot_forge_a_line(forged: str) -> None:
    assert line("name %s", forged)["message"] == f"name {forged}"
    assert "\x1b" not in JsonFormatter().format(logging.LogRecord("a", 20, "", 1, forged, (), None))


def test_traces_are_kept_and_unknown_extras_are_not() -> None:
    try:
        raise ValueError("wrong")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "", 1, "failed", (), sys.exc_info())
    record.secret = "hidden"
    found = json.loads(JsonFormatter().format(record))
    assert "ValueError: wrong" in found["trace"]
    assert "hidden" not in found.values()
