"""Every verb has a door in the API: the registry is walked, and each operation's source is followed to its verbs."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from ninja import NinjaAPI

from rongtong.hub.foundation.rights import VERBS
from rongtong.hub.foundation.verbs import REGISTRY, Verb
from rongtong.hub.web.api import api

#: Verbs without an operation, each with its reason.
WITHOUT = {
    "recovery.open": "takes second factors off an account: a person who has just signed in again does it on the page",
    "recovery.cancel": "stops a recovery from the mailed link or the page; a token must not keep its owner locked out",
    "token.create": "the text of a token is shown once, on the page, to a person who is signed in",
    "log.rotate": "a new key has to be given to every witness at once: a person does it on the page, and tells them",
    "collaboration.open": "done by selection.award for each awarded response; nobody asks for it",
}
OURS = "rongtong.hub."
NAMES = {id(one.call): one.name for one in REGISTRY.values()}


def operations(of: NinjaAPI) -> Iterator[Callable[..., Any]]:
    assert get_resolver().url_patterns  # the routers are put together with the addresses
    for _prefix, router in of._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                yield operation.view_func


def verbs_of(function: Callable[..., Any], seen: set[int] | None = None) -> set[str]:
    """The verbs a function calls, itself or by functions of ours; a verb's own inside is not looked into."""
    seen = set() if seen is None else seen
    if id(function) in seen:
        return set()
    seen.add(id(function))
    found: set[str] = set()
    for one in named_in(function):
        if id(one) in NAMES:
            found.add(NAMES[id(one)])
        elif inspect.isfunction(one) and one.__module__.startswith(OURS):
            found |= verbs_of(one, seen)
    return found


def named_in(function: Callable[..., Any]) -> Iterator[Any]:
    """What the names and dotted names in a function's body stand for."""
    function = inspect.unwrap(function)
    space = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
    for own in function.__code__.co_varnames:  # a parameter hides what is named like it outside
        space.pop(own, None)
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Name):
            yield space.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield getattr(space.get(node.value.id), node.attr, None)


def missing(registry: dict[str, Verb], found: set[str], without: dict[str, str]) -> set[str]:
    """Verbs that somebody may do, that no operation does, and whose lack has no reason."""
    asked_for = {name for name in registry if VERBS[name].roles - {"system"}}
    return asked_for - found - set(without)


@pytest.fixture(scope="module")
def offered() -> set[str]:
    return {name for function in operations(api) for name in verbs_of(function)}


def test_every_verb_has_an_operation(offered: set[str]) -> None:
    assert missing(REGISTRY, offered, WITHOUT) == set(), "give each an operation, or a reason in WITHOUT"


def test_the_reasons_are_still_needed(offered: set[str]) -> None:
    assert set(WITHOUT) <= set(REGISTRY)
    assert set(WITHOUT) & offered == set()
    assert all(len(reason) > 20 for reason in WITHOUT.values())


def test_the_walk_sees_what_is_missing(offered: set[str]) -> None:
    """Without its operation a verb is named; an operation that merely reads offers none."""
    seen = missing(REGISTRY, offered - {"nda.sign"}, WITHOUT) - missing(REGISTRY, offered, WITHOUT)
    assert seen == {"nda.sign"}
    from rongtong.hub.trust.api import documents

    assert verbs_of(documents.attach) == {"document.attach"}  # by way of a function that is no verb
    assert verbs_of(documents.list_documents) == set()


def test_what_is_changed_is_asked_for_by_a_changing_method() -> None:
    """No GET does a verb: a link that somebody sends changes nothing."""
    found = {
        operation.view_func.__qualname__
        for _prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        if "GET" in operation.methods and verbs_of(operation.view_func)
    }
    assert found == set()
