"""Excel and CSV in and out. What is exported here can be imported here again."""

from .columns import Column, Kind
from .reading import SheetLimits, SheetReading, SheetRow, read
from .writing import export, write

__all__ = ["Column", "Kind", "SheetLimits", "SheetReading", "SheetRow", "export", "read", "write"]
