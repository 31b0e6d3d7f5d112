"""A verified organisation by its whole name or its number."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation


class OrganisationField(forms.CharField):
    """Cleans to the organisation, or to None when it is empty and may be."""

    def clean(self, value: Any) -> Any:
        text = " ".join(super().clean(value).split())
        if not text:
            return None
        known = Organisation._base_manager.filter(state=VerificationState.VERIFIED)
        found = list(known.filter(Q(name=text) | Q(identifier=text))[:2])
        if len(found) != 1:
            unknown = _("没有这家已核验的机构，或不止一家。请填写全称或证件号码。")
            raise forms.ValidationError(unknown, code="organisation.unknown")
        return found[0]
