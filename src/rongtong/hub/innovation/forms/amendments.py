"""The form of an amendment: the fields of a challenge that may still change, and a reason for each level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import row_set

from ..domain.amended_values import AMENDABLE, AmendedTarget
from ..domain.challenge_values import LEVELS
from ..models import Challenge, Target
from ..targets import TargetRow
from .challenges import OPEN_LEVELS, ChallengeForm, TargetForm, initial_of, initial_targets

REASONS: Mapping[int, Any] = {
    0: _("更正理由（公开）"),
    1: _("更正理由（成员可见）"),
    2: _("更正理由（签署保密协议后可见）"),
    3: _("更正理由（仅发榜方与运营方可见）"),
}


class AmendForm(ChallengeForm):
    """Levels only as they are or more open; anonymity can be given up and not taken."""

    needed = ChallengeForm.needed | {"deadline"}

    def __init__(self, challenge: Challenge, levels: Mapping[str, int], data: Any = None) -> None:
        super().__init__(data, initial=initial_of({name: getattr(challenge, name) for name in AMENDABLE}))
        self.challenge = challenge
        for name in [name for name in self.fields if name not in AMENDABLE]:
            del self.fields[name]
        if not challenge.anonymous:
            del self.fields["anonymous"]
        else:
            self.fields["anonymous"].help_text = _("取消勾选即公开发榜方，之后不能再改为匿名。")
        for name in LEVELS:
            field: Any = self.fields[name]
            field.choices = [one for one in OPEN_LEVELS if one[0] <= getattr(challenge, name)]
        self.fields["deadline"].help_text = _("只能延后。")
        self.reasons = sorted({0, *levels.values()})
        for level in self.reasons:
            self.fields[f"reason_{level}"] = forms.CharField(
                label=REASONS[level],
                max_length=1000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("改了这一等级的内容时必填，随更正一起公布。"),
            )

    def values(self) -> dict[str, Any]:
        """The fields without the reasons. A deadline that stands to the minute is not moved by its seconds."""
        found = {name: value for name, value in super().values().items() if name in AMENDABLE}
        held = self.challenge.deadline
        if held is not None and found.get("deadline") == held.replace(second=0, microsecond=0):
            found["deadline"] = held
        return found

    def given_reasons(self) -> dict[int, str]:
        return {level: self.cleaned_data.get(f"reason_{level}", "") for level in self.reasons}


class AmendedTargetForm(TargetForm):
    id = forms.IntegerField(widget=forms.HiddenInput, required=False)


AmendedTargetRows = row_set(AmendedTargetForm, most=30, extra=1)


def initial_amended(challenge: Challenge) -> list[dict[str, Any]]:
    """The targets as the rows of the form show them, each with its id."""
    targets: list[Target] = list(challenge.targets.all())
    shown = initial_targets([TargetRow.of(one) for one in targets])
    return [row | {"id": target.pk} for row, target in zip(shown, targets, strict=True)]


def amended_rows(formset: Any) -> list[AmendedTarget]:
    """The filled rows, in order."""
    return [AmendedTarget(TargetRow(**row), key) for row in formset.filled() for key in [row.pop("id")]]
