"""The API: every room's routers under one roof, the frame's own among them."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.operation import Operation

from rongtong.hub.foundation.api import add_handlers, door
from rongtong.hub.foundation.api.door import NOUNS

from ..api_document import complete, operation_id


class HubAPI(NinjaAPI):
    """Documents for every operation that it may refuse, and in which shape."""

    def get_openapi_schema(self, **given: Any) -> Any:
        return complete(super().get_openapi_schema(**given))

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation_id(operation)


def _modules() -> Iterator[ModuleType]:
    for room in settings.ROOMS:
        name = f"rongtong.hub.{room}.api"
        if room == "foundation" or find_spec(name) is None:
            continue
        module = import_module(name)  # of the frame: this one, whose own modules follow
        yield module
        for inner in pkgutil.iter_modules(getattr(module, "__path__", ())):
            yield import_module(f"{name}.{inner.name}")


def build() -> NinjaAPI:
    api = HubAPI(
        title="Rongtong 融通",
        version="1",
        description=str(_("与页面同一套动词、同一套权限、同一套拒绝理由。")),
        urls_namespace="api",
        docs_url=None,
        auth=door,
    )
    add_handlers(api)
    for module in _modules():
        if hasattr(module, "router"):
            NOUNS[module.PATH.strip("/").partition("/")[0]] = module.NOUN
            api.add_router(module.PATH, module.router)
    return api


api = build()
