"""What a confined function raises to say that the file is not acceptable."""

from __future__ import annotations


class Rejected(Exception):
    """The file is refused. ``code`` is stable; ``detail`` gives the values that the message for people needs."""

    def __init__(self, code: str, **detail: str | int) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail
