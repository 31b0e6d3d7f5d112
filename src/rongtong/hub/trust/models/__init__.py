"""Tables of trust: agreements and documents, evidence, the log."""

from .documents import Document, NonDisclosureAgreement
from .evidence import EvidenceEntry, EvidenceOpening
from .log import LogCheckpoint, LogCosignature, LogHead, LogKey, LogTile, LogTimestamp, LogWitness

__all__ = [
    "Document",
    "EvidenceEntry",
    "EvidenceOpening",
    "LogCheckpoint",
    "LogCosignature",
    "LogHead",
    "LogKey",
    "LogTile",
    "LogTimestamp",
    "LogWitness",
    "NonDisclosureAgreement",
]
