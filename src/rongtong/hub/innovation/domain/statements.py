"""Royalty statements: the licensee reports sales of the next period, both sides confirm what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import rfc8785
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from rongtong.engines.fairness import Carried, FairnessError, Period, reproduces, statement, variance
from rongtong.engines.fairness import Statement as Reckoned
from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.verbs import verb

from ..agreement_clauses import Clauses, RoyaltyClause, digest_of
from ..enums import StatementState
from ..models import Agreement, Statement
from .agreements import tell
from .collaborations import months_later

MOST_DEDUCTIONS = 20
LARGEST = Decimal(10) ** 14


@dataclass(frozen=True)
class Sales:
    """What the licensee reports. Deductions by name; events are the milestones that were reached."""

    gross: Decimal
    deductions: Mapping[str, Decimal] = field(default_factory=dict)
    third_party: Decimal = Decimal("0.00")
    events: tuple[str, ...] = ()


def royalty_of(agreement: Agreement) -> RoyaltyClause | None:
    """The royalty clause that is in force; None where there is none."""
    if agreement.signed_at is None:
        return None
    last = agreement.versions.last()
    return Clauses.read(last.document["clauses"]).royalty if last else None


def next_period(agreement: Agreement, months: int, done: int) -> tuple[date, date, bool] | None:
    """The period after so many: its first day, the day it ends before, whether it closes a year. None when all is over.

    Periods count from the day the agreement holds; the last one is as long as it lasts.
    """
    start = agreement.starts_on
    if start is None:
        return None
    last = min((one for one in (agreement.ends_on, agreement.ended_on) if one), default=None)
    begins, ends = months_later(start, done * months), months_later(start, (done + 1) * months)
    if last is not None and begins >= last:
        return None
    over = last is not None and ends >= last
    return begins, min(ends, last) if last else ends, over or (done + 1) * months % 12 == 0


@verb("statement.enter", on="agreement")
def enter_statement(*, agreement: Agreement, sales: Sales, by: Actor) -> Statement:
    """Report the sales of the next period; the statement follows from them and from the confirmed ones before.

    Raises
    ------
    Refusal
        ``statement.no_royalty``, ``statement.open``: the one before is not confirmed yet, ``statement.over``,
        ``statement.early``: the period is not over.
    """
    royalty = royalty_of(agreement)
    if royalty is None:
        raise Refusal(
            "statement.no_royalty",
            what=_("不需要结算单。"),
            why=_("这份协议没有提成条款。"),
            cure=_("固定费用按付款方式支付。"),
        )
    last = Statement._base_manager.filter(agreement=agreement).order_by("position").last()
    if last is not None and last.state != StatementState.CONFIRMED:
        raise Refusal(
            "statement.open",
            what=_("还不能填报下一期。"),
            why=_("上一期结算单尚未经双方确认。"),
            cure=_("请先确认上一期，或修改后再确认。"),
        )
    done = last.position if last else 0
    period = next_period(agreement, royalty.months, done)
    if period is None:
        raise Refusal(
            "statement.over", what=_("没有下一期。"), why=_("协议已经届满。"), cure=_("各期结算单都在协议页上。")
        )
    if period[1] > timezone.localdate():
        raise Refusal(
            "statement.early",
            what=_("还不能填报这一期。"),
            why=_("这一期尚未结束。"),
            cure=_("请在期末之后填报。"),
        )
    made = Statement(agreement=agreement, position=done + 1, starts_on=period[0], ends_on=period[1])
    _reckon(made, royalty, sales, last, closes_year=period[2])
    made.save()
    audit.note(period=made.position, digest=made.digest)
    tell(agreement, "statement.entered", by, period=made.position)
    return made


@verb("statement.revise", on="statement")
def revise_statement(*, statement: Statement, sales: Sales, version: int | None = None, by: Actor) -> Statement:
    """Report other sales for the period; what was confirmed of the statement is so no longer."""
    agreement = statement.agreement
    royalty = royalty_of(agreement)
    last = Statement._base_manager.filter(agreement=agreement, position=statement.position - 1).first()
    if royalty is None:
        raise ValueError("a statement without royalties")
    closes_year = bool(statement.document["inputs"]["period"]["closes_year"])
    _reckon(statement, royalty, sales, last, closes_year=closes_year)
    statement.state, statement.comment = StatementState.ENTERED, ""
    _unconfirm(statement)
    statement.touch()
    audit.note(period=statement.position, digest=statement.digest)
    tell(agreement, "statement.entered", by, period=statement.position)
    return statement


def _unconfirm(row: Statement) -> None:
    row.provider_confirmed_at = row.provider_confirmed_by = None
    row.receiver_confirmed_at = row.receiver_confirmed_by = None
    row.audited_payable = row.audit_variance = None
    row.audit_flagged = False


def _reckon(row: Statement, royalty: RoyaltyClause, sales: Sales, last: Statement | None, *, closes_year: bool) -> None:
    reckoned = reckon(row, royalty, sales, last, closes_year=closes_year)
    row.document = reckoned.to_dict()
    row.digest = digest_of(row.document)
    row.net_sales, row.payable = reckoned.net_sales, reckoned.payable
    row.variance, row.flagged = None, False
    if last is not None:
        found = variance(last.payable, row.payable, royalty.variance)
        row.variance, row.flagged = _share(found.share), found.flagged


def reckon(
    row: Statement, royalty: RoyaltyClause, sales: Sales, last: Statement | None, *, closes_year: bool
) -> Reckoned:
    """The engine's statement for reported sales, with every fault of them by name."""
    carried = Carried.model_validate(last.document["carried"]) if last else Carried()
    faults = _faults(royalty, sales)
    if faults:
        raise Invalid(faults)
    try:
        period = Period(
            start=row.starts_on,
            end=row.ends_on,
            gross=sales.gross,
            deductions=dict(sales.deductions),
            third_party=sales.third_party,
            events=sales.events,
            closes_year=closes_year,
        )
        return statement(royalty.terms({str(row.agreement.provider_id): Decimal(1)}), period, carried)
    except (ValidationError, FairnessError) as error:
        fault = Fault("deductions", _("扣除额超过销售额：多出的部分请计入另一期。"), "statement.deductions")
        raise Invalid([fault]) from error


def _faults(royalty: RoyaltyClause, sales: Sales) -> list[Fault]:
    faults = []
    for name, amount in (("gross", sales.gross), ("third_party", sales.third_party)):
        if not _is_money(amount):
            faults.append(Fault(name, _("金额应不小于 0，最多两位小数。"), "money"))
    if len(sales.deductions) > MOST_DEDUCTIONS or not all(map(_is_money, sales.deductions.values())):
        faults.append(Fault("deductions", _("扣除项最多 20 项，金额不小于 0，最多两位小数。"), "money"))
    if any(not name.strip() or len(name) > 60 or not name.isprintable() for name in sales.deductions):
        faults.append(Fault("deductions", _("请写明每项扣除的名称，不超过 60 个字。"), "name"))
    known = {one.name for one in royalty.milestones if one.sales is None}
    if set(sales.events) - known or len(set(sales.events)) < len(sales.events):
        faults.append(Fault("events", _("协议中没有这个里程碑。"), "unknown"))
    return faults


def _is_money(amount: Decimal) -> bool:
    if not amount.is_finite() or not 0 <= amount < LARGEST:
        return False
    return amount == amount.quantize(Decimal("0.01"))


def _share(share: Any) -> Decimal | None:
    if share is None:
        return None
    bounded = max(min(share, 10**9), -(10**9))
    return (Decimal(bounded.numerator) / Decimal(bounded.denominator)).quantize(Decimal("0.000001"))


@verb("statement.return", on="statement")
def return_statement(*, statement: Statement, comment: str, by: Actor) -> Statement:
    """Send it back with what is wrong; the licensee reports again."""
    if not comment.strip() or len(comment) > 1000:
        raise Invalid([Fault("comment", _("请写明哪里不对，不超过 1000 个字。"), "required")])
    statement.state, statement.comment = StatementState.RETURNED, comment.strip()
    _unconfirm(statement)
    statement.touch()
    tell(statement.agreement, "statement.returned", by, period=statement.position)
    return statement


@verb("statement.confirm", on="statement")
def confirm_statement(*, statement: Statement, digest: str, by: Actor) -> Statement:
    """Confirm what was read, by its hash; with both sides' word it is settled.

    Raises
    ------
    Refusal
        ``statement.changed``: it is another one by now; ``statement.confirmed``: this side has confirmed;
        ``statement.broken``: it does not follow from its inputs.
    """
    if digest != statement.digest:
        raise Refusal(
            "statement.changed",
            what=_("没有确认：结算单已经改过。"),
            why=_("您看到的不是现在的内容。"),
            cure=_("请刷新页面，看过再确认。"),
        )
    if not holds(statement):
        raise Refusal(
            "statement.broken",
            what=_("不能确认。"),
            why=_("结算单与它的输入不一致。"),
            cure=_("请被许可方重新填报，并告知运营方。"),
        )
    side = "provider" if by.acts_for(statement.agreement.provider_id) else "receiver"
    if getattr(statement, f"{side}_confirmed_at") is not None:
        raise Refusal(
            "statement.confirmed", what=_("贵单位已经确认。"), why=_("每一方确认一次。"), cure=_("请等待对方确认。")
        )
    setattr(statement, f"{side}_confirmed_at", timezone.now())
    setattr(statement, f"{side}_confirmed_by_id", by.person)
    both = statement.provider_confirmed_at is not None and statement.receiver_confirmed_at is not None
    if both:
        statement.state = StatementState.CONFIRMED
    statement.touch()
    audit.note(period=statement.position, digest=statement.digest, both=both)
    tell(statement.agreement, "statement.confirmed", by, period=statement.position)
    return statement


@verb("statement.audit", on="statement")
def audit_statement(*, statement: Statement, sales: Sales, by: Actor) -> Statement:
    """Hold an audited figure against what was reported; a difference above the agreed share is flagged."""
    agreement = statement.agreement
    royalty = royalty_of(agreement)
    if royalty is None:
        raise ValueError("a statement without royalties")
    last = Statement._base_manager.filter(agreement=agreement, position=statement.position - 1).first()
    closes_year = bool(statement.document["inputs"]["period"]["closes_year"])
    audited = reckon(statement, royalty, sales, last, closes_year=closes_year)
    found = variance(statement.payable, audited.payable, royalty.variance)
    statement.audited_payable, statement.audit_variance = audited.payable, _share(found.share)
    statement.audit_flagged = found.flagged
    statement.touch("audited_payable", "audit_variance", "audit_flagged")
    tell(agreement, "statement.audited", by, period=statement.position)
    return statement


def holds(row: Statement) -> bool:
    """Whether a stored statement is, byte for byte, what its stored inputs give, and its hash is its own."""
    return reproduces(row.document) and digest_of(row.document) == row.digest


def canonical(row: Statement) -> bytes:
    """The one spelling of a stored statement, for whoever keeps it outside."""
    return rfc8785.dumps(row.document)
