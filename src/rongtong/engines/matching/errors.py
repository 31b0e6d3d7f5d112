"""What can go wrong, in words for the person who reads the log."""


class MatchingError(Exception):
    """Base of every error this engine raises on purpose."""


class IndexBusy(MatchingError):
    """Another writer holds the index; only one process writes at a time."""


class IndexDamaged(MatchingError):
    """The files at a path are not an index this version can read; rebuild it from the database."""


class EncoderError(MatchingError):
    """Texts could not be encoded; a search then goes on with words alone."""
