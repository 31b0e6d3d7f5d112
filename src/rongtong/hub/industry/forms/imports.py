"""Choosing a file of links."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.forms import RoomForm

from ..models import Chain

MOST_MB = 10


class LinkImportForm(RoomForm):
    chain = forms.ModelChoiceField(label=pgettext_lazy("one", "产业链"), queryset=Chain._base_manager.none())
    file = forms.FileField(
        label=_("填好的供需关系表"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_("Excel（.xlsx）或 CSV，不超过 10 MB、5,000 行。"),
    )

    def __init__(self, *given: Any, chains: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["chain"]
        field.queryset = chains

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size is None or file.size > MOST_MB * 1_000_000:
            raise forms.ValidationError(_("文件超过 10 MB。请分成几份上传。"))
        return file
