"""Tables of matching: listings and who was shown them, matchmaking days and what came of their meetings."""

from .day import DaySlot, DayTable, MatchmakingDay
from .evaluation import Click, Lists, PairScore
from .listing import Impression, Listing
from .meeting import DayPlan, Meeting, MeetingFeedback, MeetingOutcome, MeetingSide
from .participation import MeetingRequest, Participation

__all__ = [
    "Click",
    "DayPlan",
    "DaySlot",
    "DayTable",
    "Impression",
    "Listing",
    "Lists",
    "MatchmakingDay",
    "Meeting",
    "MeetingFeedback",
    "MeetingOutcome",
    "MeetingRequest",
    "MeetingSide",
    "PairScore",
    "Participation",
]
