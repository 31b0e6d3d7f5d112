"""Lists: the address holds the state, only declared fields are asked, counts stop, pages meet without gaps."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import uuid4

import openpyxl
import pytest
from django.db.models import Q
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.foundation.filters import counts_by, identifiers
from rongtong.hub.foundation.listing import count_capped
from rongtong.hub.foundation.lists import (
    Bulk,
    Choice,
    Column,
    Count,
    Dates,
    Flag,
    ListPage,
    Multi,
    Range,
    Search,
    Sort,
)
from rongtong.hub.foundation.models import Job, JobState

ACCOUNT = uuid4()
ORGANISATION = uuid4()
READER = Actor(account_id=ACCOUNT, organisation_id=ORGANISATION, role="viewer", verified=True)


class Jobs(ListPage):
    name = "jobs"
    title = "任务"
    search = Search("kind", "problem", initials="problem")
    filters = (
        Multi("state", "状态", field="state", choices=JobState.choices),
        Choice("kind", "种类", field="kind", choices=lambda actor: [("export", "导出"), ("import", "导入")]),
        Range("size", "大小", field="total", unit="万元", scale=10_000),
        Dates("made", "建立", field="created_at"),
        Flag("stopped", "要求停止的", where=Q(cancel_asked=True)),
        Multi(
            "worth",
            "规模",
            where={"big": Q(total__gte=50), "small": Q(total__lt=50)},
            choices=[("big", "大"), ("small", "小")],
        ),
        Flag("secret", "运营可见", where=Q(problem="x"), visible=lambda actor: actor.operator),
    )
    sorts = (Sort("new", "最新", "-created_at"), Sort("total", "数量", "-total"))
    columns = (
        Column("kind", "种类", lead=True),
        Column("total", "数量", kind="number", sort="total"),
        Column("state", "状态"),
    )
    extra = ("tab",)

    def rows(self):
        return Job.visible_to(self.actor)


def a_list(query="", actor=READER, cookies=None, cls=Jobs):
    request = RequestFactory().get(f"/jobs/?{query}")
    request.actor = actor
    request.COOKIES.update(cookies or {})
    return cls(request)


def make(count, **values):
    rows = [
        Job(**({"kind": "export", "account_id": ACCOUNT, "organisation_id": ORGANISATION, "total": n} | values))
        for n in range(count)
    ]
    return Job._base_manager.bulk_create(rows)


def state_of(page):
    return (page.q, page.values, page.sort.name, page.view, page.size, page.number)


# ---- the address ---------------------------------------------------------------------------------------------


words = st.text(min_size=0, max_size=12)
good = st.fixed_dictionaries(
    {},
    optional={
        "q": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
        "state": st.lists(st.sampled_from(JobState.values), min_size=1, max_size=3, unique=True),
        "kind": st.sampled_from(["export", "import"]),
        "size_min": st.integers(0, 10**6).map(str),
        "size_max": st.decimals(0, 10**6, places=2).map(str),
        "made_from": st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)).map(str),
        "made_to": st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)).map(str),
        "stopped": st.just("1"),
        "worth": st.lists(st.sampled_from(["big", "small"]), min_size=1, unique=True),
        "sort": st.sampled_from(["new", "total"]),
        "view": st.sampled_from(["cards", "table"]),
        "size": st.sampled_from(["20", "50", "100"]),
        "page": st.integers(1, 90).map(str),
        "tab": st.sampled_from(["a", "b"]),
    },
)


def encode(params):
    query = QueryDict(mutable=True)
    for key, value in params.items():
        query.setlist(key, value if isinstance(value, list) else [value])
    return query.urlencode()


@given(good)
def test_the_address_of_a_state_gives_the_same_state(params):
    page = a_list(encode(params))
    again = a_list(urlsplit(page.url(page=page.number)).query)
    assert page.ignored == []
    assert again.ignored == []
    assert state_of(again) == state_of(page)
    assert again.url(page=page.number) == page.url(page=page.number)
    assert again.request.GET.getlist("tab") == page.request.GET.getlist("tab")


@given(good)
def test_every_chip_takes_away_one_condition_and_nothing_else(params):
    page = a_list(encode({**params, "page": "1"}))
    for chip in page.chips:
        rest = a_list(urlsplit(chip.href).query)
        assert len(rest.chips) == len(page.chips) - 1
        assert (rest.sort, rest.view, rest.size) == (page.sort, page.view, page.size)
    cleared = a_list(urlsplit(page.clear_url).query)
    assert cleared.chips == []
    assert cleared.sort == page.sort


KEYS = st.sampled_from(
    [
        "q",
        "state",
        "kind",
        "size_min",
        "size_max",
        "made_from",
        "made_to",
        "stopped",
        "worth",
        "sort",
        "view",
        "size",
        "page",
        "secret",
        "owner__password",
        "id",
    ]
)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.dictionaries(
        KEYS,
        st.text(max_size=30) | st.sampled_from(["NaN", "1e999", "-0", "9" * 40, "2026-02-30", "٣", "²", "--", "\x00"]),
        max_size=5,
    )
)
def test_whatever_the_address_says_the_page_answers(params):
    page = a_list(encode(params))
    assert list(page.items) == []
    assert page.total.exact == 0
    assert page.url()


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense",
        "kind=zip",
        "size_min=abc",
        "size_max=NaN",
        "made_from=2026-13-01",
        "stopped=yes",
        "sort=owner",
        "view=map",
        "size=7",
        "page=0",
        "page=x",
        "page=99999",
        "owner__password=1",
        "secret=1",
    ],
)
def test_what_is_not_understood_is_left_out_and_told(query):
    page = a_list(query)
    assert page.values == {}
    assert page.ignored == [query]
    assert page.url() == "/jobs/"


def test_a_filter_that_is_not_offered_cannot_be_used():
    operator = Actor(account_id=ACCOUNT, organisation_id=ORGANISATION, role="viewer", verified=True, operator=True)
    assert a_list("secret=1", operator).values == {"secret": True}
    assert a_list("secret=1", READER).values == {}
    assert a_list("secret=1", READER).ignored == ["secret=1"]


def test_the_view_is_remembered_but_the_address_wins():
    assert a_list().view == "cards"
    assert a_list(cookies={"rt_view_jobs": "table"}).view == "table"
    assert a_list("view=cards", cookies={"rt_view_jobs": "table"}).view == "cards"
    assert a_list(cookies={"rt_view_jobs": "<script>"}).view == "cards"


def test_chips_speak_the_readers_language():
    with translation.override("zh-hans"):
        page = a_list("state=waiting&state=done&size_min=60&made_from=2026-11-23&stopped=1&q=热处理")
        texts = [(str(chip.label), chip.text) for chip in page.chips]
    assert texts == [
        ("搜索", "热处理"),
        ("状态", "等待中"),
        ("状态", "已完成"),
        ("大小", "60万元以上"),
        ("建立", "2026年11月23日起"),
        ("", "要求停止的"),
    ]
    with translation.override("en"):
        assert a_list("size_min=60&size_max=90").chips[0].text == "60–90万元"
        assert a_list("size_min=60").chips[0].text == "60万元 or more"


def test_a_new_condition_goes_back_to_the_first_page():
    page = a_list("page=3&state=done")
    assert parse_qs(urlsplit(page.url(sort="total")).query) == {"state": ["done"], "sort": ["total"]}


def test_saved_searches_keep_conditions_not_pages():
    page = a_list("page=3&state=done&view=table&sort=total&q=x")
    assert parse_qsl(page.query) == [("q", "x"), ("state", "done"), ("sort", "total")]


# ---- rows ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_pages_meet_without_gaps_or_doubles():
    made = make(45)
    pages = [a_list(f"page={n}&sort=total") for n in (1, 2, 3)]
    found = [job.pk for page in pages for job in page.items]
    assert found == [job.pk for job in sorted(made, key=lambda job: -job.total)]
    assert [page.has_next for page in pages] == [True, True, False]
    assert [bool(page.next_url) for page in pages] == [True, True, False]
    assert (pages[2].first, pages[2].last) == (41, 45)
    assert [page.total.exact for page in pages] == [45, 45, 45]


@pytest.mark.django_db
def test_equal_sort_values_never_make_pages_overlap():
    made = make(50, total=7)
    found = [job.pk for n in (1, 2, 3) for job in a_list(f"page={n}&sort=total").items]
    assert sorted(found) == sorted(job.pk for job in made)


@pytest.mark.django_db
def test_only_what_the_reader_may_see_is_counted_and_found():
    make(3)
    make(4, organisation_id=uuid4())
    page = a_list()
    assert page.total.exact == 3
    assert page.options(Jobs.filters[0])[0].count == Count(3)
    assert a_list(actor=VISITOR).total.exact == 0


@pytest.mark.django_db
def test_counts_stop_at_a_thousand():
    make(1001)
    with translation.override("zh-hans"):
        assert str(a_list().total) == "1,000+"
    assert a_list().total.exact is None
    assert count_capped(Job._base_manager.all(), 2000).exact == 1001


@pytest.mark.django_db
def test_a_full_window_says_that_there_is_more(monkeypatch):
    monkeypatch.setattr("rongtong.hub.foundation.filters.WINDOW", 5)
    make(10)
    assert counts_by(Job._base_manager.all(), "state") == {"waiting": Count(6, True)}
    monkeypatch.undo()
    assert counts_by(Job._base_manager.all(), "state") == {"waiting": Count(10, False)}


@pytest.mark.django_db
def test_nothing_is_counted_where_nothing_can_be_found():
    make(2)
    assert counts_by(Job._base_manager.none(), "state") == {}
    assert counts_by(Job._base_manager.filter(kind="no such"), "state") == {}


@pytest.mark.django_db
def test_what_is_counted_may_have_quotes_and_signs_in_its_conditions():
    make(2, problem="50% of 'it'")
    make(1)
    assert counts_by(Job._base_manager.filter(problem__contains="% of '"), "state") == {"waiting": Count(2)}


@pytest.mark.django_db
def test_an_option_counts_what_the_other_filters_leave():
    make(2, state="done", kind="export")
    make(3, state="done", kind="import")
    make(5, state="waiting", kind="export")
    page = a_list("state=done&kind=export")
    states = {option.value: (option.chosen, option.count.value) for option in page.options(Jobs.filters[0])}
    kinds = {option.value: (option.chosen, option.count.value) for option in page.options(Jobs.filters[1])}
    assert states["done"] == (True, 2)
    assert states["waiting"] == (False, 5)
    assert states["failed"] == (False, 0)
    assert kinds == {"export": (True, 2), "import": (False, 3)}
    assert page.total.exact == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "totals"),
    [
        ("size_min=2", {20_000, 30_000}),
        ("size_max=1", {5_000, 10_000}),
        ("size_min=1&size_max=2", {10_000, 20_000}),
        ("worth=big", {5_000, 10_000, 20_000, 30_000}),
        ("worth=small", set()),
        ("q=exp 2", set()),
        ("q=EXPO", {5_000, 10_000, 20_000, 30_000}),
    ],
)
def test_filters_narrow(query, totals):
    for total in (5_000, 10_000, 20_000, 30_000):
        make(1, total=total)
    assert {job.total for job in a_list(query).items} == totals


@pytest.mark.django_db
def test_days_include_both_ends_on_the_hubs_own_calendar():
    shanghai = timezone.get_default_timezone()
    for hour, day in ((0, 22), (23, 22), (0, 23), (12, 24)):
        job = make(1)[0]
        Job._base_manager.filter(pk=job.pk).update(
            created_at=dt.datetime(2026, 11, day, hour, 30, tzinfo=shanghai), total=day * 100 + hour
        )
    assert {job.total for job in a_list("made_from=2026-11-22&made_to=2026-11-22").items} == {2200, 2223}
    assert {job.total for job in a_list("made_from=2026-11-23").items} == {2300, 2412}


@pytest.mark.django_db
def test_initials_find_names():
    make(1, problem="hzcx")
    make(1, problem="bjkj")
    assert [job.problem for job in a_list("q=HZCX").items] == ["hzcx"]


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_rows(django_assert_num_queries):
    def look():
        page = a_list("state=waiting")
        list(page.items)
        assert page.total
        for one in page.offered:
            page.options(one)

    make(3)
    with django_assert_num_queries(6):
        look()
    make(97)
    with django_assert_num_queries(7):  # one more for the count, now that this page is not the last
        look()


# ---- answers -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_export_holds_what_is_filtered_and_no_more():
    make(30, state="done")
    make(2, state="waiting")
    response = a_list("state=done&export=xlsx").respond()
    sheet = openpyxl.load_workbook(BytesIO(response.content)).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("种类", "数量", "状态")
    assert len(rows) == 31
    assert {row[2] for row in rows[1:]} == {"done"}
    assert "jobs.xlsx" in response["Content-Disposition"]


@pytest.mark.django_db
def test_an_export_beyond_what_a_file_should_hold_is_refused(monkeypatch):
    monkeypatch.setattr("rongtong.hub.foundation.lists.MOST_EXPORTED", 10)
    make(10)
    assert a_list("export=csv").respond().status_code == 200
    make(1)
    with pytest.raises(Refusal) as refused:
        a_list("export=csv").respond()
    assert refused.value.code == "export.too_many"


@pytest.mark.django_db
def test_an_unknown_export_gives_the_page(client):
    response = a_list("export=exe").respond()
    assert response["Content-Type"].startswith("text/html")
    assert "export=exe" in response.content.decode()


@pytest.mark.django_db
def test_the_page_carries_what_readers_of_pages_look_for():
    make(25)
    html = a_list().respond().content.decode()
    assert html.count("data-row=") == 20
    assert html.count('data-total="25"') == 1
    assert re.search(r'rel="next" href="/jobs/\?page=2"', html)


@pytest.mark.django_db
def test_an_inexact_total_is_not_given_as_a_number():
    make(1002)
    assert "data-total" not in a_list().respond().content.decode()


@pytest.mark.django_db
def test_a_chosen_view_is_kept_in_a_cookie():
    response = a_list("view=table").respond()
    assert response.cookies["rt_view_jobs"].value == "table"
    assert response.cookies["rt_view_jobs"]["httponly"]
    assert "rt_view_jobs" not in a_list().respond().cookies
    assert "rt_view_jobs" not in a_list("view=map").respond().cookies


@pytest.mark.django_db
def test_what_people_write_is_text_on_the_page():
    make(1, kind='<img src=x onerror="alert(1)">')
    html = a_list(encode({"q": "<b>", "nonsense": "<i>"})).respond().content.decode()
    html += a_list("view=table").respond().content.decode()
    assert "<img src=x" not in html
    assert "<b>&" not in html
    assert "<i>" not in html.replace("<i></i>", "")


@pytest.mark.django_db
def test_verbs_on_several_rows_are_offered_to_those_who_may():
    class WithVerbs(Jobs):
        bulk = (Bulk("stop", "停止", "web:notices", when=lambda actor: actor.operator),)

    assert a_list(cls=WithVerbs).verbs == []
    operator = Actor(account_id=ACCOUNT, organisation_id=ORGANISATION, role="viewer", verified=True, operator=True)
    assert [one.name for one in a_list(actor=operator, cls=WithVerbs).verbs] == ["stop"]


def test_posted_rows_are_ids_once_each():
    one = uuid4()
    assert identifiers([str(one), "1 OR 1=1", str(one), ""]) == [one]


def test_cells_draw_by_kind():
    row = SimpleNamespace(kind="export", total=Decimal(125_000), made=timezone.now(), yes=True, nothing=None)
    page = a_list()
    with translation.override("zh-hans"):
        assert "12.5万元" in page.cell(row, Column("total", "数量", kind="money"))
        assert page.cell(row, Column("yes", "是否")) == "是"
        assert page.cell(row, Column("nothing", "无")) == "—"
        assert "今天" in page.cell(row, Column("made", "建立", kind="datetime"))


@pytest.mark.django_db
def test_the_numbers_of_a_column_line_up():
    for total in (1200, 1600, 3):
        make(1, total=total)
    page = a_list("sort=total")
    share = Column("share", "份额", kind="number", value=lambda row: Decimal(row.total) / 10)
    assert [page.cell(row, share) for row in page.items] == ["160.0", "120.0", "0.3"]
    assert [page.cell(row, Jobs.columns[1]) for row in page.items] == ["1,600", "1,200", "3"]
