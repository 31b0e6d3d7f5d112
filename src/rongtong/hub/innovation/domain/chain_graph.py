"""Products of the public industry-chain graph as capabilities: a cluster to try a round on.

The graph names listed companies by their securities code and says what they sell and what share of revenue it makes.
It says neither region nor size nor GB/T 4754 industry, so those stay unknown: nothing is guessed.
"""

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO

from django.db import transaction
from django.utils import timezone

from rongtong.hub.organisations.derivation import derive_names
from rongtong.hub.organisations.enums import IdentifierScheme, OrganisationKind, VerificationState
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.pinyin import search_keys

from ..enums import CapabilityState
from ..listings import list_capabilities
from ..models import Capability

SOURCE = "chain-graph"
PORTION = 2000
FILES = ("companies.csv", "company_product.csv.gz", "company_industry.csv", "industries.csv")


class MissingFile(Exception):
    """The folder does not hold the graph."""


@dataclass
class Imported:
    organisations: int = 0
    capabilities: int = 0
    known: int = 0


def import_chain_graph(folder: Path, progress: Callable[[int, int], None]) -> Imported:
    """Bring the graph's companies and products in. Run again, it adds only what is new.

    Parameters
    ----------
    progress
        Called with (rows done, rows in all).

    Raises
    ------
    MissingFile
        With the name of the file that is not there.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise MissingFile(f"{folder} has no {', '.join(missing)}")
    done = Imported()
    owners = _organisations(folder, done)
    trades = _trades(folder)
    rows = list(_products(folder))
    for start in range(0, len(rows), PORTION):
        with transaction.atomic():
            _write(rows[start : start + PORTION], owners, trades, done)
        progress(min(start + PORTION, len(rows)), len(rows))
    return done


def _organisations(folder: Path, done: Imported) -> dict[str, Organisation]:
    """Companies by the first six digits of their code; new ones are written."""
    known = Organisation._base_manager.filter(scheme=IdentifierScheme.SECURITIES)
    found = {row.identifier: row for row in known}
    fresh = []
    with _open(folder / "companies.csv") as file:
        for row in csv.DictReader(file):
            code = _code(row["id"])
            if code in found:
                continue
            one = Organisation(
                kind=OrganisationKind.ENTERPRISE,
                name=row["fullname"] or row["name"],
                short_name=row["name"],
                scheme=IdentifierScheme.SECURITIES,
                identifier=code,
                state=VerificationState.VERIFIED,
                verified_at=timezone.now(),
                source=SOURCE,
            )
            derive_names(one)
            found[code] = one
            fresh.append(one)
    Organisation._base_manager.bulk_create(fresh, batch_size=PORTION)
    done.organisations = len(fresh)
    return found


def _trades(folder: Path) -> dict[str, list[str]]:
    """The industries of a company in the graph's own classification, which is not GB/T 4754: words only."""
    with _open(folder / "industries.csv") as file:
        names = {row["code"]: row["name"] for row in csv.DictReader(file)}
    found: dict[str, list[str]] = {}
    with _open(folder / "company_industry.csv") as file:
        for row in csv.DictReader(file):
            found.setdefault(_code(row["company"]), []).append(names.get(row["industry"], ""))
    return found


def _products(folder: Path) -> Iterator[tuple[str, str, Decimal | None]]:
    with _open(folder / "company_product.csv.gz") as file:
        for row in csv.DictReader(file):
            try:
                share = Decimal(row["revenue_share"])
            except InvalidOperation:
                share = None
            yield _code(row["company"]), row["product"].strip(), share


def _write(
    rows: list[tuple[str, str, Decimal | None]],
    owners: dict[str, Organisation],
    trades: dict[str, list[str]],
    done: Imported,
) -> None:
    wanted = {f"{SOURCE}:{code}:{product}": (code, product, share) for code, product, share in rows if code in owners}
    known = set(Capability._base_manager.filter(external_key__in=wanted).values_list("external_key", flat=True))
    fresh = [
        Capability(
            organisation=owners[code],
            title=product[:120],
            text=_text(share, trades.get(code, [])),
            products=[product[:120]],
            search_keys=search_keys(product)[:400],
            state=CapabilityState.PUBLISHED,
            source=SOURCE,
            external_key=key[:200],
        )
        for key, (code, product, share) in wanted.items()
        if key not in known and product
    ]
    Capability._base_manager.bulk_create(fresh)
    list_capabilities(fresh)
    done.capabilities += len(fresh)
    done.known += len(known)


def _text(share: Decimal | None, trades: list[str]) -> str:
    parts = [f"占营业收入 {share:.1%}。" if share is not None else "", "、".join(name for name in trades if name)]
    return "".join(part for part in parts if part)


def _code(company: str) -> str:
    """``688268SH`` and ``688268`` are one company."""
    return company[:6]


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return open(path, encoding="utf-8", newline="")
