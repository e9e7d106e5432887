"""Hubs, what was agreed with them, and what they sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, or_, select, update

from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.push import Push, PushId, Pushing, PushJob, PushPlan, Subscription
from wirewatch.store import codec, feeds, history, polls, searching
from wirewatch.store.hubs import HUB, put_for_feed
from wirewatch.store.shapes import ENTRY, POLL_RECORD, Shape, insert_new
from wirewatch.store.tables import (
    articles,
    entries,
    feed_habits,
    feed_memory,
    feed_schedule,
    poll_log,
)
from wirewatch.store.tables_push import hubs, pushes, subscriptions

SUBSCRIPTION: Final = Shape(Subscription, subscriptions)
PUSH: Final = Shape(Push, pushes)


def pushing(tx: Connection, feed_id: FeedId) -> Pushing:
    """Return what is known of a feed's hub."""
    return all_pushing(tx, feed_id).get(feed_id, Pushing())


def all_pushing(tx: Connection, only: FeedId | None = None) -> Mapping[FeedId, Pushing]:
    """Return what is known of the hubs of all feeds that have one."""
    query = select(*HUB.columns, *SUBSCRIPTION.columns).outerjoin(
        subscriptions, subscriptions.c.feed_id == hubs.c.feed_id
    )
    if only is not None:
        query = query.where(hubs.c.feed_id == only)
    found = {}
    for row in tx.execute(query):
        hub, rest = HUB.read(row), row[len(HUB.names) :]
        agreed = SUBSCRIPTION.read(rest) if rest[0] is not None else None
        found[hub.feed_id] = Pushing(hub=hub, subscription=agreed)
    return found


def due_subscriptions(tx: Connection, *, now: datetime, limit: int) -> Sequence[FeedId]:
    """Return polled feeds whose hub is to be asked."""
    query = (
        select(hubs.c.feed_id)
        .join(feed_schedule, feed_schedule.c.feed_id == hubs.c.feed_id)
        .outerjoin(subscriptions, subscriptions.c.feed_id == hubs.c.feed_id)
        .where(
            feed_schedule.c.active.is_(True),
            or_(
                subscriptions.c.feed_id.is_(None),
                subscriptions.c.due_at <= now,
                subscriptions.c.hub != hubs.c.url,
                subscriptions.c.topic != hubs.c.topic,
            ),
        )
        .order_by(hubs.c.feed_id)
        .limit(limit)
    )
    return list(tx.execute(query).scalars())


def subscription_by(tx: Connection, token: str) -> Subscription | None:
    """Return the subscription of a polled feed by its token."""
    query = (
        select(*SUBSCRIPTION.columns)
        .join(feed_schedule, feed_schedule.c.feed_id == subscriptions.c.feed_id)
        .where(subscriptions.c.token == token, feed_schedule.c.active.is_(True))
    )
    row = tx.execute(query).first()
    return None if row is None else SUBSCRIPTION.read(row)


def put_subscription(tx: Connection, subscription: Subscription) -> None:
    """Store what was agreed about a feed."""
    put_for_feed(tx, subscriptions, SUBSCRIPTION.row(subscription))


def put_push(tx: Connection, push: Push) -> bool:
    """Store what a hub sent; False where the same came before."""
    known = tx.execute(select(pushes.c.id).where(pushes.c.id == push.id)).first()
    insert_new(tx, pushes, [PUSH.row(push)])
    return known is None


def waiting_pushes(tx: Connection, *, limit: int) -> Sequence[PushId]:
    """Return pushes that are not done, oldest first."""
    query = select(pushes.c.id).where(pushes.c.done_at.is_(None))
    return list(tx.execute(query.order_by(pushes.c.at, pushes.c.id).limit(limit)).scalars())


def push_job(tx: Connection, push_id: PushId) -> PushJob | None:
    """Return a push that is not done, with its feed."""
    query = (
        select(*PUSH.columns, *HUB.columns)
        .join(hubs, hubs.c.feed_id == pushes.c.feed_id)
        .where(pushes.c.id == push_id, pushes.c.done_at.is_(None))
    )
    row = tx.execute(query).first()
    if row is None:
        return None
    push, hub = PUSH.read(row), HUB.read(row[len(PUSH.names) :])
    feed = feeds.one(tx, push.feed_id)
    return None if feed is None else PushJob(push=push, feed=feed, hub=hub)


def commit(tx: Connection, plan: PushPlan) -> None:
    """Store what a push brought, and that it is done."""
    _end(tx, plan.push_id, plan.record.at)
    polls.put_seen(tx, [plan])
    insert_new(tx, entries, [ENTRY.row(entry) for entry in plan.new])
    polls.put_edits(tx, [plan])
    insert_new(tx, articles, [polls.article_row(page) for page in plan.articles])
    polls.put_hits(tx, plan.hits)
    texts = (*plan.new, *plan.edited)
    searching.enqueue(tx, [entry.id for entry in texts])
    history.put_links(tx, ((entry.id, entry.link) for entry in texts))
    insert_new(tx, poll_log, [POLL_RECORD.row(plan.record)])
    put_for_feed(tx, hubs, HUB.row(plan.hub))
    if plan.memory is not None:
        put_for_feed(tx, feed_memory, {"feed_id": plan.feed_id, "traces": plan.memory})
    if plan.habit is not None:
        habit = codec.of_habit(plan.habit)
        put_for_feed(tx, feed_habits, {"feed_id": plan.feed_id, "habit": habit})
    if plan.new:
        mine = feed_schedule.c.feed_id == plan.feed_id
        tx.execute(update(feed_schedule).where(mine).values(last_new_at=plan.record.at))


def drop(tx: Connection, push_id: PushId, *, now: datetime) -> None:
    """Note that a push is done and led to nothing."""
    _end(tx, push_id, now)


def prune(tx: Connection, before: datetime) -> int:
    """Forget pushes that were done before then."""
    return tx.execute(delete(pushes).where(pushes.c.done_at < before)).rowcount


def _end(tx: Connection, push_id: PushId, now: datetime) -> None:
    tx.execute(update(pushes).where(pushes.c.id == push_id).values(done_at=now, body=None))
