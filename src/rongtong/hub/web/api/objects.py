"""Where the things that events are about stand in the API."""

from rongtong.hub.foundation.api.objects import OBJECTS

OBJECTS.update(
    {
        "industry.chain": ("chain", "/chains/{0.pk}"),
        "industry.supplylink": ("supply_link", "/supply-links/{0.pk}"),
        "innovation.agreement": ("agreement", "/agreements/{0.pk}"),
        "innovation.amendment": ("amendment", "/challenges/{0.challenge_id}/amendments"),
        "innovation.capability": ("capability", "/capabilities/{0.pk}"),
        "innovation.challenge": ("challenge", "/challenges/{0.pk}"),
        "innovation.collaboration": ("collaboration", "/collaborations/{0.pk}"),
        "innovation.milestone": ("milestone", "/milestones/{0.pk}"),
        "innovation.partner": ("partner", "/partners/{0.pk}"),
        "innovation.response": ("response", "/responses/{0.pk}"),
        "innovation.round": ("round", "/rounds/{0.pk}"),
        "innovation.statement": ("statement", "/statements/{0.pk}"),
        "innovation.technology": ("technology", "/technologies/{0.pk}"),
        "matching.matchmakingday": ("matchmaking_day", "/matchmaking-days/{0.pk}"),
        "matching.participation": ("participation", "/matchmaking-days/{0.day_id}/participations"),
        "organisations.member": ("member", "/members/{0.pk}"),
        "organisations.organisation": ("organisation", "/organisations/{0.pk}"),
        "organisations.webhook": ("webhook", "/webhooks/{0.pk}"),
        "trust.document": ("document", "/documents/{0.pk}"),
        "trust.nondisclosureagreement": ("nda", "/ndas/{0.pk}"),
    }
)
