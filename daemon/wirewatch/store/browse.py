"""What people look up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, FromClause, func, or_, select, tuple_

from wirewatch.core.match.kept_words import Needs
from wirewatch.core.model.alert import DeliveryState, Parcel
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.hit import HitState
from wirewatch.core.model.plan import PollRecord
from wirewatch.ports import Counts, HitView, StoredText
from wirewatch.store import search
from wirewatch.store.articles import count_pending
from wirewatch.store.outbox import parcels, read_parcel
from wirewatch.store.rules import OPEN
from wirewatch.store.search import read_text, text_query
from wirewatch.store.shapes import ENTRY, HIT, POLL_RECORD
from wirewatch.store.tables import (
    deliveries,
    entries,
    feed_schedule,
    feeds,
    hits,
    poll_log,
    stories,
)

_CONFIGURED: Final = feeds.c.retired_at.is_(None)


def counts(tx: Connection) -> Counts:
    """Count everything."""
    schedule = feeds.join(feed_schedule, feeds.c.id == feed_schedule.c.feed_id)
    failing = feed_schedule.c.active.is_(True) & (feed_schedule.c.failures > 0)
    by_state = dict.fromkeys(DeliveryState, 0)
    by_state.update(
        (state, many)
        for state, many in tx.execute(
            select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        )
    )
    oldest = select(func.min(deliveries.c.created_at)).where(deliveries.c.state.in_(OPEN))
    last_poll = select(func.max(feed_schedule.c.last_poll_at)).select_from(schedule)
    return Counts(
        feeds=_count(tx, feeds, _CONFIGURED),
        feeds_failing=_count(tx, schedule, failing),
        feeds_paused=_count(tx, feeds, _CONFIGURED, feeds.c.paused.is_(True)),
        entries=_count(tx, entries),
        articles_pending=count_pending(tx),
        hits=_count(tx, hits),
        hits_waiting=_count(tx, hits, hits.c.state == HitState.WAITING),
        stories=_count(tx, stories),
        deliveries=by_state,
        oldest_pending_at=tx.execute(oldest).scalar(),
        last_poll_at=tx.execute(last_poll.where(_CONFIGURED)).scalar(),
    )


def _count(tx: Connection, table: FromClause, *where: Any) -> int:
    return tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def find_hits(
    tx: Connection,
    *,
    watch: str | None,
    feed: str | None,
    state: HitState | None,
    since: datetime | None,
    limit: int,
) -> Sequence[HitView]:
    """Return hits, newest first."""
    query = (
        select(*HIT.columns, *ENTRY.columns, feeds.c.name)
        .join(entries, entries.c.id == hits.c.entry_id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .order_by(hits.c.found_at.desc(), hits.c.id.desc())
        .limit(limit)
    )
    if watch is not None:
        query = query.where(
            or_(hits.c.watch == watch, hits.c.watch_name == watch, hits.c.watchlist == watch)
        )
    if feed is not None:
        query = query.where(feeds.c.name == feed)
    if state is not None:
        query = query.where(hits.c.state == state)
    if since is not None:
        query = query.where(hits.c.found_at >= since)
    found = []
    for row in tx.execute(query):
        values = iter(row)
        hit = HIT.read(values)
        found.append(HitView(hit=hit, entry=ENTRY.read(values), outlet=next(values)))
    return found


def polls(tx: Connection, feed_id: FeedId, *, limit: int) -> Sequence[PollRecord]:
    """Return the last polls of a feed, newest first."""
    query = (
        select(*POLL_RECORD.columns)
        .where(poll_log.c.feed_id == feed_id)
        .order_by(poll_log.c.at.desc())
        .limit(limit)
    )
    return [POLL_RECORD.read(row) for row in tx.execute(query)]


def find_deliveries(
    tx: Connection, *, state: DeliveryState | None, channel: str | None, limit: int
) -> Sequence[Parcel]:
    """Return deliveries with their alerts, newest first."""
    query = parcels().order_by(deliveries.c.created_at.desc(), deliveries.c.key.desc())
    if state is not None:
        query = query.where(deliveries.c.state == state)
    if channel is not None:
        query = query.where(deliveries.c.channel == channel)
    return [read_parcel(row) for row in tx.execute(query.limit(limit))]


def found_at(tx: Connection, entry: EntryId) -> datetime | None:
    """Return when an entry was found, None when it is not stored (any more)."""
    return tx.execute(select(entries.c.found_at).where(entries.c.id == entry)).scalar()


def texts(
    tx: Connection,
    *,
    since: datetime | None,
    after: tuple[datetime, EntryId] | None,
    needs: Needs | None = None,
    limit: int,
) -> Sequence[StoredText]:
    """Return a page of stored entries with their article texts, newest first."""
    query = text_query().order_by(entries.c.found_at.desc(), entries.c.id.desc()).limit(limit)
    if since is not None:
        query = query.where(entries.c.found_at >= since)
    if after is not None:
        query = query.where(tuple_(entries.c.found_at, entries.c.id) < after)
    if needs is not None:
        query = query.where(search.may_meet(tx, needs))
    return [read_text(iter(row)) for row in tx.execute(query)]
