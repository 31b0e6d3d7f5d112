"""Splitting a challenge and proposing teams: who sees which part, who leads, what the pages and files tell."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from rongtong.engines.matching import Need
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Invalid, NotVisible
from rongtong.hub.foundation.models import AuditEntry, Job
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.innovation import tasks
from rongtong.hub.innovation.domain.subneeds import split_challenge, split_for_response
from rongtong.hub.innovation.domain.teams import setting_of
from rongtong.hub.innovation.enums import CapabilityState, ChallengeState, Consent
from rongtong.hub.innovation.listings import list_capabilities
from rongtong.hub.innovation.models import Capability, Challenge, SubNeed
from rongtong.hub.innovation.queries import teams as reading
from rongtong.hub.innovation.queries.disclosure import disclosed
from rongtong.hub.innovation.queries.subneeds import Part, proposed
from rongtong.hub.innovation.queries.teams import teams_of
from rongtong.hub.matching.catching_up import catch_up
from rongtong.hub.matching.live import live_index
from rongtong.hub.organisations.models import Member, Organisation
from rongtong.hub.organisations.size_class import SizeClass
from tests.factories import a_challenge, a_member, actor_of, an_organisation
from tests.hub.innovation.factories_challenges import Cast, a_cast, sign
from tests.hub.innovation.factories_responses import a_partner, a_response

pytestmark = pytest.mark.django_db

HEAT, TEST, MODEL = "滚道感应淬火工艺开发", "淬硬层深无损检测", "热变形有限元仿真"
PARTS = [Part(HEAT, "targets", 5, must=True), Part(TEST, "details", 3), Part(MODEL, "problem", 2)]


def offers(organisation: Organisation, *titles: str) -> Organisation:
    """The organisation publishes these capabilities."""
    rows = [
        Capability._base_manager.create(
            organisation=organisation, title=title, text=f"{title}，承接委托。", state=CapabilityState.PUBLISHED
        )
        for title in titles
    ]
    list_capabilities(rows)
    catch_up(live_index())
    return organisation


@pytest.fixture
def cast() -> Cast:
    cache.clear()
    return a_cast()


@pytest.fixture
def challenge(cast: Cast) -> Challenge:
    """Targets at L0, details behind an agreement; three who do one part each, and a large one that does the first."""
    row = a_challenge(organisation=cast.challenger, targets_level=0, details_level=2, problem_level=0)
    split_challenge(challenge=row, parts=PARTS, by=cast.actor("own.contributor"))
    for title in (HEAT, TEST, MODEL):
        offers(an_organisation(name=f"澜川{title}有限公司"), title)
    offers(an_organisation(size=SizeClass.LARGE, name="澜川大型集团"), "感应淬火工艺")
    return row


def members_of(shown: reading.Shown, number: int = 0) -> set[str]:
    return {str(shown.firms[one.id]) for one in shown.teams[number].members}


def texts(setting: reading.Setting) -> list[str]:
    return [part.text for part in setting.parts]


# ---- proposing --------------------------------------------------------------------------------------------------


def test_a_challenger_sees_a_team_that_covers_every_part(challenge: Challenge, cast: Cast) -> None:
    actor = cast.actor("own.viewer")
    shown = teams_of(setting_of(challenge.pk, actor), actor)

    team = shown.teams[0]
    assert members_of(shown) == {f"澜川{title}有限公司" for title in (HEAT, TEST, MODEL)}
    assert not team.uncovered and team.proven
    for cover in team.covers:
        ground = shown.ground(cover.member, cover.need)
        assert ground is not None and ground.strength >= reading.THRESHOLD
        assert ground.title in str(shown.firms[cover.member])
        assert ground.words and all(word in ground.title for word in ground.words)


def test_a_large_enterprise_takes_part_but_never_leads(challenge: Challenge, cast: Cast) -> None:
    actor = cast.actor("own.viewer")
    shown = teams_of(setting_of(challenge.pk, actor), actor)
    named = {shown.firms[other.id].size_class for team in shown.teams for m in team.members for other in m.alternatives}
    assert SizeClass.LARGE in named
    for team in shown.teams:
        leader = next(one for one in team.members if one.leads)
        assert shown.firms[leader.id].size_class == SizeClass.SMALL


def test_the_challenger_itself_is_in_no_team(challenge: Challenge, cast: Cast) -> None:
    offers(cast.challenger, HEAT, TEST, MODEL)
    guest = actor_of(a_member("viewer"))
    for actor in (cast.actor("own.viewer"), cast.actor("operator.viewer"), guest):
        shown = teams_of(setting_of(challenge.pk, actor), actor)
        assert str(cast.challenger.pk) not in shown.firms


def test_an_anonymous_challenger_is_not_told_by_its_absence(challenge: Challenge, cast: Cast) -> None:
    Challenge._base_manager.filter(pk=challenge.pk).update(anonymous=True)
    offers(cast.challenger, MODEL)
    guest = actor_of(a_member("viewer"))
    shown = teams_of(setting_of(challenge.pk, guest), guest)
    assert str(cast.challenger.pk) in shown.firms


def test_an_sme_gets_teams_around_itself(challenge: Challenge) -> None:
    own = offers(an_organisation(name="澜川自牵头有限公司"), HEAT)
    actor = actor_of(a_member("viewer", own))
    shown = teams_of(setting_of(challenge.pk, actor), actor)

    for number, team in enumerate(shown.teams):
        assert str(own) in members_of(shown, number)
        assert next(one for one in team.members if one.leads).id == str(own.pk)
    assert members_of(shown) == {str(own), f"澜川{MODEL}有限公司"}


def test_whoever_may_not_lead_is_told_why_and_gets_no_teams(challenge: Challenge) -> None:
    actor = actor_of(a_member("viewer", an_organisation(size=SizeClass.LARGE)))
    setting = setting_of(challenge.pk, actor)
    assert setting.refused is not None and setting.refused.code == "response.leader_not_sme"
    assert teams_of(setting, actor).teams == ()


def test_who_declined_is_not_proposed_again(challenge: Challenge) -> None:
    own = offers(an_organisation(), HEAT)
    member = a_member("contributor", own)
    response = a_response(challenge, own)
    declined = Organisation._base_manager.get(name=f"澜川{MODEL}有限公司")
    actor = actor_of(member)
    before = teams_of(setting_of(challenge.pk, actor), actor)
    a_partner(response, declined, Consent.REFUSED)
    after = teams_of(setting_of(challenge.pk, actor), actor)
    assert str(declined) in members_of(before)
    assert all(str(declined) not in members_of(after, number) for number in range(len(after.teams)))


# ---- who sees which part ----------------------------------------------------------------------------------------


def test_a_part_is_as_closed_as_the_field_it_came_from(challenge: Challenge, cast: Cast) -> None:
    guest = a_member("viewer")
    assert texts(setting_of(challenge.pk, actor_of(guest))) == [HEAT, MODEL]
    sign(challenge, guest)
    assert texts(setting_of(challenge.pk, actor_of(guest))) == [HEAT, TEST, MODEL]
    for role in ("own.viewer", "operator.viewer"):
        assert texts(setting_of(challenge.pk, cast.actor(role))) == [HEAT, TEST, MODEL]
    Challenge._base_manager.filter(pk=challenge.pk).update(targets_level=2)
    assert texts(setting_of(challenge.pk, actor_of(a_member("viewer")))) == [MODEL]


def test_two_worlds_an_sme_cannot_infer_hidden_parts_from_teams(challenge: Challenge, client: Client) -> None:
    """With and without what is closed to it, an SME gets the same bytes from page, file and API."""
    guest = a_member("contributor", offers(an_organisation(), HEAT))
    client.force_login(guest.account)
    addresses = [
        reverse("innovation:teams", args=[challenge.pk]),
        f"/api/v1/teams/challenges/{challenge.pk}",
        reverse("innovation:challenge", args=[challenge.pk]),
        reverse("innovation:challenge_activity", args=[challenge.pk]),
    ]

    def told() -> list[Any]:
        cache.clear()
        actor = actor_of(guest)
        pages = [_without_tokens(client.get(one)) for one in addresses]
        sheet = load_workbook(BytesIO(client.get(addresses[0] + "export/").content))
        cells = [[cell.value for cell in row] for page in sheet for row in page.iter_rows()]
        return [pages, cells, teams_of(setting_of(challenge.pk, actor), actor).teams and texts_of(actor)]

    def texts_of(actor: Actor) -> list[str]:
        return texts(setting_of(challenge.pk, actor))

    with_secret = told()
    SubNeed._base_manager.filter(source="details").delete()
    Challenge._base_manager.filter(pk=challenge.pk).update(details="")
    AuditEntry._base_manager.filter(verb="challenge.split").delete()
    assert told() == with_secret
    assert TEST not in str(with_secret)


def _without_tokens(answer: Any) -> str:
    import re

    assert answer.status_code == 200, answer
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return re.sub(r"[0-9a-f]{32}|\d{2}:\d{2}:\d{2}[.\d]*", "", text)


def test_a_leaders_own_splitting_is_for_the_leader_alone(challenge: Challenge, cast: Cast) -> None:
    own = an_organisation()
    member = a_member("contributor", own)
    response = a_response(challenge, own)
    mine = [Part("自拟子需求甲", "targets", 1), Part("自拟子需求乙", "problem", 1)]
    split_for_response(response=response, parts=mine, by=actor_of(member))

    assert texts(setting_of(challenge.pk, actor_of(member))) == ["自拟子需求甲", "自拟子需求乙"]
    others = [cast.actor(role) for role in ("own.owner", "operator.viewer", "rival.viewer", "visitor")]
    for actor in others:
        assert not SubNeed.visible_to(actor).exclude(response=None).exists()
    entry = AuditEntry._base_manager.get(verb="response.split")
    assert "自拟" not in str(entry.details)


def test_a_leader_takes_nothing_from_a_closed_field(challenge: Challenge) -> None:
    member = a_member("contributor")
    response = a_response(challenge, member.organisation)
    with pytest.raises(Invalid) as raised:
        split_for_response(response=response, parts=PARTS, by=actor_of(member))
    assert [(fault.code, fault.row) for fault in raised.value.faults] == [("subneed.source", 2)]


def test_without_a_splitting_the_challenge_is_split_by_itself_from_what_is_open(cast: Cast) -> None:
    row = a_challenge(organisation=cast.challenger, details_level=2, targets=3)
    inside, outside = cast.actor("own.viewer"), actor_of(a_member("viewer"))
    assert {part.source for part in proposed(disclosed(row, inside))} == {"targets", "problem", "details"}
    assert {part.source for part in setting_of(row.pk, outside).parts} == {"targets", "problem"}
    assert not setting_of(row.pk, outside).stored
    first = proposed(disclosed(row, inside))[0]
    assert first.must and first.text.startswith("指标1")


# ---- rights -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(ChallengeState))
def test_who_may_split_and_who_finds_the_page_in_which_state(state: ChallengeState) -> None:
    cast = a_cast()
    row = a_challenge(state, cast.challenger)
    may = {role for role, actor in cast.actors.items() if allowed(actor, "challenge.split", row)}
    assert may == {"own.contributor", "own.manager", "own.owner", "operator.contributor"}

    found = {role for role, actor in cast.actors.items() if _finds(row, actor)}
    inside = {"own.viewer", "own.contributor", "own.manager", "own.owner"}
    if state != ChallengeState.DRAFT:
        inside |= {"operator.viewer", "operator.contributor"}
    outside = {"rival.viewer", "rival.contributor"} if state == ChallengeState.OPEN else set()
    assert found - {"system"} == inside | outside


def _finds(row: Challenge, actor: Actor) -> bool:
    try:
        setting_of(row.pk, actor)
    except NotVisible:
        return False
    return True


@pytest.mark.parametrize("state", ["draft", "submitted", "withdrawn", "awarded", "declined"])
def test_who_may_split_for_a_response(state: str) -> None:
    cast = a_cast()
    row = a_response(a_challenge(organisation=cast.challenger), state=state)
    people = {step: actor_of(a_member(step, row.organisation)) for step in ("viewer", "contributor", "manager")}
    may = {step for step, actor in {**people, **cast.actors}.items() if allowed(actor, "response.split", row)}
    assert may == ({"contributor", "manager"} if state == "draft" else set())


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([PARTS[0]], "subneed.count"),
        ([Part(f"第{number}项能力", "targets") for number in range(13)], "subneed.count"),
        ([PARTS[0], Part(" ", "targets")], "subneed.text"),
        ([PARTS[0], PARTS[0]], "subneed.twice"),
        ([PARTS[0], Part("别处来的", "budget")], "subneed.source"),
        ([PARTS[0], Part("太重的", "targets", 6)], "subneed.weight"),
    ],
)
def test_faults_of_a_splitting(cast: Cast, parts: list[Part], code: str) -> None:
    row = a_challenge(organisation=cast.challenger)
    with pytest.raises(Invalid) as raised:
        split_challenge(challenge=row, parts=parts, by=cast.actor("own.contributor"))
    assert {fault.code for fault in raised.value.faults} == {code}
    assert not SubNeed._base_manager.exists()


def test_splitting_changes_nothing_that_others_read(cast: Cast) -> None:
    row = a_challenge(organisation=cast.challenger)
    split_challenge(challenge=row, parts=PARTS, by=cast.actor("own.contributor"))
    after = Challenge._base_manager.get(pk=row.pk)
    assert (after.version, after.changed_at) == (row.version, row.changed_at)


# ---- doors ------------------------------------------------------------------------------------------------------


@pytest.fixture
def signed_in(client: Client) -> Callable[[Member], Client]:
    def enter(member: Member) -> Client:
        client.force_login(member.account)
        return client

    return enter


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_lead_on_to_inviting_and_adding(
    challenge: Challenge, cast: Cast, signed_in: Callable[[Member], Client], language: str
) -> None:
    client = signed_in(cast.people["own.contributor"])
    client.cookies["language"] = language
    page = client.get(reverse("innovation:teams", args=[challenge.pk])).content.decode()
    assert reverse("innovation:challenge_invite", args=[challenge.pk]) in page
    assert HEAT in page and TEST in page
    row = Organisation._base_manager.get(name=f"澜川{HEAT}有限公司")
    client.post(reverse("innovation:challenge_invite", args=[challenge.pk]), {"row": [str(row.pk)]})
    assert challenge.invitations.filter(organisation=row).exists()

    member = a_member("contributor", offers(an_organisation(), HEAT))
    response = a_response(challenge, member.organisation)
    client = signed_in(member)
    client.cookies["language"] = language
    page = client.get(reverse("innovation:teams", args=[challenge.pk])).content.decode()
    assert f"{reverse('innovation:response_partners', args=[response.pk])}?q=" in page
    assert reverse("innovation:response_split", args=[response.pk]) in page


def test_a_splitting_is_edited_on_its_page(
    cast: Cast, challenge: Challenge, signed_in: Callable[[Member], Client]
) -> None:
    client = signed_in(cast.people["own.contributor"])
    address = reverse("innovation:challenge_split", args=[challenge.pk])
    assert HEAT in client.get(address).content.decode()
    data: dict[str, Any] = {"parts-TOTAL_FORMS": 2, "parts-INITIAL_FORMS": 0}
    for number, text in enumerate(("甲项能力", "乙项能力")):
        data |= {f"parts-{number}-text": text, f"parts-{number}-source": "problem", f"parts-{number}-weight": 2}
    assert client.post(address, data).status_code == 302
    assert list(SubNeed._base_manager.values_list("text", flat=True)) == ["甲项能力", "乙项能力"]
    assert client.post(address, data | {"parts-1-text": "甲项能力"}).status_code == 422
    assert client.post(address, data | {"parts-add": "1"}).content.decode().count("parts-2-text") >= 1
    rival = signed_in(cast.people["rival.contributor"])
    assert rival.get(address).status_code == 404


def test_the_file_holds_every_cover_and_what_stays_open(
    challenge: Challenge, cast: Cast, signed_in: Callable[[Member], Client]
) -> None:
    client = signed_in(cast.people["own.viewer"])
    answer = client.get(reverse("innovation:teams_export", args=[challenge.pk]))
    cells = [[cell.value for cell in row] for row in load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows()]
    assert any(f"澜川{HEAT}有限公司" in row and HEAT in row for row in cells)


def test_the_api_tells_the_same(challenge: Challenge, cast: Cast, signed_in: Callable[[Member], Client]) -> None:
    client = signed_in(cast.people["own.contributor"])
    told = client.get(f"/api/v1/teams/challenges/{challenge.pk}").json()
    assert told["ready"] and told["stored"]
    assert [one["text"] for one in told["parts"]] == [HEAT, TEST, MODEL]
    assert {one["organisation"] for one in told["teams"][0]["members"]} == {
        f"澜川{title}有限公司" for title in (HEAT, TEST, MODEL)
    }
    parts = [{"text": "改过的甲", "source": "problem"}, {"text": "改过的乙", "source": "problem", "must": True}]
    answer = client.put(
        f"/api/v1/teams/challenges/{challenge.pk}/parts", {"parts": parts}, content_type="application/json"
    )
    assert [one["text"] for one in answer.json()["parts"]] == ["改过的甲", "改过的乙"]


# ---- background work, cache, queries ----------------------------------------------------------------------------


def test_what_takes_long_is_computed_in_the_background(
    challenge: Challenge, cast: Cast, signed_in: Callable[[Member], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "is_quick", lambda problem: False)
    member = cast.people["own.viewer"]
    client, address = signed_in(member), reverse("innovation:teams", args=[challenge.pk])
    assert reverse("innovation:teams_compute", args=[challenge.pk]) in client.get(address).content.decode()
    answer = client.post(reverse("innovation:teams_compute", args=[challenge.pk]))
    job = Job._base_manager.get()
    assert answer["Location"] == reverse("web:job", args=[job.pk])
    assert tasks.begin_teams(challenge.pk, actor_of(member)).pk == job.pk

    tasks.compute_teams(str(job.pk), str(challenge.pk), str(member.account_id), str(member.organisation_id))
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"next": address})
    assert f"澜川{HEAT}有限公司" in client.get(address).content.decode()


def test_a_job_of_somebody_who_lost_the_right_computes_nothing(challenge: Challenge, cast: Cast) -> None:
    member = cast.people["own.viewer"]
    job = tasks.begin_teams(challenge.pk, actor_of(member))
    other = a_member("viewer")
    with pytest.raises(NotVisible):
        tasks.compute_teams(str(job.pk), str(challenge.pk), str(member.account_id), str(other.organisation_id))
    job.refresh_from_db()
    assert job.state == "failed"


def test_teams_are_kept_until_the_index_or_the_parts_change(
    challenge: Challenge, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = cast.actor("own.viewer")
    searched: list[str] = []
    real = vars(reading)["matches_for"]

    def search(need: Need, *given: Any, **named: Any) -> Any:
        searched.append(need.text)
        return real(need, *given, **named)

    monkeypatch.setattr(reading, "matches_for", search)
    for _ in range(2):
        teams_of(setting_of(challenge.pk, actor), actor)
    assert searched == [HEAT, TEST, MODEL]
    offers(an_organisation(), MODEL)
    teams_of(setting_of(challenge.pk, actor), actor)
    assert len(searched) == 6
    split_challenge(challenge=challenge, parts=PARTS[:2], by=cast.actor("own.contributor"))
    teams_of(setting_of(challenge.pk, actor), actor)
    assert len(searched) == 8


def test_the_page_asks_no_more_for_more_candidates(
    challenge: Challenge,
    cast: Cast,
    signed_in: Callable[[Member], Client],
    django_assert_max_num_queries: Any,
) -> None:
    client, address = signed_in(cast.people["own.viewer"]), reverse("innovation:teams", args=[challenge.pk])
    client.get(address)
    counts = []
    for more in (1, 10):
        for number in range(more):
            offers(an_organisation(), (HEAT, TEST, MODEL)[number % 3])
        with django_assert_max_num_queries(30) as asked:
            client.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1]
