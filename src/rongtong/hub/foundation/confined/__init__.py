"""Work on what strangers send, in a child process that can do little harm and is ended when it asks for too much.

The child may use one gibibyte of memory and thirty seconds of processor time, opens no sockets and starts no programs.
It answers in JSON: nothing that it says is executed here.
"""

from .rejection import Rejected
from .running import ChildFailed, Limits, run

__all__ = ["ChildFailed", "Limits", "Rejected", "run"]
