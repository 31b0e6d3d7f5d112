"""Somebody who wants to know of a hidden listing asks whatever they like, and learns nothing.

Two worlds differ in what is hidden only. The asker knows what they look for: they ask for its rarest words, for words
in every mixture, with filters that fit it alone, for its owner, page by page; answers are compared as a whole.
"""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.matching import Constraint, Encoder, Index, Listing, Matches, Need, Searcher
from tests.engines.matching.made import WORDS, LetterEncoder, filled, listings, offer

SECRET = "绝密型号XK9 陶瓷轴承 航发高温涂层"
ASKERS = (Searcher(0), Searcher(0, "nobody"), Searcher(0, "b"))
FILTERS = (
    Constraint("region", ("440305",), required=True),
    Constraint("industry", ("C3421",), required=True),
    Constraint("certificates", ("AS9100",), required=True),
    Constraint("size_class", ("micro",), required=True),
    Constraint("readiness", 9, required=True),
    Constraint("price", Decimal("1000"), required=True),
    Constraint("languages", ("zh",), required=True),
)
words = st.lists(st.sampled_from([*SECRET.split(), "绝密", "XK9", "涂层", *WORDS]), min_size=1, max_size=10).map(
    " ".join
)
searches = st.fixed_dictionaries(
    {
        "limit": st.sampled_from([1, 3, 20, 200]),
        "exclude_owner": st.sampled_from([None, "a", "rival"]),
        "group_by_owner": st.booleans(),
    }
)


def hidden(number: int, owner: str = "rival") -> Listing:
    return Listing(
        f"secret{number}", owner, "capability", f"绝密型号XK{number}", {1: SECRET}, region="440305", industry="C3421",
        certificates=frozenset({"AS9100"}), size_class="micro", readiness=9, price=Decimal(500),
        languages=frozenset({"zh"}),
    )  # fmt: skip


def told(matches: Matches) -> object:
    return matches.items, matches.found, matches.capped, matches.meaning, matches.to_frame().rows()


def everything(index: Index, need: Need, arguments: dict[str, object]) -> list[object]:
    """Return all that the askers can get hold of."""
    answers = [told(index.search(need, asker, **arguments)) for asker in ASKERS]  # type: ignore[arg-type]  # drawn by name
    seen = [index.get(f"secret{number}", asker) for asker in ASKERS for number in range(3)]
    return [*answers, *seen, index.count(0)]


@settings(max_examples=40, deadline=None)
@given(
    content=st.lists(listings(levels=((0,), (0, 1))), max_size=12, unique_by=lambda listing: listing.id),
    secrets=st.integers(1, 3),
    text=words,
    filters=st.lists(st.sampled_from(FILTERS), max_size=3, unique=True),
    wanted=st.booleans(),
    arguments=searches,
    encoder=st.sampled_from([None, LetterEncoder()]),
)
def test_no_question_tells_two_worlds_apart(
    content: list[Listing],
    secrets: int,
    text: str,
    filters: list[Constraint],
    wanted: bool,
    arguments: dict[str, object],
    encoder: Encoder | None,
) -> None:
    conditions = tuple(replace(one, required=not wanted) for one in filters)
    worlds = [filled([*content, *(hidden(number) for number in range(count))], encoder) for count in (0, secrets)]
    for need in (Need(text, constraints=conditions), Need("", constraints=conditions), Need(SECRET)):
        assert everything(worlds[0], need, arguments) == everything(worlds[1], need, arguments)


@pytest.mark.parametrize("encoder", [None, LetterEncoder()])
def test_hundreds_of_hidden_listings_push_nothing_out(encoder: Encoder | None) -> None:
    """More than there are candidates in a search: if they took places, public listings would be missing."""
    public = [offer(f"p{place}", f"陶瓷轴承 航发 {WORDS[place % 12]}", f"o{place}") for place in range(30)]
    secrets = [hidden(number, f"r{number}") for number in range(600)]
    worlds = [filled(public, encoder), filled(public + secrets, encoder)]
    for text in (SECRET, "XK9", "陶瓷轴承", "航发 高温 涂层"):
        arguments: dict[str, object] = {"limit": 40, "exclude_owner": None, "group_by_owner": True}
        assert everything(worlds[0], Need(text), arguments) == everything(worlds[1], Need(text), arguments)


@settings(max_examples=20, deadline=None)
@given(text=words, steps=st.lists(st.sampled_from(["put", "change", "withdraw", "rebuild"]), min_size=1, max_size=5))
def test_the_coming_and_going_of_what_is_hidden_leaves_no_trace(text: str, steps: list[str]) -> None:
    """Deleted documents, numbers of rows and rebuilt statistics do not speak either."""
    public = [offer(str(place), f"陶瓷轴承 {WORDS[place]}", f"o{place}") for place in range(10)]
    still, moved = filled(public), filled(public)

    def fill(index: Index) -> None:
        with index.writer() as writer:
            writer.upsert([*public, hidden(0), hidden(1)])
            writer.commit()

    for step in steps:
        if step == "rebuild":
            moved.rebuild(fill)
            continue
        with moved.writer() as writer:
            writer.remove(["secret0"] if step == "withdraw" else [])
            writer.upsert([] if step == "withdraw" else [replace(hidden(0), title=f"{step} {text}"), hidden(2)])
            writer.commit()
    arguments: dict[str, object] = {"limit": 20, "exclude_owner": None, "group_by_owner": False}
    for need in (Need(text), Need(SECRET, constraints=FILTERS[:1])):
        assert everything(still, need, arguments) == everything(moved, need, arguments)


def test_the_shelf_of_everybody_holds_nothing_hidden() -> None:
    """Not even a term of it: what is not there cannot be counted."""
    index = filled([offer("1", "陶瓷轴承"), hidden(0)])
    reader = index.generation.shelves[0].reader()._searcher
    assert reader.num_docs == 1
    for term in ("绝密", "xk9", "xk0", "涂层"):
        assert reader.doc_freq("words", term) == 0
    assert reader.doc_freq("words", "陶瓷") == 1
    assert reader.doc_freq("facets", "region:440305") == 0
