"""How a room joins the hub: its rights, notices and verbs are registered when Django starts."""

import pkgutil
from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

PARTS = ("rules", "subjects", "notices", "listings", "domain", "evidence", "navigation", "desk", "finding", "keeping")


class RoomConfig(AppConfig):
    """Base of every room's app config. Imports its rights, subjects, notices, listings, verbs and kinds of evidence."""

    default = False  # Django chooses the one config of a module that says so: the room's own, not this base

    def __init_subclass__(cls) -> None:
        cls.default = True

    def ready(self) -> None:
        for part in PARTS:
            name = f"{self.name}.{part}"
            if find_spec(name) is None:
                continue
            module = import_module(name)
            for inner in pkgutil.iter_modules(getattr(module, "__path__", ())):
                import_module(f"{name}.{inner.name}")
