"""What can go wrong, in words for the person who has to decide what it means."""


class TranslogError(Exception):
    """Base of every error this engine raises on purpose."""


class Malformed(TranslogError):
    """Bytes that are not of the form they claim: refused before anything is computed from them."""


class ProofInvalid(TranslogError):
    """A Merkle proof does not lead to the root it was given for."""


class SignatureInvalid(TranslogError):
    """A note bears no good signature of a key that is trusted, or a bad one of such a key."""


class TileMissing(TranslogError):
    """A tile or entry bundle that a tree of this size must have is not there, or is too short."""


class StoreDamaged(TranslogError):
    """The files of a log contradict each other: restore them, nothing is appended to them."""


class StoreBusy(TranslogError):
    """Another process appends to the same log."""


class TimestampInvalid(TranslogError):
    """A trusted timestamp does not hold for these bytes and these anchors."""


class Unreachable(TranslogError):
    """Another machine gave no usable answer in time."""
