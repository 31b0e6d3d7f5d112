"""Which texts have no vector yet: read on from where the last look ended, in the order in which listings changed."""

import sqlite3

from rongtong.engines.matching.listing import MEMBERS, PUBLIC, Listing
from rongtong.engines.matching.preparing import passage
from rongtong.engines.matching.store import Store
from rongtong.engines.matching.vectors import VectorStore, content_key

_PAGE = 2_000
_NEXT = """
SELECT changed, row, meaning0, meaning1 FROM listing WHERE (changed, row) > (?, ?) ORDER BY changed, row LIMIT ?
"""
_BODY = "SELECT body FROM listing WHERE row = ?"
_Found = tuple[int, int, bytes | None, bytes]


class Unencoded:
    """A place in the listings before which everything is encoded; what changes comes after it again."""

    def __init__(self) -> None:
        self._place = (-1, -1)

    def next(self, store: Store, vectors: VectorStore, count: int) -> dict[bytes, str]:
        """Return up to `count` keys with their texts; they come again until they have vectors."""
        vectors.refresh()
        found: dict[bytes, str] = {}
        place, clear = self._place, True
        while len(found) < count:
            with store.reading() as connection:
                page: list[_Found] = connection.execute(_NEXT, (*place, _PAGE)).fetchall()
                for changed, row, public, members in page:
                    wanted = {key for key in (public, members) if key is not None and key not in vectors} - found.keys()
                    if wanted:
                        clear = False
                        found |= _texts(connection, row, wanted)
                    place = (changed, row)
                    if clear:
                        self._place = place
                    if len(found) >= count:
                        break
            if len(page) < _PAGE:
                break
        return dict(list(found.items())[:count])


def _texts(connection: sqlite3.Connection, row: int, wanted: set[bytes]) -> dict[bytes, str]:
    listing = Listing.from_json(connection.execute(_BODY, (row,)).fetchone()[0])
    texts = [passage(listing.full_text(level)) for level in (PUBLIC, MEMBERS) if listing.visible_at(level)]
    return {key: text for text in texts if (key := content_key(text)) in wanted}


def unencoded_keys(store: Store, vectors: VectorStore) -> set[bytes]:
    """Return every key that has no vector."""
    with store.reading() as connection:
        every = connection.execute("SELECT meaning0, meaning1 FROM listing")
        return {key for keys in every for key in keys if key is not None and key not in vectors}
