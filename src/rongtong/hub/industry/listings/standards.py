"""A need that asks for a standard by its number is judged by the results of audits."""

from collections.abc import Collection, Mapping
from uuid import UUID

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.matching.demands import MET, NOT_MET, UNKNOWN, Demand, judged_by

from ..queries.conformities import audited_by, current_families, current_numbers, holders


class Standards:
    """Met where the reader may know of a result that holds; not met where it would see one and there is none."""

    def knows(self, names: Collection[str], actor: Actor) -> frozenset[str]:
        return frozenset(current_numbers(actor, names))

    def own(self, actor: Actor) -> Mapping[str, str]:
        if not actor.is_member:
            return {}
        numbers = dict(current_families(actor))
        held = holders(actor, list(numbers.values()), [actor.firm])
        return {name: MET if family in held else NOT_MET for name, family in numbers.items()}

    def judge(
        self, names: Collection[str], organisations: Collection[UUID], actor: Actor
    ) -> Mapping[UUID, list[Demand]]:
        known = current_numbers(actor, names)
        if not known:
            return {}
        sees_all = audited_by(actor, list(known.values()))
        held = holders(actor, [one.family for one in known.values()], organisations)
        found: dict[UUID, list[Demand]] = {}
        for name in names:
            if name not in known:
                continue
            family = known[name].family
            for organisation in organisations:
                absent = NOT_MET if family in sees_all or organisation == actor.organisation_id else UNKNOWN
                outcome = MET if organisation in held.get(family, ()) else absent
                found.setdefault(organisation, []).append(Demand(name, outcome))
        return found


judged_by(Standards())
