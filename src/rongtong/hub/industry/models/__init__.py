"""Tables of the industry chain, one file a noun."""

from .chain import Chain, Product, ProductInput
from .conformity import Answer, Conformity
from .firm import Firm, Pseudonym
from .link import SupplyLink
from .standard import Requirement, Standard

__all__ = [
    "Answer",
    "Chain",
    "Conformity",
    "Firm",
    "Product",
    "ProductInput",
    "Pseudonym",
    "Requirement",
    "Standard",
    "SupplyLink",
]
