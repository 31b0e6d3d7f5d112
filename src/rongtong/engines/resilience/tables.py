"""Tables as people have them (Polars, pandas, CSV, Parquet) become Polars frames."""

from pathlib import Path
from typing import Any

import polars as pl

from rongtong.engines.resilience.errors import Fault, FaultyNetwork

#: A Polars frame, a pandas frame, a mapping of columns, or the path of a CSV or Parquet file.
Table = Any


def frame_of(table: Table, name: str, text: tuple[str, ...] = ()) -> pl.DataFrame:
    """Return a table as a Polars frame.

    Parameters
    ----------
    name
        What the table is called where something is wrong with it.
    text
        Columns of a CSV file that are names even where they look like numbers: 0111 is no 111.
    """
    if isinstance(table, pl.DataFrame):
        return table
    if isinstance(table, pl.LazyFrame):
        return table.collect()
    if isinstance(table, str | Path):
        return _read(Path(table), name, text)
    if hasattr(table, "columns"):
        return pl.DataFrame({str(column): _column(table[column]) for column in table.columns})
    return pl.DataFrame(table)


def _read(path: Path, name: str, text: tuple[str, ...]) -> pl.DataFrame:
    if not path.is_file():
        raise FaultyNetwork([Fault(name, 0, "", "missing_file", f"there is no file {path}")])
    if path.suffix.lower() in {".parquet", ".pq"}:
        return pl.read_parquet(path)
    header = pl.read_csv(path, n_rows=0).columns
    return pl.read_csv(
        path, schema_overrides={one: pl.String for one in text if one in header}, infer_schema_length=None
    )


def _column(series: Any) -> pl.Series:
    """A column of pandas, without the detour over Arrow, which need not be installed."""
    if series.dtype.kind in "iufb":
        return pl.Series(series.to_numpy())
    missing = series.isna().to_numpy()
    return pl.Series([None if gone else one for one, gone in zip(series.tolist(), missing.tolist(), strict=True)])


def needed(frame: pl.DataFrame, name: str, columns: tuple[str, ...]) -> list[Fault]:
    """Return a fault for each column that is not there."""
    return [
        Fault(name, 0, column, "missing_column", f"the column is missing; there are: {', '.join(frame.columns)}")
        for column in columns
        if column not in frame.columns
    ]
