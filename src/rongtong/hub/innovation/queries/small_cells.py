"""Tables over groups of organisations from which nobody reads what one of them alone is."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)
LEAST = 3
LARGEST = 0.8


@dataclass(frozen=True)
class Cell(Generic[Name]):
    """A group that may be told; ``name`` is None for those told together."""

    name: Name | None
    organisations: int
    total: int


def told(groups: Mapping[Name, Mapping[Hashable, int]]) -> list[Cell[Name]]:
    """Put groups together until each has three organisations and none of which makes up four fifths.

    Groups that may not be told become one, with the smallest of the others where that is still too little: so no told
    cell, nor what is left of the sum, is about fewer. Where nothing may be told the answer is empty.

    Parameters
    ----------
    groups
        Name to organisation to what is counted of it, also where that is 0.
    """
    safe = {name: cell for name, cell in groups.items() if _tells(cell)}
    rest = {name: cell for name, cell in groups.items() if name not in safe and cell}
    if rest:
        joined = _joined(rest)
        while not _tells(joined) and safe:
            smallest = min(safe, key=lambda name: (len(safe[name]), sum(safe[name].values()), str(name)))
            rest[smallest] = safe.pop(smallest)
            joined = _joined(rest)
        if not _tells(joined):
            return []
        found = [_cell(name, cell) for name, cell in safe.items()]
        return [*found, _cell(None, joined)]
    return [_cell(name, cell) for name, cell in safe.items()]


def _tells(cell: Mapping[Hashable, int]) -> bool:
    total = sum(cell.values())
    return len(cell) >= LEAST and (not total or max(cell.values()) < LARGEST * total)


def _joined(cells: Mapping[Name, Mapping[Hashable, int]]) -> dict[Hashable, int]:
    return {organisation: count for cell in cells.values() for organisation, count in cell.items()}


def _cell(name: Name | None, cell: Mapping[Hashable, int]) -> Cell[Name]:
    return Cell(name, len(cell), sum(cell.values()))
