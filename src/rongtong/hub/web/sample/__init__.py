"""The sample cluster: one invented city's equipment industry, as text files and the words that read and load them."""

from __future__ import annotations

from typing import Any

from .content import read
from .reading import ContentError
from .records import Cluster

__all__ = ["Cluster", "ContentError", "load", "read"]


def load(**given: Any) -> None:
    """Load the sample cluster into an empty database; see :func:`rongtong.hub.web.sample.loading.load`."""
    from .loading import load as load_cluster  # needs Django ready, which reading does not

    load_cluster(**given)
