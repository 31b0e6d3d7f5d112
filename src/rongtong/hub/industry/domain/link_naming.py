"""Who the names of a file are: by number, by what was decided before, by the one same name; or a person must say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.organisations.domain.import_columns import Entry
from rongtong.hub.organisations.domain.import_resolution import Resolver
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.pinyin import resolved_name

from ..models import Firm, FirmAlias
from .firms import Named, firm_for

#: What a file says of one end of a link: name, country, code.
Written = tuple[str, str, str]


@dataclass(frozen=True)
class Meant:
    """Exactly one of: who it is, or the organisations among which a person must choose."""

    named: Named | None = None
    candidates: list[Organisation] = field(default_factory=list)


class Names:
    """Answers for all names of one file, with a few queries whatever their number.

    Nothing here tells about firms that only others deal with: organisations are public, and outside firms are looked
    for among the reader's own links alone.
    """

    def __init__(self, written: Iterable[Written], by: Actor) -> None:
        every = list(dict.fromkeys(written))
        verified = Organisation._base_manager.filter(state=VerificationState.VERIFIED)
        codes = {code for _name, _country, code in every if code}
        self._by_code = {one.identifier: one.pk for one in verified.filter(identifier__in=codes)}
        self._entries = {one: _entry(place, one) for place, one in enumerate(every) if not one[2]}
        self._resolver = Resolver(self._entries.values()) if self._entries else None
        bare = [resolved_name(name) for name, _country, _code in every]
        aliases = FirmAlias._base_manager.filter(organisation_id=by.firm, resolved_name__in=bare)
        self._decided = {(one.resolved_name, one.country): one.firm for one in aliases.select_related("firm")}
        self._outside: dict[tuple[str, str], list[Firm]] = {}
        for firm in Firm.visible_to(by).filter(organisation=None, resolved_name__in=bare):
            self._outside.setdefault((firm.resolved_name, firm.country), []).append(firm)
        self._known: dict[Written, Meant] = {}

    def meant(self, written: Written) -> Meant:
        """Say who is meant."""
        if written not in self._known:
            self._known[written] = self._resolve(written)
        return self._known[written]

    def _resolve(self, written: Written) -> Meant:
        name, country, code = written
        if code:
            organisation_id = self._by_code.get(code)
            return Meant(Named(organisation_id) if organisation_id else Named(None, name, country, code))
        key = (resolved_name(name), country)
        if key in self._decided:
            return Meant(named_as(self._decided[key]))
        found = self._resolver.resolve(self._entries[written]) if self._resolver else None
        if found is not None and found.organisation is not None and found.organisation.is_verified:
            return Meant(Named(found.organisation.pk))
        if found is not None and any(one.is_verified for one in found.candidates):
            return Meant(None, [one for one in found.candidates if one.is_verified])
        met = self._outside.get(key, [])
        return Meant(named_as(met[0]) if len(met) == 1 else Named(None, name, country, ""))


def _entry(place: int, written: Written) -> Entry:
    name, country, _code = written
    return Entry(place, {"name": name, "country": country, "region": ""})


def named_as(firm: Firm) -> Named:
    """The name of a node that is there."""
    if firm.organisation_id is not None:
        return Named(firm.organisation_id)
    return Named(None, firm.name, firm.country, firm.code)


def remember(name: str, country: str, organisation_id: UUID | None, by: Actor) -> None:
    """Keep what a person decided about a name; None says that it is none of the organisations."""
    firm = firm_for(Named(organisation_id) if organisation_id else Named(None, name, country))
    FirmAlias._base_manager.update_or_create(
        organisation_id=by.firm,
        resolved_name=resolved_name(name),
        country=country,
        defaults={"firm": firm},
    )
