"""What is remembered of hubs and of what they send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.push import Push, PushId, Pushing, PushJob, PushPlan, Subscription


class PushStore(Protocol):
    """Hubs, subscriptions and pushes. Every method is one transaction."""

    def pushing(self, feed_id: FeedId) -> Pushing:
        """Return what is known of a feed's hub."""

    def all_pushing(self) -> Mapping[FeedId, Pushing]:
        """Return what is known of the hubs of all feeds that have one."""

    def due_subscriptions(self, *, now: datetime, limit: int) -> Sequence[FeedId]:
        """Return polled feeds whose hub is to be asked: never asked yet, another one than before, or due."""

    def subscription_by(self, token: str) -> Subscription | None:
        """Return the subscription of a polled feed by its token."""

    def put_subscription(self, subscription: Subscription) -> None:
        """Store what was agreed about a feed, in the place of what was before."""

    def put_push(self, push: Push) -> bool:
        """Store what a hub sent; False where the same came before and is still remembered."""

    def waiting_pushes(self, *, limit: int) -> Sequence[PushId]:
        """Return pushes that are stored and not done, oldest first."""

    def push_job(self, push_id: PushId) -> PushJob | None:
        """Return a push that is not done with its feed; None where there is none (any more)."""

    def commit_push(self, plan: PushPlan) -> None:
        """Store what a push brought, and that it is done: all of it or nothing."""

    def drop_push(self, push_id: PushId, *, now: datetime) -> None:
        """Note that a push is done and led to nothing."""
