"""Names, widths and contents of tiles, by the examples of C2SP tlog-tiles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.translog import Malformed, Tile
from rongtong.engines.translog.tiles import ENTRIES, bundle, bundles_of, entries_of, tile_holding, tiles_of


def test_the_names_of_the_standard() -> None:
    assert Tile(0, 1234067).name == "tile/0/x001/x234/067"
    assert Tile(3, 5, 112).name == "tile/3/005.p/112"
    assert Tile(ENTRIES, 0, 1).name == "tile/entries/000.p/1"
    assert Tile(ENTRIES, 1000).name == "tile/entries/x001/000"


def test_the_tiles_of_a_log_of_70_000() -> None:
    tiles = list(tiles_of(70_000))
    assert len([one for one in tiles if one.level == 0 and one.full]) == 273
    assert [one for one in tiles if not one.full] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert Tile(1, 0) in tiles
    assert len(tiles) == 277
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]


@given(st.integers(0, 70_000), st.integers(0, 70_000))
@settings(max_examples=40)
def test_new_tiles_are_those_the_smaller_log_had_not(one: int, other: int) -> None:
    old, new = sorted((one, other))
    assert set(tiles_of(new, old)) == set(tiles_of(new)) - set(tiles_of(old))
    assert set(bundles_of(new, old)) == set(bundles_of(new)) - set(bundles_of(old))


@given(st.integers(ENTRIES, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_name_is_read_as_it_was_written(level: int, index: int, width: int) -> None:
    assert Tile.parse(Tile(level, index, width).name) == Tile(level, index, width)


@pytest.mark.parametrize(
    "name",
    [
        *[
            "tile/64/000",
            "tile/00/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/000",
            "tile/0/001/002",
            "tile/0/000.p/0",
        ],
        *[
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/../000",
            "tile/0/x001/x234/067/",
            "/tile/0/000",
            "tile/0/000\n",
        ],
        *["tile/entries/000.p/", "tile/data/000", "checkpoint", "", "tile/0/" + "x999/" * 40 + "000", "tile/0/٠٠٠"],
    ],
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        Tile.parse(name)


@given(st.lists(st.binary(max_size=9), min_size=1, max_size=256), st.data())
@settings(max_examples=40)
def test_a_bundle_is_read_as_it_was_written_and_cut(entries: list[bytes], data: st.DataObject) -> None:
    whole = bundle(entries)
    width = data.draw(st.integers(1, len(entries)))
    assert entries_of(whole, width) == entries[:width]
    assert Tile(ENTRIES, 0, width).cut(whole) == bundle(entries[:width])
    with pytest.raises(Malformed):
        entries_of(whole[:-1], len(entries))
    with pytest.raises(Malformed):
        entries_of(whole, len(entries) + 1)


def test_an_entry_too_long_for_a_bundle_is_refused() -> None:
    assert len(bundle([bytes(65_535)])) == 65_537
    with pytest.raises(Malformed, match="65536"):
        bundle([bytes(65_536)])


def test_where_a_node_is_computed_from() -> None:
    assert tile_holding(0, 255, 256) == (Tile(0, 0), 255, 256)
    assert tile_holding(8, 0, 256) == (Tile(1, 0, 1), 0, 1)
    assert tile_holding(9, 1, 70_000) == (Tile(1, 0), 2, 4)
    with pytest.raises(Malformed):
        tile_holding(1, 128, 256)
