"""What waits for the index of words: every module that changes a text says so here, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.feed import FeedId
from wirewatch.store.shapes import chunks
from wirewatch.store.tables import entries, search_passages, search_queue


def enqueue(tx: Connection, ids: Iterable[EntryId]) -> None:
    """Say that the texts of these entries are new or changed."""
    rows = [{"entry_id": id_} for id_ in dict.fromkeys(ids)]
    if rows:
        tx.execute(insert(search_queue), rows)


def enqueue_feeds(tx: Connection, ids: Iterable[FeedId]) -> None:
    """Say that all texts of these feeds have other words now."""
    for id_ in ids:
        of_feed = select(entries.c.id).where(entries.c.feed_id == id_)
        tx.execute(insert(search_queue).from_select(["entry_id"], of_feed))


def forget(tx: Connection, ids: Sequence[int]) -> None:
    """Forget what the index knows of entries that go."""
    for some in chunks(ids):
        tx.execute(delete(search_queue).where(search_queue.c.entry_id.in_(some)))
        forget_passages(tx, some)


def forget_passages(tx: Connection, ids: Sequence[int]) -> None:
    """Forget the words that the index has of entries."""
    # On PostgreSQL the words go with their passage. FTS5 cannot forget words it does not keep: their number is
    # never given again and leads nowhere, until the index is renewed.
    tx.execute(delete(search_passages).where(search_passages.c.entry_id.in_(ids)))
