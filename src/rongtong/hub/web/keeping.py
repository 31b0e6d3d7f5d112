"""Which lists' searches can be kept, and by what time a row in them is new."""

from rongtong.hub.innovation.views.capabilities import Capabilities
from rongtong.hub.innovation.views.challenge_list import Challenges
from rongtong.hub.innovation.views.rounds import Rounds
from rongtong.hub.organisations.views.organisations import Organisations

from .saved import keepable

keepable(Challenges, "innovation:challenges", "published_at")
keepable(Capabilities, "innovation:capabilities", "changed_at")
keepable(Rounds, "innovation:rounds", "created_at")
keepable(Organisations, "organisations:organisations", "verified_at")
