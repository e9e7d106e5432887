"""What did not change is not read again: each rung of the ladder, with the daemon's own loops."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.app.rig import FEED, Hand, Provider, Rig, Web, a_world, rss
from wirewatch.ports import Store
from wirewatch.store.memory import MemoryStore
from wirewatch.store.open import open_sql_store

ONE = ("1", "Nothing", "of note")
TWO = ("2", "Oil talks", "in Oman")
THREE = ("3", "More oil talks", "in Muscat")


def a_rig(folder: Path, store: Store) -> Rig:
    """Return the daemon with one feed and one watch."""
    world = a_world(folder, feeds={"Gulf": FEED}, watches=("oil talks",))
    return Rig(world=world, store=store, web=Web(), provider=Provider(), hand=Hand())


def outcomes(store: Store) -> list[str]:
    """Return what came of each poll, oldest first."""
    (feed,) = store.feeds()
    return [record.outcome for record in reversed(store.polls(feed.id))]


async def polled(rig: Rig, *documents: bytes) -> None:
    """Serve one document after another, each for one poll."""
    await rig.start()
    for document in documents:
        rig.web.documents[FEED] = document
        await rig.turn()
        rig.hand.turn(hours=1)
    rig.end()


def test_each_poll_goes_only_as_far_as_it_must(tmp_path: Path) -> None:
    """Thirty known entries beside one that is new are not read."""
    store = open_sql_store(f"sqlite:///{tmp_path / 'w.db'}")
    rig = a_rig(tmp_path, store)
    head = rss(ONE, TWO).replace(b"<title>Gulf", b"<title>The Gulf")

    asyncio.run(polled(rig, rss(ONE), rss(ONE), rss(ONE, TWO), head, rss(TWO, THREE), rss(THREE)))

    assert outcomes(store) == [
        "ok",
        "unchanged",
        "partial",
        "known-items",
        "partial",
        "known-items",
    ]
    (feed,) = store.feeds()
    records = list(reversed(store.polls(feed.id)))
    assert [(record.entries, record.new) for record in records] == [
        (1, 1), (0, 0), (2, 1), (2, 0), (2, 1), (1, 0),
    ]  # fmt: skip
    assert [record.overlap for record in records[2:]] == [True] * 4
    assert {view.entry.title for view in store.hits()} == {"Oil talks", "More oil talks"}
    store.close()


def test_an_entry_that_changed_is_read_again(tmp_path: Path) -> None:
    """A correction may bring the words that are watched for."""
    store = MemoryStore()
    rig = a_rig(tmp_path, store)

    asyncio.run(polled(rig, rss(ONE, TWO), rss(("1", "Oil talks begin", "at last"), TWO)))

    assert outcomes(store) == ["ok", "partial"]
    assert {view.entry.title for view in store.hits()} == {"Oil talks begin", "Oil talks"}


def test_a_document_that_repeats_names_is_read_whole(tmp_path: Path) -> None:
    """What names an entry then depends on the others."""
    store = MemoryStore()
    rig = a_rig(tmp_path, store)
    again = ("1", "Another under the same guid", "x")

    asyncio.run(polled(rig, rss(ONE, again), rss(ONE, again, TWO)))

    assert outcomes(store) == ["ok", "ok"]
    assert [view.entry.title for view in store.hits()] == ["Oil talks"]
