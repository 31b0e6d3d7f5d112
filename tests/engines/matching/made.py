"""What the matching tests build on: small listings, hypothesis strategies, an encoder without a model."""

import hashlib
from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from rongtong.engines.matching import Encoder, Index, Listing
from rongtong.engines.matching.encoders import Side, Vectors

WORDS = ["轴承", "数控机床", "陶瓷", "电池", "检测", "bearing", "spindle", "ceramic", "battery", "5G", "高精度", "航发"]
OWNERS = ["a", "b", "c"]
KINDS = ["capability", "challenge"]


class LetterEncoder:
    """Vectors of letter counts: texts that share letters are close, and nothing is loaded."""

    name = "letters"
    dimensions = 24
    typical = (0.0, 0.1)

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        """Return unit vectors."""
        found = np.full((len(texts), self.dimensions), 0.01, np.float32)
        for place, text in enumerate(texts):
            for letter in text:
                found[place, hashlib.blake2b(letter.encode()).digest()[0] % self.dimensions] += 1
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=8).map(" ".join)


@st.composite
def listings(draw: st.DrawFn, levels: Sequence[tuple[int, ...]] = ((0,), (1,), (0, 1)), prefix: str = "") -> Listing:
    """Draw a listing with an id that starts with `prefix`."""
    return Listing(
        id=prefix + str(draw(st.integers(0, 30))),
        owner=draw(st.sampled_from(OWNERS)),
        kind=draw(st.sampled_from(KINDS)),
        title=draw(st.sampled_from(WORDS)),
        texts={level: draw(texts) for level in draw(st.sampled_from(levels))},
        region=draw(st.sampled_from(["", "440000", "440300", "440305", "320500"])),
        industry=draw(st.sampled_from(["", "C", "C34", "C3421", "I65"])),
        certificates=draw(
            st.sampled_from([None, frozenset(), frozenset({"ISO9001"}), frozenset({"ISO9001", "AS9100"})])
        ),
        size_class=draw(st.sampled_from(["", "small", "medium"])),
        readiness=draw(st.sampled_from([None, 3, 6, 9])),
        facet_levels=draw(st.sampled_from([{}, {"region": 1}, {"readiness": 1}])),
        anonymous=draw(st.booleans()),
    )


def filled(content: Sequence[Listing], encoder: Encoder | None = None) -> Index:
    """Return an index in memory that holds `content`, encoded where there is an encoder."""
    index = Index.in_memory(encoder)
    with index.writer() as writer:
        writer.upsert(content)
        writer.commit()
    index.encode_pending(10_000)
    return index


def offer(listing_id: str, text: str, owner: str = "a", level: int = 0, kind: str = "capability") -> Listing:
    """Return a plain listing."""
    return Listing(listing_id, owner, kind, "", {level: text})
