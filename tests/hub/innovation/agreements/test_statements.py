"""Statements: reckoned by the engine, reproducible from what is stored, confirmed by both; the calculator."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from rongtong.engines.fairness import reproduces
from rongtong.hub.foundation.actors import VISITOR
from rongtong.hub.foundation.errors import Invalid, Refusal
from rongtong.hub.foundation.rights import VERBS, allowed
from rongtong.hub.innovation.domain import statements as verbs
from rongtong.hub.innovation.domain.collaborations import months_later
from rongtong.hub.innovation.domain.statements import Sales, canonical, holds, next_period
from rongtong.hub.innovation.enums import StatementState as S
from rongtong.hub.innovation.models import Agreement, Statement
from rongtong.hub.innovation.queries.royalty_plans import plan
from tests.factories import a_member, actor_of, operator_actor
from tests.hub.innovation.factories_agreements import Deal, an_actor, in_days, in_force

pytestmark = pytest.mark.django_db
ROYALTY: dict[str, Any] = {
    "tiers": [{"rate": "0.05"}, {"above": "1000000.00", "rate": "0.04"}],
    "tier_base": "year",
    "minimum": "100000.00",
    "milestones": [{"name": "首台验收", "amount": "20000.00"}],
    "months": 6,
    "variance": "0.3",
}


def a_running_deal(**royalty: Any) -> Deal:
    """A licence with royalties that began two years ago."""
    deal = in_force(royalty=ROYALTY | royalty)
    start = months_later(in_days(0), -24)
    Agreement._base_manager.filter(pk=deal.agreement.pk).update(starts_on=start)
    deal.agreement.refresh_from_db()
    return deal


def entered(deal: Deal, gross: int, **given: Any) -> Statement:
    return verbs.enter_statement(agreement=deal.agreement, sales=Sales(Decimal(gross), **given), by=deal.receiver)


def confirmed(deal: Deal, row: Statement) -> Statement:
    for by in (deal.receiver, deal.provider):
        row = verbs.confirm_statement(statement=row, digest=row.digest, by=by)
    return row


def code_of(call) -> str:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code


def test_a_year_in_two_statements_worked_by_hand():
    """50,000 + 20,000 for a milestone; then 600,000 at 5 % up to a million of the year and 800,000 at 4 %."""
    deal = a_running_deal()
    first = confirmed(deal, entered(deal, 1_000_000, events=("首台验收",)))
    assert (first.payable, first.state) == (Decimal("70000.00"), S.CONFIRMED)
    second = entered(deal, 800_000, deductions={"运费": Decimal("50000.00")})
    assert (second.net_sales, second.payable) == (Decimal("750000.00"), Decimal("50000.00"))
    steps = [(one["step"], one["amount"]) for one in second.document["lines"]]
    assert steps == [("running", "30000.00"), ("minimum", "20000.00")]
    assert second.document["inputs"]["period"]["closes_year"] is True
    assert (second.starts_on, second.flagged) == (first.ends_on, False)


def test_what_is_stored_reproduces_itself_byte_for_byte_and_a_change_shows():
    deal = a_running_deal()
    row = entered(deal, 1_234_567, deductions={"税": Decimal("0.01")})
    row = Statement._base_manager.get(pk=row.pk)
    assert reproduces(row.document) and holds(row)
    before = canonical(row)
    again = verbs.revise_statement(
        statement=row, sales=Sales(Decimal(1_234_567), {"税": Decimal("0.01")}), by=deal.receiver
    )
    assert canonical(again) == before
    changed = copy.deepcopy(row.document)
    changed["payable"] = "1.00"
    Statement._base_manager.filter(pk=row.pk).update(document=changed)
    row.refresh_from_db()
    assert not holds(row)
    assert (
        code_of(lambda: verbs.confirm_statement(statement=row, digest=row.digest, by=deal.provider))
        == "statement.broken"
    )


def test_a_large_difference_to_the_period_before_or_to_an_audit_is_flagged():
    deal = a_running_deal(minimum=None, milestones=[])
    confirmed(deal, entered(deal, 1_000_000))
    second = entered(deal, 2_000_000)
    assert (second.flagged, second.variance) == (True, Decimal("0.600000"))
    near = verbs.audit_statement(statement=second, sales=Sales(Decimal(2_100_000)), by=deal.provider)
    assert (near.audited_payable, near.audit_flagged) == (Decimal("84000.00"), False)
    far = verbs.audit_statement(statement=second, sales=Sales(Decimal(4_000_000)), by=deal.provider)
    assert (far.audit_flagged, far.audit_variance) == (True, Decimal("1.000000"))


def test_periods_follow_one_another_and_the_last_is_as_long_as_the_agreement():
    row = Agreement(starts_on=date(2024, 1, 31), ends_on=date(2025, 3, 1))
    found = []
    while (period := next_period(row, 6, len(found))) is not None:
        found.append(period)
    assert found == [
        (date(2024, 1, 31), date(2024, 7, 31), False),
        (date(2024, 7, 31), date(2025, 1, 31), True),
        (date(2025, 1, 31), date(2025, 3, 1), True),
    ]


def test_what_is_refused_by_name():
    deal = a_running_deal()
    row = entered(deal, 10)
    assert code_of(lambda: entered(deal, 10)) == "statement.open"
    assert code_of(lambda: verbs.confirm_statement(statement=row, digest="0", by=deal.provider)) == "statement.changed"
    verbs.confirm_statement(statement=row, digest=row.digest, by=deal.provider)
    again = lambda: verbs.confirm_statement(statement=row, digest=row.digest, by=deal.provider)  # noqa: E731  read once
    assert code_of(again) == "statement.confirmed"
    row = verbs.return_statement(statement=row, comment="缺一台", by=deal.provider)
    assert (row.state, row.provider_confirmed_at) == (S.RETURNED, None)
    row = verbs.revise_statement(statement=row, sales=Sales(Decimal(20)), by=deal.receiver)
    assert (row.state, row.comment, row.net_sales) == (S.ENTERED, "", Decimal("20.00"))
    for number in range(3):
        confirmed(deal, row)
        row = entered(deal, number)
    confirmed(deal, row)
    assert code_of(lambda: entered(deal, 10)) == "statement.early"
    assert code_of(lambda: entered(in_force(royalty=None), 10)) == "statement.no_royalty"


@pytest.mark.parametrize(
    ("sales", "field"),
    [
        (Sales(Decimal("-1")), "gross"),
        (Sales(Decimal("0.001")), "gross"),
        (Sales(Decimal("NaN")), "gross"),
        (Sales(Decimal(1), {"税": Decimal(2)}), "deductions"),
        (Sales(Decimal(1), {" ": Decimal(1)}), "deductions"),
        (Sales(Decimal(1), events=("没有",)), "events"),
    ],
    ids=["negative", "fraction", "nan", "too much", "nameless", "unknown event"],
)
def test_faults_stand_at_their_fields(sales, field):
    deal = a_running_deal()
    with pytest.raises(Invalid) as refused:
        verbs.enter_statement(agreement=deal.agreement, sales=sales, by=deal.receiver)
    assert {fault.field for fault in refused.value.faults} == {field}


PROVIDER, RECEIVER = {"provider manager"}, {"receiver manager", "receiver contributor"}
EXPECTED = {
    "revise": (RECEIVER, {S.ENTERED, S.RETURNED}),
    "return": (PROVIDER, {S.ENTERED}),
    "confirm": (PROVIDER | {"receiver manager"}, {S.ENTERED}),
    "audit": (PROVIDER, {S.ENTERED, S.CONFIRMED}),
}


def test_who_may_do_what_in_which_state():
    deal = a_running_deal()
    row = entered(deal, 10)
    sides = {"provider": deal.agreement.provider, "receiver": deal.agreement.receiver}
    cast = {
        f"{side} {role}": actor_of(a_member(role, firm))
        for side, firm in sides.items()
        for role in ("viewer", "contributor", "manager")
    }
    cast |= {"rival": an_actor(role="owner"), "operator": operator_actor(), "visitor": VISITOR}
    for state in S:
        row.state = state
        can = {verb: {who for who, by in cast.items() if allowed(by, f"statement.{verb}", row)} for verb in EXPECTED}
        assert can == {verb: who if state in states else set() for verb, (who, states) in EXPECTED.items()}, state
    enter = {who for who, by in cast.items() if allowed(by, "statement.enter", deal.agreement)}
    assert enter == RECEIVER
    assert not Statement.visible_to(cast["operator"]).exists() and not Statement.visible_to(cast["rival"]).exists()
    names = {verb for verb in VERBS if verb.startswith("statement.")}
    assert names == {"statement.enter"} | {f"statement.{verb}" for verb in EXPECTED}


def test_the_calculator_reckons_as_statements_do():
    given = {"rate": Decimal(5), "above": Decimal(100), "second_rate": Decimal(4), "tier_base": "year"}
    given |= {"sales": Decimal(150), "growth": Decimal(100), "years": 2, "upfront": Decimal(10), "cap": Decimal(12)}
    years = plan(given)
    assert [one.running for one in years] == [Decimal("70000.00"), Decimal("130000.00")]
    assert [one.payable for one in years] == [Decimal("70000.00"), Decimal("120000.00")]
    assert years[-1].together == Decimal("290000.00")
    with pytest.raises(Invalid):
        plan(given | {"minimum": Decimal(20)})
