"""An organisation's page shows its capabilities and its record, as far as the reader may see them."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rongtong.hub.innovation.enums import CapabilityState, CollaborationState
from rongtong.hub.innovation.models import Capability
from tests.factories import a_member, an_organisation
from tests.hub.innovation.factories_responses import a_collaboration

pytestmark = pytest.mark.django_db


def page_of(organisation, client: Client | None = None) -> str:
    there = reverse("organisations:organisation", args=[organisation.pk])
    return (client or Client()).get(there).content.decode()


def test_capabilities_by_level_and_state():
    firm = an_organisation()
    for title, level, state in [
        ("公开的能力", 0, CapabilityState.PUBLISHED),
        ("成员可见的能力", 1, CapabilityState.PUBLISHED),
        ("草稿能力", 0, CapabilityState.DRAFT),
    ]:
        Capability._base_manager.create(organisation=firm, title=title, level=level, state=state)
    member = Client()
    member.force_login(a_member().account)
    visitor_sees, member_sees = page_of(firm), page_of(firm, member)
    assert [title in visitor_sees for title in ("公开的能力", "成员可见的能力", "草稿能力")] == [True, False, False]
    assert [title in member_sees for title in ("公开的能力", "成员可见的能力", "草稿能力")] == [True, True, False]


def test_completed_work_is_part_of_both_sides_record():
    work = a_collaboration(state=CollaborationState.COMPLETED, ended_at=timezone.now())
    member = Client()
    member.force_login(a_member().account)
    for side in (work.organisation, work.leader):
        assert work.challenge.title in page_of(side, member)
        assert work.challenge.title not in page_of(side)
