"""Three leaks, of the kinds that are made by accident: a search, an export and a count that forget who asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.apps import AppConfig


class Planted(AppConfig):
    name = "tests.e2e.planted_faults"
    label = "planted_faults"

    def ready(self) -> None:
        plant_in_search()
        plant_in_export()
        plant_in_count()


def plant_in_search() -> None:
    """Drafts are found by everybody."""
    from rongtong.hub.foundation import finding
    from rongtong.hub.innovation.models import Challenge

    source = finding._sources["challenges"]

    def every_row(actor: Any, q: str) -> Any:
        return Challenge._base_manager.filter(title__contains=q).order_by("pk")

    finding._sources["challenges"] = replace(source, rows=every_row)


def plant_in_export() -> None:
    """The file holds every group of fields, the page does not."""
    from rongtong.hub.foundation import sheets
    from rongtong.hub.foundation.actors import SYSTEM
    from rongtong.hub.innovation.exports.challenges import COLUMNS, need_rows
    from rongtong.hub.innovation.queries.disclosure import disclosed_many
    from rongtong.hub.innovation.views.challenge_list import ChallengeRows

    def export(self: Any, format: str) -> Any:
        return sheets.export(COLUMNS, need_rows(disclosed_many(self.found, SYSTEM)), self.name, format)

    ChallengeRows.export = export  # type: ignore[method-assign]  # this is the fault


def plant_in_count() -> None:
    """The list counts rows that it does not show."""
    from rongtong.hub.foundation.listing import Count
    from rongtong.hub.innovation.models import Challenge
    from rongtong.hub.innovation.views.challenge_list import Challenges

    def every_row(self: Any) -> Count:
        return Count(Challenge._base_manager.count())

    Challenges.total = property(every_row)  # type: ignore[assignment]  # this is the fault
