"""Tables of the industry chain, one file a noun."""

from .chain import Chain, Product, ProductInput
from .firm import Firm, Pseudonym
from .link import SupplyLink

__all__ = ["Chain", "Firm", "Product", "ProductInput", "Pseudonym", "SupplyLink"]
