"""Negotiating: offers with their differences, the chain of hashes, accepting, signing, ending, lapsing, reminding."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from rongtong.hub.foundation.actors import SYSTEM, VISITOR
from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.models import Notice
from rongtong.hub.foundation.notices import read
from rongtong.hub.foundation.rights import VERBS, allowed
from rongtong.hub.innovation import agreement_signing
from rongtong.hub.innovation.domain import agreement_signatures as signing
from rongtong.hub.innovation.domain import agreements as verbs
from rongtong.hub.innovation.domain.agreements import Opening
from rongtong.hub.innovation.enums import AgreementState as S
from rongtong.hub.innovation.models import (
    Agreement,
    AgreementDate,
    AgreementDraft,
    AgreementSignature,
    AgreementVersion,
    Grant,
    Statement,
    Technology,
)
from rongtong.hub.innovation.queries.agreements import holds, offers_of
from tests.factories import a_member, actor_of, an_organisation, operator_actor
from tests.hub.innovation.factories_agreements import (
    a_deal,
    a_technology,
    accepted,
    an_actor,
    clauses,
    in_days,
    in_force,
)

pytestmark = pytest.mark.django_db


def code_of(call) -> str:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code


def test_two_counter_offers_with_their_differences_then_a_licence():
    deal = a_deal()
    deal.offer(deal.provider)
    deal.offer(deal.receiver, upfront="200000.00", free=[{"heading": "培训", "text": "两次，每次三天。"}])
    deal.offer(deal.provider, upfront="250000.00", royalty=None)
    first, second, third = offers_of(deal.agreement, deal.receiver)
    assert first.changes is None
    assert [(one.label, one.kind) for one in second.changed] == [("固定费用", "changed"), ("培训", "added")]
    assert next((one.before, one.after) for one in second.changed) == ("300,000元", "200,000元")
    kinds = {one.label: one.kind for one in third.changed}
    assert kinds == {
        "固定费用": "changed",
        "提成": "removed",
        "结算周期": "removed",
        "差异提示": "removed",
        "培训": "removed",
    }
    assert [one.row.document["previous"] for one in (first, second, third)] == [
        None,
        first.row.digest,
        second.row.digest,
    ]
    deal.accept(deal.receiver)
    agreement = deal.sign()
    assert (agreement.state, agreement.grant.exclusivity, agreement.number[:3]) == (S.IN_FORCE, "non-exclusive", "XY-")
    assert holds(offers_of(agreement, deal.provider))


def test_a_version_that_was_changed_afterwards_is_found_out():
    deal = in_force()
    version = deal.agreement.versions.last()
    changed = {**version.document, "clauses": clauses(upfront="1.00").stored()}
    AgreementVersion._base_manager.filter(pk=version.pk).update(document=changed)
    assert not holds(offers_of(deal.agreement, deal.provider))
    AgreementVersion._base_manager.filter(pk=version.pk).update(document=version.document)
    assert holds(offers_of(deal.agreement, deal.provider))
    AgreementSignature._base_manager.filter(version=version).update(name="冒名")
    assert not holds(offers_of(deal.agreement, deal.provider))


def test_another_method_signs_in_place_of_the_built_in_one():
    class Stamp:
        name = "stamp/1"

        def sign(self, request):
            return {"stamp": request.digest[:8]}

        def verify(self, request, mark):
            return dict(mark) == self.sign(request)

    agreement_signing.use(Stamp())
    try:
        deal = in_force()
    finally:
        agreement_signing.use(agreement_signing.HashAndConsent())
    row = AgreementSignature._base_manager.first()
    assert (row.method, row.mark) == ("stamp/1", {"stamp": row.version.digest[:8]})
    assert holds(offers_of(deal.agreement, deal.provider))


def test_a_draft_and_the_negotiation_are_known_to_those_who_take_part():
    deal = a_deal()
    rival, operator = an_actor(), operator_actor()
    assert Agreement.visible_to(deal.provider).count() == 1
    for other in (deal.receiver, rival, operator, VISITOR):
        assert not Agreement.visible_to(other).exists()
    deal.offer(deal.provider)
    verbs.save_draft(agreement=deal.agreement, clauses=clauses(upfront="1.00"), by=deal.receiver)
    assert AgreementDraft.visible_to(deal.receiver).count() == 1
    assert not AgreementDraft.visible_to(deal.provider).exists()
    assert Agreement.visible_to(deal.receiver).count() == 1
    for other in (rival, operator, VISITOR):
        assert not Agreement.visible_to(other).exists()


def test_the_operator_knows_that_it_was_signed_and_nothing_of_its_terms():
    deal, operator = in_force(), operator_actor()
    found = Agreement.visible_to(operator).get()
    assert not found.terms_open_to(operator)
    for model in (AgreementVersion, AgreementDraft, Grant, Statement):
        assert not model.visible_to(operator).exists()
    assert offers_of(found, operator) == []
    assert not Agreement.visible_to(an_actor()).exists()
    assert found == deal.agreement


def test_turns_are_kept_and_only_what_was_read_is_accepted():
    deal = a_deal()
    deal.offer(deal.provider)
    assert code_of(lambda: deal.offer(deal.provider)) == "agreement.not_your_turn"
    assert code_of(lambda: deal.accept(deal.provider)) == "agreement.not_your_turn"
    assert code_of(lambda: verbs.decline_offer(agreement=deal.agreement, by=deal.provider)) == "agreement.not_your_turn"
    take_back = lambda: verbs.withdraw_agreement(agreement=deal.agreement, by=deal.receiver)  # noqa: E731  read once
    assert code_of(take_back) == "agreement.not_your_offer"
    stale = lambda: verbs.accept_offer(agreement=deal.agreement, offer=7, by=deal.receiver)  # noqa: E731  read once
    assert code_of(stale) == "agreement.newer_offer"
    deal.accept(deal.receiver)
    deal.sign(deal.receiver)
    assert code_of(lambda: deal.sign(deal.receiver)) == "agreement.signed"
    assert (deal.agreement.state, Grant._base_manager.count()) == (S.ACCEPTED, 0)


def test_signing_needs_a_name_and_consent():
    deal = accepted()
    with pytest.raises(Invalid) as refused:
        signing.sign_agreement(agreement=deal.agreement, offer=1, name=" ", agreed=False, by=deal.provider)
    assert [fault.field for fault in refused.value.faults] == ["name", "agreed"]


def test_every_fault_of_an_offer_at_once():
    deal = a_deal()
    faulty = clauses(
        grant_starts_on=None,
        grant_fields=["没有"],
        grant_territories=["889999"],
        royalty={"tiers": [{"above": "5.00", "rate": "0.1"}]},
        dates=[{"what": "甲", "due_on": "2030-01-01"}] * 2,
        free=[{"heading": "", "text": "x"}],
    )
    with pytest.raises(Invalid) as refused:
        deal.offer(deal.provider, given=faulty)
    fields = [fault.field for fault in refused.value.faults]
    assert fields == ["starts_on", "fields_of_use", "territories", "tiers", "dates", "free"]
    assert Agreement._base_manager.get().state == S.DRAFT


def test_coowners_must_have_agreed_to_an_exclusive_licence():
    provider, coowner = an_actor(), an_organisation()
    deal = a_deal(a_technology(provider, coowners=(coowner,)), provider=provider)
    with pytest.raises(Invalid) as refused:
        deal.offer(deal.provider, grant_exclusivity="exclusive")
    assert [fault.code for fault in refused.value.faults] == ["coowners"]
    assert deal.offer(deal.provider, grant_exclusivity="exclusive", coowners_agree=True).state == S.OFFERED


def test_two_colleagues_do_not_overwrite_each_other():
    deal = a_deal()
    verbs.save_draft(agreement=deal.agreement, clauses=clauses(), version=1, by=deal.provider)
    with pytest.raises(Stale):
        verbs.save_draft(agreement=deal.agreement, clauses=clauses(), version=1, by=deal.provider)


@pytest.mark.parametrize("kind", ["cooperation", "service"])
def test_agreements_without_a_technology(kind):
    deal = a_deal(kind=kind)
    given = clauses(grant=None, subject="联合试制两套样机。", starts_on=in_days(0), ends_on=in_days(365))
    deal.offer(deal.provider, given=given.model_copy(update={"grant": None}))
    deal.accept(deal.receiver)
    assert (deal.sign().state, Grant._base_manager.count()) == (S.IN_FORCE, 0)


def test_an_assignment_hands_the_share_over_and_can_be_made_once():
    provider = an_actor()
    technology = a_technology(provider)
    deals = [a_deal(technology, provider=provider, kind="assignment") for _ in range(2)]
    for deal in deals:
        deal.offer(provider, given=clauses(starts_on=in_days(0)).model_copy(update={"grant": None}))
        deal.accept(deal.receiver)
    deals[0].sign()
    technology.refresh_from_db()
    assert technology.organisation_id == deals[0].receiver.organisation_id
    assert technology.state == "withdrawn"
    assert [one.organisation_id for one in technology.owners.all()] == [deals[0].receiver.organisation_id]
    assert code_of(deals[1].sign) == "agreement.not_owner"
    assert Technology.visible_to(provider).filter(pk=technology.pk).exists()


def test_opening_names_a_verified_other_side_and_a_provider_who_may():
    provider, stranger = an_actor(), an_actor()
    technology = a_technology(provider)

    def opened(by, other, **given):
        values = {"kind": "licence", "title": "许可", "technology": technology.pk, "provides": True} | given
        return verbs.open_agreement(opening=Opening(other=other, **values), by=by)

    for by, other, given, code in [
        (provider, provider.firm, {}, "own"),
        (provider, an_organisation(verified=False).pk, {}, "unknown"),
        (stranger, provider.firm, {}, "not_owner"),
        (provider, stranger.firm, {"technology": None}, "technology"),
    ]:
        with pytest.raises(Invalid) as refused:
            opened(by, other, **given)
        assert code in [fault.code for fault in refused.value.faults]
    assert opened(stranger, provider.firm, provides=False).provider_id == provider.organisation_id
    hidden = a_technology(provider, publish=False)
    with pytest.raises(NotVisible):
        opened(stranger, provider.firm, technology=hidden.pk, provides=False)


def test_it_ends_when_both_ask_and_its_grant_with_it():
    deal = in_force()
    signing.end_agreement(agreement=deal.agreement, conclusion="项目停止。", by=deal.receiver)
    signing.end_agreement(agreement=deal.agreement, conclusion="项目停止。", by=deal.receiver)
    assert Agreement._base_manager.get().state == S.IN_FORCE
    ended = signing.end_agreement(agreement=deal.agreement, conclusion="同意。", by=deal.provider)
    assert (ended.state, ended.conclusion, Grant._base_manager.get().live) == (S.ENDED, "项目停止。", False)


def test_offers_lapse_and_agreements_whose_term_is_over_end():
    offered, running = a_deal(), in_force(grant_ends_on=in_days(10))
    offered.offer(offered.provider)
    assert signing.expire_due(in_days(9)) == 0
    assert signing.expire_due(in_days(10)) == 1
    assert signing.expire_due(in_days(31)) == 1
    assert signing.expire_due(in_days(31)) == 0
    states = {row.pk: row.state for row in Agreement._base_manager.all()}
    assert states == {offered.agreement.pk: S.EXPIRED, running.agreement.pk: S.ENDED}


def test_a_lapsed_offer_is_neither_accepted_nor_signed():
    deal, other = a_deal(), accepted()
    deal.offer(deal.provider)
    Agreement._base_manager.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert code_of(lambda: deal.accept(deal.receiver)) == "agreement.lapsed"
    assert code_of(other.sign) == "agreement.lapsed"


def test_key_dates_are_reminded_of_once_each():
    deal = in_force(dates=[{"what": "交付图纸", "due_on": in_days(30).isoformat()}])
    Notice._base_manager.all().delete()
    today = timezone.localdate()
    told = [signing.remind_of_dates(today + timedelta(days=days)) for days in (0, 0, 10, 23, 24, 30, 30)]
    assert told == [1, 0, 0, 1, 0, 1, 0]
    notices = Notice._base_manager.filter(account_id=deal.receiver.person)
    words = [str(one.words) for one in read(notices.order_by("created_at"), deal.receiver)]
    assert words == [f"「对接淬火方法专利许可」：交付图纸，{left}" for left in ("还有30天", "还有7天", "今天到期")]
    assert AgreementDate._base_manager.count() == 2


def test_notices_go_to_the_other_side_and_name_no_terms():
    deal = a_deal()
    deal.offer(deal.provider, upfront="987654.00")
    rows = Notice._base_manager.all()
    assert {row.account_id for row in rows} == {deal.receiver.account_id}
    assert [str(one.words) for one in read(rows, deal.receiver)] == [
        "「对接淬火方法专利许可」：对方发出第1次报价，待答复"
    ]
    assert "987654" not in str([row.details for row in rows]) and "987654" not in str(mail.outbox)


# Who may do what

PARTY = {"provider manager", "receiver manager", "provider owner", "receiver owner"}
WRITERS = PARTY | {"provider contributor", "receiver contributor"}
EXPECTED = {
    "draft": (WRITERS, {S.DRAFT, S.OFFERED}),
    "offer": (PARTY, {S.DRAFT, S.OFFERED}),
    "accept": (PARTY, {S.OFFERED}),
    "decline": (PARTY, {S.OFFERED}),
    "withdraw": (PARTY, {S.DRAFT, S.OFFERED, S.ACCEPTED}),
    "sign": (PARTY, {S.ACCEPTED}),
    "end": (PARTY, {S.IN_FORCE}),
    "expire": ({"system"}, {S.OFFERED, S.ACCEPTED, S.IN_FORCE}),
}


def test_who_may_do_what_in_which_state():
    deal = a_deal()
    agreement = deal.agreement
    sides = {"provider": agreement.provider, "receiver": agreement.receiver}
    cast = {
        f"{side} {role}": actor_of(a_member(role, firm))
        for side, firm in sides.items()
        for role in ("viewer", "contributor", "manager", "owner")
    }
    cast |= {"rival": an_actor(role="owner"), "operator": operator_actor(), "visitor": VISITOR, "system": SYSTEM}
    for state in S:
        agreement.state = state
        can = {
            verb: {who for who, by in cast.items() if allowed(by, f"agreement.{verb}", agreement)} for verb in EXPECTED
        }
        assert can == {verb: who if state in states else set() for verb, (who, states) in EXPECTED.items()}, state
    names = {verb for verb in VERBS if verb.startswith("agreement.")}
    assert names == {"agreement.open"} | {f"agreement.{verb}" for verb in EXPECTED}


def test_a_stranger_is_told_that_nothing_is_there_and_a_contributor_that_it_may_not():
    deal = a_deal()
    deal.offer(deal.provider)
    stranger = an_actor()
    with pytest.raises(NotVisible):
        verbs.accept_offer(agreement=deal.agreement, offer=1, by=stranger)
    with pytest.raises(Forbidden):
        verbs.accept_offer(agreement=deal.agreement, offer=1, by=an_actor(deal.agreement.receiver, "contributor"))
