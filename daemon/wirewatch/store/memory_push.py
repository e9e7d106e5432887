"""Hubs, what was agreed with them, and what they sent, in the memory store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.push import Push, PushId, Pushing, PushJob, PushPlan, Subscription
from wirewatch.store.memory_base import MemoryBase, alone
from wirewatch.store.rules import tidy


class MemoryPush(MemoryBase):
    """Hubs, subscriptions and pushes."""

    @alone
    def pushing(self, feed_id: FeedId) -> Pushing:
        """Return what is known of a feed's hub."""
        return self.all_pushing().get(feed_id, Pushing())

    @alone
    def all_pushing(self) -> Mapping[FeedId, Pushing]:
        """Return what is known of the hubs of all feeds that have one."""
        agreed = self.rows.subscriptions
        return {
            id_: Pushing(hub=hub, subscription=agreed.get(id_))
            for id_, hub in self.rows.hubs.items()
        }

    @alone
    def due_subscriptions(self, *, now: datetime, limit: int) -> Sequence[FeedId]:
        """Return polled feeds whose hub is to be asked."""
        due = [
            id_
            for id_, one in self.all_pushing().items()
            if self.rows.feeds[id_].active and _is_due(one, now)
        ]
        return sorted(due)[:limit]

    @alone
    def subscription_by(self, token: str) -> Subscription | None:
        """Return the subscription of a polled feed by its token."""
        for one in self.rows.subscriptions.values():
            if one.token == token and self.rows.feeds[one.feed_id].active:
                return one
        return None

    @alone
    def put_subscription(self, subscription: Subscription) -> None:
        """Store what was agreed about a feed."""
        self.rows.subscriptions[subscription.feed_id] = tidy(subscription)

    @alone
    def put_push(self, push: Push) -> bool:
        """Store what a hub sent; False where the same came before."""
        is_new = push.id not in self.rows.pushes
        self.rows.pushes.setdefault(push.id, (tidy(push), None))
        return is_new

    @alone
    def waiting_pushes(self, *, limit: int) -> Sequence[PushId]:
        """Return pushes that are stored and not done, oldest first."""
        open_ = [push for push, done_at in self.rows.pushes.values() if done_at is None]
        return [push.id for push in sorted(open_, key=lambda one: (one.at, one.id))[:limit]]

    @alone
    def push_job(self, push_id: PushId) -> PushJob | None:
        """Return a push that is not done with its feed; None where there is none (any more)."""
        push, done_at = self.rows.pushes.get(push_id, (None, None))
        if push is None or done_at is not None or push.feed_id not in self.rows.hubs:
            return None
        row = self.rows.feeds[push.feed_id]
        if not row.configured:
            return None
        return PushJob(push=push, feed=self.feeds_of([row])[0], hub=self.rows.hubs[push.feed_id])

    @alone
    def commit_push(self, plan: PushPlan) -> None:
        """Store what a push brought, and that it is done: all of it or nothing."""
        plan = tidy(plan)
        self.drop_push(plan.push_id, now=plan.record.at)
        self.rows.hubs[plan.feed_id] = plan.hub
        rows, feed = self.rows, self.rows.feeds[plan.feed_id]
        rows.seen |= {(plan.feed_id, key): hash_ for key, hash_ in plan.seen}
        for entry in plan.new:
            rows.entries.setdefault(entry.id, entry)
        for entry in plan.edited:
            rows.edit(entry)
        for page in plan.articles:
            rows.articles.setdefault(page.entry_id, page)
        rows.take_hits(plan.hits)
        rows.index.enqueue(entry.id for entry in (*plan.new, *plan.edited))
        rows.put_links((entry.id, entry.link) for entry in (*plan.new, *plan.edited))
        rows.polls.setdefault((plan.feed_id, plan.record.at), plan.record)
        if plan.memory is not None:
            rows.traces[plan.feed_id] = plan.memory
        if plan.new:
            habit = plan.habit or feed.state.habit
            feed.state = replace(feed.state, last_new_at=plan.record.at, habit=habit)

    @alone
    def drop_push(self, push_id: PushId, *, now: datetime) -> None:
        """Note that a push is done and led to nothing."""
        if push_id in self.rows.pushes:
            push, _ = self.rows.pushes[push_id]
            self.rows.pushes[push_id] = (replace(push, body=b""), now)


def _is_due(one: Pushing, now: datetime) -> bool:
    hub, agreed = one.hub, one.subscription
    return hub is not None and (
        agreed is None or agreed.due_at <= now or (agreed.hub, agreed.topic) != (hub.url, hub.topic)
    )
