"""Which kinds of listings answer each other. A room that lists something says so once, in its ``listings.py``."""

_answers: dict[str, set[str]] = {}


def answer_each_other(one: str, other: str) -> None:
    """Declare two kinds as need and offer: ``answer_each_other("challenge", "capability")``."""
    _answers.setdefault(one, set()).add(other)
    _answers.setdefault(other, set()).add(one)


def counterparts(kind: str) -> frozenset[str]:
    """The kinds that answer this one; none for a kind that nobody declared."""
    return frozenset(_answers.get(kind, ()))
