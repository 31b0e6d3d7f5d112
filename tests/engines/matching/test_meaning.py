"""Meaning: found without a shared word, standardised, cached by content, and never a reason to fail."""

import json
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest

from rongtong.engines.matching import (
    Constraint,
    EncoderError,
    Index,
    Listing,
    Need,
    OpenAIEncoder,
    Searcher,
    VectorStore,
)
from rongtong.engines.matching.approximate import Allowed, ApproximateVectors, similarities
from rongtong.engines.matching.encoders import Side, Vectors
from rongtong.engines.matching.keys import Keys
from tests.engines.matching.made import LetterEncoder, filled, offer

MEMBER = Searcher(1)


class SynonymEncoder:
    """Knows that kugellager and 轴承 are one thing; every other text is far from all."""

    name, dimensions, typical = "synonyms", 64, (0.0, 0.05)

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        found = np.zeros((len(texts), self.dimensions), np.float32)
        for place, text in enumerate(texts):
            topic = 0 if "kugellager" in text or "轴承" in text else 1 + sum(map(ord, text)) % 63
            found[place, topic] = 1.0
        return found


class BrokenEncoder(SynonymEncoder):
    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        if side == "query":
            raise EncoderError("the endpoint is away")
        return super().encode(texts, side)


CONTENT = [offer("zh", "陶瓷轴承", "a"), *(offer(f"n{place}", f"电池{place}", f"o{place}") for place in range(40))]


def test_a_need_in_another_language_is_answered() -> None:
    matches = filled(CONTENT, SynonymEncoder()).search(Need("keramik kugellager"), MEMBER)
    assert [match.listing.id for match in matches] == ["zh"]
    assert matches.meaning
    meaning = matches[0].reasons.meaning
    assert meaning is not None
    assert meaning.similarity == 1.0
    assert matches[0].score == meaning.points > 50


def test_words_answer_before_and_without_vectors() -> None:
    index = Index.in_memory(SynonymEncoder())
    with index.writer() as writer:
        writer.upsert(CONTENT)
        writer.commit()
    matches = index.search(Need("轴承"), MEMBER)
    assert (len(matches), matches.meaning, index.pending()) == (1, False, 41)
    broken = filled(CONTENT, BrokenEncoder()).search(Need("轴承"), MEMBER)
    assert (len(broken), broken.meaning) == (1, False)


def test_a_listing_not_encoded_yet_gets_the_median_and_says_so() -> None:
    index = filled([offer("1", "陶瓷轴承", "a"), *CONTENT[1:]], SynonymEncoder())
    with index.writer() as writer:
        writer.upsert([offer("2", "陶瓷轴承 新", "b")])
        writer.commit()
    reasons = {match.listing.id: match.reasons.meaning for match in index.search(Need("轴承"), MEMBER)}
    assert reasons["2"] is not None
    assert reasons["1"] is not None
    assert (reasons["2"].similarity, reasons["2"].points) == (None, reasons["1"].points)


def test_required_conditions_reach_past_the_nearest() -> None:
    near = [offer(f"c{place:03}", f"轴承{place}", f"o{place}") for place in range(80)]
    rest = [offer(f"n{place}", f"电池{place}", f"o{place}") for place in range(500)]
    far = Listing("far", "x", "capability", "", {0: "kugellager"}, region="440300")
    index = filled([*near, far, *rest], SynonymEncoder())
    need = Need("轴承", constraints=(Constraint("region", ("44",), required=True),))
    assert [match.listing.id for match in index.search(need, MEMBER)] == ["far"]


def test_a_text_is_encoded_once_and_kept(tmp_path: Path) -> None:
    calls: list[str] = []

    class Counting(LetterEncoder):
        def encode(self, texts: Sequence[str], side: Side) -> Vectors:
            calls.extend(texts)
            return super().encode(texts, side)

    index = Index.create(tmp_path / "index", Counting())
    with index.writer() as writer:
        writer.upsert([offer(str(place), "轴承" if place % 2 else "电池") for place in range(20)])
        writer.commit()
    assert index.encode_pending(limit=1) == 1
    again = Index.open(tmp_path / "index", Counting())
    assert (again.encode_pending(), again.encode_pending(), sorted(calls)) == (1, 0, ["电池", "轴承"])
    assert again.search(Need("轴承"), MEMBER) == index.search(Need("轴承"), MEMBER)


def test_a_prepared_need_is_not_encoded_again(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "index", SynonymEncoder())
    with index.writer() as writer:
        writer.upsert(CONTENT)
        writer.commit()
    index.encode_pending()
    index.prepare(Need("keramik kugellager"))
    away = Index.open(tmp_path / "index", BrokenEncoder())
    assert away.search(Need("keramik kugellager"), MEMBER) == index.search(Need("keramik kugellager"), MEMBER)
    assert away.search(Need("keramik kugellager"), MEMBER).meaning
    assert not away.search(Need("another kugellager"), MEMBER).meaning


def test_a_half_written_tail_is_overwritten(tmp_path: Path) -> None:
    encoder = LetterEncoder()
    store = VectorStore(tmp_path, encoder)
    first, second = encoder.encode(["轴承", "电池"], "passage")
    store.add([b"a" * 16], first[None])
    with next(tmp_path.glob("*/vectors.f16")).open("ab") as file:
        file.write(b"half a vector")
    store.add([b"a" * 16, b"b" * 16, b"b" * 16], np.array([second, second, second]))
    opened = VectorStore(tmp_path, encoder)
    assert opened.slots([b"a" * 16, b"b" * 16, b"c" * 16]).tolist() == [0, 1, -1]
    np.testing.assert_array_equal(opened.vectors, np.array([first, second], np.float16))


def test_vectors_of_single_precision_are_taken_over(tmp_path: Path) -> None:
    encoder = LetterEncoder()
    vectors = encoder.encode(["轴承", "电池"], "passage")
    VectorStore(tmp_path, encoder).add([b"a" * 16, b"b" * 16], vectors)
    kept = next(tmp_path.glob("*/vectors.f16"))
    kept.unlink()
    kept.with_suffix(".f32").write_bytes(vectors.tobytes() + b"torn")
    opened = VectorStore(tmp_path, encoder)
    np.testing.assert_array_equal(opened.take(opened.slots([b"b" * 16, b"a" * 16])), vectors[::-1].astype(np.float16))
    assert not kept.with_suffix(".f32").exists()


def test_keys_are_found_however_they_came() -> None:
    """Against a dictionary: a few at a time, many at once, and two whose first halves are one."""
    draw = np.random.default_rng(3)
    wanted: dict[bytes, int] = {}
    keys = Keys()
    for count in (1, 30, 5_000, 2, 900, 9_000, 3):
        new = [draw.bytes(16) for _ in range(count)]
        new.append(new[0][:8] + draw.bytes(8))
        wanted |= {key: len(wanted) + place for place, key in enumerate(new)}
        keys.extend(b"".join(new))
        assert len(keys) == len(wanted)
        asked = [*wanted, draw.bytes(16), new[0][:8] + bytes(8)]
        assert keys.places(asked).tolist() == [wanted.get(key, -1) for key in asked]
    assert keys.since(0) == list(wanted)
    assert keys.since(14_900) == list(wanted)[14_900:]
    places = draw.permutation(len(wanted))[:500]
    expected = [int.from_bytes(list(wanted)[place][:6], "big") for place in places.tolist()]
    assert keys.order(places).tolist() == expected
    assert keys.places([]).tolist() == []


def test_approximate_search_finds_what_exact_search_finds() -> None:
    random = np.random.default_rng(7)
    centres = random.standard_normal((20, 32))
    vectors = (centres[random.integers(0, 20, 4_000)] + 0.3 * random.standard_normal((4_000, 32))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = ApproximateVectors.train(vectors[:3_500])  # the last 500 came after training
    allowed = random.random(4_000) < 0.5
    hits = 0
    for query in vectors[:20]:
        exact = np.where(allowed, similarities(vectors, query), -np.inf)
        found = index.nearest(vectors, query, Allowed.of(np.flatnonzero(allowed)), 50)
        assert allowed[found].all()
        hits += len(set(np.argsort(-exact)[:20]) & set(found.tolist()))
    assert hits >= 0.95 * 20 * 20


def test_an_approximate_index_gives_what_the_exact_one_gives() -> None:
    """Many listings with few texts, some encoded after training, of two kinds: the same matches, the same reasons."""
    texts = [f"轴承{a}型{b}" for a in "甲乙丙丁" for b in "高低快慢"]
    content = [offer(str(n), texts[n % 16], f"o{n}", kind="capability" if n % 3 else "challenge") for n in range(400)]
    exact, approximate = filled(content, LetterEncoder()), filled(content, LetterEncoder())
    approximate.vectors.train_approximate()
    for index in (exact, approximate):
        with index.writer() as writer:
            writer.upsert([offer("later", "轴承甲型高 新", "x")])
            writer.commit()
        index.encode_pending()
    for kinds in (frozenset[str](), frozenset({"capability"})):
        need = Need("轴 甲 高", kinds=kinds)
        assert approximate.search(need, MEMBER, limit=300) == exact.search(need, MEMBER, limit=300)
    assert "later" in {match.id for match in approximate.search(need, MEMBER, limit=300)}


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[dict[str, object]], dict[str, object]]]:
    """An embedding endpoint that answers what the test puts into it."""
    asked: list[dict[str, object]] = []
    answer: dict[str, object] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append({"path": self.path, "key": self.headers["Authorization"], **json.loads(body)})
            self.send_response(int(str(answer.get("status", 200))))
            self.end_headers()
            self.wfile.write(json.dumps(answer.get("body")).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/", asked, answer
    server.shutdown()
    thread.join()
    server.server_close()


def test_openai_endpoint(endpoint: tuple[str, list[dict[str, object]], dict[str, object]]) -> None:
    address, asked, answer = endpoint
    answer["body"] = {"data": [{"index": 1, "embedding": [0, 2.0]}, {"index": 0, "embedding": [3.0, 0]}]}
    encoder = OpenAIEncoder(address, "m", 2, api_key="secret", query_prefix="query: ")
    np.testing.assert_array_equal(encoder.encode(["a", "b"], "query"), [[1, 0], [0, 1]])
    assert asked == [
        {
            "path": "/v1/embeddings",
            "key": "Bearer secret",
            "model": "m",
            "input": ["query: a", "query: b"],
            "encoding_format": "float",
        }
    ]
    assert "secret" not in repr(encoder)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {}),
        (200, {"data": "no"}),
        (200, {"data": [{"index": 0, "embedding": [1.0]}]}),
        (200, {"data": [{"index": 0, "embedding": [0.0, 0.0]}]}),
        (200, {"data": [{"index": 0, "embedding": [1.0, "x"]}]}),
        (200, {"data": [{"index": 0, "embedding": [1.0, float("nan")]}]}),
    ],
)
def test_bad_answers_are_encoder_errors(
    endpoint: tuple[str, list[dict[str, object]], dict[str, object]], status: int, body: object
) -> None:
    address, _, answer = endpoint
    answer.update(status=status, body=body)
    with pytest.raises(EncoderError):
        OpenAIEncoder(address, "m", 2).encode(["a"], "passage")


def test_an_absent_endpoint_is_an_encoder_error() -> None:
    with pytest.raises(EncoderError, match="cannot be asked"):
        OpenAIEncoder("http://127.0.0.1:9", "m", 2, timeout=1).encode(["a"], "query")
    with pytest.raises(ValueError, match="https://"):
        OpenAIEncoder("file:///etc/passwd", "m", 2)
