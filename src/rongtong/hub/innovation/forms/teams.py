"""The rows of a splitting."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm, RoomFormSet, row_set

from ..domain.subneeds import HEAVIEST, LEAST
from ..models import Source
from ..queries.subneeds import LONGEST, MOST, Part

COLUMNS = [
    ("text", _("子需求"), ""),
    ("source", _("来自"), ""),
    ("weight", _("权重"), "1–5"),
    ("must", _("必须覆盖"), ""),
]


class PartForm(RoomForm):
    text = forms.CharField(label=_("子需求"), max_length=LONGEST)
    source = forms.ChoiceField(label=_("来自"), choices=Source.choices)
    weight = forms.IntegerField(label=_("权重"), min_value=1, max_value=HEAVIEST, initial=3)
    must = forms.BooleanField(label=_("必须覆盖"), required=False)


def part_rows(sources: Collection[str], data: Any = None, parts: Collection[Part] = ()) -> RoomFormSet:
    """The rows, with a choice of these sources only."""

    class OpenPartForm(PartForm):
        def __init__(self, *args: Any, **given: Any) -> None:
            super().__init__(*args, **given)
            source: Any = self.fields["source"]
            source.choices = [one for one in Source.choices if one[0] in sources]

    made: Any = row_set(OpenPartForm, least=LEAST, most=MOST, extra=0)
    if data is not None:
        rows: RoomFormSet = made(data, prefix="parts")
        return rows
    initial = [{"text": p.text, "source": p.source, "weight": p.weight, "must": p.must} for p in parts]
    fresh: RoomFormSet = made(initial=initial, prefix="parts")
    return fresh


def parts_of(rows: Any) -> list[Part]:
    return [Part(row["text"], row["source"], row["weight"], row["must"]) for row in rows.filled()]
