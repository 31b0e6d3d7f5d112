"""An index in shards answers as one in a piece does; a shard that is killed is missed, named, and comes back."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest

from rongtong.engines.matching import Constraint, Index, Listing, Matches, Need, Searcher
from rongtong.engines.matching.sharded import ShardedIndex, ShardMissing, shard_of, start_here
from rongtong.engines.resilience import systemic_risk
from tests.engines.matching.made import WORDS, LetterEncoder, filled, offer
from tests.engines.resilience.made import sold

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install rongtong[ray]")
NEEDS = [
    Need("轴承 陶瓷", constraints=(Constraint("region", ("4403",)), Constraint("readiness", 6))),
    Need("battery spindle 型号7", constraints=(Constraint("region", ("44",), required=True),)),
    Need("数控机床 高精度", kinds=frozenset({"challenge"})),
    Need("", constraints=(Constraint("readiness", 8, required=True),)),
]
SEARCHERS = [Searcher(0), Searcher(1), Searcher(0, "o3")]
HALVES = ({"resources": {"east": 1}}, {"resources": {"west": 1}})  # as many as two machines' worth of actors


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    start_here(4, {"east": 4, "west": 4})
    import ray  # not before: it reads how to guard itself when it is imported

    yield
    ray.shutdown()


def content(count: int = 240) -> list[Listing]:
    return [
        Listing(
            id=str(place),
            owner=f"o{place % 37}",
            kind="challenge" if place % 5 == 0 else "capability",
            title=WORDS[place % 12],
            texts={int(place % 7 == 0): f"{WORDS[place * 5 % 12]} {WORDS[place * 7 % 11]} 型号{place % 13}"},
            region=("440300", "320500", "")[place % 3],
            readiness=place % 10,
            anonymous=place % 11 == 0,
        )
        for place in range(count)
    ]


def sharded(path: Path, shards: int, encoder: LetterEncoder | None = None) -> ShardedIndex:
    index = ShardedIndex(path, shards, encoder, timeout=30.0, placements=HALVES)
    with index.writer() as writer:
        writer.upsert(content())
        writer.commit(position=240)
    while index.encode_pending():
        pass
    return index


def same(one: Matches, other: Matches) -> None:
    assert [match.listing for match in one] == [match.listing for match in other]
    assert [float(match.score) for match in one] == pytest.approx([float(match.score) for match in other], abs=1e-6)
    assert [(match.owner, match.others, match.reasons) for match in one] == [
        (match.owner, match.others, match.reasons) for match in other
    ]
    assert (one.found, one.capped, one.meaning, one.missing) == (other.found, other.capped, other.meaning, ())


@pytest.mark.parametrize(("shards", "encoder"), [(2, None), (3, LetterEncoder())])
def test_shards_answer_as_one_index_does(tmp_path: Path, shards: int, encoder: LetterEncoder | None) -> None:
    index, whole = sharded(tmp_path, shards, encoder), filled(content(), encoder)
    for need in NEEDS:
        for searcher in SEARCHERS:
            for arguments in ({}, {"group_by_owner": False, "limit": 40}, {"exclude_owner": "o3"}):
                same(index.search(need, searcher, **arguments), whole.search(need, searcher, **arguments))
    assert index.position == 240
    index.close()


def test_a_shard_that_is_killed_is_missed_and_comes_back(tmp_path: Path) -> None:
    """Under load: searches go on and name the shard; nothing committed is lost, and no one has to do anything."""
    index, whole = sharded(tmp_path, 3), filled(content())
    need, member = NEEDS[0], Searcher(1)
    victim = index.states()[2][2]
    done, answers = threading.Event(), list[Matches]()

    def ask() -> None:
        while not done.is_set():
            answers.append(index.search(need, member, limit=200, group_by_owner=False))

    expected = whole.search(need, member, limit=200, group_by_owner=False)
    without = {match.listing.id for match in expected if shard_of(match.listing.id, 3) != 2}
    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask) for _ in range(2)]
        os.kill(victim, signal.SIGKILL)
        index_of = 0
        while not any(answer.missing for answer in answers) and not any(one.done() for one in asking):
            index_of = len(answers)
            threading.Event().wait(0.005)
        while not done.is_set() and not any(one.done() for one in asking):
            if any(not answer.missing for answer in answers[index_of + 4 :]):
                done.set()
            threading.Event().wait(0.005)
        done.set()
        for one in asking:
            one.result()
    partial = [answer for answer in answers if answer.missing]
    assert {answer.missing for answer in partial} == {(2,)}
    assert all({match.listing.id for match in answer} <= without for answer in partial)
    same(index.search(need, member, limit=200, group_by_owner=False), expected)
    assert index.states()[2][2] != victim
    index.close()


def test_changes_wait_for_a_shard_that_is_missing(tmp_path: Path) -> None:
    index = sharded(tmp_path, 2)
    index.close()
    with index.writer() as writer:
        writer.upsert([offer("new", "轴承")])
        with pytest.raises(ShardMissing, match="write again"):
            writer.commit(position=241)
    again = ShardedIndex(tmp_path, 2, timeout=30.0)
    assert again.position == 240
    with again.writer() as writer:
        writer.upsert([offer("new", "磁悬浮")])
        writer.remove(["1", "2"])
        writer.commit(position=243)
    assert [match.listing.id for match in again.search(Need("磁悬浮"), Searcher(0))] == ["new"]
    assert sum(state[1] for state in again.states()) == 239
    again.close()


def test_an_index_in_a_piece_names_no_shard() -> None:
    assert Index.in_memory().search(Need("轴承"), Searcher(0)).missing == ()


def test_shocks_spread_over_the_same_cluster() -> None:
    """Here and not with the other tests of the index, because a cluster takes ten seconds to start."""
    import ray

    # One worker has to load the compiled loops, not one for each of the cluster's processors.
    others = ray.util.placement_group([{"CPU": 3}])
    ray.get(others.ready())
    for certified in (False, True):
        here = systemic_risk(sold(120, 9), certified=certified)
        there = systemic_risk(sold(120, 9), certified=certified, over="ray")
        assert there.to_frame().equals(here.to_frame())
    ray.util.remove_placement_group(others)
