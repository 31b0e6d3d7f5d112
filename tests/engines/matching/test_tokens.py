"""Both sides of a match are cut into the same terms, whatever the width, case, script or form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongtong.engines.matching.tokens import fold, is_chinese, terms, tokenize


def test_chinese_gives_bigrams_and_long_words() -> None:
    assert terms("数控机床") == ["数控", "控机", "机床", "数控机床"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("數控機床主軸", "数控机床主轴"),
        ("ＩＳＯ９００１", "iso9001"),
        ("Bearings", "bearing"),
        ("manufacturing", "Manufactured"),
        ("ﾍﾞ", "ベ"),
    ],
)
def test_forms_of_one_word_are_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)
    assert terms(one)


def test_numbers_and_codes_stay_whole() -> None:
    assert terms("±0.01 mm 6061-T6") == ["0.01", "mm", "6061-t6", "6061", "t6"]


def test_stop_words_and_single_particles_say_nothing() -> None:
    assert terms("the of and 的") == []


def test_a_blob_is_no_word() -> None:
    assert terms("a" * 65 + " bolt") == ["bolt"]


@given(st.text(max_size=200))
def test_tokens_stand_where_they_say(text: str) -> None:
    folded = fold(text)
    for token in tokenize(folded):
        assert 0 <= token.start < token.end <= len(folded)
        assert " " not in token.term
        assert token.term.strip() == token.term != ""


def test_language_is_by_letters() -> None:
    assert is_chinese("采用 rodrigues 参数建立控制系统模型")
    assert not is_chinese("a system for real-time control 系统")
