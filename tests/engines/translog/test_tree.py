"""Trees, tiles and proofs against the RFC's recursive definition."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.translog import (
    Edge,
    Frontier,
    ProofInvalid,
    StoreDamaged,
    TileMissing,
    Tree,
    grow,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from rongtong.engines.translog.proofs import consistency_proof, inclusion_proof
from rongtong.engines.translog.tiles import bundles_of, tiles_of
from tests.engines.translog import made


@given(st.lists(st.integers(0, 300), min_size=1, max_size=5), st.data())
@settings(max_examples=30)
def test_tiles_give_the_roots_and_proofs_of_the_definition(batches: list[int], data: st.DataObject) -> None:
    shelf = made.Shelf()
    for count in batches:
        before = shelf.edge.size
        batch = shelf.append(made.entries(count, before))
        assert (batch.first, batch.size, len(batch.leaves)) == (before, before + count, count)
    size = shelf.edge.size
    known = made.entries(size)
    tree = Tree(shelf, size)
    assert tree.root == shelf.edge.root == made.mth(known) == Frontier().extended(map(leaf_hash, known)).root
    assert shelf.reread() == shelf.edge == tree.edge()
    old = data.draw(st.integers(0, size))
    assert tree.consistency_proof(old) == (made.proof(old, known) if old else [])
    verify_consistency(old, size, tree.consistency_proof(old), made.mth(known[:old]), tree.root)
    if size:
        index = data.draw(st.integers(0, size - 1))
        assert tree.inclusion_proof(index) == made.path(index, known)
        verify_inclusion(leaf_hash(known[index]), index, size, tree.inclusion_proof(index), tree.root)
        assert tree.entries(index, size) == known[index:]


@given(st.integers(1, 40), st.data())
@settings(max_examples=60)
def test_no_other_statement_is_proved_by_a_proof(size: int, data: st.DataObject) -> None:
    known = made.entries(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = made.path(index, known), made.mth(known)
    other_index, other_size = data.draw(st.integers(0, size)), data.draw(st.integers(1, size + 20))
    if (other_index, other_size) == (index, size):
        other_index = size
    if not _proves_as_much(index, size, other_index, other_size):
        with pytest.raises(ProofInvalid):
            verify_inclusion(leaf_hash(known[index]), other_index, other_size, proof, root)
    for changed in ([*proof, root], proof[:-1] if proof else [root], [root, *proof], proof[::-1] if proof else [root]):
        if changed != proof:
            with pytest.raises(ProofInvalid):
                verify_inclusion(leaf_hash(known[index]), index, size, changed, root)


def _proves_as_much(index: int, size: int, other_index: int, other_size: int) -> bool:
    """Whether both leaves hang in their trees by the same turns: then only the signed size tells the trees apart."""
    if other_index >= other_size:
        return False
    return _turns(index, size) == _turns(other_index, other_size)


def _turns(index: int, size: int) -> list[bool]:
    if size == 1:
        return []
    half = made.below(size)
    return [*_turns(index % half, half if index < half else size - half), index < half]


def test_a_proof_at_an_earlier_size_is_read_from_later_tiles() -> None:
    shelf = made.Shelf()
    shelf.append(made.entries(700))
    for size in (1, 255, 256, 257, 512, 699):
        assert Tree(shelf, size).root == made.mth(made.entries(size))
        assert inclusion_proof(Tree(shelf, size), size // 2, size) == made.path(size // 2, made.entries(size))
    assert consistency_proof(Tree(shelf, 700), 300, 650) == made.proof(300, made.entries(650))


def test_a_proof_reads_each_tile_once() -> None:
    shelf = made.Shelf()
    shelf.append(made.entries(70_000))
    Tree(shelf, 70_000).inclusion_proof(12_345)
    assert sorted(shelf.asked) == ["tile/0/048", "tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17"]


def test_random_batches_make_the_same_tiles_as_one() -> None:
    one, many, draw = made.Shelf(), made.Shelf(), random.Random(7)
    one.append(made.entries(3_000))
    while many.edge.size < 3_000:
        many.append(made.entries(min(draw.choice([1, 3, 90, 256, 700]), 3_000 - many.edge.size), many.edge.size))
    assert one.rows == many.rows
    wanted = {(tile.level, tile.index) for tile in [*tiles_of(3_000), *bundles_of(3_000)]}
    assert set(one.rows) == wanted


def test_an_edge_of_another_size_is_refused() -> None:
    edge = grow(Edge(), made.entries(300)).edge
    with pytest.raises(StoreDamaged, match="width"):
        Edge(301, edge.tails, edge.entries)
    with pytest.raises(StoreDamaged, match="levels"):
        Edge(300, edge.tails[:1], edge.entries)


def test_a_lost_tile_is_named() -> None:
    shelf = made.Shelf()
    shelf.append(made.entries(600))
    del shelf.rows[0, 1]
    with pytest.raises(TileMissing, match="tile/0/001 is not there"):
        Tree(shelf, 600).inclusion_proof(300)
    shelf.rows[0, 1] = bytes(32 * 255)
    with pytest.raises(TileMissing, match="too few"):
        Tree(shelf, 600).inclusion_proof(300)
