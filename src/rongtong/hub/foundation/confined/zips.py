"""Zip containers from strangers: counted and read once within a budget before any parser opens them."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from .rejection import Rejected

_STEP: Final = 1 << 18
_RATIO_FREE: Final = 1 << 20  # small members may be packed as tightly as they like
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True, slots=True)
class ZipBudget:
    """What a container may hold: members, unpacked bytes in all, unpacked bytes for one packed."""

    members: int = 1000
    unpacked: int = 200 << 20
    ratio: int = 100


def check_zip(path: Path, budget: ZipBudget | None = None) -> list[str]:
    """Return the names of the members of a container that keeps the budget.

    Raises
    ------
    Rejected
        ``zip.damaged``, ``zip.members``, ``zip.unpacked``, ``zip.ratio``, ``zip.encrypted``, ``zip.name``,
        ``zip.overlap``.
    """
    budget = budget or ZipBudget()
    try:
        with zipfile.ZipFile(path) as container:
            members = container.infolist()
            _check_directory(members, path.stat().st_size, budget)
            _check_contents(container, members, budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise Rejected("zip.damaged") from error
    return [member.filename for member in members]


def _check_directory(members: list[zipfile.ZipInfo], size: int, budget: ZipBudget) -> None:
    """What the directory itself admits. Cheap, and enough for most bombs."""
    if len(members) > budget.members:
        raise Rejected("zip.members", most=budget.members)
    if sum(member.file_size for member in members) > budget.unpacked:
        raise Rejected("zip.unpacked", most=budget.unpacked >> 20)
    # Members that share packed bytes unpack to more than the directory admits.
    if sum(member.compress_size for member in members) > size:
        raise Rejected("zip.overlap")
    names = [member.filename for member in members]
    if len({name.lower() for name in names}) != len(names):
        raise Rejected("zip.name")
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in member.filename:
            raise Rejected("zip.name")
        if member.flag_bits & _ENCRYPTED:
            raise Rejected("zip.encrypted")
        if member.file_size > max(_RATIO_FREE, member.compress_size * budget.ratio):
            raise Rejected("zip.ratio", most=budget.ratio)


def _check_contents(container: zipfile.ZipFile, members: list[zipfile.ZipInfo], budget: ZipBudget) -> None:
    """Read everything once: the directory may lie, and a wrong sum shows a damaged file before a parser does."""
    total = 0
    for member in members:
        with container.open(member) as content:
            while step := content.read(_STEP):
                total += len(step)
                if total > budget.unpacked:
                    raise Rejected("zip.unpacked", most=budget.unpacked >> 20)
