"""The last answers of an index: whoever pages, exports or invites from a list asks for the same one again."""

import threading
from collections import OrderedDict

from rongtong.engines.matching.matches import Matches
from rongtong.engines.matching.search import Request

_MOST = 32  # answers kept; one of 200 matches holds about half a megabyte

#: Everything that an answer was read from; another object in any place means that something was committed.
Moment = tuple[object, ...]


class Answers:
    """Answers by request, each good for the moment it was read in and for no other."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Request, tuple[Moment, Matches]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, request: Request, moment: Moment) -> Matches | None:
        """Return the answer to an equal request of the same searcher, if nothing has changed since."""
        with self._lock:
            kept = self._kept.get(request)
            if kept is None or any(then is not now for then, now in zip(kept[0], moment, strict=True)):
                return None
            self._kept.move_to_end(request)
            return kept[1]

    def keep(self, request: Request, moment: Moment, matches: Matches) -> None:
        """Keep an answer; the one asked for longest ago makes room."""
        with self._lock:
            self._kept[request] = (moment, matches)
            self._kept.move_to_end(request)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
