"""Tables of the industry chain, one file a noun."""

from .alias import FirmAlias
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
    "FirmAlias",
    "Product",
    "ProductInput",
    "Pseudonym",
    "Requirement",
    "Standard",
    "SupplyLink",
]
