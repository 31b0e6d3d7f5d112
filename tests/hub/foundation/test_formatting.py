"""Money, days and numbers read right in both languages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from rongtong.hub.foundation import formatting
from rongtong.hub.foundation.templating import show_day, show_money, show_money_range, show_when

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 23, 14, 5, tzinfo=SHANGHAI)


@pytest.fixture(params=["zh-hans", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def chinese():
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [
        (0, "0元", "¥0"),
        (9800, "9,800元", "¥9,800"),
        ("9999.5", "9,999.5元", "¥9,999.5"),
        (125_000, "12.5万元", "¥125,000"),
        (125_432, "12.54万元", "¥125,432"),
        (960_000, "96万元", "¥960,000"),
        (3_000_000, "300万元", "¥3.0 million"),
        (61_280_000, "6,128万元", "¥61.28 million"),
        (99_999_999, "1亿元", "¥100.0 million"),
        (320_000_000, "3.2亿元", "¥320.0 million"),
        (5_840_000_000, "58.4亿元", "¥5.84 billion"),
        (-125_000, "-12.5万元", "-¥125,000"),
    ],
)
def test_money_is_read_in_ten_thousands_in_chinese_and_in_millions_in_english(yuan, zh, en):
    with translation.override("zh-hans"):
        assert formatting.money(Decimal(yuan)) == zh
    with translation.override("en"):
        assert formatting.money(Decimal(yuan)) == en


@pytest.mark.parametrize(
    ("low", "high", "zh", "en"),
    [
        (3_000_000, 4_500_000, "300万–450万元", "¥3.0–4.5 million"),
        (800_000, 1_200_000, "80万–120万元", "¥0.8–1.2 million"),
        (90_000_000, 120_000_000, "9,000万–1.2亿元", "¥90.0–120.0 million"),
        (3_000_000, 3_000_000, "300万元", "¥3.0 million"),
        (3_000_000, None, "300万元以上", "¥3.0 million or more"),
        (None, 4_500_000, "450万元以内", "up to ¥4.5 million"),
        (None, None, "面议", "on request"),
    ],
)
def test_a_budget_with_open_ends(low, high, zh, en):
    with translation.override("zh-hans"):
        assert formatting.money_range(low, high) == zh
    with translation.override("en"):
        assert formatting.money_range(low, high) == en


def test_the_exact_yuan_stand_in_the_title(chinese):
    assert show_money(Decimal(125_000)) == '<span class="rt-num" title="125,000元">12.5万元</span>'
    assert 'title="3,000,000元–4,500,000元"' in show_money_range(3_000_000, 4_500_000)
    assert show_money(None) == '<span class="rt-num">—</span>'


def test_the_exact_yuan_in_english(english):
    assert 'title="CNY 125,000"' in show_money(Decimal(125_000))


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_what_is_shown_is_within_half_a_unit_of_the_amount(amount):
    with translation.override("zh-hans"):
        text = formatting.money(amount).removesuffix("元").replace(",", "")
    scale = {"万": 10_000, "亿": 100_000_000}.get(text[-1], 1)
    shown = Decimal(text.rstrip("万亿")) * scale
    assert abs(shown - amount) <= Decimal(scale) / 200
    assert Decimal(text.rstrip("万亿")) < 10_000 or scale == 100_000_000


@pytest.mark.parametrize(
    ("value", "zh", "en"), [(dt.date(2026, 11, 23), "2026年11月23日", "23 Nov 2026"), (None, "—", "—")]
)
def test_days(value, zh, en):
    with translation.override("zh-hans"):
        assert formatting.day(value) == zh
    with translation.override("en"):
        assert formatting.day(value) == en


def test_a_moment_is_shown_on_the_wall_clock_of_the_hub(chinese):
    late = dt.datetime(2026, 11, 23, 17, 30, tzinfo=dt.UTC)  # already the 24th in Shanghai
    assert formatting.day(late) == "2026年11月24日"
    assert formatting.clock(late) == "01:30"
    assert show_day(late) == '<time datetime="2026-11-23T17:30:00+00:00">2026年11月24日</time>'


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (NOW, "今天14:05", "Today, 14:05"),
        (NOW - dt.timedelta(days=1), "昨天14:05", "Yesterday, 14:05"),
        (NOW + dt.timedelta(days=1), "明天14:05", "Tomorrow, 14:05"),
        (NOW - dt.timedelta(days=3), "11月20日 14:05", "20 Nov, 14:05"),
        (NOW - dt.timedelta(days=400), "2025年10月19日 14:05", "19 Oct 2025, 14:05"),
        (dt.date(2026, 11, 23), "今天", "Today"),
    ],
)
def test_a_moment_as_one_speaks_of_it(value, zh, en):
    with translation.override("zh-hans"):
        assert formatting.when(value, NOW) == zh
    with translation.override("en"):
        assert formatting.when(value, NOW) == en


@pytest.mark.parametrize(
    ("value", "zh", "en", "soon"),
    [
        (NOW + dt.timedelta(days=27), "还有27天", "27 days left", False),
        (NOW + dt.timedelta(days=7), "还有7天", "7 days left", True),
        (NOW + dt.timedelta(days=1), "明天截止", "closes tomorrow", True),
        (NOW + dt.timedelta(hours=3), "今天17:05截止", "closes today at 17:05", True),
        (dt.date(2026, 11, 23), "今天截止", "closes today", True),
        (NOW, "已截止", "closed", False),
        (dt.date(2026, 11, 22), "已截止", "closed", False),
    ],
)
def test_how_long_is_left(value, zh, en, soon):
    with translation.override("zh-hans"):
        assert formatting.days_left(value, NOW) == zh
    with translation.override("en"):
        assert formatting.days_left(value, NOW) == en
    assert formatting.is_soon(value, NOW) is soon


def test_numbers_keep_what_they_hold(language):
    assert formatting.number(1234567) == "1,234,567"
    assert formatting.number(Decimal("0.500")) == "0.5"
    assert formatting.number(Decimal("1E+3")) == "1,000"
    assert formatting.number(2.0 / 3, 2) == "0.67"
    assert formatting.number(None) == "—"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([Decimal("160"), Decimal("120.8"), None], ["160.0", "120.8", "—"]),
        ([Decimal("80.00"), 12], ["80", "12"]),
        ([Decimal("1E+2"), 0.25], ["100.00", "0.25"]),
        ([2 / 3, 1], ["0.67", "1.00"]),
        ([], []),
    ],
)
def test_numbers_of_a_column_have_as_many_digits(values, shown):
    digits = formatting.places(values)
    assert [formatting.number(value, digits) for value in values] == shown
    assert formatting.percent(Decimal("0.784")) == "78%"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (2_400_000, "2.4 MB"), (5_000_000_000, "5 GB")]
)
def test_sizes(count, text):
    assert formatting.size(count) == text


def test_when_carries_the_full_moment_as_its_title(chinese):
    at = timezone.now()
    assert f'title="{formatting.moment(at)}"' in show_when(at)
