"""What a supplier and an auditor fill in, a section for each requirement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.forms import RoomForm
from rongtong.hub.trust.models import Document

from ..domain.conformities import LONGEST_CONCLUSION, LONGEST_REASON, LONGEST_STATEMENT, Judged, Said
from ..models import Answer
from ..standard_enums import Claim, Proof, Verdict

CLAIMS = [("", "—"), *Claim.choices]
VERDICTS = [("", _("暂不表态")), *Verdict.choices]


class AnswersForm(RoomForm):
    """``claim-<n>``, ``statement-<n>``, … for the requirement at place n."""

    def __init__(
        self, answers: Iterable[Answer], documents: Mapping[UUID, Document], *given: Any, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        self.answers = list(answers)
        offered = [(str(pk), one.name) for pk, one in documents.items()]
        for one in self.answers:
            place, asked = one.requirement.position, one.requirement
            self.fields[f"claim-{place}"] = forms.ChoiceField(
                label=_("自评"), choices=CLAIMS, required=False, initial=one.claim
            )
            self.fields[f"statement-{place}"] = forms.CharField(
                label=_("说明"),
                required=False,
                max_length=LONGEST_STATEMENT,
                initial=one.statement,
                widget=forms.Textarea({"rows": 2}),
            )
            if asked.proof == Proof.CERTIFICATE:
                self.fields[f"certificate-{place}"] = forms.CharField(
                    label=_("证书编号"), required=False, max_length=120, initial=one.certificate
                )
                self.fields[f"certificate_until-{place}"] = forms.DateField(
                    label=_("证书到期"),
                    required=False,
                    initial=one.certificate_until,
                    widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
                )
            if offered and asked.proof != Proof.STATEMENT:
                self.fields[f"evidence-{place}"] = forms.MultipleChoiceField(
                    label=_("佐证"),
                    required=False,
                    choices=offered,
                    initial=[str(pk) for pk in one.evidence],
                    widget=forms.CheckboxSelectMultiple,
                )

    def sections(self) -> list[tuple[Answer, list[Any]]]:
        """Each answer with its controls."""
        names = ("claim", "statement", "certificate", "certificate_until", "evidence")
        return [
            (one, [self[key] for name in names if (key := f"{name}-{one.requirement.position}") in self.fields])
            for one in self.answers
        ]

    def said(self) -> list[Said]:
        given = self.cleaned_data
        return [
            Said(
                clause=one.requirement.clause,
                claim=given[f"claim-{one.requirement.position}"],
                statement=given[f"statement-{one.requirement.position}"],
                certificate=given.get(f"certificate-{one.requirement.position}", one.certificate),
                certificate_until=given.get(f"certificate_until-{one.requirement.position}", one.certificate_until),
                evidence=self._evidence(one),
            )
            for one in self.answers
        ]

    def _evidence(self, one: Answer) -> tuple[UUID, ...]:
        """What is ticked; where nothing is offered, what stands."""
        ticked = self.cleaned_data.get(f"evidence-{one.requirement.position}")
        return tuple(one.evidence) if ticked is None else tuple(UUID(each) for each in ticked)


class VerdictsForm(RoomForm):
    """``verdict-<n>`` and ``reason-<n>`` for the requirement at place n, and the conclusion."""

    conclusion = forms.CharField(
        label=_("审核结论"), required=False, max_length=LONGEST_CONCLUSION, widget=forms.Textarea({"rows": 3})
    )
    months = forms.IntegerField(label=_("结果有效期"), min_value=1, max_value=60)

    units = {"months": _("个月")}
    short = {"months"}

    def __init__(self, answers: Iterable[Answer], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.answers = list(answers)
        for one in self.answers:
            place = one.requirement.position
            self.fields[f"verdict-{place}"] = forms.ChoiceField(
                label=_("审核意见"), choices=VERDICTS, required=False, initial=one.verdict
            )
            self.fields[f"reason-{place}"] = forms.CharField(
                label=_("理由"), required=False, max_length=LONGEST_REASON, initial=one.reason
            )

    def sections(self) -> list[tuple[Answer, list[Any]]]:
        return [
            (one, [self[f"verdict-{one.requirement.position}"], self[f"reason-{one.requirement.position}"]])
            for one in self.answers
        ]

    def judged(self) -> list[Judged]:
        given = self.cleaned_data
        return [
            Judged(
                one.requirement.clause,
                given[f"verdict-{one.requirement.position}"],
                given[f"reason-{one.requirement.position}"],
            )
            for one in self.answers
        ]
