"""Regions and industries: whole, consistent, findable."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from rongtong.hub.organisations.reference import industries, regions
from rongtong.hub.organisations.reference.register import Register
from rongtong.hub.organisations.reference.tables import _canonical_region, _regions


def fresh(sample: bool | None) -> Register:
    register = Register(_regions, _canonical_region)
    if sample is not None:
        register.offer_sample(sample)
    return register


def test_the_classification_has_the_size_the_standard_gives() -> None:
    assert Counter(len(entry.code) for entry in industries) == {1: 20, 2: 97, 3: 473}
    assert [entry.code for entry in industries.children()] == list("ABCDEFGHIJKLMNOPQRST")


def test_every_province_has_counties_and_every_parent_exists() -> None:
    real = fresh(sample=False)
    assert len(real.children()) == 34
    for entry in real:
        assert entry.parent == "" or entry.parent in real
        assert entry.name and entry.english and entry.code.isdigit() and len(entry.code) == 6
        assert not entry.code.startswith("99")
    assert all(real.children(province.code) for province in real.children() if province.code != "710000")


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("330106", ["浙江省", "杭州市", "西湖区"]),
        ("110105", ["北京市", "朝阳区"]),
        ("429004", ["湖北省", "仙桃市"]),
        ("441900", ["广东省", "东莞市"]),
        ("990121", ["江浔省", "澜川市", "临溪县"]),
        ("000000", []),
    ],
)
def test_a_path_leads_from_the_province_down(code: str, names: list[str]) -> None:
    assert [entry.name for entry in regions.path(code)] == names
    assert regions.full_name(code, "zh-hans") == "".join(names)


def test_names_follow_the_language_of_the_reader() -> None:
    assert regions.name("330106", "en") == "Xihu District"
    assert regions.full_name("330106", "en") == "Xihu District, Hangzhou, Zhejiang"
    with translation.override("en"):
        assert industries.name("65") == "Software and information technology services"
    with translation.override("zh-hans"):
        assert industries.name("I65") == "软件和信息技术服务业"
    assert regions.name("xyz") == "xyz"


def test_within_knows_every_level_and_short_forms() -> None:
    assert (
        regions.is_within("330106", "330100")
        and regions.is_within("330106", "33")
        and regions.is_within("3301", "330000")
    )
    assert not regions.is_within("330106", "330200") and not regions.is_within("330000", "330106")
    assert (
        industries.is_within("C345", "C")
        and industries.is_within("345", "34")
        and not industries.is_within("345", "35")
    )
    assert set(regions.within("4690")) == set()
    assert {"460000", "460100", "469001", "460105"} <= set(regions.within("460000"))
    assert regions.within("330106") == ("330106",)


def test_the_sample_city_is_known_but_chosen_only_with_the_sample() -> None:
    without, sample = fresh(sample=False), fresh(sample=True)
    assert without.name("990100", "zh-hans") == "澜川市"
    assert not without.is_offered("990102")
    assert not without.search("澜川")
    assert sample.is_offered("990102")
    assert "990100" in [entry.code for entry in sample.search("lcs")]
    assert [entry.name for entry in sample.children("990100")][:2] == ["渡北区", "高新区"]


@pytest.mark.parametrize(("profile", "offered"), [("production", False), ("local", True), ("test", True)])
def test_production_offers_no_invented_region(settings: Settings, profile: str, offered: bool) -> None:
    settings.PROFILE = profile
    register = fresh(sample=None)
    assert register.is_offered("990102") is offered
    assert ("990000" in [entry.code for entry in register.children()]) is offered


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("杭州", "330100"),
        ("hangzhou", "330100"),
        ("hzs", "330100"),
        ("330106", "330106"),
        ("Ｈａｎｇｚｈｏｕ", "330100"),
        ("Xizang", "540000"),
    ],
)
def test_regions_are_found_by_name_pinyin_initials_and_code(text: str, code: str) -> None:
    assert code in [entry.code for entry in regions.search(text)]


def test_industries_are_found_and_nearest_climbs() -> None:
    assert industries.search("软件开发")[0].code == "651"
    assert industries.search("bearing")[0].code == "345"
    assert industries.nearest("3451").code == "345"  # type: ignore[union-attr]  # it is there
    assert industries.nearest("zz") is None and industries.search("  ") == ()
