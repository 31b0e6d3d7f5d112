"""A chain: its name, summary and leader."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation


class ChainForm(RoomForm):
    name = forms.CharField(label=_("产业链名称"), max_length=60)
    name_en = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    summary = forms.CharField(
        label=_("简介"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    leader = forms.CharField(label=_("链主"), max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    examples = {
        "name": _("例：隧道掘进装备链"),
        "leader": _("已核验机构的全称；链主可查看本链的供需关系。"),
    }

    def __init__(self, *given: Any, names_leader: bool, **named: Any) -> None:
        super().__init__(*given, **named)
        if not names_leader:
            del self.fields["leader"]

    def clean_leader(self) -> Organisation | None:
        """The one verified organisation of that name."""
        name = " ".join(self.cleaned_data["leader"].split())
        if not name:
            return None
        found = list(Organisation._base_manager.filter(name=name, state=VerificationState.VERIFIED)[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("没有这家已核验的机构，或不止一家。请填写全称。"), code="chain.leader_unknown"
            )
        return found[0]

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("version", "leader")}
