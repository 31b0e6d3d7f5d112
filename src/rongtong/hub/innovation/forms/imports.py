"""Choosing a filled-in need form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm

from ..models import Round

MOST_MB = 10


class NeedImportForm(RoomForm):
    round = forms.ModelChoiceField(label=_("批次"), queryset=Round._base_manager.none())
    submit = forms.TypedChoiceField(
        label=_("写入为"),
        choices=[("", _("草稿，由企业补充后提交")), ("1", _("已提交，等待审核"))],
        coerce=bool,
        empty_value="",
        required=False,
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("填好的需求表"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=_("Excel（.xlsx）或 CSV，不超过 10 MB、1,000 行。"),
    )

    def __init__(self, *given: Any, rounds: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        field: Any = self.fields["round"]
        field.queryset = rounds

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size is None or file.size > MOST_MB * 1_000_000:
            raise forms.ValidationError(_("文件超过 10 MB。请分成几份上传。"))
        return file
