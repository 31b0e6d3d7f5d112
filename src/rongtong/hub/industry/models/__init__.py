"""Tables of the industry chain, one file a noun."""

from .alias import FirmAlias
from .analysis import Analysis, FirmRisk, WeakLink
from .chain import Chain, Product, ProductInput
from .conformity import Answer, Conformity
from .firm import Firm, Pseudonym
from .link import SupplyLink
from .scenario import Scenario
from .standard import Requirement, Standard

__all__ = [
    "Analysis",
    "Answer",
    "Chain",
    "Conformity",
    "Firm",
    "FirmAlias",
    "FirmRisk",
    "Product",
    "ProductInput",
    "Pseudonym",
    "Requirement",
    "Scenario",
    "Standard",
    "SupplyLink",
    "WeakLink",
]
