"""Addresses of the API that no list leads to by itself, with real identifiers: run inside a served hub.

The lists of documents and the texts of agreements ask for the thing they are about; notices, searches and jobs are
one person's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.urls import resolve

from rongtong.hub.organisations.models import Account
from tests.e2e.addresses import rows_of, subjects
from tests.e2e.cast import PEOPLE

ROOT = "/api/v1"
#: The noun of the address → the model; those of one person, and those of organisations.
PERSONAL = {"notices": "foundation.Notice", "searches": "foundation.SavedSearch", "jobs": "foundation.Job"}
SHARED = {
    "documents": "trust.Document",
    "ndas": "trust.NonDisclosureAgreement",
    "webhooks": "organisations.Webhook",
}


def api_addresses(most: int = 99) -> dict[str, list[str]]:
    """Route name → addresses, at most so many each."""
    found: dict[str, list[str]] = {}
    for address in _every():
        paths = found.setdefault(resolve(address.partition("?")[0]).view_name, [])
        if len(paths) < most:
            paths.append(address)
    return found


def _every() -> Iterator[str]:
    for alias, pk in subjects():
        yield f"{ROOT}/documents?subject={alias}&subject_id={pk}"
        if alias == "challenge":
            yield f"{ROOT}/ndas/text?subject={alias}&subject_id={pk}"
        yield f"{ROOT}/evidence?subject={alias}&subject_id={pk}"
    entries: Any = apps.get_model("trust.EvidenceEntry")
    rows = entries._base_manager.exclude(number=None).order_by("kind", "number").distinct("kind")
    yield from (f"{ROOT}/evidence/{pk}/file" for pk in rows.values_list("pk", flat=True))
    for noun in (*PERSONAL, *SHARED):
        yield f"{ROOT}/{noun}"
    yield from (f"{ROOT}/conformities/gaps{side}" for side in ("", "?own=true"))
    for noun, label in SHARED.items():
        yield from (f"{ROOT}/{noun}/{pk}" for pk in rows_of(label)())
    yield f"{ROOT}/webhooks/events"
    yield from (f"{ROOT}/webhooks/{pk}/deliveries" for pk in rows_of(SHARED["webhooks"])())
    people = Account._base_manager.filter(email__in=PEOPLE.values()).values_list("pk", flat=True)
    for noun, label in PERSONAL.items():
        model: Any = apps.get_model(label)
        for person in people:
            own = model._base_manager.filter(account_id=person).order_by("pk")
            yield from (f"{ROOT}/{noun}/{pk}" for pk in own.values_list("pk", flat=True)[:2])
