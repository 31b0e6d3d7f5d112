"""Small systems of linear equations in fractions."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

Row = list[Fraction]


def solve(equations: Iterable[tuple[Sequence[int], Fraction]]) -> Row | None:
    """Return the one solution of equations (coefficients, right side); None if there is none, or more than one."""
    table = [[*map(Fraction, coefficients), right] for coefficients, right in equations]
    unknowns = len(table[0]) - 1
    pivots = reduce(table)
    if pivots != list(range(unknowns)):
        return None
    return [table[place][-1] for place in range(unknowns)]


def reduce(table: list[Row]) -> list[int]:
    """Bring a table to reduced row echelon form in place and return its pivot columns."""
    pivots: list[int] = []
    for column in range(len(table[0]) if table else 0):
        at = len(pivots)
        found = next((row for row in range(at, len(table)) if table[row][column]), None)
        if found is None:
            continue
        table[at], table[found] = table[found], table[at]
        head = table[at][column]
        table[at] = [value / head for value in table[at]]
        for row, values in enumerate(table):
            if row != at and values[column]:
                factor = values[column]
                table[row] = [value - factor * top for value, top in zip(values, table[at], strict=True)]
        pivots.append(column)
    return pivots


def null_space(rows: Sequence[Sequence[int]], columns: int) -> list[list[int]]:
    """Return whole vectors that span everything orthogonal to the rows."""
    table = [list(map(Fraction, row)) for row in rows]
    pivots = reduce(table)
    found = []
    for free in range(columns):
        if free in pivots:
            continue
        vector = [Fraction(0)] * columns
        vector[free] = Fraction(1)
        for row, pivot in enumerate(pivots):
            vector[pivot] = -table[row][free]
        scale = math.lcm(*(value.denominator for value in vector))
        found.append([int(value * scale) for value in vector])
    return found
