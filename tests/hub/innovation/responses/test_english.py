"""English pages hold no Chinese but names and what people wrote."""

from __future__ import annotations

import re

import pytest

from rongtong.hub.foundation.models import Notice
from rongtong.hub.foundation.notices import read
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.organisations.models import Account, Organisation
from tests.factories import a_member, actor_of
from tests.hub.innovation.factories_responses import a_collaboration, a_partner, a_response, a_selection, scored
from tests.hub.innovation.responses.test_pages import go, signed_in
from tests.hub.innovation.selection.test_pages import client_of

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]+")
MAIN = re.compile(r"<main.*</main>", re.S)
#: Drawn by the room of trust, which tests its own words.
DOCUMENTS = re.compile(r'<section[^>]*id="documents".*?</section>', re.S)


def in_english(challenge: Challenge) -> None:
    """Give everything that people write an English wording, so that what is left Chinese is ours."""
    challenge.title = "Even case depth"
    challenge.save()
    challenge.round.title_en = "Second round"
    challenge.round.save()
    challenge.targets.update(indicator="Deviation")
    for response in challenge.responses.all():
        response.summary = response.team = response.record = response.plan = "Two inductors"
        response.save()
        response.milestones.update(title="Trial", deliverable="Report")
        response.partners.update(part="Testing")
    for row in Organisation._base_manager.all():
        row.name_en = "Works"
        row.save()
    Account.objects.update(name="Ann")


def chinese_in(client, name, *args) -> list[str]:
    page = client.get(go(name, *args))
    assert page.status_code == 200, name
    found = MAIN.search(page.content.decode())
    assert found is not None
    return CHINESE.findall(DOCUMENTS.sub("", found[0]))


@pytest.mark.parametrize("complete", [True, False])
def test_pages_of_a_response(complete):
    response = a_response(complete=complete)
    for consent in ("asked", "given", "refused"):
        a_partner(response, consent=consent)
    member = a_member("owner", response.organisation)
    in_english(response.challenge)
    client = signed_in(member, "en")
    for name in ("response", "response_edit", "response_review", "response_partners"):
        assert chinese_in(client, name, response.pk) == [], name
    assert chinese_in(client, "responses") == []


def test_pages_of_a_selection():
    selection = a_selection()
    in_english(selection.challenge)
    jury, challenger = client_of(selection.jury[0], "en"), client_of(selection.challenger, "en")
    for client, name, key in (
        (jury, "review", selection.reviewers[0].pk),
        (challenger, "selection", selection.challenge.pk),
        (challenger, "selection_compare", selection.challenge.pk),
        (challenger, "selection_award", selection.challenge.pk),
    ):
        assert chinese_in(client, name, key) == [], name
    assert chinese_in(jury, "reviews") == []
    scored(selection)
    from rongtong.hub.innovation.models import Score

    Score._base_manager.update(reason="Sound and well supported")
    assert chinese_in(challenger, "selection", selection.challenge.pk) == []


def test_pages_of_a_collaboration():
    collaboration = a_collaboration()
    collaboration.milestones.update(title="Trial")
    in_english(collaboration.challenge)
    for organisation in (collaboration.organisation, collaboration.leader):
        client = signed_in(a_member("owner", organisation), "en")
        Account.objects.update(name="Ann")
        assert chinese_in(client, "collaboration", collaboration.pk) == []
        assert chinese_in(client, "collaborations") == []
    assert chinese_in(client, "collaboration_result", collaboration.pk) == []


def test_notices(settings):
    from django.utils import translation

    from rongtong.hub.foundation.notices import EVENTS, notify
    from tests.factories import SYSTEM

    collaboration = a_collaboration()
    response = collaboration.response
    in_english(collaboration.challenge)
    collaboration.milestones.update(title="Trial")
    leader = actor_of(a_member("owner", collaboration.leader))
    about = {
        "response": response,
        "partner": a_partner(response),
        "collaboration": collaboration,
        "milestone": collaboration.milestones.first(),
    }
    Organisation._base_manager.update(name_en="Works")
    names = [name for name in EVENTS if name.partition(".")[0] in about]
    for name in names:
        notify(name, to=[leader.account_id], about=about[name.partition(".")[0]], by=SYSTEM, days=3)
    with translation.override("en"):
        readings = read(Notice._base_manager.all(), leader)
        assert {one.notice.event for one in readings} == set(names)
        assert CHINESE.findall(" ".join(str(one.words) for one in readings)) == []
        assert CHINESE.findall(" ".join(str(EVENTS[name].subject) for name in names)) == []
