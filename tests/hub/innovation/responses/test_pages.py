"""Pages of responses: drawn for everybody who may, in both languages; forms that lose nothing; few queries."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.hub.innovation.models import Partner, Response
from rongtong.hub.organisations.size_class import SizeClass
from tests.factories import a_challenge, a_member, an_organisation
from tests.hub.innovation.factories_responses import a_partner, a_response

pytestmark = pytest.mark.django_db
LANGUAGES = ("zh-hans", "en")


def signed_in(member, language="zh-hans") -> Client:
    client = Client(headers={"accept-language": language})
    client.cookies["language"] = language
    client.force_login(member.account)
    return client


def go(name, *args):
    return reverse(f"innovation:{name}", args=args)


def fields_of(response, **changed):
    """What the form of a response sends."""
    form = Client()
    form.force_login(a_member("owner", response.organisation).account)
    text = form.get(go("response_edit", response.pk)).content.decode()
    found = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', text))
    found |= {
        name: body.strip() for name, body in re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', text)
    }
    found |= dict.fromkeys(("team", "record", "summary", "plan"), "") | {
        name: getattr(response, name) for name in ("team", "record", "summary", "plan")
    }
    found["readiness"] = str(response.readiness or "")
    found.pop("csrfmiddlewaretoken", None)
    return {name: value for name, value in found.items() if not name.endswith(("-add", "-DELETE"))} | changed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["draft", "submitted", "withdrawn", "awarded", "declined"])
def test_pages_of_a_response_in_every_state(state, language):
    response = a_response(a_challenge("selecting" if state != "draft" else "open"), state=state, feedback="再试一次")
    part = a_partner(response)
    owner, asked = a_member("owner", response.organisation), a_member("manager", part.organisation)
    for member in (owner, asked):
        page = signed_in(member, language).get(go("response", response.pk))
        assert page.status_code == 200
        assert response.challenge.title in page.content.decode()
        assert "双感应器对接淬火" in page.content.decode()
    stranger = signed_in(a_member("owner"), language)
    assert stranger.get(go("response", response.pk)).status_code == 404
    assert Client().get(go("response", response.pk)).status_code in (302, 401)


def test_hidden_and_absent_answer_alike():
    response = a_response(state="submitted")
    stranger = signed_in(a_member("owner"))
    part = a_partner(response)
    for name, method in (
        ("response", "get"),
        ("response_edit", "get"),
        ("response_edit", "post"),
        ("response_review", "get"),
        ("response_submit", "post"),
        ("response_withdraw", "post"),
        ("response_reopen", "post"),
        ("response_partners", "get"),
        ("response_pdf", "get"),
    ):
        hidden = getattr(stranger, method)(go(name, response.pk))
        absent = getattr(stranger, method)(go(name, uuid4()))
        assert hidden.status_code == absent.status_code == 404, name
        assert "ETag" not in hidden
    for name in ("partner_change", "partner_remove", "partner_remind", "partner_consent", "partner_refuse"):
        assert stranger.post(go(name, part.pk)).status_code == stranger.post(go(name, uuid4())).status_code == 404


def test_starting_leads_to_the_form_and_a_large_enterprise_to_the_reason():
    challenge = a_challenge()
    answer = signed_in(a_member("contributor")).post(go("response_start", challenge.pk))
    response = Response._base_manager.get()
    assert answer.headers["Location"] == go("response_edit", response.pk)
    large = signed_in(a_member("owner", an_organisation(size=SizeClass.LARGE)))
    refused = large.post(go("response_start", challenge.pk))
    text = refused.content.decode()
    assert refused.status_code == 409
    for part in (
        "不能揭榜：贵单位为大型企业",
        "本批次仅限中小企业牵头。",
        "可作为联合体成员参加。",
        "response.leader_not_sme",
    ):
        assert part in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("complete", [True, False])
def test_the_form_and_the_review_page(complete, language):
    response = a_response(complete=complete)
    client = signed_in(a_member("manager", response.organisation), language)
    form = client.get(go("response_edit", response.pk))
    assert form.status_code == 200
    assert f'data-autosave="{go("response_edit", response.pk)}"' in form.content.decode()
    review = client.get(go("response_review", response.pk))
    assert review.status_code == 200
    assert ("response.milestones" in review.content.decode()) is not complete


def test_what_the_form_sends_is_what_it_shows():
    response = a_response()
    client = signed_in(a_member("contributor", response.organisation))
    fields = fields_of(response, plan="新的方案", **{"promises-0-value": "0.05–0.1", "steps-0-cost": "0.000123"})
    saved = client.post(go("response_edit", response.pk), fields)
    assert saved.headers["Location"] == go("response", response.pk)
    response.refresh_from_db()
    first = response.commitments.order_by("target__position").first()
    assert (response.plan, response.version) == ("新的方案", 2)
    assert (str(first.value), str(first.value_high)) == ("0.050000", "0.100000")
    assert [str(one.cost) for one in response.milestones.all()] == ["1.23", "2000000.00"]


def test_autosave_answers_with_the_version():
    response = a_response()
    client = signed_in(a_member("contributor", response.organisation))
    quiet = {"HTTP_X_REQUESTED_WITH": "fetch"}
    saved = client.post(go("response_edit", response.pk), fields_of(response, team="四人"), **quiet)
    assert (saved.status_code, saved.json()["version"]) == (200, 2)
    wrong = client.post(go("response_edit", response.pk), fields_of(response, months="很久", version="2"), **quiet)
    assert wrong.status_code == 422
    stale = client.post(go("response_edit", response.pk), fields_of(response, team="五人", version="1"), **quiet)
    body = stale.json()
    assert (stale.status_code, body["version"], body["theirs"]["team"], body["yours"]["team"]) == (
        409,
        2,
        "四人",
        "五人",
    )


def test_a_conflict_shows_both_and_the_chosen_one_is_kept():
    response = a_response()
    first, second = (signed_in(a_member("contributor", response.organisation)) for _ in range(2))
    opened = fields_of(response)
    first.post(go("response_edit", response.pk), opened | {"plan": "第一人的方案", "team": "第一人的团队"})
    mine = opened | {"plan": "第二人的方案", "team": "第二人的团队"}
    page = second.post(go("response_edit", response.pk), mine)
    text = page.content.decode()
    assert page.status_code == 409
    for words in ("第一人的方案", "第二人的方案", "第一人的团队", "第二人的团队"):
        assert words in text
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version is not None and version[1] == "2"
    chosen = mine | {"version": "2", "keep-plan": "theirs", "keep-team": "yours"}
    assert second.post(go("response_edit", response.pk), chosen).status_code == 302
    response.refresh_from_db()
    assert (response.plan, response.team, response.version) == ("第一人的方案", "第二人的团队", 3)


def test_without_scripts_a_row_is_added_by_a_button():
    response = a_response()
    client = signed_in(a_member("contributor", response.organisation))
    fields = fields_of(response, **{"steps-add": "1"})
    page = client.post(go("response_edit", response.pk), fields)
    assert page.status_code == 200
    total = int(fields["steps-TOTAL_FORMS"])
    assert f'name="steps-{total}-title"' in page.content.decode()
    response.refresh_from_db()
    assert response.version == 1


def test_handing_in_by_the_page():
    response = a_response()
    client = signed_in(a_member("manager", response.organisation))
    sent = {"version": response.version, "agreed": "on"}
    assert client.post(go("response_submit", response.pk), {"version": 1}).status_code == 422
    assert client.post(go("response_submit", response.pk), sent | {"version": 9}).status_code == 409
    assert client.post(go("response_submit", response.pk), sent).headers["Location"] == go("response", response.pk)
    response.refresh_from_db()
    assert response.state == "submitted"
    assert client.post(go("response_withdraw", response.pk)).status_code == 302
    assert client.post(go("response_reopen", response.pk)).headers["Location"] == go("response_edit", response.pk)


def test_members_are_found_asked_and_agree():
    response = a_response()
    leader = signed_in(a_member("manager", response.organisation))
    invited = an_organisation(name="澜川凯测无损检测有限公司")
    found = leader.get(go("response_partners", response.pk), {"q": "凯测"}).content.decode()
    assert str(invited.pk) in found
    assert (
        leader.get(go("response_partners", response.pk), {"q": invited.identifier})
        .content.decode()
        .count(str(invited.pk))
        == 1
    )
    sent = {"organisation": str(invited.pk), "part": "层深检测", "share": "20"}
    assert leader.post(go("response_partners", response.pk), sent | {"part": ""}).status_code == 422
    assert leader.post(go("response_partners", response.pk), sent).status_code == 302
    part = Partner._base_manager.get()
    assert leader.post(go("partner_remind", part.pk)).status_code == 302
    changed = {"part": "层深检测与标定", "share": "25"}
    assert leader.post(go("partner_change", part.pk), changed).status_code == 302
    theirs = signed_in(a_member("manager", invited))
    assert response.challenge.title in theirs.get(go("responses")).content.decode()
    assert theirs.post(go("partner_consent", part.pk)).status_code == 302
    assert theirs.post(go("partner_refuse", part.pk), {"reason": "忙"}).headers["Location"] == go("responses")
    part.refresh_from_db()
    assert (part.part, str(part.share), part.consent) == ("层深检测与标定", "25.00", "refused")
    assert leader.post(go("partner_remove", part.pk)).status_code == 302


def test_closed_targets_are_on_no_page_of_a_partner_without_the_agreement():
    challenge = a_challenge(targets_level=2)
    response = a_response(challenge)
    part = a_partner(response)
    target = challenge.targets.first()
    target.indicator = "标记指标壬"
    target.save()
    client = signed_in(a_member("owner", part.organisation))
    leader = signed_in(a_member("owner", response.organisation))
    for page in (
        client.get(go("response", response.pk)),
        leader.get(go("response_edit", response.pk)),
        leader.get(go("response_review", response.pk)),
    ):
        assert page.status_code == 200
        assert "标记指标壬" not in page.content.decode()


def test_the_paper_has_every_section(tmp_path):
    from shutil import which
    from subprocess import run

    response = a_response()
    answer = signed_in(a_member("owner", response.organisation)).get(go("response_pdf", response.pk))
    if answer.status_code == 503:
        pytest.skip("no Chinese font on this machine")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    if which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine")
    path = tmp_path / "response.pdf"
    path.write_bytes(answer.content)
    text = run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    for words in ("揭榜书", response.challenge.title, "双感应器对接淬火", "试件定参", "300万元"):
        assert words in text.replace("\n", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_takes_as_many_queries_for_thirty_as_for_one(language):
    member = a_member("owner")
    client = signed_in(member, language)
    a_response(a_challenge(), member.organisation)
    client.get(go("responses"))  # the first page of a session writes it
    counts = []
    for more in (0, 29):
        for _ in range(more):
            a_partner(a_response(a_challenge(), member.organisation))
        with CaptureQueriesContext(connection) as queries:
            page = client.get(go("responses"), {"size": 50})
        counts.append(len(queries))
        assert page.content.decode().count("data-row") == 1 + more
    assert counts[0] == counts[1] <= 12, [one["sql"][:150] for one in queries]


def test_one_response_takes_as_many_queries_for_ten_partners_as_for_one():
    response = a_response()
    client = signed_in(a_member("owner", response.organisation))
    a_partner(response)
    client.get(go("response", response.pk))  # the first page of a session writes it
    counts = []
    for more in (0, 9):
        for _ in range(more):
            a_partner(response)
        row = []
        for name in ("response", "response_edit", "response_review"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(go(name, response.pk)).status_code == 200
            row.append(len(queries))
        counts.append(row)
    assert counts[0] == counts[1], counts


def test_the_list_exports_what_it_shows():
    member = a_member("owner")
    response = a_response(a_challenge(), member.organisation)
    a_response(response.challenge, state="submitted")
    answer = signed_in(member).get(go("responses"), {"export": "csv"})
    body = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert body.decode("utf-8-sig").count(response.challenge.title) == 1
