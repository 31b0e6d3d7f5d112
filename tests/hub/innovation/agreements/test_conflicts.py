"""Grants that cannot both hold: refused with reasons that each reader may know, also when two sign at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.innovation.domain.agreement_signatures import end_agreement, sign_agreement
from rongtong.hub.innovation.enums import AgreementState as S
from rongtong.hub.innovation.models import Agreement, Grant
from rongtong.hub.innovation.queries.agreement_conflicts import clashes_of, told
from rongtong.hub.innovation.queries.agreements import clashes_told, offers_of
from rongtong.hub.organisations.models import Organisation
from tests.factories import an_organisation
from tests.hub.innovation.factories_agreements import (
    Deal,
    a_deal,
    a_technology,
    accepted,
    an_actor,
    clauses,
    in_days,
    in_force,
)


def refused(call: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as found:
        call()
    return found.value


def untold(text: str, deal: Deal) -> None:
    """Nothing of another licence stands in a text: who, which agreement, field, territory or term."""
    grant = deal.agreement.grant
    other = Organisation._base_manager.get(pk=deal.receiver.firm)
    assert grant.ends_on is not None and deal.agreement.number is not None
    for secret in (other.name, deal.agreement.number, "独占", "C21D 9/40", "浙江", str(grant.ends_on.year)):
        assert secret not in text, secret


@pytest.mark.django_db
def test_a_clash_is_told_in_full_to_the_side_of_both_and_in_one_sentence_to_others():
    provider = an_actor()
    technology = a_technology(provider)
    held = {"grant_fields": ["C21D 9/40"], "grant_territories": ["330000"], "grant_ends_on": in_days(5000)}
    first = in_force(technology, provider=provider, grant_exclusivity="exclusive", **held)
    second = a_deal(technology, provider=provider)
    refusal = refused(lambda: second.offer(provider))
    assert refusal.code == "agreement.clash"
    for word in (first.agreement.number, "独占许可不容他人再获许可", "C21D 9/40", "浙江省"):
        assert word in refusal.why
    # what the receiver asks for is not refused: by trying it would learn what others have
    second.offer(second.provider, grant_fields=["H01M"])
    second.offer(second.receiver)
    offers = offers_of(second.agreement, provider)
    assert [one.agreement for one in clashes_told(second.agreement, offers, provider)] == [first.agreement]
    assert clashes_told(second.agreement, offers_of(second.agreement, second.receiver), second.receiver) == []
    assert refused(lambda: second.accept(provider)).code == "agreement.clash"
    assert Agreement._base_manager.get(pk=second.agreement.pk).state == S.OFFERED


@pytest.mark.django_db
def test_whoever_is_no_side_of_the_other_licence_learns_nothing_of_it():
    provider, coowner = an_actor(), an_actor()
    firm = Organisation._base_manager.get(pk=coowner.firm)
    technology = a_technology(provider, coowners=(firm,))
    waiting = [
        accepted(technology, provider=provider),
        accepted(technology, provider=coowner, receiver=an_actor()),
    ]
    held = {"grant_fields": ["C21D 9/40"], "grant_territories": ["330000"], "grant_ends_on": in_days(5000)}
    taken = in_force(technology, provider=provider, grant_exclusivity="exclusive", coowners_agree=True, **held)
    for deal, signer in [(waiting[0], waiting[0].receiver), (waiting[1], coowner), (waiting[1], waiting[1].receiver)]:
        refusal = refused(lambda deal=deal, signer=signer: deal.sign(signer))
        assert refusal.code == "agreement.clash"
        untold(str(refusal), taken)
    told_to_provider = refused(lambda: waiting[0].sign(provider))
    assert taken.agreement.number in told_to_provider.why


CASES = [
    ("exclusive beside anything", {"exclusivity": "exclusive"}, {}, 1),
    ("another field", {"exclusivity": "exclusive"}, {"fields": ["H01M"]}, 0),
    ("another place", {"exclusivity": "exclusive", "territories": ["330000"]}, {"territories": ["440000"]}, 0),
    ("a city in a province", {"exclusivity": "exclusive", "territories": ["330000"]}, {"territories": ["330100"]}, 1),
    ("the day it ends is free", {"exclusivity": "exclusive", "ends_on": in_days(90)}, {"starts_on": in_days(90)}, 0),
    ("one day before is not", {"exclusivity": "exclusive", "ends_on": in_days(90)}, {"starts_on": in_days(89)}, 1),
    ("sole beside another", {"exclusivity": "sole"}, {}, 1),
    ("two non-exclusive ones", {}, {}, 0),
    ("exclusive after a non-exclusive one", {}, {"exclusivity": "exclusive"}, 1),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("held", "asked", "count"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_clashes(held, asked, count):
    provider = an_actor()
    technology = a_technology(provider)
    in_force(technology, provider=provider, **{f"grant_{name}": value for name, value in held.items()})
    deal = a_deal(technology, provider=provider)
    given = clauses(**{f"grant_{name}": value for name, value in asked.items()}).grant
    found = clashes_of(deal.agreement, given)
    assert len(found) == count
    assert len(told(found, provider)) == count


@pytest.mark.django_db
def test_sublicences_keep_within_their_source_and_an_ended_licence_is_no_more_in_the_way():
    provider, licensee, third = an_actor(), an_actor(), an_actor()
    technology = a_technology(provider)
    grant = {"grant_exclusivity": "exclusive", "grant_fields": ["C21D"], "grant_may_sublicense": True}
    head = in_force(technology, provider=provider, receiver=licensee, **grant)
    source = str(head.agreement.grant.pk)
    inside = a_deal(technology, provider=licensee, receiver=third)
    wide = refused(lambda: inside.offer(licensee, grant_fields=["C21"], grant_source=source))
    assert "分许可超出原许可的使用领域" in wide.why
    inside.offer(licensee, grant_fields=["C21D 9/40"], grant_source=source)
    inside.accept(third)
    assert inside.sign().grant.source_id == head.agreement.grant.pk
    other = a_deal(technology, provider=provider, receiver=third)
    assert refused(lambda: other.offer(provider)).code == "agreement.clash"
    end_agreement(agreement=inside.agreement, conclusion="止", by=third)
    end_agreement(agreement=inside.agreement, conclusion="止", by=licensee)
    end_agreement(agreement=head.agreement, conclusion="止", by=provider)
    end_agreement(agreement=head.agreement, conclusion="止", by=licensee)
    assert other.offer(provider).state == S.OFFERED


def at_once(calls: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Run all calls at the same moment, each on a connection of its own; count how each ended."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            call()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_of_many_exclusive_licences_signed_at_once_one_holds():
    provider = an_actor()
    technology = a_technology(provider)
    deals = [accepted(technology, provider=provider, grant_exclusivity="exclusive") for _ in range(5)]
    for deal in deals:
        deal.sign(deal.receiver)
    calls = [
        lambda deal=deal: sign_agreement(agreement=deal.agreement, offer=1, name="甲", agreed=True, by=provider)
        for deal in deals
    ]
    assert at_once(calls) == {"done": 1, "agreement.clash": 4}
    assert Grant._base_manager.filter(technology=technology, live=True).count() == 1
    assert Agreement._base_manager.filter(state=S.IN_FORCE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_both_sides_signing_at_once_bring_it_into_force_once():
    deal = accepted()
    calls = [
        lambda by=by: sign_agreement(agreement=deal.agreement, offer=1, name="甲", agreed=True, by=by)
        for by in (deal.provider, deal.receiver)
    ]
    assert at_once(calls) == {"done": 2}
    assert (Agreement._base_manager.get().state, Grant._base_manager.count()) == (S.IN_FORCE, 1)


@pytest.mark.django_db
def test_a_thousand_grants_are_looked_through_in_one_query(django_assert_num_queries):
    provider = an_actor()
    technology = a_technology(provider)
    licensee = an_organisation()
    codes = [f"C{group:02d}{letter} {main}/00" for group in range(1, 11) for letter in "BCDFG" for main in range(1, 21)]
    agreements = Agreement._base_manager.bulk_create(
        Agreement(
            kind="licence", title=code, technology=technology, provider_id=provider.firm, receiver=licensee,
            opened_by_id=provider.firm, state=S.IN_FORCE, number=f"T-{place}",
        )
        for place, code in enumerate(codes)
    )  # fmt: skip
    Grant._base_manager.bulk_create(
        Grant(
            technology=technology, agreement=one, grantor_id=provider.firm, licensee=licensee, exclusivity="exclusive",
            fields=[one.title], territories=["CN"], starts_on=in_days(0),
        )
        for one in agreements
    )  # fmt: skip
    deal = a_deal(technology, provider=provider)
    given = clauses(grant_fields=["C05D 7/00"]).grant
    with django_assert_num_queries(1):
        found = clashes_of(deal.agreement, given)
    assert [one.fields for one in found] == [("C05D 7/00",)]
