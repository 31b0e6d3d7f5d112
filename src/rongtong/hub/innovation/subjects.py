"""Things of the innovation chain that carry documents, and those an agreement can be signed about."""

from django.urls import reverse

from rongtong.hub.trust.subjects import subject

from .enums import ChallengeState, CollaborationState, MilestoneState, ResponseState, TechnologyState

subject(
    "challenge",
    "innovation.challenge",
    link=lambda one: reverse("innovation:challenge", args=[one.pk]),
    files=lambda one: reverse("innovation:challenge_files", args=[one.pk]),
    purpose="challenge_attachment",
    roles={"own.contributor"},
    states={ChallengeState.DRAFT, ChallengeState.RETURNED, ChallengeState.SUBMITTED, ChallengeState.OPEN},
    signable=True,
)
subject(
    "response",
    "innovation.response",
    link=lambda one: reverse("innovation:response", args=[one.pk]),
    purpose="response_attachment",
    roles={"own.contributor"},
    states={ResponseState.DRAFT},
)
subject(
    "milestone",
    "innovation.milestone",
    link=lambda one: reverse("innovation:collaboration", args=[one.collaboration_id]),
    purpose="response_attachment",
    roles={"leader.contributor"},
    states={MilestoneState.PLANNED, MilestoneState.RETURNED},
)
subject(
    "collaboration",
    "innovation.collaboration",
    link=lambda one: reverse("innovation:collaboration", args=[one.pk]),
    purpose="response_attachment",
    roles={"leader.contributor", "challenger.contributor"},
    states={CollaborationState.ACTIVE},
)
subject(
    "technology",
    "innovation.technology",
    link=lambda one: reverse("innovation:technology", args=[one.pk]),
    purpose="challenge_attachment",
    roles={"own.contributor"},
    states={TechnologyState.DRAFT, TechnologyState.PUBLISHED, TechnologyState.WITHDRAWN},
    signable=True,
)
# agreements and statements carry no files beside their documents: they stand here for their evidence
subject(
    "agreement",
    "innovation.agreement",
    link=lambda one: reverse("innovation:agreement", args=[one.pk]),
    purpose="response_attachment",
    roles=set(),
    states=set(),
)
subject(
    "statement",
    "innovation.statement",
    link=lambda one: reverse("innovation:statement", args=[one.pk]),
    purpose="response_attachment",
    roles=set(),
    states=set(),
)
