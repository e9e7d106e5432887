"""A store in memory: the fake that keeps the same contract, for tests and for trying things."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from wirewatch.core.identity import feed_id, number, shard_of
from wirewatch.core.model.alert import (
    Alert,
    Attempt,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Parcel,
)
from wirewatch.core.model.article import Article, ArticleJob, ArticleStatus
from wirewatch.core.model.entry import Entry, EntryId, EntryKey, Known
from wirewatch.core.model.feed import Feed, FeedId, FeedSpec, FeedState
from wirewatch.core.model.hit import AlertId, Hit, HitId, HitState, StoryId
from wirewatch.core.model.plan import (
    AnnouncementPlan,
    ArticlePlan,
    AttemptPlan,
    PollPlan,
    PollRecord,
    WaitingHit,
)
from wirewatch.core.model.story import Story, StoryEntry
from wirewatch.core.urls import canonical_url
from wirewatch.errors import StoreError
from wirewatch.ports import Counts, HitView, StoredText

P = ParamSpec("P")
R = TypeVar("R")

OPEN = (DeliveryState.PENDING, DeliveryState.SENDING)
DEFAULT_EVERY = timedelta(minutes=15)


def _whole(
    method: Callable[Concatenate[MemoryStore, P], R],
) -> Callable[Concatenate[MemoryStore, P], R]:
    """Let one thread in at a time, as a transaction would."""

    @wraps(method)
    def alone(self: MemoryStore, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return alone  # type: ignore[return-value]  # wraps() forgets that self has no name for callers


@dataclass(slots=True)
class _FeedRow:
    feed: Feed
    retired: bool = False

    def is_due(self, now: datetime) -> bool:
        active = not (self.retired or self.feed.spec.paused)
        return active and self.feed.state.next_poll_at <= now


@dataclass(slots=True, eq=False)
class MemoryStore:
    """Everything in dictionaries. Safe to call from several threads."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    _feeds: dict[FeedId, _FeedRow] = field(default_factory=dict)
    _seen: dict[tuple[FeedId, EntryKey], bytes] = field(default_factory=dict)
    _entries: dict[EntryId, Entry] = field(default_factory=dict)
    _articles: dict[EntryId, Article] = field(default_factory=dict)
    _leased: set[EntryId] = field(default_factory=set)
    _hits: dict[HitId, Hit] = field(default_factory=dict)
    _stories: dict[StoryId, Story] = field(default_factory=dict)
    _alerts: dict[AlertId, Alert] = field(default_factory=dict)
    _deliveries: dict[DeliveryKey, Delivery] = field(default_factory=dict)
    _attempts: list[Attempt] = field(default_factory=list)
    _polls: list[PollRecord] = field(default_factory=list)
    _notes: dict[str, Mapping[str, object]] = field(default_factory=dict)

    @_whole
    def sync_feeds(self, specs: Sequence[FeedSpec], *, now: datetime, spread: timedelta) -> None:
        """Make the feeds those of the configuration."""
        configured = {canonical_url(spec.url) for spec in specs}
        rows = self._feeds.items()
        by_url = {canonical_url(row.feed.spec.url): id_ for id_, row in rows}
        by_name = {
            row.feed.spec.name: id_
            for id_, row in rows
            if canonical_url(row.feed.spec.url) not in configured
        }
        taken: set[FeedId] = set()
        fresh: list[FeedSpec] = []
        for spec in specs:
            id_ = by_url.get(canonical_url(spec.url)) or by_name.get(spec.name)
            if id_ is None or id_ in taken:
                fresh.append(spec)
                continue
            taken.add(id_)
            feed = replace(self._feeds[id_].feed, spec=spec, shard=shard_of(spec.url))
            self._feeds[id_] = _FeedRow(feed)
        for spec in fresh:
            id_ = feed_id(spec.url)
            if id_ not in taken:
                taken.add(id_)
                self._feeds[id_] = _FeedRow(_new_feed(id_, spec, now=now, spread=spread))
        for id_, row in self._feeds.items():
            row.retired = id_ not in taken

    @_whole
    def feeds(self) -> Sequence[Feed]:
        """Return the configured feeds by name."""
        alive = [row.feed for row in self._feeds.values() if not row.retired]
        return sorted(alive, key=lambda feed: feed.spec.name)

    @_whole
    def due_shards(self, *, now: datetime) -> Sequence[int]:
        """Return the shards that hold due feeds."""
        first: dict[int, datetime] = {}
        for row in self._feeds.values():
            if row.is_due(now):
                at = row.feed.state.next_poll_at
                first[row.feed.shard] = min(at, first.get(row.feed.shard, at))
        return sorted(first, key=lambda shard: (first[shard], shard))

    @_whole
    def due(
        self, shard: int, *, now: datetime, limit: int, skip: frozenset[FeedId] = frozenset()
    ) -> Sequence[Feed]:
        """Return due feeds of a shard."""
        found = [
            row.feed
            for id_, row in self._feeds.items()
            if row.feed.shard == shard and row.is_due(now) and id_ not in skip
        ]
        return sorted(found, key=lambda feed: feed.state.next_poll_at)[:limit]

    @_whole
    def known(self, feed_id: FeedId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, Known]:
        """Return what is remembered of these keys."""
        stored = {entry.key for entry in self._entries.values() if entry.feed_id == feed_id}
        return {
            key: Known(text_hash=self._seen[feed_id, key], stored=key in stored)
            for key in keys
            if (feed_id, key) in self._seen
        }

    @_whole
    def commit_polls(self, plans: Sequence[PollPlan]) -> None:
        """Store what polls lead to."""
        for plan in plans:
            row = self._feeds[plan.feed_id]
            row.feed = replace(row.feed, state=plan.state)
            self._polls.append(plan.record)
            for key, hash_ in plan.seen:
                self._seen[plan.feed_id, key] = hash_
            for entry in plan.new:
                self._entries.setdefault(entry.id, entry)
            for entry in plan.edited:
                before = self._entries.get(entry.id)
                if before is not None:
                    self._entries[entry.id] = replace(
                        entry, found_at=before.found_at, baseline=before.baseline
                    )
            for page in plan.articles:
                self._articles.setdefault(page.entry_id, page)
            self.commit_hits(plan.hits)

    @_whole
    def poll_now(self, feed_ids: Sequence[FeedId] | None, *, now: datetime) -> int:
        """Make feeds due at once."""
        count = 0
        for id_, row in self._feeds.items():
            wanted = feed_ids is None or id_ in feed_ids
            if wanted and not row.retired and not row.feed.spec.paused:
                row.feed = replace(row.feed, state=replace(row.feed.state, next_poll_at=now))
                count += 1
        return count

    @_whole
    def claim_articles(
        self, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[ArticleJob]:
        """Return due pages."""
        due = sorted(
            (page for page in self._articles.values() if _is_page_due(page, now)),
            key=lambda page: (page.due_at, page.entry_id),
        )[:limit]
        for page in due:
            self._articles[page.entry_id] = replace(page, due_at=now + lease)
            self._leased.add(page.entry_id)
        return [
            ArticleJob(
                article=page,
                entry=self._entries[page.entry_id],
                feed=self._feeds[self._entries[page.entry_id].feed_id].feed.spec,
            )
            for page in due
        ]

    @_whole
    def commit_article(self, plan: ArticlePlan) -> None:
        """Store what was read."""
        if plan.article.entry_id in self._entries:
            self._articles[plan.article.entry_id] = plan.article
            self._leased.discard(plan.article.entry_id)
            self.commit_hits(plan.hits)

    @_whole
    def due_articles(self, *, now: datetime) -> int:
        """Return how many pages may be claimed now."""
        return sum(_is_page_due(page, now) for page in self._articles.values())

    @_whole
    def pending_articles(self) -> int:
        """Return how many pages are still to be read."""
        return sum(page.status is ArticleStatus.PENDING for page in self._articles.values())

    @_whole
    def waiting(self, *, limit: int) -> Sequence[WaitingHit]:
        """Return hits nobody was told about."""
        found = [hit for hit in self._hits.values() if hit.state is HitState.WAITING]
        return [
            WaitingHit(
                hit=hit,
                entry=self._entries[hit.entry_id],
                outlet=self._feeds[hit.feed_id].feed.spec.name,
                article=self._articles.get(hit.entry_id),
            )
            for hit in sorted(found, key=lambda hit: (hit.found_at, hit.id))[:limit]
        ]

    @_whole
    def stories_sharing(self, keys: Sequence[int], *, since: datetime) -> Sequence[Story]:
        """Return stories that share a number with these."""
        asked = set(keys)
        return [
            story
            for _, story in sorted(self._stories.items())
            if max(told.at for told in story.entries) >= since
            and any(asked.intersection(told.fingerprint.numbers()) for told in story.entries)
        ]

    @_whole
    def commit_announcement(self, plan: AnnouncementPlan) -> None:
        """Store what was decided of waiting hits."""
        for story in plan.opened:
            self._stories.setdefault(story.id, replace(story, told=frozenset()))
        for id_, telling in plan.joined:
            self._join(id_, telling)
        for id_, watch, channel in plan.told:
            story = self._stories[id_]
            self._stories[id_] = replace(story, told=story.told | {(watch, channel)})
        self._post(plan.alerts, plan.deliveries)
        for verdict in plan.verdicts:
            if verdict.hit_id in self._hits:
                self._hits[verdict.hit_id] = replace(
                    self._hits[verdict.hit_id],
                    state=verdict.state,
                    why=verdict.why,
                    story_id=verdict.story_id,
                    alert_id=verdict.alert_id,
                )

    @_whole
    def claim(
        self, channel: str, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Move due deliveries to SENDING."""
        due = sorted(
            (
                way
                for way in self._deliveries.values()
                if way.state in OPEN and way.channel == channel and way.due_at <= now
            ),
            key=lambda way: (way.due_at, way.created_at, way.key),
        )[:limit]
        for way in due:
            self._deliveries[way.key] = replace(
                way,
                state=DeliveryState.SENDING,
                due_at=now + lease,
                attempts=way.attempts + 1,
                first_attempt_at=way.first_attempt_at or now,
            )
        claimed = sorted(due, key=lambda way: (way.created_at, way.key))
        return [self._parcel(way.key) for way in claimed]

    @_whole
    def settle(self, plan: AttemptPlan) -> None:
        """Store what came of an attempt."""
        self._deliveries[plan.delivery.key] = plan.delivery
        self._attempts.append(plan.attempt)
        if plan.alarm is not None:
            self._post([plan.alarm], plan.alarm_deliveries)

    @_whole
    def release(self, delivery: Delivery, *, due_at: datetime) -> None:
        """Give a claimed delivery back untried."""
        way = self._deliveries[delivery.key]
        self._deliveries[way.key] = replace(
            way, state=DeliveryState.PENDING, due_at=due_at, attempts=way.attempts - 1
        )

    @_whole
    def recover(self, *, now: datetime) -> int:
        """End every lease."""
        ways = [
            way
            for way in self._deliveries.values()
            if way.state is DeliveryState.SENDING and way.due_at > now
        ]
        for way in ways:
            self._deliveries[way.key] = replace(way, due_at=now)
        pages = [
            page
            for page in self._articles.values()
            if page.entry_id in self._leased
            and page.status is ArticleStatus.PENDING
            and page.due_at > now
        ]
        for page in pages:
            self._articles[page.entry_id] = replace(page, due_at=now)
            self._leased.discard(page.entry_id)
        return len(ways) + len(pages)

    @_whole
    def next_due(self) -> Mapping[str, datetime]:
        """Return when each channel's earliest open delivery may be tried."""
        due: dict[str, datetime] = {}
        for way in self._deliveries.values():
            if way.state in OPEN:
                due[way.channel] = min(way.due_at, due.get(way.channel, way.due_at))
        return due

    @_whole
    def resume(
        self, keys: Sequence[DeliveryKey] | None, *, state: DeliveryState, now: datetime
    ) -> int:
        """Move dead deliveries to another state."""
        count = 0
        for way in list(self._deliveries.values()):
            if way.state is not DeliveryState.DEAD or (keys is not None and way.key not in keys):
                continue
            count += 1
            moved = replace(way, state=state, done_at=now)
            if state is DeliveryState.PENDING:
                moved = replace(moved, due_at=now, created_at=now, done_at=None)
            self._deliveries[way.key] = moved
        return count

    @_whole
    def counts(self) -> Counts:
        """Count everything."""
        feeds = [row.feed for row in self._feeds.values() if not row.retired]
        awake = [feed for feed in feeds if not feed.spec.paused]
        ways = self._deliveries.values()
        polled = [at for row in self._feeds.values() if (at := row.feed.state.last_poll_at)]
        return Counts(
            feeds=len(feeds),
            feeds_failing=sum(feed.state.problem is not None for feed in awake),
            feeds_paused=len(feeds) - len(awake),
            entries=len(self._entries),
            articles_pending=self.pending_articles(),
            hits=len(self._hits),
            hits_waiting=sum(hit.state is HitState.WAITING for hit in self._hits.values()),
            stories=len(self._stories),
            deliveries={
                state: n
                for state in DeliveryState
                if (n := sum(way.state is state for way in ways))
            },
            oldest_pending_at=min(
                (way.created_at for way in ways if way.state in OPEN), default=None
            ),
            last_poll_at=max(polled, default=None),
        )

    @_whole
    def hits(
        self,
        *,
        watch: str | None = None,
        feed: str | None = None,
        state: HitState | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[HitView]:
        """Return hits, newest first."""
        views = (
            HitView(
                hit=hit,
                entry=self._entries[hit.entry_id],
                outlet=self._feeds[hit.feed_id].feed.spec.name,
            )
            for hit in self._hits.values()
        )
        found = [
            view
            for view in views
            if (watch is None or _is_of(view.hit, watch))
            and (feed is None or view.outlet == feed)
            and (state is None or view.hit.state is state)
            and (since is None or view.hit.found_at >= since)
        ]
        found.sort(key=lambda view: view.hit.id)
        return sorted(found, key=lambda view: view.hit.found_at, reverse=True)[:limit]

    @_whole
    def polls(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[PollRecord]:
        """Return the last polls of a feed."""
        found = [record for record in reversed(self._polls) if record.feed_id == feed_id]
        return sorted(found, key=lambda record: record.at, reverse=True)[:limit]

    @_whole
    def deliveries(
        self, *, state: DeliveryState | None = None, channel: str | None = None, limit: int = 50
    ) -> Sequence[Parcel]:
        """Return deliveries, newest first."""
        found = [
            way
            for way in sorted(self._deliveries.values(), key=lambda way: way.key)
            if (state is None or way.state is state) and (channel is None or way.channel == channel)
        ]
        found.sort(key=lambda way: way.created_at, reverse=True)
        return [self._parcel(way.key) for way in found[:limit]]

    @_whole
    def story(self, story_id: StoryId) -> Story | None:
        """Return a story whole."""
        return self._stories.get(story_id)

    @_whole
    def texts(
        self,
        *,
        since: datetime | None = None,
        after: EntryId | None = None,
        limit: int = 500,
    ) -> Sequence[StoredText]:
        """Return a page of stored entries."""
        ordered = sorted(
            self._entries.values(), key=lambda entry: (entry.found_at, entry.id), reverse=True
        )
        last = self._entries.get(after) if after is not None else None
        chosen = [
            entry
            for entry in ordered
            if (since is None or entry.found_at >= since)
            and (last is None or (entry.found_at, entry.id) < (last.found_at, last.id))
        ]
        return [
            StoredText(
                entry=entry,
                feed=self._feeds[entry.feed_id].feed.spec,
                article_text=self._articles[entry.id].text if entry.id in self._articles else "",
            )
            for entry in chosen[:limit]
        ]

    @_whole
    def commit_hits(self, hits: Iterable[Hit]) -> int:
        """Store hits that are not known yet."""
        before = len(self._hits)
        for hit in hits:
            if hit.entry_id in self._entries:
                self._hits.setdefault(hit.id, hit)
        return len(self._hits) - before

    @_whole
    def note(self, name: str, value: Mapping[str, object]) -> None:
        """Remember a small object."""
        self._notes[name] = dict(value)

    @_whole
    def notes(self) -> Mapping[str, Mapping[str, object]]:
        """Return all notes."""
        return dict(self._notes)

    @_whole
    def prune(
        self, *, entries_before: datetime, hits_before: datetime, polls_before: datetime
    ) -> int:
        """Delete what is past keeping."""
        before = self._size()
        self._polls = [record for record in self._polls if record.at >= polls_before]
        busy = {
            way.alert_id
            for way in self._deliveries.values()
            if way.state in OPEN or way.state is DeliveryState.DEAD
        }
        old = {
            alert.id
            for alert in self._alerts.values()
            if alert.created_at < hits_before and alert.id not in busy
        }
        for key in [way.key for way in self._deliveries.values() if way.alert_id in old]:
            del self._deliveries[key]
        for alert in old:
            del self._alerts[alert]
        for hit in list(self._hits.values()):
            told = hit.alert_id is not None and hit.alert_id in self._alerts
            if hit.found_at < hits_before and hit.state is not HitState.WAITING and not told:
                del self._hits[hit.id]
        kept = {hit.entry_id for hit in self._hits.values()}
        for entry in list(self._entries.values()):
            if entry.found_at < entries_before and entry.id not in kept:
                del self._entries[entry.id]
                self._articles.pop(entry.id, None)
        named = {hit.story_id for hit in self._hits.values()}
        for story in list(self._stories.values()):
            if max(told.at for told in story.entries) < hits_before and story.id not in named:
                del self._stories[story.id]
        return before - self._size()

    def check(self) -> Sequence[str]:
        """Return what is wrong: nothing ever is."""
        return []

    def compact(self) -> None:
        """Give free space back: there is none."""

    def backup(self, path: str) -> None:
        """Refuse: there is no file."""
        raise StoreError(f"a store in memory cannot be written to {path}", hint="use a database")

    def close(self) -> None:
        """Close nothing; what is remembered stays, as it does in a file."""

    def _join(self, id_: StoryId, telling: StoryEntry) -> None:
        story = self._stories[id_]
        if all(told.entry_id != telling.entry_id for told in story.entries):
            self._stories[id_] = replace(story, entries=(*story.entries, telling))

    def _post(self, alerts: Iterable[Alert], ways: Iterable[Delivery]) -> None:
        for alert in alerts:
            self._alerts.setdefault(alert.id, alert)
        for way in ways:
            self._deliveries.setdefault(way.key, way)

    def _parcel(self, key: DeliveryKey) -> Parcel:
        way = self._deliveries[key]
        return Parcel(delivery=way, alert=self._alerts[way.alert_id])

    def _size(self) -> int:
        return (
            len(self._polls)
            + len(self._alerts)
            + len(self._hits)
            + len(self._entries)
            + len(self._stories)
        )


def _new_feed(id_: FeedId, spec: FeedSpec, *, now: datetime, spread: timedelta) -> Feed:
    share = number("spread", id_) % 10_000 / 10_000
    state = FeedState(next_poll_at=now + spread * share, interval=spec.every or DEFAULT_EVERY)
    return Feed(id=id_, shard=shard_of(spec.url), spec=spec, state=state)


def _is_page_due(page: Article, now: datetime) -> bool:
    return page.status is ArticleStatus.PENDING and page.due_at <= now


def _is_of(hit: Hit, watch: str) -> bool:
    return watch in (hit.watch, hit.watch_name) or hit.watch.startswith(f"{watch}/")
