"""Identifiers that follow from the step that made a row: the same at every loading, with or without the secrets."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import connection, models

#: No step writes more rows of one table than this.
ROOM_A_STEP = 1000


class Identities:
    """Gives identifiers while a step runs."""

    def __init__(self) -> None:
        self._step = ""
        self._given: Counter[str] = Counter()
        self._sequences = list(_sequences())

    def begin(self, step: str, number: int) -> None:
        """Go to a step: random identifiers follow from its key, counted ones from its number."""
        self._step = step
        self._given.clear()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(name::regclass, %s) FROM unnest(%s::text[]) AS name",
                [number * ROOM_A_STEP, self._sequences],
            )

    @contextmanager
    def giving(self) -> Iterator[None]:
        """Let every new row of this process take its identifier from here instead of at random."""
        fields = list(_random_fields())
        for label, field in fields:
            give: Callable[[], uuid.UUID] = partial(self._next, label)
            field.__dict__["_get_default"] = give  # Django keeps a field's default source under this name
        try:
            yield
        finally:
            for _label, field in fields:
                del field.__dict__["_get_default"]

    def _next(self, label: str) -> uuid.UUID:
        self._given[label] += 1
        digest = sha256(f"rongtong sample/{self._step}/{label}/{self._given[label]}".encode()).digest()
        return uuid.UUID(bytes=digest[:16], version=4)


def tables() -> Iterator[type[models.Model]]:
    """The product's own tables."""
    for model in apps.get_models():
        if model.__module__.startswith("rongtong.hub."):
            yield model


def _random_fields() -> Iterator[tuple[str, Any]]:
    for model in tables():
        for field in model._meta.local_concrete_fields:
            if field.default is uuid.uuid4:
                yield f"{model._meta.label_lower}.{field.name}", field


def _sequences() -> Iterator[str]:
    for model in tables():
        if isinstance(model._meta.pk, models.AutoField):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, model._meta.pk.column])
                yield cursor.fetchone()[0]
