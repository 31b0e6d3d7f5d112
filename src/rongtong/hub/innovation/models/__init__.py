"""Tables of the innovation chain, one file a noun."""

from .agreement import Agreement, AgreementDate, AgreementDraft, AgreementSignature, AgreementVersion, Grant
from .amendment import Amendment
from .capability import Capability
from .challenge import Challenge, ChallengeInvitation, NumberSeries, Question, Target, Watch
from .collaboration import Achievement, Collaboration, Milestone
from .response import Commitment, Partner, PlannedMilestone, Response
from .round import Round
from .selection import Award, Criterion, Reviewer, Score, ScoreSheet
from .statement import Statement
from .subneed import Source, SubNeed
from .technology import Technology, TechnologyOwner

__all__ = [
    "Achievement",
    "Agreement",
    "AgreementDate",
    "AgreementDraft",
    "AgreementSignature",
    "AgreementVersion",
    "Amendment",
    "Award",
    "Capability",
    "Challenge",
    "ChallengeInvitation",
    "Collaboration",
    "Commitment",
    "Criterion",
    "Grant",
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
    "Statement",
    "SubNeed",
    "Target",
    "Technology",
    "TechnologyOwner",
    "Watch",
]
