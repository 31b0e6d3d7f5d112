"""Sealed secrets open for their own row, with the key they were sealed with, unchanged."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from rongtong.hub.foundation.sealing import Unsealable, seal, unseal

SECRET = b"thirty-two bytes nobody may read"


def test_a_sealed_secret_opens_for_its_row_alone() -> None:
    owner = uuid4()
    sealed = seal(SECRET, purpose="webhooks", owner=owner)
    assert SECRET not in sealed and sealed != seal(SECRET, purpose="webhooks", owner=owner)
    assert unseal(sealed, purpose="webhooks", owner=owner) == SECRET
    for purpose, row in (("webhooks", uuid4()), ("rooms", owner)):
        with pytest.raises(Unsealable):
            unseal(sealed, purpose=purpose, owner=row)


def test_every_changed_byte_is_noticed() -> None:
    owner = uuid4()
    sealed = seal(SECRET, purpose="webhooks", owner=owner)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unsealable):
            unseal(bytes(changed), purpose="webhooks", owner=owner)
    for short in (b"", sealed[:1], sealed[:13], sealed[:-1]):
        with pytest.raises(Unsealable):
            unseal(short, purpose="webhooks", owner=owner)


def test_another_key_opens_nothing(settings: Any) -> None:
    owner = uuid4()
    sealed = seal(SECRET, purpose="webhooks", owner=owner)
    settings.SECRETS = {**settings.SECRETS, "keys": "0" * 64}
    with pytest.raises(Unsealable):
        unseal(sealed, purpose="webhooks", owner=owner)
