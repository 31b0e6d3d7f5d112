"""What can go wrong along a chain, and what scenarios found, as a reader may know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.reference import regions

from ..analysis_enums import ScenarioKind
from ..models import Chain, Scenario
from .networks import Called, ChainNetwork, names_for, network_of, newest_year, products_of

MOST_FIRMS = 300


def scope_of(chain: Chain, organisation: Organisation) -> UUID | None:
    """Whose links a scenario follows: all of the chain for its leader and the operator, else the asker's own."""
    whole = chain.leader_id == organisation.pk or organisation.kind == OrganisationKind.OPERATOR
    return None if whole else organisation.pk


def targets_of(told: ChainNetwork) -> Mapping[str, set[str]]:
    """Whom a disruption can meet, by kind."""
    return {
        ScenarioKind.FIRM: set(told.sectors),
        ScenarioKind.REGION: {told.regions[one] for one in told.sectors if one in told.regions},
        ScenarioKind.COUNTRY: set(told.countries.values()),
        ScenarioKind.PRODUCT: {row.product for row in told.rows if row.product},
    }


def options_for(chain: Chain, actor: Actor) -> list[tuple[str, list[tuple[str, str]]]]:
    """The same as groups of options with words, as the reader may know them."""
    year = newest_year(chain)
    organisation = Organisation.visible_to(actor).filter(pk=actor.firm).first()
    if year is None or organisation is None:
        return []
    known = targets_of(network_of(chain, year, scope_of(chain, organisation)))
    firms = names_for(known[ScenarioKind.FIRM], actor)
    products = products_of(chain, actor)
    words = {
        ScenarioKind.FIRM: {key: called.name for key, called in firms.items()},
        ScenarioKind.REGION: {key: _region(key) for key in known[ScenarioKind.REGION]},
        ScenarioKind.COUNTRY: {key: key for key in known[ScenarioKind.COUNTRY]},
        ScenarioKind.PRODUCT: {key: products.get(key, "") for key in known[ScenarioKind.PRODUCT]},
    }
    heads = {
        ScenarioKind.PRODUCT: pgettext("one", "产品"),
        ScenarioKind.COUNTRY: _("国家或地区"),
        ScenarioKind.REGION: pgettext("scenario", "地区"),
        ScenarioKind.FIRM: pgettext("scenario", "企业"),
    }
    return [
        (
            head,
            [(f"{kind}:{key}", word) for key, word in sorted(words[kind].items(), key=lambda one: one[1])[:MOST_FIRMS]],
        )
        for kind, head in heads.items()
        if words[kind]
    ]


def _region(code: str) -> str:
    entry = regions.get(code)
    return entry.label() if entry is not None else code


@dataclass(frozen=True)
class Told:
    """A scenario with words: whom it meets, and who is hit."""

    scenario: Scenario
    meets: str
    firms: tuple[tuple[Called, Mapping[str, Any]], ...]

    @property
    def result(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.scenario.result
        return found


def scenarios_for(actor: Actor) -> QuerySet[Scenario]:
    """The scenarios the reader may see. One query."""
    return Scenario.visible_to(actor).select_related("chain", "organisation").defer("result")


def told(scenario: Scenario, actor: Actor) -> Told:
    """The words of a scenario. At most four queries."""
    rows = scenario.result.get("firms", [])
    keys = {row["firm"] for row in rows}
    if scenario.kind == ScenarioKind.FIRM:
        keys |= set(scenario.names)
    names = names_for(keys, actor)
    if scenario.kind == ScenarioKind.FIRM:
        met = [names[one].name for one in scenario.names]
    elif scenario.kind == ScenarioKind.PRODUCT:
        products = products_of(scenario.chain, actor)
        met = [products.get(one, "") for one in scenario.names]
    elif scenario.kind == ScenarioKind.REGION:
        met = [_region(one) for one in scenario.names]
    else:
        met = list(scenario.names)
    return Told(scenario, _("、").join(met), tuple((names[row["firm"]], row) for row in rows))
