"""Pinyin: names are found as people type them, sorted as they expect, resolved across spellings."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rongtong.hub.organisations.pinyin import initials, resolved_name, search_keys, similarity, sort_key, spelling


def test_initials_and_spelling_keep_latin_and_digits() -> None:
    assert initials("杭州创新科技有限公司") == "hzcxkjyxgs"
    assert spelling("澜川2号 Motor") == "lanchuan2haomotor"
    assert initials("ＡＢＣ重工") == "abczg"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("杭州创新科技有限公司", "hzcx"),
        ("杭州创新科技有限公司", "hangzhouchuang"),
        ("杭州创新科技有限公司", "杭州创"),
        ("重庆长安机械", "cqca"),
        ("澜川重工集团股份有限公司", "lanchuanzhonggong"), ("澜川重工", "lczg"),
        ("长行银行", "cxyh"), ("ABC（中国）有限公司", "abczhongguo"),
    ],
)  # fmt: skip
def test_a_name_is_found_by_what_people_type(name: str, typed: str) -> None:
    assert any(key.startswith(typed) for key in search_keys(name).split())


def test_both_readings_of_a_character_find_the_name() -> None:
    keys = search_keys("长沟").split()
    assert "changgou" in keys and "zhanggou" in keys


def test_names_sort_by_pinyin_and_tone_with_latin_among_them() -> None:
    names = ["中信", "阿里", "马力", "麻利", "3M", "ABB", "安徽", "妈妈"]
    assert sorted(names, key=sort_key) == ["3M", "阿里", "ABB", "安徽", "妈妈", "麻利", "马力", "中信"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("澜川重工股份有限公司", "澜川重工（股份）有限公司"), ("澜川（江浔）精密 有限公司", "澜川江浔精密有限责任公司"),
        ("ＡＢＣ有限公司", "abc公司"), ("Lanchuan Heavy Co., Ltd.", "LANCHUAN HEAVY CO LTD"),
        ("Müller GmbH & Co. KG", "müller GmbH"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_body_resolve_alike(one: str, other: str) -> None:
    assert similarity(one, other) == 1.0


def test_different_bodies_stay_apart() -> None:
    assert resolved_name("有限公司") == "有限公司"
    assert resolved_name("公司") == "公司"
    assert similarity("澜川重工有限公司", "云渡食品有限公司") < 0.3
    assert 0.5 < similarity("澜川精密机械有限公司", "澜川精密机电有限公司") < 1
    assert similarity("澜川精蜜机械", "澜川精密机械") >= 0.9
    assert similarity("", "澜川") == 0.0


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert 0.0 <= similarity(one, other) <= 1.0
    assert similarity(one, other) == similarity(other, one)


@given(st.text(max_size=60))
@example("\U0003238a\U0003238a")  # neighbours without a reading are two characters
def test_no_text_breaks_the_keys(text: str) -> None:
    assert isinstance(sort_key(text), str) and isinstance(search_keys(text), str)
    assert bool(resolved_name(text)) or not any(character.isalnum() for character in text)
