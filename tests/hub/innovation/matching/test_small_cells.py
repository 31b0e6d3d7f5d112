"""Tables over groups of organisations: no cell, and no rest, is about fewer than three of them."""

from hypothesis import given
from hypothesis import strategies as st

from rongtong.hub.innovation.queries.small_cells import told


def group(name: str, *counts: int) -> dict[str, dict[str, int]]:
    return {name: {f"{name}{number}": count for number, count in enumerate(counts)}}


def test_what_is_large_enough_is_told():
    assert [
        (cell.name, cell.organisations, cell.total) for cell in told(group("a", 1, 2, 3) | group("b", 4, 4, 4))
    ] == [
        ("a", 3, 6),
        ("b", 3, 12),
    ]


def test_small_groups_are_told_together():
    cells = told(group("a", 1, 2, 3) | group("b", 4) | group("c", 4, 5))
    assert [(cell.name, cell.organisations, cell.total) for cell in cells] == [("a", 3, 6), (None, 3, 13)]


def test_one_small_group_takes_the_smallest_other_with_it():
    """Else the sum less the told cells would be that one group."""
    cells = told(group("a", 1, 2, 3, 4) | group("b", 4) | group("c", 4, 5, 6))
    assert [(cell.name, cell.organisations, cell.total) for cell in cells] == [("a", 4, 10), (None, 4, 19)]


def test_a_group_of_which_one_makes_up_most_is_not_told():
    cells = told(group("a", 96, 2, 2) | group("b", 10, 10, 10))
    assert [(cell.name, cell.organisations) for cell in cells] == [(None, 6)]


def test_where_nothing_may_be_told_nothing_is():
    assert told(group("a", 1, 1)) == []
    assert told(group("a", 99, 0, 0, 0)) == []
    assert told({}) == []


@given(st.dictionaries(st.sampled_from("abcdefg"), st.lists(st.integers(0, 50), max_size=6), max_size=7))
def test_no_cell_and_no_rest_is_about_fewer_than_three(counts):
    groups = {name: group(name, *those)[name] for name, those in counts.items()}
    cells = told(groups)
    everybody = {one: count for cell in groups.values() for one, count in cell.items()}
    if cells:
        assert sum(cell.organisations for cell in cells) == len(everybody)
        assert sum(cell.total for cell in cells) == sum(everybody.values())
    for cell in cells:
        assert cell.organisations >= 3
        named = groups[cell.name] if cell.name is not None else None
        if named is not None:
            assert not cell.total or max(named.values()) < 0.8 * cell.total
    assert sum(cell.name is None for cell in cells) <= 1
