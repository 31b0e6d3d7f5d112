"""The two lists by both sides: who can answer a challenge, and which challenges are worth answering."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.enums import Consent, ResponseState
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.innovation.queries.matching import challenges_for, matches_of, rank_of
from rongtong.hub.matching.domain.pair_scores import set_exposure_cap
from rongtong.hub.matching.models import Click, Impression, Lists, PairScore
from rongtong.hub.organisations.models import Member
from rongtong.hub.organisations.size_class import SizeClass
from tests.factories import a_challenge, a_member, actor_of, an_organisation, operator_actor
from tests.hub.innovation.factories_challenges import a_cast, marked
from tests.hub.innovation.factories_responses import a_partner, a_response
from tests.hub.innovation.matching.factories_matching import (
    HARDENING,
    a_capability,
    a_listed_challenge,
    client_of,
    matched,
)

pytestmark = pytest.mark.django_db


def insider(challenge: Challenge) -> Actor:
    return actor_of(a_member("contributor", challenge.organisation))


def supplier(text: str = HARDENING, **fields) -> Member:
    """A member of a small enterprise that has published a capability."""
    member = a_member("owner", an_organisation(**fields))
    a_capability(member.organisation, text=text)
    return member


def page_of(actor: Actor, name: str, *args) -> str:
    answer = client_of(actor).get(reverse(f"innovation:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def without_token(page: str) -> str:
    """The page without what is new in every answer."""
    return re.sub(r'(name="csrfmiddlewaretoken" value|data-request|content)="[A-Za-z0-9-]{20,}"', "", page)


# Who can answer


def test_before_the_work_is_done_three_parts_are_the_score():
    challenge = a_listed_challenge()
    supplier()
    catch = matches_of
    matched()
    PairScore._base_manager.all().delete()
    hits = catch(challenge, insider(challenge))
    (hit,) = hits.items
    assert not hits.two_sided
    assert hit.words + hit.meaning + hit.conditions == hit.score == hit.near
    assert "对方适合度" not in page_of(insider(challenge), "matches", challenge.pk)


def test_four_parts_are_the_score():
    challenge = a_listed_challenge(readiness=3)
    for _ in range(3):
        supplier()
    matched()
    hits = matches_of(challenge, insider(challenge))
    assert hits.two_sided
    assert len(hits.items) == 3
    for hit in hits.items:
        assert hit.words + hit.meaning + hit.conditions + hit.other == hit.score
        assert hit.other_known
        assert hit.other == (hit.far or 0) / 4 or abs(hit.other - (hit.far or 0) / 4) < Decimal("0.1")
    page = page_of(insider(challenge), "matches", challenge.pk)
    assert "对方适合度" in page
    assert "四项相加即总分" in page


def test_a_better_other_side_lifts_an_organisation():
    challenge = a_listed_challenge()
    first, second = supplier(), supplier()
    matched()
    for better in (first, second):
        PairScore._base_manager.update(backward=Decimal("10.0"))
        PairScore._base_manager.filter(organisation_id=better.organisation_id).update(backward=Decimal("95.0"))
        hits = matches_of(challenge, insider(challenge)).items
        assert hits[0].organisation == better.organisation
        assert [rank_of(challenge, hit.organisation.pk) for hit in hits if hit.organisation] == [1, 2]


def test_an_unknown_other_side_counts_as_the_middle_and_says_so():
    challenge = a_listed_challenge()
    known, unknown = supplier(), supplier()
    matched()
    PairScore._base_manager.filter(organisation_id=unknown.organisation_id).delete()
    hits = {hit.organisation: hit for hit in matches_of(challenge, insider(challenge)).items}
    assert hits[unknown.organisation].other == hits[known.organisation].other
    assert (hits[known.organisation].other_known, hits[unknown.organisation].other_known) == (True, False)
    assert "对方适合度未知，按各家的中位数计。" in page_of(insider(challenge), "matches", challenge.pk)


def test_who_gives_way_stands_behind_the_front_and_the_page_says_why():
    needs = [a_listed_challenge(f"主轴承滚道感应淬火变形控制{number}") for number in range(3)]
    famous = supplier(HARDENING * 3)
    for number in range(16):
        supplier(f"滚道感应淬火工艺{number}")
    set_exposure_cap(2)
    matched()
    gone = PairScore._base_manager.get(organisation_id=famous.organisation_id, gives_way=True)
    challenge = next(one for one in needs if one.pk == gone.subject_id)
    hits = matches_of(challenge, insider(challenge)).items
    (hit,) = [one for one in hits if one.organisation == famous.organisation]
    assert hit.rank > 10
    assert hit.way == (2, hit.rank - 1)
    assert hit.score == max(one.score for one in hits)
    page = page_of(insider(challenge), "matches", challenge.pk)
    assert "已在 2 个需求的前列出现，" in page
    assert f"让位 {hit.rank - 1} 名。" in page


def test_ranks_do_not_depend_on_how_many_are_shown():
    challenge = a_listed_challenge()
    for number in range(6):
        supplier(f"{HARDENING}{'淬火' * number}")
    matched()
    actor = insider(challenge)
    few, many = (matches_of(challenge, actor, limit=limit).items for limit in (3, 20))
    assert [hit.organisation for hit in few] == [hit.organisation for hit in many[:3]]


def test_a_draft_leaves_the_challengers_page_as_it_is():
    """Two worlds: what an organisation has not published is nowhere on the page."""
    challenge = a_listed_challenge()
    a_listed_challenge("铸件探伤", problem="大型铸件超声探伤")
    owner = supplier().organisation
    actor = insider(challenge)
    pages = []
    for _ in range(2):
        matched()
        pages.append(without_token(page_of(actor, "matches", challenge.pk)))
        a_capability(owner, text="大型铸件超声探伤，标记能力", title="标记能力", state="draft")
    assert pages[0] == pages[1]
    assert "标记能力" not in pages[1]


# Which challenges are worth answering


def test_both_sides_and_the_conditions_stand_at_each_challenge():
    member = supplier()
    a_listed_challenge(regions=["990102"], certificates=["CNAS"], readiness=5)
    matched()
    hits = challenges_for(actor_of(member))
    assert hits is not None
    (hit,) = hits.items
    assert hit.words + hit.meaning + hit.conditions + hit.other == hit.score
    assert hit.far is not None
    assert {kind for kind, _ in hit.terms} == {"met", "unk"}
    page = page_of(actor_of(member), "for_you")
    for words in ("发榜方看贵单位", "CNAS", "300万–450万元", "攻关周期 18 个月"):
        assert words in page


def test_what_it_cannot_lead_is_left_out_and_counted():
    member = supplier()
    open_one = a_listed_challenge()
    a_listed_challenge("大直径滚道淬火（限中型）", size_classes=["medium"])
    a_listed_challenge("大直径滚道淬火（已截止）", deadline=datetime.now(UTC) - timedelta(hours=1))
    answered, joined = a_listed_challenge("滚道淬火（已揭）"), a_listed_challenge("滚道淬火（已加入）")
    a_response(answered, member.organisation)
    a_partner(a_response(joined, state=ResponseState.SUBMITTED), member.organisation, Consent.GIVEN)
    matched()
    hits = challenges_for(actor_of(member))
    assert hits is not None
    assert [hit.subject_id for hit in hits.items] == [open_one.pk]
    assert hits.left_out == 4
    assert "另有 4 项相合的榜单未列出" in page_of(actor_of(member), "for_you")


def test_a_large_enterprise_is_told_that_it_cannot_lead():
    member = supplier(size=SizeClass.LARGE)
    a_listed_challenge()
    matched()
    page = page_of(actor_of(member), "for_you")
    assert "可作为联合体成员参加其他单位的揭榜" in page and "发布贵单位的技术难题" in page
    assert reverse("innovation:challenge_new") in page


def test_it_is_led_to_the_matches_of_its_own_challenges():
    member = supplier(size=SizeClass.LARGE)
    own, other = (a_challenge(organisation=firm) for firm in (member.organisation, an_organisation()))
    a_challenge("draft", organisation=member.organisation)
    page = page_of(actor_of(member), "for_you")
    assert re.findall(r'data-row="([^"]+)', page) == [str(own.pk)]
    assert reverse("innovation:matches", args=[own.pk]) in page and str(other.pk) not in page


@pytest.mark.parametrize(
    ("fields", "words", "way"),
    [
        ({"kind": "institute"}, "贵单位不是企业", "innovation:own_capabilities"),
        ({"size": SizeClass.UNCLASSIFIED}, "企业规模尚未划定", "organisations:own"),
    ],
)
def test_others_who_cannot_lead_learn_why_and_what_to_do(fields, words, way):
    page = page_of(actor_of(supplier(**fields)), "for_you")
    assert words in page and f'href="{reverse(way)}"' in page


def test_hidden_words_leave_the_suppliers_page_as_it_is():
    """Two worlds: what a challenge says after an agreement alone moves nothing on anybody else's page."""
    member = supplier(HARDENING + "，标记细节庚")
    other = a_listed_challenge("另一项滚道淬火")
    challenge = a_listed_challenge()
    pages = []
    for number in range(2):
        matched()
        pages.append(without_token(page_of(actor_of(member), "for_you")))
        if not number:
            marked(challenge, 2)
            Challenge._base_manager.filter(pk=challenge.pk).update(
                problem=HARDENING, problem_level=0, budget_level=0, targets_level=0, changed_at=challenge.changed_at
            )
    assert pages[0] == pages[1]
    assert str(other) in pages[1]


def test_an_agreement_does_not_make_hidden_words_part_of_the_other_side():
    """The score of the challenger's side is the same for all: it is made of what every member may read."""
    member = supplier(HARDENING + "，标记细节庚")
    challenge = a_listed_challenge()
    matched()
    before = challenges_for(actor_of(member))
    marked(challenge, 2)
    matched()
    after = challenges_for(actor_of(member))
    assert before is not None and after is not None
    assert [(hit.score, hit.far) for hit in before.items] == [(hit.score, hit.far) for hit in after.items]


# What is written down


def test_looks_and_clicks_are_logged_with_their_ranks():
    challenge = a_listed_challenge()
    firms = [supplier().organisation for _ in range(2)]
    matched()
    actor = insider(challenge)
    page_of(actor, "matches", challenge.pk)
    rows = list(Impression._base_manager.filter(lists=Lists.OFFERS).order_by("rank"))
    assert [row.rank for row in rows] == [1, 2]
    assert {row.organisation_id for row in rows} == {one.pk for one in firms}
    assert all(row.forward and row.backward and row.ranker for row in rows)
    assert len({row.at for row in rows}) == 1

    there = reverse("innovation:match_open", args=[challenge.pk, rows[1].organisation_id])
    answer = client_of(actor).get(there)
    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("organisations:organisation", args=[rows[1].organisation_id]),
    )
    click = Click._base_manager.get()
    assert (click.subject_id, click.rank, click.viewer_organisation_id) == (challenge.pk, 2, actor.organisation_id)


def test_a_click_leads_to_the_capability_where_that_is_asked():
    challenge, owner = a_listed_challenge(), supplier().organisation
    matched()
    actor = insider(challenge)
    page = page_of(actor, "matches", challenge.pk)
    (there,) = re.findall(rf'href="(/challenges/{challenge.pk}/matches/{owner.pk}/\?capability=[^"]+)"', page)
    answer = client_of(actor).get(there)
    assert answer["Location"].startswith("/capabilities/")


def test_a_click_on_what_was_never_shown_is_not_logged():
    challenge, owner = a_listed_challenge(), supplier().organisation
    answer = client_of(insider(challenge)).get(reverse("innovation:match_open", args=[challenge.pk, owner.pk]))
    assert (answer.status_code, Click._base_manager.count()) == (302, 0)


def test_the_look_of_a_supplier_is_logged_apart():
    member, challenge = supplier(), a_listed_challenge()
    matched()
    page_of(actor_of(member), "for_you")
    row = Impression._base_manager.get()
    assert (row.lists, row.subject_id, row.organisation_id) == (Lists.NEEDS, challenge.pk, member.organisation_id)
    answer = client_of(actor_of(member)).get(reverse("innovation:for_you_open", args=[challenge.pk]))
    assert answer["Location"] == reverse("innovation:challenge", args=[challenge.pk])
    assert Click._base_manager.get().lists == Lists.NEEDS


def test_who_may_follow_a_match():
    cast = a_cast()
    challenge = a_listed_challenge(organisation=cast.challenger)
    owner = supplier().organisation
    there = reverse("innovation:match_open", args=[challenge.pk, owner.pk])
    answers = {role: client_of(cast.actor(role)).get(there).status_code for role in cast.people}
    assert {role for role, status in answers.items() if status == 302} == {
        *("own.viewer", "own.contributor", "own.manager", "own.owner", "operator.viewer", "operator.contributor"),
    }
    assert {answers[role] for role in ("rival.viewer", "rival.contributor", "unverified")} == {404}


@pytest.mark.parametrize("name", ["matches", "for_you"])
def test_lists_ask_no_more_for_more_rows(name):
    challenge, member = a_listed_challenge(), supplier()
    actor = insider(challenge) if name == "matches" else actor_of(member)
    args = [challenge.pk] if name == "matches" else []
    client, counts = client_of(actor), []
    for more in (0, 29):
        for number in range(more):
            supplier(f"{HARDENING}{number}")
            a_listed_challenge(f"滚道感应淬火{number}")
        matched()
        client.get(reverse(f"innovation:{name}", args=args))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse(f"innovation:{name}", args=args)).content.decode()
        counts.append(len(queries))
        assert page.count("data-row=") == (20 if more and name == "matches" else more + 1)
    assert counts[0] == counts[1] <= 22, counts


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_operator_reads_the_list_in_both_languages(language):
    challenge = a_listed_challenge()
    supplier()
    matched()
    client = client_of(operator_actor())
    client.cookies["language"] = language
    page = client.get(reverse("innovation:matches", args=[challenge.pk])).content.decode()
    assert ("The other side" in page) == (language == "en")
