"""The store for tests: the same contract, nothing on a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from wirewatch.core.model.alert import Delivery, DeliveryKey, DeliveryState, Parcel
from wirewatch.core.model.article import ArticleJob
from wirewatch.core.model.entry import EntryKey, Known
from wirewatch.core.model.feed import Feed, FeedId, FeedSpec
from wirewatch.core.model.hit import HitState, Why
from wirewatch.core.model.plan import (
    AnnouncementPlan,
    ArticlePlan,
    AttemptPlan,
    PollPlan,
    WaitingHit,
)
from wirewatch.core.model.story import Story
from wirewatch.store import rules
from wirewatch.store.memory_base import alone
from wirewatch.store.memory_browse import MemoryBrowse
from wirewatch.store.memory_rows import FeedRow
from wirewatch.store.rules import tidy
from wirewatch.store.syncing import first_state, moved_state, plan_sync, sooner_state


class MemoryStore(MemoryBrowse):
    """Everything in dictionaries. Safe to call from several threads."""

    @alone
    def sync_feeds(self, specs: Sequence[FeedSpec], *, now: datetime, spread: timedelta) -> None:
        """Make the stored feeds those of the configuration."""
        feeds = self.rows.feeds
        plan = plan_sync((feed.stored for feed in feeds.values()), specs)
        for added in plan.added:
            feeds[added.id] = FeedRow(added, first_state(added, now=now, spread=spread))
        for changed in plan.changed:
            state = feeds[changed.id].state
            if changed.id in plan.moved:
                state = moved_state(state, now=now)
            if changed.id in plan.sooner:
                state = sooner_state(state, plan.sooner[changed.id], now=now)
            feeds[changed.id] = FeedRow(changed, state)
        self.rows.index.enqueue(
            entry.id for entry in self.rows.entries.values() if entry.feed_id in plan.respoken
        )
        for id_ in plan.retired:
            feeds[id_].stored = replace(feeds[id_].stored, retired_at=now)
        self.specs = plan.specs

    @alone
    def feeds(self) -> Sequence[Feed]:
        """Return the configured feeds by name."""
        found = self.feeds_of(row for row in self.rows.feeds.values() if row.configured)
        return sorted(found, key=lambda feed: (feed.spec.name, feed.id))

    @alone
    def due_shards(self, *, now: datetime) -> Sequence[int]:
        """Return the shards that hold feeds whose time has come, longest due first."""
        first: dict[int, datetime] = {}
        for row in self.rows.feeds.values():
            at = row.state.next_poll_at
            if row.active and at <= now:
                first[row.shard] = min(at, first.get(row.shard, at))
        return sorted(first, key=lambda shard: (first[shard], shard))

    @alone
    def due(
        self, shard: int, *, now: datetime, limit: int, skip: frozenset[FeedId] = frozenset()
    ) -> Sequence[Feed]:
        """Return at most *limit* due feeds of a shard, longest due first."""
        found = self.feeds_of(
            row
            for id_, row in self.rows.feeds.items()
            if row.active
            and row.shard == shard
            and row.state.next_poll_at <= now
            and id_ not in skip
        )
        found.sort(key=lambda feed: (feed.state.next_poll_at, feed.id))
        return found[:limit]

    @alone
    def poll_now(self, feed_ids: Sequence[FeedId] | None, *, now: datetime) -> int:
        """Make these feeds (None: all) due at once, paused ones excepted; return how many are."""
        chosen = [
            row
            for id_, row in self.rows.feeds.items()
            if row.active and (feed_ids is None or id_ in feed_ids)
        ]
        for row in chosen:
            row.state = replace(row.state, next_poll_at=min(now, row.state.next_poll_at))
        return len(chosen)

    @alone
    def known(self, feed_id: FeedId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, Known]:
        """Return what is remembered of those *keys* that were seen before in this feed."""
        rows = self.rows
        stored = {(entry.feed_id, entry.key) for entry in rows.entries.values()}
        true = {key: rows.renamed.get((feed_id, key)) for key in keys}
        return {
            key: Known(
                rows.seen[feed_id, key], (feed_id, true[key] or key) in stored, key=true[key]
            )
            for key in keys
            if (feed_id, key) in rows.seen
        }

    @alone
    def known_items(self, feed_id: FeedId) -> frozenset[bytes]:
        """Return the hashes of the raw entries of the last document of a feed that was committed."""
        return self.rows.items.get(feed_id, frozenset())

    @alone
    def commit_polls(self, plans: Sequence[PollPlan]) -> None:
        """Store entries, hits, pages to read, feed states and records: all of it or nothing."""
        self.rows.take_polls(tidy(tuple(plans)))

    @alone
    def claim_articles(
        self, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[ArticleJob]:
        """Return pages that are due, oldest first, hidden from other claims for *lease*."""
        rows = self.rows
        jobs = []
        for page in rows.pages(now=now)[:limit]:
            id_ = page.entry_id
            rows.articles[id_] = replace(page, due_at=now + lease)
            rows.leased.add(id_)
            entry = rows.entries[id_]
            spec = self.spec_of(entry.feed_id)
            jobs.append(ArticleJob(article=rows.articles[id_], entry=entry, feed=spec))
        return jobs

    @alone
    def commit_article(self, plan: ArticlePlan) -> None:
        """Store what was read and the hits it brought."""
        article = tidy(plan.article)
        rows = self.rows
        stored = rows.articles.get(article.entry_id)
        wanted = stored is None or not rules.is_older_reading(stored, article)
        if wanted and article.entry_id in rows.entries:
            rows.articles[article.entry_id] = article
            rows.index.enqueue([article.entry_id])
            rows.put_links((article.entry_id, url) for url in (article.url, article.canonical))
            rows.leased.discard(article.entry_id)
        self.commit_hits(plan.hits)

    @alone
    def due_articles(self, *, now: datetime) -> int:
        """Return how many pages may be claimed now."""
        return len(self.rows.pages(now=now))

    @alone
    def pending_articles(self) -> int:
        """Return how many pages are still to be read."""
        return len(self.rows.pages())

    @alone
    def waiting(self, *, limit: int) -> Sequence[WaitingHit]:
        """Return hits in state WAITING, oldest first."""
        rows = self.rows
        found = rows.matching(watch=None, feed=None, state=HitState.WAITING, since=None)
        return [
            WaitingHit(
                hit=hit,
                entry=rows.entries[hit.entry_id],
                outlet=rows.outlet(hit.entry_id),
                article=rows.articles.get(hit.entry_id),
            )
            for hit in found[::-1][:limit]
        ]

    @alone
    def stories_sharing(self, keys: Sequence[int], *, since: datetime) -> Sequence[Story]:
        """Return whole stories opened or joined since then that share one of these numbers."""
        asked = set(keys)
        found = [
            story
            for story in self.rows.stories.values()
            if rules.last_at(story) >= since
            and any(asked & set(telling.fingerprint.numbers()) for telling in story.entries)
        ]
        return sorted(found, key=lambda story: (story.opened_at, story.id))

    @alone
    def commit_announcement(self, plan: AnnouncementPlan) -> None:
        """Store stories, alerts, deliveries and the end of the hits' wait: all of it or nothing."""
        self.rows.take_announcement(tidy(plan))

    @alone
    def claim(
        self, channel: str, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Move deliveries of a channel that are due (or whose lease ended) to SENDING, oldest first."""
        ways = self.rows.deliveries
        due = [way for way in self.rows.open() if way.channel == channel and way.due_at <= now]
        due.sort(key=lambda way: (way.due_at, way.created_at, way.key))
        for way in due[:limit]:
            ways[way.key] = rules.claimed(way, now=now, lease=lease)
        return [self.rows.parcel(way.key) for way in due[:limit]]

    @alone
    def settle(self, plan: AttemptPlan) -> None:
        """Store the state of a delivery after an attempt, the attempt, and an alarm if there is one."""
        plan = tidy(plan)
        rows = self.rows
        stored = rows.deliveries.get(plan.delivery.key)
        if stored is None:
            raise LookupError(f"there is no delivery {plan.delivery.key}")
        rows.attempts.setdefault((plan.attempt.delivery, plan.attempt.at), plan.attempt)
        if not rules.is_overtaken(stored, plan.delivery):
            rows.deliveries[stored.key] = plan.delivery
            if plan.fallback is not None:
                rows.hold_back(plan.fallback, Why.FALLBACK)
            rows.post([plan.alarm] if plan.alarm else [], plan.alarm_deliveries)

    @alone
    def release(self, delivery: Delivery, *, due_at: datetime) -> None:
        """Give a claimed delivery back untried: as if it had not been claimed."""
        stored = self.rows.deliveries.get(delivery.key)
        if stored is not None and rules.is_held(stored, delivery):
            self.rows.deliveries[stored.key] = rules.released(stored, due_at=due_at)

    @alone
    def recover(self, *, now: datetime) -> int:
        """End every lease at once, of deliveries and of pages; return how many there were."""
        rows = self.rows
        sending = [
            way
            for way in self.rows.open()
            if way.state is DeliveryState.SENDING and way.due_at > now
        ]
        for way in sending:
            rows.deliveries[way.key] = replace(way, due_at=now)
        reading = [
            page for page in rows.pages() if page.entry_id in rows.leased and page.due_at > now
        ]
        for page in reading:
            rows.articles[page.entry_id] = replace(page, due_at=now)
            rows.leased.discard(page.entry_id)
        return len(sending) + len(reading)

    @alone
    def next_due(self) -> Mapping[str, datetime]:
        """Return for each channel with open deliveries when the earliest of them may be tried."""
        first: dict[str, datetime] = {}
        for way in self.rows.open():
            first[way.channel] = min(way.due_at, first.get(way.channel, way.due_at))
        return first

    @alone
    def resume(
        self, keys: Sequence[DeliveryKey] | None, *, state: DeliveryState, now: datetime
    ) -> int:
        """Move dead deliveries (None: all) to PENDING (try again) or DROPPED; return how many."""
        ways = self.rows.deliveries
        dead = [
            way
            for way in ways.values()
            if way.state is DeliveryState.DEAD and (keys is None or way.key in keys)
        ]
        ways.update((way.key, rules.resumed(way, state=state, now=now)) for way in dead)
        return len(dead)
