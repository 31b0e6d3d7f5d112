"""The sample cluster: one invented city's equipment industry, as text files and the words that read them."""

from .content import read
from .reading import ContentError
from .records import Cluster

__all__ = ["Cluster", "ContentError", "read"]
