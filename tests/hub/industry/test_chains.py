"""Chains: who makes, leads, describes and closes them, and who sees them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.industry.domain.chains import appoint_leader, close_chain, create_chain, edit_chain, reopen_chain
from rongtong.hub.industry.enums import ChainState
from rongtong.hub.industry.models import Chain
from tests.factories import a_member, actor_of, an_organisation, operator_actor, visitor

from .factories_industry import a_chain

pytestmark = pytest.mark.django_db


def test_the_operator_opens_a_chain_and_names_its_leader() -> None:
    leader, operator = an_organisation(), operator_actor()
    chain = create_chain(values={"name": " 隧道掘进  装备链 ", "summary": "从钢到机"}, leader=leader, by=operator)
    assert (chain.name, chain.leader, chain.state) == ("隧道掘进 装备链", leader, ChainState.ACTIVE)
    assert AuditEntry.objects.get(verb="chain.create").subject_id == chain.pk


def test_members_do_not_open_chains() -> None:
    with pytest.raises(Forbidden):
        create_chain(values={"name": "自家链"}, by=actor_of(a_member()))
    assert not Chain._base_manager.exists()


@pytest.mark.parametrize(
    ("name", "code"), [("", "chain.no_name"), ("链" * 61, "chain.long"), ("风电链", "chain.name_taken")],
    ids=["none", "long", "taken"],
)  # fmt: skip
def test_a_name_is_needed_fits_and_is_not_taken(name: str, code: str) -> None:
    a_chain(name="风电链")
    with pytest.raises(Invalid) as refused:
        create_chain(values={"name": name}, by=operator_actor())
    assert [fault.code for fault in refused.value.faults] == [code]


def test_only_a_verified_organisation_leads() -> None:
    chain = a_chain()
    with pytest.raises(Invalid):
        appoint_leader(chain=chain, leader=an_organisation(verified=False), by=operator_actor())


def test_the_leader_describes_its_chain_and_sees_a_newer_version() -> None:
    leader = an_organisation()
    chain, manager = a_chain(leader), actor_of(a_member("manager", leader))
    edit_chain(chain=chain, values={"name": "新名", "summary": "一句"}, version=1, by=manager)
    with pytest.raises(Stale) as stale:
        edit_chain(chain=chain, values={"name": "旧名"}, version=1, by=manager)
    assert (stale.value.theirs["name"], stale.value.version) == ("新名", 2)
    with pytest.raises(Forbidden):
        edit_chain(chain=chain, values={"name": "别人"}, version=2, by=actor_of(a_member()))


def test_a_closed_chain_is_there_for_its_leader_and_the_operator_alone() -> None:
    leader, operator = an_organisation(), operator_actor()
    chain = a_chain(leader)
    close_chain(chain=chain, by=operator)
    inside = [operator, actor_of(a_member("viewer", leader))]
    outside = [visitor, actor_of(a_member()), actor_of(a_member("owner", an_organisation(verified=False)))]
    assert [chain.is_visible_to(one) for one in inside + outside] == [True, True, False, False, False]
    with pytest.raises(Refusal, match="现在不能"):
        edit_chain(chain=chain, values={"name": "改"}, version=2, by=operator)
    with pytest.raises(NotVisible):
        reopen_chain(chain=chain, by=outside[1])
    assert reopen_chain(chain=chain, by=operator).state == ChainState.ACTIVE


def test_the_pages_of_a_chain(client) -> None:
    leader = an_organisation()
    chain = a_chain(leader, summary="从特钢到整机。")
    assert "从特钢到整机。" in client.get(reverse("industry:chains")).content.decode()
    page = client.get(reverse("industry:chain", args=[chain.pk])).content.decode()
    assert leader.name in page
    assert reverse("industry:chain_edit", args=[chain.pk]) not in page
    client.force_login(a_member("manager", leader).account)
    form = client.get(reverse("industry:chain_edit", args=[chain.pk])).content.decode()
    assert 'name="leader"' not in form, "the leader does not name a leader"
    saved = client.post(reverse("industry:chain_edit", args=[chain.pk]), {"name": "改名链", "version": 1})
    chain.refresh_from_db()
    assert (saved.status_code, chain.name, chain.leader) == (302, "改名链", leader)
    late = client.post(reverse("industry:chain_edit", args=[chain.pk]), {"name": "又改", "version": 1})
    assert late.status_code == 409
    assert "改名链" in late.content.decode()


def test_the_operator_makes_one_on_the_page(client) -> None:
    leader = an_organisation(name="澜川牵头测试有限公司")
    client.force_login(a_member("manager", an_organisation("operator")).account)
    refused = client.post(reverse("industry:chain_new"), {"name": "页面链", "leader": "没有这家"})
    assert refused.status_code == 422
    made = client.post(reverse("industry:chain_new"), {"name": "页面链", "leader": leader.name})
    assert made.status_code == 302
    assert Chain._base_manager.get(name="页面链").leader == leader
