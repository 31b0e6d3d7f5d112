"""Assessments carry their evidence as documents."""

from django.urls import reverse

from rongtong.hub.trust.subjects import subject

from ..standard_enums import WRITING

subject(
    "conformity",
    "industry.conformity",
    link=lambda one: reverse("industry:conformity", args=[one.pk]),
    purpose="conformity_evidence",
    roles={"own.contributor"},
    states=set(WRITING),
)
