"""From listings to what the store and the text index hold of them: terms, vectors, facets, documents.

This is most of the work of writing and needs nothing but the listings themselves, so it can be done in other
processes (see `workers`).
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from rongtong.engines.matching.bulk import cut
from rongtong.engines.matching.constraints import facet_terms, price_in_fen
from rongtong.engines.matching.listing import MEMBERS, PUBLIC, Listing
from rongtong.engines.matching.meaning import passage_summary
from rongtong.engines.matching.store import BETWEEN
from rongtong.engines.matching.vectors import content_key

COLUMNS = (
    "id", "kind", "owner", "anonymous", "region", "industry", "size_class", "readiness", "price", "certificates",
    "languages", "hidden", "hashes0", "counts0", "hashes1", "counts1", "meaning0", "meaning1", "body",
)  # fmt: skip
_json = json.JSONEncoder(ensure_ascii=False, check_circular=False)
_PROBE = "数控机床用，转速 4.5万转/分；the bearings' running temperatures, real-time, GB/T 276-2013, 5G 与人工智能"


class Prepared(NamedTuple):
    """A listing, ready to be written: the columns of the store, and its document for each shelf.

    Parameters
    ----------
    hashes0, counts0
        None where visitors see nothing, or the same words as members.
    public, members
        The document for the shelf of what everybody sees, and for the shelf of what members see differently;
        None where the listing does not stand there.
    """

    id: str
    kind: str
    owner: str
    anonymous: bool
    region: str
    industry: str
    size_class: str
    readiness: int | None
    price: str | None
    certificates: str | None
    languages: str | None
    hidden: str
    hashes0: bytes | None
    counts0: bytes | None
    hashes1: bytes
    counts1: bytes
    meaning0: bytes | None
    meaning1: bytes
    body: str
    public: str | None
    members: str | None


def prepare(listings: Sequence[Listing]) -> list[Prepared]:
    """Prepare a batch."""
    places: list[tuple[int | None, int]] = []  # of each listing's text for visitors and for members
    texts: list[str] = []
    for listing in listings:
        public = None
        if listing.visible_at(PUBLIC):
            public = len(texts)
            texts.append(listing.full_text(PUBLIC))
        if public is None or listing.texts.get(MEMBERS):
            texts.append(listing.full_text(MEMBERS))
        places.append((public, len(texts) - 1))
    words, vectors = cut(texts)
    parts = vectors.parts()
    return [
        _prepared(listing, texts, words, parts, public, members)
        for listing, (public, members) in zip(listings, places, strict=True)
    ]


def rules() -> int:
    """Return a number that changes when listings are cut into other terms or encoded by another summary."""
    probe = Listing(
        "1", "a", "capability", "高速主軸陶瓷軸承 X-ray 检测", {PUBLIC: _PROBE}, region="440300", industry="c3421"
    )
    one = prepare([probe])[0]
    return int.from_bytes(content_key(repr((one.hashes1, one.counts1, one.meaning1, one.public)))[:6], "big")


def _prepared(
    listing: Listing,
    texts: list[str],
    words: list[str],
    parts: list[tuple[bytes, bytes]],
    public: int | None,
    members: int,
) -> Prepared:
    own = None if public is None or public == members else parts[public]
    key1 = content_key(passage(texts[members]))
    key0 = None if public is None else key1 if own is None else content_key(passage(texts[public]))
    differs = own is not None or bool(listing.facet_levels)
    face = listing.seen_at(PUBLIC) if listing.facet_levels else listing  # its texts are in the terms
    documents = (
        None if public is None else _document(face, words[public]),
        _document(listing, words[members]) if public is None or differs else None,
    )
    vectors = (*(own or (None, None)), *parts[members], key0, key1)
    return Prepared._make((*_columns(listing), *vectors, listing.to_json(), *documents))


def _columns(listing: Listing) -> tuple[Any, ...]:
    return (
        listing.id,
        listing.kind,
        listing.owner,
        listing.anonymous,
        listing.region,
        listing.industry,
        listing.size_class,
        listing.readiness,
        None if listing.price is None else str(listing.price),
        _names(listing.certificates),
        _names(listing.languages),
        BETWEEN.join(facet for facet, level in listing.facet_levels.items() if level > PUBLIC),
    )


def _names(names: frozenset[str] | None) -> str | None:
    return None if names is None else BETWEEN.join(sorted(names))


def _document(listing: Listing, words: str) -> str:
    """Return a shelf's document as JSON without its opening brace, so that its row can be put before."""
    facets = [*facet_terms(listing), f"own:{listing.owner}"]
    if not listing.anonymous:
        facets.append(f"owner:{listing.owner}")
    joined = " ".join(facets)
    if len(joined.split()) != len(facets):  # some name has white space in it
        joined = " ".join(map(facet_token, facets))
    numbers = "" if listing.readiness is None else f', "readiness": {listing.readiness}'
    if listing.price is not None:
        numbers += f', "price": {price_in_fen(listing.price)}'
    return f'"words": "{words}", "facets": {_json.encode(joined)}{numbers}}}'  # no word has a sign that JSON escapes


def facet_token(term: str) -> str:
    """Return the form in which a facet's term is indexed: without white space, which stands between terms."""
    return "\x1f".join(term.split())


def passage(full_text: str) -> str:
    """Return what is encoded of a listing whose full text this is for a level."""
    title, _, text = full_text.partition("\n")
    return passage_summary(title, text)
