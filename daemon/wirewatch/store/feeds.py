"""Which feeds there are, and whose time has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from wirewatch.core.identity import feed_id, number, shard_of
from wirewatch.core.model.feed import Feed, FeedId, FeedSpec, FeedState
from wirewatch.core.urls import canonical_url
from wirewatch.store.codec import feed_of, public_url, spec_values, state_values
from wirewatch.store.tables import feed_schedule, feeds

DEFAULT_EVERY = timedelta(minutes=15)


def url_number(spec: FeedSpec) -> int:
    """Return by what the address of a spec is recognised, secrets included, without storing them."""
    return number("url", canonical_url(spec.url), spec.url.partition("://")[2].rpartition("@")[0])


def sync(
    connection: Connection, specs: Sequence[FeedSpec], *, now: datetime, spread: timedelta
) -> dict[FeedId, FeedSpec]:
    """Make the stored feeds those of the configuration; return each spec under its feed's id."""
    rows = connection.execute(
        select(feeds.c.id, feeds.c.url_number, feeds.c.name, feeds.c.spec, feeds.c.retired)
    ).all()
    by_url = {row.url_number: row for row in rows}
    configured = {url_number(spec) for spec in specs}
    by_name = {row.name: row for row in rows if row.url_number not in configured}
    taken: dict[FeedId, FeedSpec] = {}
    fresh: list[FeedSpec] = []
    for spec in specs:
        row = by_url.get(url_number(spec)) or by_name.get(spec.name)
        if row is None or row.id in taken:
            fresh.append(spec)
            continue
        taken[FeedId(row.id)] = spec
        _refresh(connection, row, spec)
    for spec in fresh:
        id_ = feed_id(spec.url)
        if id_ not in taken:
            taken[id_] = spec
            _add(connection, id_, spec, now=now, spread=spread)
    gone = [row.id for row in rows if row.id not in taken and not row.retired]
    for id_ in gone:
        connection.execute(update(feeds).where(feeds.c.id == id_).values(retired=True))
        connection.execute(
            update(feed_schedule).where(feed_schedule.c.feed_id == id_).values(active=False)
        )
    return taken


def _refresh(connection: Connection, row: Any, spec: FeedSpec) -> None:
    values = {
        "url_number": url_number(spec),
        "name": spec.name,
        "url": public_url(spec.url),
        "spec": spec_values(spec),
        "retired": False,
    }
    if (row.url_number, row.name, row.spec, row.retired) == (
        values["url_number"],
        values["name"],
        values["spec"],
        False,
    ):
        return
    connection.execute(update(feeds).where(feeds.c.id == row.id).values(values))
    connection.execute(
        update(feed_schedule)
        .where(feed_schedule.c.feed_id == row.id)
        .values(active=not spec.paused, shard=shard_of(spec.url))
    )


def _add(
    connection: Connection, id_: FeedId, spec: FeedSpec, *, now: datetime, spread: timedelta
) -> None:
    share = number("spread", id_) % 10_000 / 10_000
    state = FeedState(next_poll_at=now + spread * share, interval=spec.every or DEFAULT_EVERY)
    connection.execute(
        insert(feeds).values(
            id=id_,
            url_number=url_number(spec),
            name=spec.name,
            url=public_url(spec.url),
            spec=spec_values(spec),
            retired=False,
        )
    )
    connection.execute(
        insert(feed_schedule).values(
            feed_id=id_, shard=shard_of(spec.url), active=not spec.paused, **state_values(state)
        )
    )


def _feeds(specs: Mapping[FeedId, FeedSpec], rows: Sequence[Any]) -> list[Feed]:
    return [feed_of(row, specs.get(FeedId(row.feed_id))) for row in rows]


_JOINED = select(feed_schedule, feeds.c.spec, feeds.c.name).join(
    feeds, feeds.c.id == feed_schedule.c.feed_id
)


def all_feeds(connection: Connection, specs: Mapping[FeedId, FeedSpec]) -> list[Feed]:
    """Return the configured feeds by name."""
    query = _JOINED.where(feeds.c.retired.is_(False)).order_by(feeds.c.name)
    return _feeds(specs, connection.execute(query).all())


def due_shards(connection: Connection, *, now: datetime) -> list[int]:
    """Return the shards that hold due feeds, longest due first."""
    query = (
        select(feed_schedule.c.shard)
        .where(feed_schedule.c.active, feed_schedule.c.next_poll_at <= now)
        .group_by(feed_schedule.c.shard)
        .order_by(func.min(feed_schedule.c.next_poll_at))
    )
    return list(connection.execute(query).scalars())


def due(
    connection: Connection,
    specs: Mapping[FeedId, FeedSpec],
    shard: int,
    *,
    now: datetime,
    limit: int,
    skip: frozenset[FeedId],
) -> list[Feed]:
    """Return due feeds of a shard, longest due first."""
    query = (
        _JOINED.where(
            feed_schedule.c.active,
            feed_schedule.c.shard == shard,
            feed_schedule.c.next_poll_at <= now,
        )
        .order_by(feed_schedule.c.next_poll_at)
        .limit(limit + len(skip))
    )
    rows = [row for row in connection.execute(query).all() if row.feed_id not in skip]
    return _feeds(specs, rows[:limit])


def poll_now(connection: Connection, ids: Sequence[FeedId] | None, *, now: datetime) -> int:
    """Make feeds due at once; return how many."""
    change = update(feed_schedule).where(feed_schedule.c.active).values(next_poll_at=now)
    if ids is None:
        return connection.execute(change).rowcount
    return sum(
        connection.execute(change.where(feed_schedule.c.feed_id == id_)).rowcount for id_ in ids
    )
