"""A need in one language finds what is offered in the other, by the words of the glossary alone."""

import csv
from pathlib import Path

from rongtong.engines.matching import Index, Need, Searcher
from rongtong.engines.matching import glossary as glossary_module
from rongtong.engines.matching.glossary import Glossary, glossary
from rongtong.engines.matching.tokens import columns, fold, terms
from tests.engines.matching.made import filled, offer


def translated(known: Glossary, text: str) -> list[tuple[str, str]]:
    folded = fold(text)
    return [(folded[one.start : one.end], one.term) for one in known.translations(folded, columns(folded))]


def test_the_longest_word_is_translated() -> None:
    known = Glossary.of([("轴承", "bearing"), ("陶瓷轴承", "ceramic bearing"), ("陶瓷", "ceramic")])
    assert translated(known, "陶瓷轴承") == [("陶瓷轴承", "ceram"), ("陶瓷轴承", "bear")]
    assert translated(known, "Ceramic bearings") == [("ceramic bearings", term) for term in terms("陶瓷轴承")]
    assert translated(known, "陶") == translated(known, "bea") == translated(known, "") == []


def test_every_line_is_a_pair_and_none_says_the_same_twice() -> None:
    with Path(glossary_module.__file__).with_name("glossary.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(zh, en) for row in csv.DictReader(lines) for zh in row["zh"].split("|") for en in row["en"].split("|")]
    assert len(rows) > 600
    assert len(rows) == len(set(rows))
    assert all(terms(zh) and terms(en) and not terms(zh)[0].isascii() and terms(en)[0].isascii() for zh, en in rows)


def test_a_traditional_or_plural_form_is_known_too() -> None:
    assert "bear" in {term for _, term in translated(glossary(), "陶瓷軸承")}
    assert "齿轮" in {term for _, term in translated(glossary(), "helical gears")}


def both() -> Index:
    return filled([
        offer("zh", "高速主轴用陶瓷轴承", "a"), offer("en", "Ceramic bearings for high speed spindles", "b"),
        offer("zh2", "动力电池热管理", "c"), offer("en2", "Thermal management of battery packs", "d"),
    ])  # fmt: skip


def test_either_language_finds_both() -> None:
    for text, first, second in [
        ("陶瓷轴承", "zh", "en"),
        ("ceramic bearing", "en", "zh"),
        ("thermal management", "en2", "zh2"),
    ]:
        matches = both().search(Need(text), Searcher(0))
        assert [match.listing.id for match in matches] == [first, second]
        assert matches[0].score > matches[1].score > 0


def test_the_reason_names_the_words_that_stand_in_the_listing() -> None:
    index = filled([offer("en", "bearing units", "a"), offer("zh", "电池组", "b"), offer("x", "anodes", "c")])
    shown = {
        text: [reason.words for reason in index.search(Need(text), Searcher(0))[0].reasons.words]
        for text in ("陶瓷轴承", "battery pack")
    }
    assert shown == {"陶瓷轴承": ["陶瓷轴承 → bearing"], "battery pack": ["battery pack → 电池"]}


def test_words_of_hidden_listings_are_not_translated_to() -> None:
    public, hidden = offer("1", "电池", "a"), offer("2", "bearing bearing", "b", level=1)
    one, two = filled([public]), filled([public, hidden])
    for text in ("轴承", "轴承 电池", "battery"):
        assert one.search(Need(text), Searcher(0)).items == two.search(Need(text), Searcher(0)).items
    assert [match.listing.id for match in two.search(Need("轴承"), Searcher(1))] == ["2"]
