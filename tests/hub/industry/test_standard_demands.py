"""A need that asks for a standard by its number: judged by audits, as far as the reader may know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rongtong.hub.foundation.actors import SYSTEM, VISITOR
from rongtong.hub.industry.models import Conformity
from rongtong.hub.industry.standard_enums import ConformityState, StandardState
from rongtong.hub.innovation.domain import capabilities
from rongtong.hub.innovation.queries.challenges import conditions, profile_of
from rongtong.hub.innovation.queries.conditions import say
from rongtong.hub.innovation.queries.disclosure import disclosed
from rongtong.hub.innovation.queries.matching import matches_of
from rongtong.hub.matching import live
from rongtong.hub.matching.catching_up import catch_up
from rongtong.hub.matching.demands import demanded, judged
from tests.factories import a_challenge, a_member, actor_of, an_organisation, operator_actor

from .factories_standard import a_conformity, a_standard

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path: Path) -> Iterator[None]:
    settings.INDEX_ROOT, settings.MATCHING_ENCODER = tmp_path, "none"
    live.forget()
    yield
    live.forget()


def outcome(reader, standard, organisation) -> str:
    found = judged([standard.number], [organisation.pk], reader)
    return found[organisation.pk][0].outcome if found else ""


def test_what_each_reader_is_told() -> None:
    standard = a_standard(auditor=an_organisation())
    holder, other = a_conformity(standard=standard).organisation, an_organisation()
    readers = {
        "leader": actor_of(a_member("viewer", standard.organisation)),
        "auditor": actor_of(a_member("viewer", standard.auditor)),
        "operator": operator_actor("viewer"),
        "holder": actor_of(a_member("viewer", holder)),
        "member": actor_of(a_member()),
        "visitor": VISITOR,
    }
    told = {name: (outcome(one, standard, holder), outcome(one, standard, other)) for name, one in readers.items()}
    assert told == {
        **dict.fromkeys(["leader", "auditor", "operator"], ("met", "not_met")),
        "holder": ("met", "unknown"),
        "member": ("unknown", "unknown"),
        "visitor": ("", ""),
    }
    Conformity._base_manager.update(shown=True)
    assert outcome(readers["member"], standard, holder) == "met"


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        (ConformityState.ACCEPTED, {"ends_in": 0}),
        (ConformityState.ACCEPTED, {"renew_by": "2020-01-01"}),
        (ConformityState.EXPIRED, {}),
        (ConformityState.REVOKED, {}),
        (ConformityState.SUBMITTED, {}),
    ],
    ids=["over", "renewal", "expired", "revoked", "waiting"],
)
def test_only_what_holds_today_counts(state, fields) -> None:
    standard = a_standard()
    holder = a_conformity(state, standard=standard, **fields).organisation
    assert outcome(actor_of(a_member("viewer", standard.organisation)), standard, holder) == "not_met"


def test_a_result_for_an_earlier_edition_holds_during_the_transition() -> None:
    first = a_standard(StandardState.SUPERSEDED)
    now = a_standard(organisation=first.organisation, chain=first.chain, family=first.family, edition=2)
    holder = a_conformity(standard=first, renew_by="2100-01-01").organisation
    assert outcome(SYSTEM, now, holder) == "met"


def test_drafts_and_strangers_names_are_no_demands() -> None:
    draft, standard = a_standard(StandardState.DRAFT), a_standard()
    assert demanded([draft.number, standard.number, "CNAS"], SYSTEM) == {standard.number}


def test_who_conforms_stands_before_who_does_not_and_the_reasons_say_so() -> None:
    standard = a_standard()
    text = "双频感应淬火机床，最大回转直径 7.5 米，可做无软带扫描淬火。"
    people = [actor_of(a_member("contributor")) for _ in range(2)]
    for by in people:
        made = capabilities.create_capability(values={"title": "滚道感应淬火", "text": text}, by=by)
        capabilities.publish_capability(capability=made, by=by)
    challenge = a_challenge(organisation=standard.organisation, certificates=[standard.number])
    catch_up(live.live_index())
    reader = actor_of(a_member("viewer", standard.organisation))
    before = [hit.organisation.pk for hit in matches_of(challenge, reader).items if hit.organisation]
    late = people[0] if before[-1] == people[0].organisation_id else people[1]
    holder = a_conformity(standard=standard)
    Conformity._base_manager.filter(pk=holder.pk).update(organisation=late.organisation_id)
    hits = matches_of(challenge, reader).items
    assert [hit.organisation.pk for hit in hits if hit.organisation] == before[::-1]
    assert [
        [(one.facet, one.outcome) for one in hit.judged if one.facet in ("standard", "certificates")] for hit in hits
    ] == [
        [("standard", "met")],
        [("standard", "not_met")],
    ]
    assert say(hits[0].judged[-1]) == f"标准 {standard.number}：符合"


def test_a_supplier_reads_whether_it_conforms() -> None:
    standard = a_standard()
    holder = a_member("viewer", a_conformity(standard=standard).organisation)
    challenge = a_challenge(certificates=[standard.number, "CNAS"])
    told = {}
    for name, actor in {"holder": actor_of(holder), "other": actor_of(a_member())}.items():
        found = conditions(disclosed(challenge, actor), profile_of(actor))
        told[name] = [kind for kind, text in found if standard.number in text or "CNAS" in text]
    assert told == {"holder": ["met", "unk"], "other": ["not", "unk"]}
