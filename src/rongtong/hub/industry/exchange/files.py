"""A file against a schema, in a confined child: bounded in time and memory, nothing of the file is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from typing import IO, Any, Final

from django.core.files import File
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import confined
from rongtong.hub.foundation.errors import Refusal

from .words import DataFault, data_fault, unusable

MEGABYTES: Final = 10
LIMITS: Final = confined.Limits(memory=640 << 20, processor=12, wall=25, answer=8 << 20)
EXTENSIONS: Final = (".json", ".csv", ".xlsx")
_CHECK: Final = "rongtong.hub.industry.exchange.checking:check"


@dataclass(frozen=True)
class Checked:
    """What came of checking a file.

    Parameters
    ----------
    rows
        How many records were looked at.
    more
        Whether there are more faults than were listed.
    digest
        SHA-256 of the file.
    """

    name: str
    format: str
    rows: int
    faults: list[DataFault]
    more: bool
    digest: str

    @property
    def fits(self) -> bool:
        return not self.faults


def check_file(file: File[bytes] | IO[bytes], name: str, schema: dict[str, Any]) -> Checked:
    """Check a JSON, CSV or Excel file against an examined schema.

    Raises
    ------
    Refusal
        The file cannot be read, is too large, or takes too much time or memory.
    """
    with _on_disk(file) as (path, digest):
        request = {"path": path, "name": name[-200:], "schema": json.dumps(schema)}
        try:
            found = confined.run(_CHECK, request, LIMITS)
        except (confined.Rejected, confined.ChildFailed) as error:
            raise unusable(error) from error
    faults = [data_fault(one) for one in found["faults"]]
    return Checked(name, found["format"], found["rows"], faults, found["more"], digest)


@contextmanager
def _on_disk(file: File[bytes] | IO[bytes]) -> Iterator[tuple[str, str]]:
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(prefix="rongtong-exchange-") as copy:
        file.seek(0)
        while step := file.read(1 << 18):
            size += len(step)
            if size > MEGABYTES << 20:
                raise Refusal(
                    "exchange.too_large",
                    what=_("没有校验这个文件。"),
                    why=_("它超过 10 MB。"),
                    cure=_("请拆成几个文件，再校验。"),
                )
            digest.update(step)
            copy.write(step)
        copy.flush()
        file.seek(0)
        yield copy.name, digest.hexdigest()
