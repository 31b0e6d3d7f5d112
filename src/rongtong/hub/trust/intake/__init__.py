"""Files from strangers: counted, looked at, cleaned, kept; and handed out again without harm."""

from .links import download, open_link, sign_link
from .purposes import KINDS, PURPOSES, Purpose
from .receive import Accepted, receive
from .scanning import Verdict, scan
from .store import open_kept, path_of, remove

__all__ = [
    "KINDS", "PURPOSES", "Accepted", "Purpose", "Verdict", "download", "open_kept", "open_link", "path_of", "receive",
    "remove", "scan", "sign_link",
]  # fmt: skip
