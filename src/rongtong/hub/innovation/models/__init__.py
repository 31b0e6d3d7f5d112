"""Tables of the innovation chain, one file a noun."""

from .amendment import Amendment
from .capability import Capability
from .challenge import Challenge, ChallengeInvitation, NumberSeries, Question, Target, Watch
from .collaboration import Achievement, Collaboration, Milestone
from .response import Commitment, Partner, PlannedMilestone, Response
from .round import Round
from .selection import Award, Criterion, Reviewer, Score, ScoreSheet
from .subneed import Source, SubNeed

__all__ = [
    "Achievement",
    "Amendment",
    "Award",
    "Capability",
    "Challenge",
    "ChallengeInvitation",
    "Collaboration",
    "Commitment",
    "Criterion",
    "Milestone",
    "NumberSeries",
    "Partner",
    "PlannedMilestone",
    "Question",
    "Response",
    "Reviewer",
    "Round",
    "Score",
    "ScoreSheet",
    "Source",
    "SubNeed",
    "Target",
    "Watch",
]
