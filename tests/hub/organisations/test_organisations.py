"""An organisation registers, describes itself, is verified; its size class follows its figures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Invalid, Refusal, Stale
from rongtong.hub.foundation.models import AuditEntry, Notice
from rongtong.hub.organisations.domain import organisations, verification
from rongtong.hub.organisations.domain.organisations import Year
from rongtong.hub.organisations.enums import OrganisationKind, Role, VerificationState
from rongtong.hub.organisations.models import Member, Organisation
from rongtong.hub.organisations.size_class import SizeClass
from tests import factories

pytestmark = pytest.mark.django_db

CODE = factories.make_credit_code("330106", 12345678)


def newcomer() -> Actor:
    account = factories.an_account()
    return Actor(account_id=account.pk, name=account.name)


def register(by: Actor, **values: object) -> Organisation:
    given = {"kind": "enterprise", "name": "杭州临测精密机械有限公司", "identifier": CODE} | values
    return organisations.register_organisation(values=given, by=by)


def codes(refusal: Invalid) -> dict[str, str]:
    return {fault.field: fault.code for fault in refusal.faults}


def test_who_registers_becomes_the_owner_of_a_draft() -> None:
    by = newcomer()
    organisation = register(by, industry="C36", region="330106", founded="2009")
    organisation.refresh_from_db()
    member = Member._base_manager.get(organisation=organisation)
    assert (member.account_id, member.role, organisation.state) == (by.account_id, Role.OWNER, VerificationState.DRAFT)
    assert (organisation.industry, organisation.region, organisation.founded) == ("36", "330106", 2009)
    assert "hzlcjmjxyxgs" in organisation.search_keys.split()
    assert organisation.resolved_name == "杭州临测精密机械"
    entry = AuditEntry._base_manager.get(verb="organisation.register")
    assert (entry.subject_id, entry.account_id) == (organisation.pk, by.account_id)


def test_all_faults_of_a_profile_are_said_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        register(
            newcomer(),
            kind="operator",
            name=" \r\n ",
            identifier=CODE[:-1] + ("0" if CODE[-1] != "0" else "1"),
            region="123",
            industry="99999",
            founded="3000",
            cultivation="champion",
            colour="red",
        )
    assert codes(caught.value) == {
        "kind": "kind.unknown",
        "name": "name.empty",
        "identifier": "credit_code.check",
        "region": "region.unknown",
        "industry": "industry.unknown",
        "founded": "founded.range",
        "cultivation_certificate": "cultivation.certificate",
        "cultivation_expires": "cultivation.expires",
        "colour": "field.unknown",
    }


def test_a_name_goes_on_one_line_and_keeps_no_control_characters() -> None:
    organisation = register(newcomer(), name="杭州\r\nBcc: x@y\x00 机械\u202e有限公司")
    assert organisation.name == "杭州 Bcc: x@y 机械 有限公司"


def test_a_verified_number_cannot_be_registered_again_and_a_claimed_one_can() -> None:
    first = register(newcomer())
    register(newcomer())
    first.state = VerificationState.VERIFIED
    first.save()
    with pytest.raises(Refusal) as caught:
        register(newcomer())
    assert caught.value.code == "organisation.already_here"


def test_two_claims_of_one_number_are_not_both_verified() -> None:
    claims = [register(newcomer()) for _ in range(2)]
    operator = factories.operator_actor()
    for claim in claims:
        claim.state = VerificationState.PENDING
        claim.save()
    verification.verify_organisation(organisation=claims[0], by=operator)
    with pytest.raises(Refusal) as caught:
        verification.verify_organisation(organisation=claims[1], by=operator)
    assert caught.value.code == "organisation.number_taken"
    claims[1].refresh_from_db()
    assert claims[1].state == VerificationState.PENDING


def test_a_person_has_few_unverified_organisations() -> None:
    by = newcomer()
    for serial in range(organisations.MOST_UNFINISHED):
        register(by, identifier=factories.make_credit_code("330106", 100 + serial))
    with pytest.raises(Refusal) as caught:
        register(by, identifier=factories.make_credit_code("330106", 99))
    assert caught.value.code == "organisation.unfinished"


def test_the_size_class_follows_figures_and_industry() -> None:
    owner = factories.a_member(organisation=factories.an_organisation(industry="", figures=False, size="unclassified"))
    by, organisation = factories.actor_of(owner), owner.organisation
    organisations.set_figures(
        organisation=organisation,
        years=[Year(2024, 900, Decimal("500000000")), Year(2025, 250, Decimal("30000000"))],
        by=by,
    )
    organisation.refresh_from_db()
    assert organisation.size_class == SizeClass.UNCLASSIFIED
    organisations.edit_organisation(
        organisation=organisation, values={"industry": "36"}, version=organisation.version, by=by
    )
    organisation.refresh_from_db()
    assert organisation.size_class == SizeClass.SMALL, "300 people make a medium manufacturer, 250 do not"
    organisations.edit_organisation(
        organisation=organisation, values={"industry": "65"}, version=organisation.version, by=by
    )
    organisation.refresh_from_db()
    assert organisation.size_class == SizeClass.MEDIUM, "100 people and 10 million make a medium software house"
    organisations.set_figures(organisation=organisation, years=[Year(2025, 2000)], by=by)
    organisation.refresh_from_db()
    assert organisation.size_class == SizeClass.UNCLASSIFIED, "without revenue nothing can be said"


def test_a_verified_enterprise_that_changes_its_class_is_known_to_the_operator() -> None:
    operator = factories.operator_actor()
    owner = factories.a_member()
    organisations.set_figures(
        organisation=owner.organisation,
        years=[Year(2025, 5000, Decimal("900000000"))],
        by=factories.actor_of(owner),
    )
    notice = Notice._base_manager.get(event="organisation.class_changed")
    assert (notice.account_id, notice.details) == (operator.account_id, {"before": "small", "after": "large"})


def test_faulty_figures_are_named_by_row_and_column() -> None:
    owner = factories.a_member()
    rows = [Year(2024, 5), Year(2024, -1), Year(2999, 1, Decimal("1e16"))]
    with pytest.raises(Invalid) as caught:
        organisations.set_figures(organisation=owner.organisation, years=rows, by=factories.actor_of(owner))
    assert [(fault.row, fault.column, fault.code) for fault in caught.value.faults] == [
        (2, "year", "figures.twice"),
        (2, "headcount", "figures.range"),
        (3, "year", "figures.year"),
        (3, "revenue", "figures.range"),
    ]


def test_what_the_operator_vouched_for_is_changed_by_the_operator_alone() -> None:
    owner = factories.a_member()
    organisation = owner.organisation
    values = {"name": "澜川大厂有限公司", "leads_chain": "盾构", "address": "2号"}
    with pytest.raises(Invalid) as caught:
        organisations.edit_organisation(
            organisation=organisation, values=values, version=organisation.version, by=factories.actor_of(owner)
        )
    assert codes(caught.value) == {"name": "organisation.vouched", "leads_chain": "organisation.vouched"}
    organisations.edit_organisation(
        organisation=organisation, values=values, version=organisation.version, by=factories.operator_actor()
    )
    organisation.refresh_from_db()
    assert (organisation.name, organisation.leads_chain, organisation.address) == tuple(values.values())
    assert "lcdc" in organisation.search_keys


def test_an_older_version_is_not_written_over_a_newer_one() -> None:
    owner = factories.a_member()
    by, organisation = factories.actor_of(owner), owner.organisation
    organisations.edit_organisation(
        organisation=organisation, values={"address": "甲"}, version=organisation.version, by=by
    )
    with pytest.raises(Stale) as caught:
        organisations.edit_organisation(
            organisation=organisation, values={"address": "乙"}, version=organisation.version, by=by
        )
    assert (caught.value.theirs["address"], caught.value.yours["address"]) == ("甲", "乙")
    organisation.refresh_from_db()
    assert organisation.address == "甲"


def test_an_incomplete_organisation_is_not_handed_in() -> None:
    organisation = factories.an_organisation(verified=False, figures=False, industry="", region="")
    owner = factories.a_member(organisation=organisation)
    with pytest.raises(Invalid) as caught:
        organisations.submit_organisation(organisation=organisation, by=factories.actor_of(owner))
    assert codes(caught.value) == {"region": "region.empty", "industry": "industry.no_industry"}
    organisation.industry, organisation.region = "36", "330106"
    organisation.save()
    with pytest.raises(Invalid) as caught:
        organisations.submit_organisation(organisation=organisation, by=factories.actor_of(owner))
    assert codes(caught.value) == {"figures": "figures.missing"}


def test_the_way_to_verification_and_back_with_its_notices() -> None:
    operator = factories.operator_actor()
    organisation = factories.an_organisation(verified=False)
    owner = factories.a_member(organisation=organisation)
    factories.a_member(Role.VIEWER, organisation)
    by = factories.actor_of(owner)
    organisations.submit_organisation(organisation=organisation, by=by)
    verification.return_organisation(organisation=organisation, reason="执照不清晰\r\n请重传", by=operator)
    organisation.refresh_from_db()
    assert (organisation.state, organisation.state_reason) == ("returned", "执照不清晰 请重传")
    organisations.submit_organisation(organisation=organisation, by=factories.actor_of(owner))
    verification.verify_organisation(organisation=organisation, by=operator)
    organisation.refresh_from_db()
    assert organisation.is_verified and organisation.verified_at and organisation.state_reason == ""
    told = list(Notice._base_manager.order_by("created_at").values_list("event", "account_id"))
    assert told == [
        ("organisation.submitted", operator.account_id),
        ("organisation.returned", owner.account_id),
        ("organisation.submitted", operator.account_id),
        ("organisation.verified", owner.account_id),
    ]


def test_nobody_acts_for_a_suspended_organisation() -> None:
    owner = factories.a_member()
    verification.suspend_organisation(organisation=owner.organisation, reason="核查", by=factories.operator_actor())
    by = factories.actor_of(owner)
    assert (by.role, by.is_member) == (None, False)
    assert Organisation.visible_to(by).filter(pk=owner.organisation_id).exists()
    assert not Organisation.visible_to(factories.visitor).filter(pk=owner.organisation_id).exists()


def test_the_operator_is_not_suspended() -> None:
    operator = factories.an_organisation(OrganisationKind.OPERATOR)
    with pytest.raises(Refusal) as caught:
        verification.suspend_organisation(
            organisation=operator, reason="x", by=factories.operator_actor(organisation=operator)
        )
    assert caught.value.code == "organisation.operator"


def test_certificates_are_held_once_each() -> None:
    owner = factories.a_member()
    by = factories.actor_of(owner)
    organisations.add_certificate(organisation=owner.organisation, code=" ISO\n9001 ", number="Q1", by=by)
    with pytest.raises(Invalid) as caught:
        organisations.add_certificate(organisation=owner.organisation, code="iso 9001", by=by)
    assert codes(caught.value) == {"code": "certificate.twice"}
    certificate = owner.organisation.certificates.get()
    organisations.remove_certificate(certificate=certificate, by=by)
    assert not owner.organisation.certificates.exists()
    entry = AuditEntry._base_manager.get(verb="organisation.remove_certificate")
    assert (entry.subject_id, entry.context_id) == (owner.organisation_id, certificate.pk)
    assert entry.details == {"code": "ISO 9001"}
