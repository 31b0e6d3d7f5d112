"""A witness (C2SP tlog-witness): remembers the newest checkpoint of each log, and cosigns only what continues it.

It keeps about 200 bytes for each log and sees no entries. What it cannot be made to do is cosign a smaller tree after
a larger one, or two histories: that is how a rewritten log and a restored old backup come to light.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rongtong.engines.translog.armour import from_base64, from_decimal, to_base64
from rongtong.engines.translog.checkpoints import Checkpoint
from rongtong.engines.translog.cosignatures import cosign
from rongtong.engines.translog.errors import Malformed, ProofInvalid, SignatureInvalid, StoreDamaged
from rongtong.engines.translog.keys import WITNESS, Signer, Verifier
from rongtong.engines.translog.merkle import EMPTY_ROOT
from rongtong.engines.translog.notes import LONGEST_NOTE, Note
from rongtong.engines.translog.proofs import verify_consistency
from rongtong.engines.translog.successions import KeyHistory, Succession

LONGEST_REQUEST = LONGEST_NOTE + 4_096
MOST_PROOF_LINES = 63
MOST_KEPT_CONFLICTS = 1_000
PLAIN = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"
_SCHEMA = """
CREATE TABLE newest (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL);
CREATE TABLE succession (number INTEGER PRIMARY KEY, origin TEXT NOT NULL, note TEXT NOT NULL);
CREATE TABLE conflict (number INTEGER PRIMARY KEY, at TEXT NOT NULL, origin TEXT NOT NULL, why TEXT NOT NULL,
    kept TEXT NOT NULL, sent TEXT NOT NULL, UNIQUE (why, kept, sent));
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with: an HTTP status, a body and its type."""

    status: int
    body: str
    type: str = PLAIN


@dataclass(frozen=True, slots=True)
class Request:
    """An add-checkpoint request: the size the sender believes was cosigned last, a proof from there, a checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    @property
    def body(self) -> bytes:
        """The request as it is sent."""
        lines = [f"old {self.old}", *(to_base64(one) for one in self.proof), ""]
        return ("".join(f"{line}\n" for line in lines) + str(self.note)).encode()

    @classmethod
    def parse(cls, body: bytes) -> Request:
        """Read a request; raises `Malformed`."""
        if len(body) > LONGEST_REQUEST:
            raise Malformed("the request is too long")
        head, gap, note = body.partition(b"\n\n")
        try:
            first, *lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise Malformed("the lines before the checkpoint are ASCII") from error
        if not gap or not first.startswith("old ") or len(lines) > MOST_PROOF_LINES:
            raise Malformed("a request has a line 'old SIZE', up to 63 lines of proof, an empty line and a checkpoint")
        return cls(from_decimal(first.removeprefix("old ")), tuple(map(from_base64, lines)), Note.parse(note))


class Witness:
    """One witness, with its memory in one SQLite file; any number of threads and processes may ask it.

    Parameters
    ----------
    home
        The folder that `Witness.create` made.
    logs
        The keys of the logs it watches, as they were given to its keeper by the logs' keepers.
    clock
        Gives aware times.
    """

    def __init__(
        self, home: Path, logs: Iterable[Verifier], clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.signer = Signer.parse((home / "key").read_text(encoding="utf-8").strip())
        self._path = home / "memory.sqlite"
        if not self._path.is_file():
            raise StoreDamaged(
                f"{home} has a key and no memory: with this key it would cosign what contradicts what it has cosigned. "
                "Bring the memory back, or make a new witness with another key"
            )
        self._logs = {one.name: one for one in logs}
        self._clock = clock
        self._local = threading.local()

    @classmethod
    def create(cls, home: Path, name: str) -> Signer:
        """Make the folder of a new witness: its key (readable by nobody else) and an empty memory."""
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (home / "key").exists() or (home / "memory.sqlite").exists():
            raise StoreDamaged(f"{home} is a witness already")
        signer = Signer.generate(name, WITNESS)
        with closing(_connected(home / "memory.sqlite")) as connection:
            connection.executescript(_SCHEMA)
        handle = os.open(home / "key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{signer.secret}\n")
            file.flush()
            os.fsync(handle)
        return signer

    @property
    def verifier(self) -> Verifier:
        """Its public key."""
        return self.signer.verifier

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one add-checkpoint request; what is cosigned is on the disk before this returns."""
        try:
            request = Request.parse(body)
            sent = Checkpoint.parse(request.note.text)
        except Malformed as error:
            return Answer(400, f"{error}\n")
        if sent.origin not in self._logs:
            return Answer(404, "this witness does not watch that log\n")
        try:
            history = self._history(self._connection, sent.origin)
            history.open(request.note)
        except SignatureInvalid as error:
            return Answer(403, f"{error}\n")
        # Without lines that anybody may add: what is kept is what the log itself has signed.
        known = [one for one in request.note.signatures if any(one.by(key) for key in history.keys)]
        request = replace(request, note=Note(request.note.text, tuple(known)))
        with self._changing() as connection:
            if request.old > sent.size:
                return Answer(400, "the old size is larger than the checkpoint's\n")
            refusal = self._refusal(connection, request, sent)
            if refusal:
                return refusal
            row = (sent.origin, sent.size, sent.root, str(request.note))
            connection.execute("REPLACE INTO newest VALUES (?, ?, ?, ?)", row)
        return Answer(200, f"{cosign(sent.text, self.signer, self._clock()).line}\n")

    def accept_succession(self, note: str) -> KeyHistory:
        """Take note that a log's key has been succeeded; raises `SignatureInvalid` where the chain does not go on."""
        origin = Succession.open(note).old.name
        if origin not in self._logs:
            raise SignatureInvalid(f"this witness does not watch the log {origin}")
        with self._changing() as connection:
            connection.execute("INSERT INTO succession (origin, note) VALUES (?, ?)", (origin, note))
            return self._history(connection, origin)

    def newest(self, origin: str) -> Checkpoint | None:
        """Return the newest checkpoint of a log that it has cosigned."""
        row = self._connection.execute("SELECT size, root FROM newest WHERE origin = ?", (origin,)).fetchone()
        return Checkpoint(origin, *row) if row else None

    def conflicts(self) -> list[tuple[str, str, str]]:
        """Return what logs have signed that contradicts what they had signed: (why, kept note, sent note)."""
        return self._connection.execute("SELECT why, kept, sent FROM conflict ORDER BY number").fetchall()

    def close(self) -> None:
        """Close this thread's connection."""
        if hasattr(self._local, "connection"):
            self._local.connection.close()
            del self._local.connection

    def _refusal(self, connection: sqlite3.Connection, request: Request, sent: Checkpoint) -> Answer | None:
        row = connection.execute("SELECT size, root, note FROM newest WHERE origin = ?", (sent.origin,)).fetchone()
        size, root, kept = row or (0, EMPTY_ROOT, "")
        if request.old != size:
            return Answer(409, f"{size}\n", SIZE)
        if sent.size == size and sent.root != root:
            self._keep_conflict(connection, sent.origin, "two roots at one size", kept, request.note)
            return Answer(409, f"another root has been cosigned at size {size}\n")
        try:
            verify_consistency(size, sent.size, request.proof, root, sent.root)
        except ProofInvalid as error:
            self._keep_conflict(connection, sent.origin, "not proved to continue", kept, request.note)
            return Answer(422, f"{error}\n")
        return None

    def _keep_conflict(self, connection: sqlite3.Connection, origin: str, why: str, kept: str, sent: Note) -> None:
        """Both notes bear the log's signature: two roots convict it, a missing proof only if the log made it."""
        full = connection.execute("SELECT count(*) FROM conflict WHERE why = ?", (why,)).fetchone()[0]
        if full < MOST_KEPT_CONFLICTS:
            row = (self._clock().isoformat(), origin, why, kept, str(sent))
            connection.execute(
                "INSERT OR IGNORE INTO conflict (at, origin, why, kept, sent) VALUES (?, ?, ?, ?, ?)", row
            )

    def _history(self, connection: sqlite3.Connection, origin: str) -> KeyHistory:
        notes = [
            note
            for (note,) in connection.execute("SELECT note FROM succession WHERE origin = ? ORDER BY number", (origin,))
        ]
        return KeyHistory.through([self._logs[origin]], notes) if notes else KeyHistory(self._logs[origin])

    @property
    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            self._local.connection = _connected(self._path)
        connection: sqlite3.Connection = self._local.connection
        return connection

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """Be alone: between looking at the newest checkpoint and replacing it nobody else does."""
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
