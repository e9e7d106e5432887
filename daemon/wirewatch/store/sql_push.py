"""The part of the store in a database that knows hubs and what they send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.push import Push, PushId, Pushing, PushPlan, Subscription
from wirewatch.store import push
from wirewatch.store.sql_vitals import SqlVitals


class SqlPush(SqlVitals):
    """Hubs, subscriptions and pushes."""

    def pushing(self, feed_id: FeedId) -> Pushing:
        """Return what is known of a feed's hub."""
        return self.database.read(lambda tx: push.pushing(tx, feed_id))

    def all_pushing(self) -> Mapping[FeedId, Pushing]:
        """Return what is known of the hubs of all feeds that have one."""
        return self.database.read(push.all_pushing)

    def due_subscriptions(self, *, now: datetime, limit: int) -> Sequence[FeedId]:
        """Return polled feeds whose hub is to be asked."""
        return self.database.read(lambda tx: push.due_subscriptions(tx, now=now, limit=limit))

    def subscription_by(self, token: str) -> Subscription | None:
        """Return the subscription of a polled feed by its token."""
        return self.database.read(lambda tx: push.subscription_by(tx, token))

    def put_subscription(self, subscription: Subscription) -> None:
        """Store what was agreed about a feed."""
        self.database.write(lambda tx: push.put_subscription(tx, subscription))

    def put_push(self, sent: Push) -> bool:
        """Store what a hub sent; False where the same came before."""
        return self.database.write(lambda tx: push.put_push(tx, sent))

    def waiting_pushes(self, *, limit: int) -> Sequence[PushId]:
        """Return pushes that are stored and not done, oldest first."""
        return self.database.read(lambda tx: push.waiting_pushes(tx, limit=limit))

    def commit_push(self, plan: PushPlan) -> None:
        """Store what a push brought, and that it is done: all of it or nothing."""
        self.database.write(lambda tx: push.commit(tx, plan))

    def drop_push(self, push_id: PushId, *, now: datetime) -> None:
        """Note that a push is done and led to nothing."""
        self.database.write(lambda tx: push.drop(tx, push_id, now=now))
