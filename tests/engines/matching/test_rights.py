"""What a searcher may not see is not in the result, the order, the count, the score or the reasons."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.matching import Constraint, Encoder, Index, Listing, Matches, Need, Searcher
from tests.engines.matching.made import WORDS, LetterEncoder, filled, listings, offer, texts

VISITOR, MEMBER = Searcher(0), Searcher(1)
ENCODERS = [None, LetterEncoder()]


def seen(matches: Matches) -> object:
    """Everything a reader gets."""
    return matches.items, matches.found, matches.capped, matches.meaning


def conditions() -> tuple[Constraint, ...]:
    return (Constraint("region", ("4403",)), Constraint("readiness", 6))


@pytest.mark.parametrize("encoder", ENCODERS)
@settings(max_examples=25, deadline=None)
@given(
    st.lists(listings(), max_size=15, unique_by=lambda listing: listing.id),
    st.lists(listings(levels=((1,),), prefix="hidden"), min_size=1, max_size=15, unique_by=lambda listing: listing.id),
    texts,
    st.data(),
)
def test_hidden_listings_change_nothing(
    encoder: Encoder | None, content: list[Listing], hidden: list[Listing], text: str, data: st.DataObject
) -> None:
    both = data.draw(st.permutations(content + hidden))
    need = Need(text, constraints=data.draw(st.sampled_from([(), conditions()])))
    for searcher in (VISITOR, Searcher(0, "nobody")):
        without, with_hidden = (filled(world, encoder).search(need, searcher) for world in (content, both))
        assert seen(without) == seen(with_hidden)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(listings(levels=((0, 1),)), min_size=1, max_size=15, unique_by=lambda listing: listing.id), texts, texts
)
def test_members_words_change_nothing_for_visitors(content: list[Listing], secret: str, text: str) -> None:
    told = [replace(listing, texts={**listing.texts, 1: secret}) for listing in content]
    for encoder in ENCODERS:
        answers = [filled(world, encoder).search(Need(text), VISITOR) for world in (content, told)]
        assert [match.score for match in answers[0]] == [match.score for match in answers[1]]
        assert [match.listing for match in answers[0]] == [match.listing for match in answers[1]]
        assert all(set(match.listing.texts) <= {0} for match in answers[1])


@settings(max_examples=20, deadline=None)
@given(st.lists(listings(), max_size=15, unique_by=lambda listing: listing.id))
def test_hidden_facets_are_unknown(content: list[Listing]) -> None:
    hidden = [replace(listing, facet_levels={"region": 1, "readiness": 1}) for listing in content]
    emptied = [replace(listing, region="", readiness=None, facet_levels={}) for listing in content]
    for required in (False, True):
        need = Need(
            "轴承", constraints=(Constraint("region", ("4403",), required), Constraint("readiness", 6, required))
        )
        assert seen(filled(hidden).search(need, VISITOR)) == seen(filled(emptied).search(need, VISITOR))


def test_hidden_then_published_then_hidden_again() -> None:
    index = filled([offer("1", "轴承"), offer("2", "电池")])
    before = seen(index.search(Need("轴承 电池"), VISITOR))
    for level, found in ((0, 3), (1, 2)):
        with index.writer() as writer:
            writer.upsert([offer("3", "轴承 电池", owner="c", level=level)])
            writer.commit()
        assert index.search(Need("轴承 电池"), VISITOR, group_by_owner=False).found == found
    assert seen(index.search(Need("轴承 电池"), VISITOR)) == before


def test_ones_own_is_seen_wholly_at_any_level() -> None:
    index = filled(
        [offer("1", "轴承", owner="a", level=1), offer("2", "轴承", owner="b", level=1), offer("3", "陶瓷", "b")]
    )
    assert [
        match.listing.id for match in index.search(Need("轴承"), Searcher(0, "a"))
    ] == []  # no term visible anywhere
    with index.writer() as writer:
        writer.upsert([offer("4", "轴承", owner="c")])
        writer.commit()
    assert {match.listing.id for match in index.search(Need("轴承"), Searcher(0, "a"))} == {"1", "4"}
    assert index.get("1", Searcher(0, "a")) is not None
    assert index.get("1", Searcher(0, "b")) is None


def test_an_anonymous_owner_cannot_be_told_by_grouping_or_exclusion() -> None:
    content = [replace(offer("1", "轴承 陶瓷", "a"), anonymous=True), offer("2", "轴承", "a"), offer("3", "电池", "b")]
    index = filled(content)
    for exclude in (None, "a", "b"):
        matches = index.search(Need("轴承"), Searcher(1, "b"), exclude_owner=exclude)
        anonymous = [match for match in matches if match.listing.id == "1"]
        assert [(match.owner, match.listing.owner, match.others) for match in anonymous] == [(None, "", 0)]
    assert [match.listing.id for match in index.search(Need("轴承"), Searcher(1, "a"), exclude_owner="a")] == []
    mine = index.search(Need("轴承"), Searcher(1, "a"))
    assert [(match.owner, match.others) for match in mine] == [("a", 1)]


def test_deeper_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="level 0 or 1"):
        Listing("1", "a", "capability", "", {2: "secret"})
    assert Searcher(3).level == 1


def test_a_hidden_listing_is_absent() -> None:
    index = filled([offer("1", "轴承", level=1)])
    assert index.get("1", VISITOR) is None
    assert index.get("1", MEMBER) is not None
    assert (index.count(0), index.count(1)) == (0, 1)


@pytest.mark.parametrize("word", WORDS)
def test_a_visitor_learns_nothing_by_asking_for_each_word(word: str) -> None:
    public = [offer(str(place), text) for place, text in enumerate(WORDS[:6])]
    secret = [offer(f"s{place}", f"{word} " * 5, "rival", level=1) for place in range(5)]
    one, two = filled(public), filled(public + secret)
    assert seen(one.search(Need(word), VISITOR)) == seen(two.search(Need(word), VISITOR))


def test_the_index_object_is_as_it_was_written() -> None:
    listing = Listing(
        "1", "a", "capability", "轴承", {0: "公开", 1: "会员"}, region="440300", industry="C34", size_class="small",
        certificates=frozenset({"ISO9001"}), languages=frozenset(), readiness=6, price=Decimal("12.50"), anonymous=True,
        facet_levels={"price": 1},
    )  # fmt: skip
    index: Index = filled([listing])
    assert index.get("1", MEMBER) == listing
    visible = index.get("1", VISITOR)
    assert visible == replace(listing, texts={0: "公开"}, price=None, facet_levels={})
