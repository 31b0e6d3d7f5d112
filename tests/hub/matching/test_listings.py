"""From a listing written in a transaction to a match: order, catching up, rights, a lost index."""

import threading
import uuid

import pytest
from django.db import connection, transaction

from rongtong.engines.matching import Need, preparing
from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.matching import catching_up, live
from rongtong.hub.matching.catching_up import catch_up, is_ahead, rebuild, start_over
from rongtong.hub.matching.domain.impressions import best_ranks, shown
from rongtong.hub.matching.domain.listings import Card, drop, put
from rongtong.hub.matching.indexer import Indexer
from rongtong.hub.matching.live import live_index
from rongtong.hub.matching.models import Listing
from rongtong.hub.matching.queries import matches_for

FIRM, RIVAL = uuid.uuid4(), uuid.uuid4()


def member(organisation: uuid.UUID = RIVAL) -> Actor:
    return Actor(account_id=uuid.uuid4(), organisation_id=organisation, role="viewer", verified=True)


def card(title: str, *, level: int = 0, owner: uuid.UUID = FIRM, **more: object) -> Card:
    given = {"kind": "capability", "subject_id": uuid.uuid4(), "organisation_id": owner, "texts": {level: title}} | more
    return Card(title=title, **given)  # type: ignore[arg-type]  # keyword arguments by name


def found(text: str, actor: Actor) -> list[str]:
    return [match.listing.title for match in matches_for(Need(text), actor, by_organisation=False)]


@pytest.mark.django_db
def test_what_is_put_is_found_and_what_is_dropped_is_not():
    one, two = card("感应淬火"), card("五轴铣削")
    put([one, two])
    assert catch_up(live_index()) == 2
    assert found("感应淬火", member()) == ["感应淬火"]
    drop([one.subject_id])
    assert catch_up(live_index()) == 1
    assert found("感应淬火", member()) == []
    assert (found("五轴铣削", member()), catch_up(live_index())) == (["五轴铣削"], 0)


@pytest.mark.django_db
def test_a_changed_listing_takes_the_place_of_the_old_one():
    one = card("感应淬火")
    put([one])
    put([card("渗碳淬火工艺", subject_id=one.subject_id)])
    catch_up(live_index())
    assert (found("感应", member()), found("渗碳", member())) == ([], ["渗碳淬火工艺"])
    assert Listing._base_manager.count() == 1


@pytest.mark.django_db
def test_members_listing_is_not_there_for_visitors():
    put([card("感应淬火公开"), card("感应淬火内部", level=1)])
    catch_up(live_index())
    assert found("感应淬火", VISITOR) == ["感应淬火公开"]
    assert set(found("感应淬火", member())) == {"感应淬火公开", "感应淬火内部"}
    assert matches_for(Need("感应淬火"), VISITOR, by_organisation=False).found == 1


@pytest.mark.django_db
def test_ones_own_listings_are_left_out():
    put([card("感应淬火", owner=FIRM)])
    catch_up(live_index())
    assert found("感应淬火", member(FIRM)) == []


@pytest.mark.parametrize("texts", [{}, {2: "x"}, {0: "x", 3: "y"}])
def test_deeper_levels_are_never_listed(texts):
    with pytest.raises(ValueError, match="level 0 and 1"):
        card("x", texts=texts)


@pytest.mark.django_db
def test_an_index_ahead_of_the_database_is_built_anew():
    put([card("感应淬火"), card("五轴铣削")])
    catch_up(live_index())
    Listing._base_manager.order_by("-position")[0].delete()
    assert is_ahead(live_index())
    index = start_over()
    assert (index.position, catch_up(index), is_ahead(index)) == (0, 1, False)


@pytest.mark.django_db(transaction=True)
def test_positions_are_seen_in_order():
    """A reader that has seen a position has seen all before it, however writers overlap."""
    seen, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            rows = list(Listing._base_manager.order_by("position").values_list("position", flat=True))
            seen.append(rows)
        connection.close()

    def write() -> None:
        for _ in range(10):
            with transaction.atomic():
                put([card("a"), card("b")])
        connection.close()

    reader, writers = threading.Thread(target=read), [threading.Thread(target=write) for _ in range(4)]
    for thread in [reader, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    reader.join()
    assert all(rows == list(range(1, len(rows) + 1)) for rows in seen)
    assert Listing._base_manager.count() == 80


@pytest.mark.django_db
def test_the_best_rank_ever_shown_is_kept():
    need, firm = uuid.uuid4(), uuid.uuid4()
    shown(need, [(uuid.uuid4(), 60), (firm, 50)], by=member())
    shown(need, [(uuid.uuid4(), 60), (uuid.uuid4(), 60), (firm, 50)], by=member())
    assert best_ranks([(need, firm), (need, uuid.uuid4())]) == {(need, firm): 2}


@pytest.mark.django_db
def test_a_backlog_is_committed_in_parts(monkeypatch: pytest.MonkeyPatch):
    """What is stopped half-way goes on from the last part."""
    monkeypatch.setattr(catching_up, "PORTION", 3)
    monkeypatch.setattr(catching_up, "COMMITTED", 6)
    put([card(f"感应淬火{number}") for number in range(10)])
    drop([Listing._base_manager.get(position=2).subject_id])

    def stop_at(done: int) -> None:
        if done > 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catch_up(live_index(), stop_at)
    assert live_index().position == 7  # six rows: the one withdrawn has moved to the end
    assert catch_up(live_index()) == 4
    assert len(found("感应淬火", member())) == 9


@pytest.mark.django_db(transaction=True)
def test_searches_go_on_while_the_index_is_rebuilt():
    """The command's way: beside an indexer that follows the log, and people who search."""
    put([card(f"感应淬火{number}") for number in range(30)])
    catch_up(live_index())
    counts, done, somebody = [], threading.Event(), member()

    def search() -> None:
        while not done.is_set():
            counts.append(matches_for(Need("感应淬火"), somebody, limit=100, by_organisation=False).found)

    searching = threading.Thread(target=search)
    searching.start()
    late = card("感应淬火最新")

    def tell(read: int) -> None:
        if read == 30:  # what comes while the new index is being filled is in it too
            put([late])

    assert rebuild(tell) == 31
    assert found("感应淬火最新", somebody)[0] == "感应淬火最新"
    drop([late.subject_id])
    assert catch_up(live_index()) == 1
    done.set()
    searching.join()
    assert set(counts) <= {30, 31}
    assert matches_for(Need("感应淬火"), somebody, limit=100, by_organisation=False).found == 30


@pytest.mark.django_db
def test_an_index_that_cannot_be_read_finds_nothing_until_it_is_rebuilt():
    put([card("感应淬火")])
    live.folder().mkdir(parents=True)
    (live.folder() / "listings.sqlite").write_bytes(b"of another version")
    assert found("感应淬火", member()) == []
    assert rebuild() == 1
    assert found("感应淬火", member()) == ["感应淬火"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reason", ["ahead", "outdated"])
def test_the_indexer_rebuilds_what_does_not_fit(reason: str, monkeypatch: pytest.MonkeyPatch):
    put([card("感应淬火"), card("五轴铣削")])
    catch_up(live_index())
    if reason == "ahead":
        Listing._base_manager.order_by("-position")[0].delete()
    else:
        monkeypatch.setattr(preparing, "_PROBE", "cut in another way")
    first = live_index()._generation
    indexer = Indexer()
    running = threading.Thread(target=indexer.run)
    running.start()
    while live_index()._generation is first:
        live_index().refresh()
    indexer.stopping.set()
    running.join()
    assert not live_index().outdated
    assert not is_ahead(live_index())
    assert set(found("感应淬火 五轴铣削", member())) == {"感应淬火"} | ({"五轴铣削"} if reason == "outdated" else set())
