"""What can be wrong with what was given, in words for the person who can put it right."""


class FairnessError(ValueError):
    """Something the caller can put right; the message says what and how."""
