"""Which lists' searches can be kept, and by what time a row in them is new."""

from rongtong.hub.industry.views.chains import Chains
from rongtong.hub.industry.views.conformities import Conformities
from rongtong.hub.industry.views.standards import Standards
from rongtong.hub.innovation.views.agreements import Agreements
from rongtong.hub.innovation.views.capabilities import Capabilities
from rongtong.hub.innovation.views.challenge_list import Challenges, OwnChallenges, Screening
from rongtong.hub.innovation.views.collaborations import Collaborations
from rongtong.hub.innovation.views.responses import Responses
from rongtong.hub.innovation.views.reviews import Reviews
from rongtong.hub.innovation.views.rounds import Rounds
from rongtong.hub.innovation.views.technologies import Technologies
from rongtong.hub.matching.views.days import Days
from rongtong.hub.organisations.views.organisations import Organisations

from .saved import keepable

keepable(Challenges, "innovation:challenges", "published_at")
keepable(OwnChallenges, "innovation:own_challenges", "created_at")
keepable(Screening, "innovation:screening", "submitted_at")
keepable(Responses, "innovation:responses", "created_at")
keepable(Reviews, "innovation:reviews", "created_at")
keepable(Collaborations, "innovation:collaborations", "created_at")
keepable(Capabilities, "innovation:capabilities", "changed_at")
keepable(Technologies, "innovation:technologies", "published_at")
keepable(Agreements, "innovation:agreements", "created_at")
keepable(Rounds, "innovation:rounds", "created_at")
keepable(Days, "matching:days", "published_at")
keepable(Organisations, "organisations:organisations", "verified_at")
keepable(Chains, "industry:chains", "created_at")
keepable(Standards, "industry:standards", "published_at")
keepable(Conformities, "industry:conformities", "created_at")
