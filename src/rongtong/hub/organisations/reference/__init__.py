"""Code lists that the whole country shares: administrative regions and industries."""

from .register import Entry, Register
from .tables import industries, regions

__all__ = ["Entry", "Register", "industries", "regions"]
