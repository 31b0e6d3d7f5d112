"""The OpenAPI document: what ninja derives from the code, and what holds for every operation alike."""

from typing import Any

from ninja.operation import Operation

from rongtong.hub.foundation.api import Problem
from rongtong.hub.foundation.api.problems import STATUSES

REFUSED: dict[str, Any] = {
    "description": "Refused: what, why, what to do",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
#: The parts of a path that hold operations.
METHODS = ("get", "put", "post", "delete", "patch")
TOKEN, SESSION = "token", "session"
HEADERS: dict[str, Any] = {
    "RateLimit": {
        "description": "Requests left in the running window, and the seconds until the next one; for tokens.",
        "schema": {"type": "string", "examples": ['"token";r=599;t=42']},
    },
    "ETag": {
        "description": "The version that was read. Send it back as If-Match with a change.",
        "schema": {"type": "string"},
    },
}
ONCE: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "The same key with the same request does it once, and answers the same again.",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 120, "pattern": "^[!-~]+$"},
}
VERSION: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "description": "The ETag with which the thing was read. Where it is needed its lack is refused with 422.",
    "required": False,
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}-[0-9a-f]{12}"$'},
}


def operation_id(operation: Operation) -> str:
    """A name for generated clients that does not change when a module moves to another package."""
    view = operation.view_func
    return f"{view.__module__.rpartition('.')[2]}_{view.__name__}"


def complete(document: Any) -> Any:
    """Add to every operation the refusals, headers and ways of saying who asks that all of them share."""
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {}).update({**problem.pop("$defs"), "Problem": problem})
    parts["headers"] = HEADERS
    parts["responses"] = {"Refused": REFUSED}
    parts["securitySchemes"] = {
        TOKEN: {"type": "http", "scheme": "bearer", "description": "rt_…"},
        SESSION: {"type": "apiKey", "in": "cookie", "name": "session", "description": "With X-CSRFToken to change."},
    }
    document["security"] = [{TOKEN: []}, {SESSION: []}, {}]
    for path in document["paths"].values():
        for method in METHODS:
            if method in path:
                _complete(method, path[method])
    return document


def _complete(method: str, operation: dict[str, Any]) -> None:
    if method == "post":
        operation["parameters"].append(ONCE)
    elif method in {"patch", "put"}:
        operation["parameters"].append(VERSION)
    for answer in operation["responses"].values():
        answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    for status in STATUSES:
        operation["responses"].setdefault(status, {"$ref": "#/components/responses/Refused"})
