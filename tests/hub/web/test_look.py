"""The toolkit as a browser gets it: every archetype and part draws, refusals say what and why, nothing is inline."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.template import engines
from django.test import Client, override_settings
from django.utils import timezone

from rongtong.hub.foundation.models import Job, Notice
from rongtong.hub.web.context import frame_of
from tests.factories import a_member, an_account
from tests.hub.web import gallery

pytestmark = [pytest.mark.django_db]
PAGES = ["jobs", "form", "parts", "board", "detail", "compare", "import"]
ROOMS = Path(settings.HUB)


@pytest.fixture(autouse=True)
def _gallery():
    with override_settings(ROOT_URLCONF="tests.hub.web.gallery", TEMPLATES=gallery.TEMPLATES):
        yield


class Outline(HTMLParser):
    """Headings, ids, references and forbidden inline things of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.named: list[str] = []
        self.inline: list[str] = []
        self.landmarks: list[str] = []
        self.filled = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in ("header", "main", "footer", "nav"):
            self.landmarks.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        for key in ("for", "aria-labelledby", "aria-describedby"):
            self.named += (given.get(key) or "").split()
        self.inline += [f"{tag} {key}" for key in given if key == "style" or key.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.filled += "btn-primary" in (given.get("class") or "").split()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_archetype_draws_with_one_heading_and_nothing_inline(client, name, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    answer = client.get(f"/gallery/{name}/")
    page = Outline(answer.content.decode())
    assert answer.status_code == 200
    assert page.headings.count(1) == 1
    assert page.headings[0] == 1
    assert [b for a, b in zip(page.headings, page.headings[1:], strict=False) if b > a + 1] == []
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    assert set(page.named) - set(page.ids) == set(), "a label or description points nowhere"
    assert {"header", "main", "footer"} <= set(page.landmarks)
    assert 'href="#main"' in answer.content.decode()


def test_the_language_of_the_page_is_the_readers(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    html = client.get("/gallery/detail/").content.decode()
    assert '<html lang="en">' in html
    assert "Skip to content" in html
    assert ">Open for" not in html  # the gallery's own words are not translated


def test_what_forbids_scripts_in_fragments_is_on_every_page(client):
    html = client.get("/gallery/parts/").content.decode()
    for word in (
        '"includeIndicatorStyles":false',
        '"allowEval":false',
        '"allowScriptTags":false',
        '"historyCacheSize":0',
    ):
        assert word in html


INLINE = (
    r"\sstyle\s*=",
    r"<style",
    r"<script(?![^>]*\ssrc=)",
    r"\son[a-z]+\s*=\s*[\"']",
    r"javascript:",
    r"(?<!\.html )\|\s*safe\b",  # what another of our templates has drawn is called .html
)
PAPER = {"foundation/templates/foundation/paper.html"}  # becomes PDF, never a page


def test_no_template_holds_inline_style_or_script():
    found = []
    for path in sorted(ROOMS.glob("*/templates/**/*.html")):
        name, text = path.relative_to(ROOMS).as_posix(), path.read_text("utf-8")
        for pattern in INLINE if name not in PAPER else ():
            found += [f"{name}: {match.group()}" for match in re.finditer(pattern, text)]
    assert found == []


def test_every_template_compiles():
    env = engines["jinja2"].env
    names = env.list_templates(extensions=["html", "txt"])
    assert len(names) > 20
    for name in names:
        env.get_template(name)


def test_every_icon_named_in_the_source_is_vendored():
    used = set()
    for path in [*ROOMS.glob("*/templates/**/*.html"), *ROOMS.glob("**/*.py")]:
        used |= set(re.findall(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']", path.read_text("utf-8")))
        used |= set(re.findall(r"\bic=[\"']([a-z0-9-]+)[\"']", path.read_text("utf-8")))
        used |= set(re.findall(r"c\.state\(\s*[\"'][a-z]*[\"']\s*,\s*[\"']([a-z0-9-]+)[\"']", path.read_text("utf-8")))
    have = {path.stem for path in (ROOMS / "web/static/vendor/tabler-icons").glob("*.svg")}
    assert used - have == set()
    assert "search" in used


@pytest.mark.parametrize(
    ("kind", "status", "says"),
    [
        ("plain", 409, "response.leader_not_sme"),
        ("stale", 409, "version.stale"),
        ("invalid", 422, "太高了"),
    ],
)
def test_a_refusal_says_what_why_and_what_to_do(client, kind, status, says):
    answer = client.get(f"/gallery/refuse/{kind}/")
    html = answer.content.decode()
    assert answer.status_code == status
    assert says in html
    assert "可以这样办" in html
    assert answer["X-Request-ID"] in html


@pytest.mark.parametrize(
    ("referer", "href"),
    [
        ("http://testserver/gallery/jobs/?state=done", "/gallery/jobs/?state=done"),
        ("http://elsewhere/gallery/jobs/", None),
        ("http://testserver//elsewhere/", None),
        ("javascript:alert(1)", None),
        ("http://testserver/gallery/refuse/plain/", None),
    ],
)
def test_a_refusal_leads_back_to_a_page_of_ours(client, referer, href):
    html = client.get("/gallery/refuse/plain/", headers={"referer": referer, "host": "testserver"}).content.decode()
    assert re.findall(r'href="([^"]+)">回到上一页', html) == ([href] if href else [])


def test_our_own_fault_says_no_internals_and_needs_no_database(django_db_blocker):
    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(_no_database):
        answer = client.get("/gallery/refuse/broken/")
    html = answer.content.decode()
    assert answer.status_code == 500
    assert "server.error" in html
    assert "secret detail" not in html
    assert answer["X-Request-ID"] in html


def _no_database(execute, sql, params, many, context):
    raise AssertionError(f"the page of a fault asked the database: {sql[:80]}")


def test_hidden_and_absent_are_one_page(client):
    absent = client.get("/gallery/nowhere/")
    assert absent.status_code == 404
    assert "没有找到这个页面" in absent.content.decode()


def test_a_form_with_faults_lists_them_and_points_at_the_fields(client):
    posted = {"title": "", "fee": "900", "steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "0", "steps-0-name": "试件"}
    answer = client.post("/gallery/form/", posted)
    html = answer.content.decode()
    page = Outline(html)
    assert answer.status_code == 422
    assert 'role="alert"' in html
    assert 'href="#id_title"' in html
    assert 'href="#id_steps-0-month"' in html
    assert re.search(r'<input[^>]*name="title"[^>]*aria-invalid="true"', html)
    assert {"id_title", "id_fee_error", "id_steps-0-month"} <= set(page.ids)
    assert set(page.named) - set(page.ids) == set()


def test_what_a_verb_refuses_hangs_at_its_field(client):
    posted = {
        "title": "名称",
        "fee": "90",
        "trl": "5",
        "agreed": "on",
        "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "0",
    }
    posted |= {"steps-0-name": "试件", "steps-0-month": "3", "steps-0-fee": "1.5"}
    html = client.post("/gallery/form/", posted).content.decode()
    assert "超过批次上限" in html.partition('id="id_fee_error"')[2][:400]
    assert "第2行：别处不对" in html


def test_rows_can_be_added_without_scripts_and_keep_what_was_typed(client):
    posted = {
        "title": "名称",
        "steps-TOTAL_FORMS": "1",
        "steps-INITIAL_FORMS": "0",
        "steps-0-name": "试件",
        "steps-add": "1",
    }
    html = client.post("/gallery/form/", posted).content.decode()
    assert 'name="steps-TOTAL_FORMS" value="2"' in html
    assert 'name="steps-1-name"' in html
    assert 'value="试件"' in html


def test_the_frame_asks_little_of_the_database(client, django_assert_max_num_queries):
    client.get("/gallery/detail/")
    with django_assert_max_num_queries(2):
        assert client.get("/gallery/detail/").status_code == 200


def _notify(member, count):
    rows = [Notice(account_id=member.account_id, event="x", about_type="job", about_id=uuid4()) for _ in range(count)]
    Notice._base_manager.bulk_create(rows)


def test_the_header_names_the_reader_and_offers_their_organisations(client):
    member = a_member("viewer", account=an_account("周启明"))
    other = a_member("viewer", account=member.account)
    client.force_login(member.account)
    _notify(member, 3)
    html = client.get("/gallery/detail/").content.decode()
    assert "周启明" in html
    assert f'value="{other.organisation_id}"' in html
    assert f'value="{member.organisation_id}"' not in html
    assert str(other.organisation.short) in html
    frame = frame_of(client.get("/gallery/detail/").wsgi_request)
    assert frame.notices == "3"
    assert frame.has_account


def test_many_notices_are_not_counted_to_the_end(client):
    member = a_member("viewer")
    client.force_login(member.account)
    Notice._base_manager.bulk_create(
        Notice(account_id=member.account_id, event="x", about_type="foundation.job", about_id=uuid4())
        for _ in range(120)
    )
    assert frame_of(client.get("/gallery/detail/").wsgi_request).notices == "99+"


def test_what_a_signed_in_person_sees_is_kept_nowhere(client):
    client.force_login(a_member("viewer").account)
    answer = client.get("/gallery/detail/")
    assert answer["Cache-Control"] == "private, no-store"
    assert "HX-Request" in answer["Vary"]


def test_only_built_chains_are_offered_as_built(client):
    html = client.get("/gallery/detail/").content.decode()
    later = re.findall(r'class="rt-later"[^>]*>([^<]+)<', html)
    assert "资金链" in later


def test_jobs_are_shown_with_their_progress(client):
    env = engines["jinja2"].env
    job = Job(kind="export", state="running", done=3, total=4, created_at=timezone.now() - timedelta(minutes=1))
    macro = env.get_template("parts.html").make_module({"csrf_input": ""}).progress
    html = macro(job, "/jobs/1/")
    assert 'hx-get="/jobs/1/"' in html
    assert "3/4" in html
    job.state = "done"
    assert "hx-get" not in macro(job, "/jobs/1/")
