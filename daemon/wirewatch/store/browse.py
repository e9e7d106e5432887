"""What people look up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, or_, select, tuple_

from wirewatch.core.model.alert import DeliveryState, Parcel
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.feed import FeedId, FeedSpec
from wirewatch.core.model.hit import HitState
from wirewatch.core.model.plan import PollRecord
from wirewatch.ports import Counts, HitView, StoredText
from wirewatch.store import articles as pages
from wirewatch.store.announce import hits_with_entries
from wirewatch.store.codec import entry_of, hit_of, spec_of
from wirewatch.store.outbox import OPEN, parcels, read_parcels
from wirewatch.store.tables import (
    articles,
    deliveries,
    entries,
    feed_schedule,
    feeds,
    hits,
    poll_log,
    stories,
)


def counts(connection: Connection) -> Counts:
    """Count everything."""

    def many(table: object, *where: object) -> int:
        query = select(func.count()).select_from(table).where(*where)  # type: ignore[arg-type]
        return connection.execute(query).scalar_one()

    states = connection.execute(
        select(deliveries.c.state, func.count().label("n")).group_by(deliveries.c.state)
    )
    oldest = select(func.min(deliveries.c.created_at)).where(deliveries.c.state.in_(OPEN))
    configured = feeds.join(feed_schedule, feeds.c.id == feed_schedule.c.feed_id)
    alive = feeds.c.retired.is_(False)
    return Counts(
        feeds=many(configured, alive),
        feeds_failing=many(
            configured, alive, feed_schedule.c.active, feed_schedule.c.problem.is_not(None)
        ),
        feeds_paused=many(configured, alive, feed_schedule.c.active.is_(False)),
        entries=many(entries),
        articles_pending=pages.count_pending(connection),
        hits=many(hits),
        hits_waiting=many(hits, hits.c.state == HitState.WAITING.value),
        stories=many(stories),
        deliveries={DeliveryState(row.state): row.n for row in states},
        oldest_pending_at=connection.execute(oldest).scalar(),
        last_poll_at=connection.execute(select(func.max(feed_schedule.c.last_poll_at))).scalar(),
    )


def find_hits(
    connection: Connection,
    *,
    watch: str | None,
    feed: str | None,
    state: HitState | None,
    since: datetime | None,
    limit: int,
) -> Sequence[HitView]:
    """Return hits, newest first."""
    query = hits_with_entries()
    if watch is not None:
        in_list = hits.c.watch.startswith(f"{watch}/", autoescape=True)
        query = query.where(or_(hits.c.watch == watch, hits.c.watch_name == watch, in_list))
    if feed is not None:
        query = query.where(feeds.c.name == feed)
    if state is not None:
        query = query.where(hits.c.state == state.value)
    if since is not None:
        query = query.where(hits.c.found_at >= since)
    query = query.order_by(hits.c.found_at.desc(), hits.c.id).limit(limit)
    return [
        HitView(hit=hit_of(row, "h_"), entry=entry_of(row, "e_"), outlet=row["outlet"])
        for row in connection.execute(query).mappings()
    ]


def polls(connection: Connection, feed_id: FeedId, *, limit: int) -> Sequence[PollRecord]:
    """Return the last polls of a feed, newest first."""
    query = (
        select(poll_log)
        .where(poll_log.c.feed_id == feed_id)
        .order_by(poll_log.c.at.desc(), poll_log.c.id.desc())
        .limit(limit)
    )
    rows = connection.execute(query).mappings()
    return [
        PollRecord(**{name: value for name, value in row.items() if name != "id"}) for row in rows
    ]


def find_deliveries(
    connection: Connection, *, state: DeliveryState | None, channel: str | None, limit: int
) -> Sequence[Parcel]:
    """Return deliveries, newest first."""
    query = parcels()
    if state is not None:
        query = query.where(deliveries.c.state == state.value)
    if channel is not None:
        query = query.where(deliveries.c.channel == channel)
    query = query.order_by(deliveries.c.created_at.desc(), deliveries.c.key).limit(limit)
    return read_parcels(connection, query)


def texts(
    connection: Connection,
    specs: Mapping[FeedId, FeedSpec],
    *,
    since: datetime | None,
    after: EntryId | None,
    limit: int,
) -> Sequence[StoredText]:
    """Return a page of stored entries with their article texts, newest first."""
    query = (
        select(
            *(column.label(f"e_{column.name}") for column in entries.c),
            articles.c.text.label("article_text"),
            feeds.c.spec,
        )
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .outerjoin(articles, articles.c.entry_id == entries.c.id)
        .order_by(entries.c.found_at.desc(), entries.c.id.desc())
        .limit(limit)
    )
    if since is not None:
        query = query.where(entries.c.found_at >= since)
    if after is not None:
        last = select(entries.c.found_at, entries.c.id).where(entries.c.id == after)
        place = connection.execute(last).first()
        if place is not None:
            here = tuple_(entries.c.found_at, entries.c.id)
            query = query.where(here < (place.found_at, place.id))
    found = []
    for row in connection.execute(query).mappings():
        entry = entry_of(row, "e_")
        found.append(
            StoredText(
                entry=entry,
                feed=specs.get(entry.feed_id) or spec_of(row["spec"]),
                article_text=row["article_text"] or "",
            )
        )
    return found
