"""What an organisation fills in about a capability."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm
from rongtong.hub.trust.enums import Level

from ..models import Capability

LEVELS = [(Level.PUBLIC.value, Level.PUBLIC.label), (Level.MEMBERS.value, Level.MEMBERS.label)]


class LinesField(forms.CharField):
    """One entry a line; blank lines do not count."""

    widget = forms.Textarea({"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list of lines, not one text
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def run_validators(self, value: Any) -> None:
        """The verb judges the entries, with a message for each."""


class CapabilityForm(RoomForm):
    title = forms.CharField(label=_("能力名称"), max_length=120)
    text = forms.CharField(
        label=_("说明"),
        required=False,
        widget=forms.Textarea({"rows": 7}),
        help_text=_("写清能做什么、多大、多准、用什么材料和工艺；匹配时按这里的词语找。"),
    )
    products = LinesField(label=_("产品"), required=False, help_text=_("每行一条。"))
    equipment = LinesField(label=_("设备"), required=False, help_text=_("每行一条，可写型号与规格。"))
    certificates = LinesField(label=_("与这项能力有关的资质"), required=False, help_text=_("每行一条，如 CNAS。"))
    patents = LinesField(label=_("专利"), required=False, help_text=_("每行一条，写专利号与名称。"))
    deliveries = forms.CharField(label=_("以往业绩"), required=False, widget=forms.Textarea({"rows": 3}))
    readiness = forms.TypedChoiceField(
        label=_("技术就绪度"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), *((n, str(n)) for n in range(1, 10))],
        help_text=_("1 为原理，9 为批量应用。"),
    )
    level = forms.TypedChoiceField(label=_("谁能看到"), coerce=int, choices=LEVELS, initial=Level.PUBLIC.value)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    examples: ClassVar = {"title": _("例：6 米级环件中频感应淬火")}
    short: ClassVar = {"readiness", "level"}

    @classmethod
    def of(cls, capability: Capability) -> "CapabilityForm":
        values = {name: getattr(capability, name) for name in cls.base_fields if hasattr(capability, name)}
        return cls(initial=values)
