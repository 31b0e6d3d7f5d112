"""Transparency log: salted hashes in a Merkle tree, signed checkpoints, witnesses, timestamps, evidence to keep."""

from rongtong.engines.translog.canonical import canonical
from rongtong.engines.translog.checkpoints import Checkpoint, open_checkpoint
from rongtong.engines.translog.commitments import Commitment, commit, new_salt
from rongtong.engines.translog.cosigning import Cosigned, Outcome, Report, collect
from rongtong.engines.translog.errors import (
    Malformed,
    ProofInvalid,
    SignatureInvalid,
    StoreBusy,
    StoreDamaged,
    TileMissing,
    TimestampInvalid,
    TranslogError,
    Unreachable,
)
from rongtong.engines.translog.evidence import Evidence, Opening
from rongtong.engines.translog.files import FileStore
from rongtong.engines.translog.growing import Batch, Edge, grow
from rongtong.engines.translog.keys import LOG, WITNESS, Signer, Verifier
from rongtong.engines.translog.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash
from rongtong.engines.translog.monitoring import Audit, Finding, audit
from rongtong.engines.translog.notes import Note
from rongtong.engines.translog.policy import Policy
from rongtong.engines.translog.proofs import verify_consistency, verify_inclusion
from rongtong.engines.translog.publishing import FolderLog, evidence_for
from rongtong.engines.translog.reading import Resources, Tree
from rongtong.engines.translog.serving import log_application, resource, serve, witness_application
from rongtong.engines.translog.successions import KeyHistory, Succession, succeed
from rongtong.engines.translog.tiles import Tile, edge_tiles
from rongtong.engines.translog.timestamps import Anchors, Timestamp, stamp, verify_timestamp
from rongtong.engines.translog.transport import HttpResources, Post, Reply, post
from rongtong.engines.translog.verifying import Check, State, Verdict, verify_evidence
from rongtong.engines.translog.witness import Witness

__all__ = [
    "EMPTY_ROOT", "LOG", "WITNESS", "Anchors", "Audit", "Batch", "Check", "Checkpoint", "Commitment", "Cosigned",
    "Edge", "Evidence", "FileStore", "Finding", "FolderLog", "Frontier", "HttpResources", "KeyHistory",
    "Malformed", "Note", "Opening", "Outcome", "Policy", "Post", "ProofInvalid", "Reply", "Report", "Resources",
    "SignatureInvalid", "Signer", "State", "StoreBusy", "StoreDamaged", "Succession", "Tile", "TileMissing",
    "Timestamp", "TimestampInvalid", "TranslogError", "Tree", "Unreachable", "Verdict", "Verifier", "Witness",
    "audit", "canonical", "collect", "commit", "edge_tiles", "evidence_for", "grow", "leaf_hash",
    "log_application", "new_salt", "node_hash", "open_checkpoint", "post", "resource", "serve", "stamp", "succeed",
    "verify_consistency", "verify_evidence", "verify_inclusion", "verify_timestamp", "witness_application",
]  # fmt: skip
