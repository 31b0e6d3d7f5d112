"""What comes of checking a data file, in the API."""

from __future__ import annotations

from rongtong.hub.foundation.api import In, Out

from ..exchange.files import Checked


class ForClause(In):
    """The requirement whose evidence a file is to be."""

    clause: str


class DataFaultOut(Out):
    row: int | None
    column: str
    pointer: str
    keyword: str
    found: str
    what: str
    cure: str


class CheckedOut(Out):
    """What came of checking a file; ``more`` where there are more faults than are listed."""

    fits: bool
    format: str
    rows: int
    more: bool
    sha256: str
    faults: list[DataFaultOut]

    @classmethod
    def of(cls, found: Checked) -> CheckedOut:
        told = ("row", "column", "pointer", "keyword", "found")
        return cls(
            fits=found.fits,
            format=found.format,
            rows=found.rows,
            more=found.more,
            sha256=found.digest,
            faults=[
                DataFaultOut(what=str(one.what), cure=str(one.cure), **{name: getattr(one, name) for name in told})
                for one in found.faults
            ],
        )
