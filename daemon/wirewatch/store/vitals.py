"""How the daemon is doing, counted in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from wirewatch.core.model.alert import DeliveryKey, DeliveryState
from wirewatch.core.model.hit import HitState
from wirewatch.core.model.vitals import Latency, Vitals
from wirewatch.store.rules import OPEN
from wirewatch.store.tables import deliveries, entries, feed_schedule, gaps, hits
from wirewatch.store.tables_push import pushes, subscriptions


def vitals(tx: Connection) -> Vitals:
    """Return what waits, and since when."""
    ways = select(deliveries.c.channel, deliveries.c.state, func.count())
    by_state = select(gaps.c.state, func.count()).group_by(gaps.c.state)
    active = feed_schedule.c.active.is_(True)
    feeds = select(
        func.count(),
        func.min(feed_schedule.c.next_poll_at).label("due"),
    ).where(active)
    polled, due = tx.execute(feeds).one()
    failing = select(func.count()).where(active, feed_schedule.c.failures > 0)
    agreed = select(subscriptions.c.state, func.count())
    waiting = select(func.count()).where(pushes.c.done_at.is_(None))
    oldest_hit = select(func.min(hits.c.found_at)).where(hits.c.state == HitState.WAITING)
    oldest_way = select(func.min(deliveries.c.created_at)).where(deliveries.c.state.in_(OPEN))
    counted = ways.group_by(deliveries.c.channel, deliveries.c.state)
    return Vitals(
        deliveries={(channel, state): many for channel, state, many in tx.execute(counted)},
        gaps=dict(map(tuple, tx.execute(by_state))),
        feeds=polled,
        feeds_failing=tx.execute(failing).scalar_one(),
        subscriptions=dict(map(tuple, tx.execute(agreed.group_by(subscriptions.c.state)))),
        pushes_waiting=tx.execute(waiting).scalar_one(),
        oldest_hit_at=tx.execute(oldest_hit).scalar(),
        oldest_delivery_at=tx.execute(oldest_way).scalar(),
        oldest_due_at=due,
    )


def latencies(
    tx: Connection,
    *,
    keys: Sequence[DeliveryKey] | None,
    since: datetime | None,
    limit: int,
) -> Sequence[Latency]:
    """Return how long messages about news took that were sent, newest first."""
    query = (
        select(func.min(entries.c.published_at), func.min(hits.c.found_at), deliveries.c.done_at)
        .join(hits, hits.c.alert_id == deliveries.c.alert_id)
        .join(entries, entries.c.id == hits.c.entry_id)
        .where(deliveries.c.state == DeliveryState.SENT, deliveries.c.done_at.is_not(None))
        .group_by(deliveries.c.key, deliveries.c.done_at)
        .order_by(deliveries.c.done_at.desc(), deliveries.c.key)
        .limit(limit)
    )
    if keys is not None:
        query = query.where(deliveries.c.key.in_(keys))
    if since is not None:
        query = query.where(deliveries.c.created_at >= since)
    return [
        Latency(published_at=published, found_at=found, sent_at=sent)
        for published, found, sent in tx.execute(query)
    ]
