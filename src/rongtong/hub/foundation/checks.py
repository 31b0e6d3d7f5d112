"""The start is refused while a verb or a route has no row in the rights table."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from .middleware import roles_for
from .rights import VERBS
from .verbs import REGISTRY


@register()
def every_verb_has_rights(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    missing = sorted(set(REGISTRY) - set(VERBS))
    idle = sorted(set(VERBS) - set(REGISTRY))
    return [
        *(Error(f"the verb {name} has no row in the rights table", id="rongtong.E001") for name in missing),
        *(Error(f"the rights table names {name}, which is no verb", id="rongtong.E002") for name in idle),
    ]


@register()
def every_route_has_rights(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(f"the route {name or pattern} has no row in the rights table", id="rongtong.E003")
        for name, pattern in named_routes()
        if not roles_for(name, [])
    ]


def named_routes(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, str]]:
    """Every (full name, pattern) that the URL resolver knows."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from named_routes(entry, inner)
        elif isinstance(entry, URLPattern):
            yield (f"{space}{entry.name}" if entry.name else "", str(entry.pattern))
