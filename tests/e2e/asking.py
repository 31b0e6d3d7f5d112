"""Asking a served hub for many addresses as many roles at once."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

Roles = Mapping[str, Mapping[str, Any]]
Answers = dict[str, dict[str, httpx.Response]]
PATIENCE = 60.0
logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each of thousands of requests hides what went wrong


def client_of(url: str, spec: Mapping[str, Any]) -> httpx.Client:
    """A browser, or a program, of one role."""
    return httpx.Client(
        base_url=url,
        cookies=dict(spec.get("cookies", {})),
        headers=dict(spec.get("headers", {})),
        timeout=PATIENCE,
        trust_env=False,
    )


def ask_all(url: str, roles: Roles, paths: Iterable[str]) -> Answers:
    """Path → role → answer. Redirects are answers."""
    wanted = list(paths)

    def one(role: str) -> list[httpx.Response]:
        with client_of(url, roles[role]) as client:
            return [client.get(path) for path in wanted]

    found: Answers = defaultdict(dict)
    with ThreadPoolExecutor(len(roles)) as pool:
        for role, answers in zip(roles, pool.map(one, roles), strict=True):
            for path, answer in zip(wanted, answers, strict=True):
                found[path][role] = answer
    return found
