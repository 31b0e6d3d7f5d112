"""Standards: written, published, revised, withdrawn; what is published does not change."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.models import Notice
from rongtong.hub.industry.domain import standards as verbs
from rongtong.hub.industry.domain.standards import Clause, Draft
from rongtong.hub.industry.models import Conformity, Standard
from rongtong.hub.industry.standard_enums import ConformityState, StandardState
from tests.factories import a_member, actor_of, an_organisation, operator_actor

from .factories_industry import a_chain
from .factories_standard import SCHEMA, a_conformity, a_standard

pytestmark = pytest.mark.django_db

VALUES = {"number": " T/LC 001 ", "title": "供方质量要求", "scope": "轴承供方"}
CLAUSES = (Clause("4.1", "建立质量体系"), Clause("4.2", "持有证书", proof="certificate"))


def leader():
    """A person who decides for the leader of a chain, and the chain."""
    actor = actor_of(a_member("manager", an_organisation(size="large")))
    member_chain = a_chain()
    member_chain.leader_id = actor.organisation_id
    member_chain.save()
    return actor, member_chain


def written(actor, chain, **values):
    draft = Draft({**VALUES, **values}, CLAUSES, json.dumps(SCHEMA))
    return verbs.create_standard(draft=draft, chain=chain, by=actor)


def test_the_leader_writes_and_publishes() -> None:
    actor, chain = leader()
    made = verbs.publish_standard(standard=written(actor, chain), by=actor)
    assert (made.number, made.state, made.edition, made.schema) == ("T/LC 001", StandardState.PUBLISHED, 1, SCHEMA)
    assert [str(one) for one in made.requirements.all()] == ["4.1 建立质量体系", "4.2 持有证书"]


def test_nobody_publishes_for_a_chain_that_another_leads() -> None:
    actor, _chain = leader()
    for chain in (a_chain(an_organisation()), None):
        with pytest.raises(Refusal) as refused:
            written(actor, chain)
        assert refused.value.code == "standard.not_leader"
    operator = operator_actor()
    assert written(operator, None).organisation_id == operator.organisation_id


def test_what_is_published_is_not_changed() -> None:
    actor, chain = leader()
    made = verbs.publish_standard(standard=written(actor, chain), by=actor)
    with pytest.raises(Refusal) as refused:
        verbs.edit_standard(standard=made, draft=Draft({"title": "x"}), version=None, by=actor)
    assert refused.value.code == "rights.state"
    with pytest.raises(Refusal):
        verbs.delete_standard(standard=made, by=actor)


def test_every_fault_at_once() -> None:
    actor, chain = leader()
    clauses = (Clause("四", "x"), Clause("4.1", ""), Clause("4.1", "y", kind="may"))
    with pytest.raises(Invalid) as refused:
        verbs.create_standard(
            draft=Draft({"number": "", "title": "t", "validity_months": 0}, clauses, '{"$ref": "http://x/s.json"}'),
            chain=chain,
            by=actor,
        )
    told = [(fault.field, fault.code, fault.row) for fault in refused.value.faults]
    assert told == [
        ("number", "required", None),
        ("validity_months", "range", None),
        ("schema", "schema.remote", None),
        ("requirements", "clause", 1),
        ("requirements", "text", 2),
        ("requirements", "clause_twice", 3),
        ("requirements", "choice", 3),
    ]
    assert not Standard._base_manager.exists()


def test_what_is_not_whole_is_not_published() -> None:
    actor, chain = leader()
    draft = Draft({"number": "N", "title": "T"}, (Clause("1", "数据", kind="should", proof="data_file"),))
    made = verbs.create_standard(draft=draft, chain=chain, by=actor)
    with pytest.raises(Invalid) as refused:
        verbs.publish_standard(standard=made, by=actor)
    assert [fault.field for fault in refused.value.faults] == ["requirements", "schema", "scope"]


def test_two_published_standards_never_have_one_number() -> None:
    actor, chain = leader()
    other, others = leader()
    verbs.publish_standard(standard=written(actor, chain), by=actor)
    with pytest.raises(Invalid) as refused:
        verbs.publish_standard(standard=written(other, others), by=other)
    assert refused.value.faults[0].code == "standard.number_taken"


def test_a_newer_draft_is_not_overwritten() -> None:
    actor, chain = leader()
    made = written(actor, chain)
    verbs.edit_standard(standard=made, draft=Draft({"title": "甲"}), version=1, by=actor)
    with pytest.raises(Stale) as refused:
        verbs.edit_standard(standard=made, draft=Draft({"title": "乙"}), version=1, by=actor)
    assert (refused.value.theirs["title"], refused.value.yours["title"]) == ("甲", "乙")


def test_a_new_edition_gives_time_to_renew() -> None:
    actor, chain = leader()
    first = verbs.publish_standard(standard=written(actor, chain, transition_days=90), by=actor)
    holder = a_conformity(organisation=(member := a_member()).organisation, standard=first)
    asked = a_conformity(ConformityState.ASKED, standard=first)
    second = verbs.revise_standard(standard=first, by=actor)
    assert (second.edition, second.requirements.count(), second.schema, second.changes) == (2, 2, SCHEMA, "")
    with pytest.raises(Refusal) as refused:
        verbs.revise_standard(standard=first, by=actor)
    assert refused.value.code == "standard.draft_stands"
    with pytest.raises(Invalid) as lacking:
        verbs.publish_standard(standard=second, by=actor)
    assert [fault.field for fault in lacking.value.faults] == ["changes"]
    verbs.edit_standard(standard=second, draft=Draft({"changes": "加严 4.2"}), version=None, by=actor)
    verbs.publish_standard(standard=second, by=actor)
    first.refresh_from_db()
    holder.refresh_from_db()
    assert first.state == StandardState.SUPERSEDED
    assert holder.ends_on == timezone.localdate() + timedelta(days=90)
    assert Notice._base_manager.get(account_id=member.account_id).event == "standard.revised"
    moved = Conformity._base_manager.get(organisation=asked.organisation)
    assert (moved.standard_id, moved.state, moved.answers.count()) == (second.pk, ConformityState.ASKED, 2)


def test_a_withdrawn_standard_says_why_and_tells_its_holders() -> None:
    standard = a_standard()
    by = actor_of(a_member("manager", standard.organisation))
    holder = a_member()
    a_conformity(organisation=holder.organisation, standard=standard)
    with pytest.raises(Invalid):
        verbs.withdraw_standard(standard=standard, reason=" ", by=by)
    made = verbs.withdraw_standard(standard=standard, reason="产品停产", by=by)
    assert (made.state, made.ending) == (StandardState.WITHDRAWN, "产品停产")
    assert Notice._base_manager.get(account_id=holder.account_id).event == "standard.withdrawn"


def test_an_auditor_must_be_verified() -> None:
    standard = a_standard()
    by = actor_of(a_member("manager", standard.organisation))
    with pytest.raises(Invalid):
        verbs.arrange_standard(standard=standard, public=False, auditor=an_organisation(verified=False), by=by)
    auditor = an_organisation()
    assert verbs.arrange_standard(standard=standard, public=True, auditor=auditor, by=by).auditor == auditor


def test_the_office_goes_with_the_chain() -> None:
    """A new leader answers for the standards of the chain; the former one no more. Drafts stay their writer's."""
    standard = a_standard()
    draft = a_standard(StandardState.DRAFT, standard.organisation, chain=standard.chain)
    former = actor_of(a_member("manager", standard.organisation))
    successor = actor_of(a_member("manager"))
    assert standard.chain is not None
    standard.chain.leader_id = successor.organisation_id
    standard.chain.save()
    with pytest.raises(Forbidden):
        verbs.withdraw_standard(standard=standard, reason="x", by=former)
    with pytest.raises(NotVisible):
        verbs.delete_standard(standard=draft, by=successor)
    assert verbs.withdraw_standard(standard=standard, reason="x", by=successor).state == StandardState.WITHDRAWN
