"""What polls brought: all of a batch in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from wirewatch.core.model.entry import Entry, EntryKey, Known
from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.hit import Hit
from wirewatch.core.model.plan import PollPlan
from wirewatch.store.codec import Values, article_values, entry_values, hit_values, state_values
from wirewatch.store.tables import articles, entries, feed_schedule, hits, poll_log, seen

T = TypeVar("T")

CHUNK = 400
"""Names in one question: SQLite takes 32,766 parameters, PostgreSQL 65,535."""


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut into lists of at most *size*."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def insert_new(connection: Connection, table: Table, rows: Sequence[Values]) -> int:
    """Insert rows, leaving those that are there already as they are; return how many went in."""
    if not rows:
        return 0
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    count = 0
    for row in rows:
        count += connection.execute(
            dialect.insert(table).values(row).on_conflict_do_nothing()
        ).rowcount
    return count


def known(
    connection: Connection, feed_id: FeedId, keys: Sequence[EntryKey]
) -> dict[EntryKey, Known]:
    """Return what is remembered of these keys."""
    found: dict[EntryKey, Known] = {}
    for some in chunks(keys):
        query = (
            select(seen.c.key, seen.c.text_hash, entries.c.id)
            .outerjoin(
                entries, (entries.c.feed_id == seen.c.feed_id) & (entries.c.key == seen.c.key)
            )
            .where(seen.c.feed_id == feed_id, seen.c.key.in_(some))
        )
        for row in connection.execute(query):
            found[EntryKey(bytes(row.key))] = Known(
                text_hash=bytes(row.text_hash), stored=row.id is not None
            )
    return found


def commit(connection: Connection, plans: Sequence[PollPlan]) -> None:
    """Store what polls lead to."""
    _remember(connection, plans)
    _put_entries(connection, [entry for plan in plans for entry in plan.new])
    for plan in plans:
        for entry in plan.edited:
            _edit(connection, entry)
    insert_new(
        connection, articles, [article_values(page) for plan in plans for page in plan.articles]
    )
    put_hits(connection, [hit for plan in plans for hit in plan.hits])
    for plan in plans:
        connection.execute(
            update(feed_schedule)
            .where(feed_schedule.c.feed_id == plan.feed_id)
            .values(state_values(plan.state))
        )
    records = [_record(plan) for plan in plans]
    if records:
        connection.execute(insert(poll_log), records)


def put_hits(connection: Connection, found: Sequence[Hit]) -> int:
    """Store hits that are not known yet; return how many."""
    return insert_new(connection, hits, [hit_values(hit) for hit in found])


def put_late_hits(connection: Connection, found: Sequence[Hit]) -> int:
    """Store hits found in stored text, except those whose entry was pruned meanwhile; return how many are new."""
    there: set[int] = set()
    for some in chunks({hit.entry_id for hit in found}):
        there.update(
            connection.execute(select(entries.c.id).where(entries.c.id.in_(some))).scalars()
        )
    return put_hits(connection, [hit for hit in found if hit.entry_id in there])


def _remember(connection: Connection, plans: Sequence[PollPlan]) -> None:
    for plan in plans:
        if not plan.seen:
            continue
        before = known(connection, plan.feed_id, [key for key, _ in plan.seen])
        fresh = {key: hash_ for key, hash_ in plan.seen if key not in before}
        if fresh:
            connection.execute(
                insert(seen),
                [
                    {"feed_id": plan.feed_id, "key": key, "text_hash": hash_}
                    for key, hash_ in fresh.items()
                ],
            )
        for key, hash_ in plan.seen:
            if key in before and before[key].text_hash != hash_:
                connection.execute(
                    update(seen)
                    .where(seen.c.feed_id == plan.feed_id, seen.c.key == key)
                    .values(text_hash=hash_)
                )


def _put_entries(connection: Connection, new: Sequence[Entry]) -> None:
    there: set[int] = set()
    for some in chunks(entry.id for entry in new):
        there.update(
            connection.execute(select(entries.c.id).where(entries.c.id.in_(some))).scalars()
        )
    fresh = {entry.id: entry for entry in new if entry.id not in there}
    if fresh:
        connection.execute(insert(entries), [entry_values(entry) for entry in fresh.values()])


def _edit(connection: Connection, entry: Entry) -> None:
    changed = {
        name: value
        for name, value in entry_values(entry).items()
        if name not in {"id", "feed_id", "key", "found_at", "baseline"}
    }
    connection.execute(update(entries).where(entries.c.id == entry.id).values(changed))


def _record(plan: PollPlan) -> Mapping[str, Any]:
    record = plan.record
    return {
        "feed_id": record.feed_id,
        "at": record.at,
        "outcome": record.outcome,
        "status": record.status,
        "wire_bytes": record.wire_bytes,
        "entries": record.entries,
        "new": record.new,
        "overlap": record.overlap,
        "took_s": record.took_s,
    }
