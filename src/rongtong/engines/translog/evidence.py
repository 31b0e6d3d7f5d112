"""The evidence file: everything that shows an entry was in the log at a time, in one JSON object to keep.

::

    {"format": "rongtong-evidence/v1",
     "entry": {"sha256": "…", "sm3": "…", "v": 1},
     "opening": {"salt": "…", "event": {…}},
     "inclusion": {"index": 7, "path": ["…"]},
     "checkpoint": "example.com/log\\n8\\n…\\n\\n— example.com/log …\\n— witness.example …\\n",
     "successions": [],
     "timestamps": ["…"]}

What the entry commits to is in `opening`, and only in the owner's copy: an event is inside as JSON, a document stays a
file of its own. Hashes are Base64 in paths (as in notes), hexadecimal where people compare them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rongtong.engines.translog.armour import LARGEST_SIZE, from_base64, to_base64
from rongtong.engines.translog.canonical import canonical, parse
from rongtong.engines.translog.commitments import Commitment, digest_of
from rongtong.engines.translog.errors import Malformed
from rongtong.engines.translog.notes import Note
from rongtong.engines.translog.proofs import MOST_HASHES

FORMAT = "rongtong-evidence/v1"
LONGEST = 4 * 1024 * 1024
MOST_TIMESTAMPS = 16
_FIELDS = ("format", "entry", "opening", "inclusion", "checkpoint", "successions", "timestamps")


@dataclass(frozen=True)
class Opening:
    """What a commitment was made of.

    Attributes
    ----------
    salt
        32 bytes.
    event
        The JSON object that was committed to in canonical form; None where it was a document, which stays apart.
    """

    salt: bytes
    event: dict[str, Any] | None = None


@dataclass(frozen=True)
class Evidence:
    """An evidence file, read but not believed: see `verify_evidence`.

    Attributes
    ----------
    commitment
        The entry in the log.
    index
        Its place.
    path
        Inclusion proof to the checkpoint's root.
    checkpoint
        The checkpoint with the log's signature and the witnesses' cosignatures.
    opening
        In the owner's copy.
    successions
        Rotations of the log's key that lead from a trusted key to the one that signed.
    timestamps
        RFC 3161 tokens (DER) over the checkpoint's text.
    """

    commitment: Commitment
    index: int
    path: tuple[bytes, ...]
    checkpoint: Note
    opening: Opening | None = None
    successions: tuple[Note, ...] = ()
    timestamps: tuple[bytes, ...] = ()

    def to_json(self) -> str:
        """Write the file."""
        value: dict[str, Any] = {
            "format": FORMAT,
            "entry": parse(self.commitment.entry),
            "opening": _opening_json(self.opening),
            "inclusion": {"index": self.index, "path": [to_base64(one) for one in self.path]},
            "checkpoint": str(self.checkpoint),
            "successions": [str(one) for one in self.successions],
            "timestamps": [to_base64(one) for one in self.timestamps],
        }
        if self.opening is None:
            del value["opening"]
        return json.dumps(value, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, data: str | bytes) -> Evidence:
        """Read a file; raises `Malformed` at an unknown, missing or doubled field, or one of another form."""
        if len(data) > LONGEST:
            raise Malformed("the file is too long to be evidence")
        value = _fields(parse(data), _FIELDS, "the file", optional={"opening"})
        if value["format"] != FORMAT:
            raise Malformed(f"the file says it is {value['format']!r:.40}; this program reads {FORMAT}")
        inclusion = _fields(value["inclusion"], ("index", "path"), "inclusion")
        index, path = inclusion["index"], _texts(inclusion["path"], "path", MOST_HASHES)
        if type(index) is not int or not 0 <= index <= LARGEST_SIZE:
            raise Malformed("index is a whole number from 0")
        opening = _opening(value["opening"]) if "opening" in value else None
        return cls(
            Commitment.from_json(value["entry"]),
            index,
            tuple(map(from_base64, path)),
            Note.parse(_texts([value["checkpoint"]], "checkpoint", 1)[0]),
            opening,
            tuple(map(Note.parse, _texts(value["successions"], "successions", MOST_HASHES))),
            tuple(map(from_base64, _texts(value["timestamps"], "timestamps", MOST_TIMESTAMPS))),
        )

    def without_opening(self) -> Evidence:
        """Return the copy that may be shown to somebody who must not learn what was committed to."""
        return replace(self, opening=None)


def _opening_json(opening: Opening | None) -> dict[str, Any] | None:
    if opening is None:
        return None
    event = {} if opening.event is None else {"event": opening.event}
    return {"salt": opening.salt.hex(), **event}


def _opening(value: Any) -> Opening:
    found = _fields(value, ("salt", "event"), "opening", optional={"event"})
    event = found.get("event")
    if "event" in found and not isinstance(event, dict):
        raise Malformed("event is an object")
    if event is not None:
        canonical(event)  # refuses what has no canonical form
    return Opening(digest_of(found["salt"], "salt"), event)


def _fields(value: Any, names: Sequence[str], where: str, optional: frozenset[str] | set[str] = frozenset()) -> Any:
    if not isinstance(value, dict):
        raise Malformed(f"{where} is an object")
    unknown, missing = set(value) - set(names), set(names) - set(value) - optional
    if unknown or missing:
        told = [f"has no field {name}" for name in sorted(missing)]
        told += [f"has an unknown field {name!r:.40}" for name in sorted(unknown)]
        raise Malformed(f"{where} {', '.join(told)}")
    return value


def _texts(value: Any, name: str, most: int) -> list[str]:
    if not isinstance(value, list) or len(value) > most or not all(isinstance(one, str) for one in value):
        raise Malformed(f"{name} is text, at most {most} of it")
    if name == "timestamps" and len(set(value)) < len(value):
        raise Malformed("a timestamp stands there twice")
    return value
