"""The store for tests: the same contract, nothing on a disk."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from wirewatch.core.match.kept_words import Needs
from wirewatch.core.model.alert import Attempt, Delivery, DeliveryKey, DeliveryState, Parcel
from wirewatch.core.model.article import ArticleJob
from wirewatch.core.model.coverage import (
    FeedCoverage,
    FillPlan,
    Gap,
    GapId,
    GapJob,
    GapState,
    Memory,
    Revision,
)
from wirewatch.core.model.entry import Entry, EntryId, EntryKey, Known
from wirewatch.core.model.feed import Feed, FeedId, FeedSpec
from wirewatch.core.model.hit import Hit, HitState, StoryId
from wirewatch.core.model.plan import (
    AnnouncementPlan,
    ArticlePlan,
    AttemptPlan,
    PollPlan,
    PollRecord,
    WaitingHit,
)
from wirewatch.core.model.story import Story
from wirewatch.errors import StoreError
from wirewatch.ports import Counts, HitView, Indexed, StoredText, ToIndex
from wirewatch.store import memory_coverage, rules
from wirewatch.store.bookmarks import Bookmarks
from wirewatch.store.kinds import to_json
from wirewatch.store.memory_index import MemoryIndex
from wirewatch.store.memory_rows import FeedRow, Rows
from wirewatch.store.rules import tidy
from wirewatch.store.syncing import first_state, moved_state, plan_sync, sooner_state

P = ParamSpec("P")
R = TypeVar("R")


def _alone(
    method: Callable[Concatenate[MemoryStore, P], R],
) -> Callable[Concatenate[MemoryStore, P], R]:
    """Let one thread at a time do this."""

    @wraps(method)
    def turn(self: MemoryStore, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.lock:
            return method(self, *args, **kwargs)

    return turn


class MemoryStore:
    """Everything in dictionaries. Safe to call from several threads."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._rows = Rows()
        self._specs: Mapping[FeedId, FeedSpec] = {}
        self._notes: dict[str, Mapping[str, object]] = {}
        self._bookmarks = Bookmarks()

    @_alone
    def sync_feeds(self, specs: Sequence[FeedSpec], *, now: datetime, spread: timedelta) -> None:
        """Make the stored feeds those of the configuration."""
        feeds = self._rows.feeds
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
        self._rows.index.enqueue(
            entry.id for entry in self._rows.entries.values() if entry.feed_id in plan.respoken
        )
        for id_ in plan.retired:
            feeds[id_].stored = replace(feeds[id_].stored, retired_at=now)
        self._specs = plan.specs

    @_alone
    def feeds(self) -> Sequence[Feed]:
        """Return the configured feeds by name."""
        found = self._feeds(row for row in self._rows.feeds.values() if row.configured)
        return sorted(found, key=lambda feed: (feed.spec.name, feed.id))

    @_alone
    def due_shards(self, *, now: datetime) -> Sequence[int]:
        """Return the shards that hold feeds whose time has come, longest due first."""
        first: dict[int, datetime] = {}
        for row in self._rows.feeds.values():
            at = row.state.next_poll_at
            if row.active and at <= now:
                first[row.shard] = min(at, first.get(row.shard, at))
        return sorted(first, key=lambda shard: (first[shard], shard))

    @_alone
    def due(
        self, shard: int, *, now: datetime, limit: int, skip: frozenset[FeedId] = frozenset()
    ) -> Sequence[Feed]:
        """Return at most *limit* due feeds of a shard, longest due first."""
        found = self._feeds(
            row
            for id_, row in self._rows.feeds.items()
            if row.active
            and row.shard == shard
            and row.state.next_poll_at <= now
            and id_ not in skip
        )
        found.sort(key=lambda feed: (feed.state.next_poll_at, feed.id))
        return found[:limit]

    @_alone
    def poll_now(self, feed_ids: Sequence[FeedId] | None, *, now: datetime) -> int:
        """Make these feeds (None: all) due at once, paused ones excepted; return how many are."""
        chosen = [
            row
            for id_, row in self._rows.feeds.items()
            if row.active and (feed_ids is None or id_ in feed_ids)
        ]
        for row in chosen:
            row.state = replace(row.state, next_poll_at=min(now, row.state.next_poll_at))
        return len(chosen)

    @_alone
    def known(self, feed_id: FeedId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, Known]:
        """Return what is remembered of those *keys* that were seen before in this feed."""
        rows = self._rows
        stored = {(entry.feed_id, entry.key) for entry in rows.entries.values()}
        true = {key: rows.renamed.get((feed_id, key)) for key in keys}
        return {
            key: Known(
                rows.seen[feed_id, key], (feed_id, true[key] or key) in stored, key=true[key]
            )
            for key in keys
            if (feed_id, key) in rows.seen
        }

    @_alone
    def known_items(self, feed_id: FeedId) -> frozenset[bytes]:
        """Return the hashes of the raw entries of the last document of a feed that was committed."""
        return self._rows.items.get(feed_id, frozenset())

    @_alone
    def memory(self, feed_id: FeedId) -> Memory:
        """Return what the last document of a feed listed."""
        return memory_coverage.memory(self._rows, feed_id)

    @_alone
    def due_gaps(self, *, now: datetime, limit: int) -> Sequence[GapId]:
        """Return open gaps whose next page may be read, longest due first."""
        return memory_coverage.due_gaps(self._rows, now=now, limit=limit)

    @_alone
    def gap_job(self, gap_id: GapId) -> GapJob | None:
        """Return an open gap with its feed, None where there is none (any more)."""
        gap = self._rows.gaps.get(gap_id)
        if gap is None or gap.state is not GapState.OPEN:
            return None
        row = self._rows.feeds[gap.feed_id]
        return GapJob(gap=gap, feed=self._feeds([row])[0]) if row.configured else None

    @_alone
    def links_since(self, feed_id: FeedId, since: datetime) -> Sequence[str]:
        """Return the links of a feed's stored entries found since then."""
        return [
            entry.link
            for entry in self._rows.entries.values()
            if entry.feed_id == feed_id and entry.found_at >= since and entry.link is not None
        ]

    @_alone
    def commit_fill(self, plan: FillPlan) -> None:
        """Store what a page brought for a gap, and how far the gap is: all of it or nothing."""
        self._rows.take_fill(tidy(plan))

    @_alone
    def gaps(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[Gap]:
        """Return the last gaps of a feed, newest first."""
        return memory_coverage.gaps_of(self._rows, feed_id, limit=limit)

    @_alone
    def coverage(self) -> Sequence[FeedCoverage]:
        """Return how much of each feed was seen for certain."""
        return memory_coverage.coverage(self._rows)

    @_alone
    def revisions(self, entry_id: EntryId) -> Sequence[Revision]:
        """Return what an entry said before it was edited, oldest first."""
        kept = self._rows.revisions
        return [kept[key] for key in sorted(kept) if key[0] == entry_id]

    @_alone
    def commit_polls(self, plans: Sequence[PollPlan]) -> None:
        """Store entries, hits, pages to read, feed states and records: all of it or nothing."""
        self._rows.take_polls(tidy(tuple(plans)))

    @_alone
    def claim_articles(
        self, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[ArticleJob]:
        """Return pages that are due, oldest first, hidden from other claims for *lease*."""
        rows = self._rows
        jobs = []
        for page in rows.pages(now=now)[:limit]:
            id_ = page.entry_id
            rows.articles[id_] = replace(page, due_at=now + lease)
            rows.leased.add(id_)
            entry = rows.entries[id_]
            spec = self._spec(entry.feed_id)
            jobs.append(ArticleJob(article=rows.articles[id_], entry=entry, feed=spec))
        return jobs

    @_alone
    def commit_article(self, plan: ArticlePlan) -> None:
        """Store what was read and the hits it brought."""
        article = tidy(plan.article)
        rows = self._rows
        stored = rows.articles.get(article.entry_id)
        wanted = stored is None or not rules.is_older_reading(stored, article)
        if wanted and article.entry_id in rows.entries:
            rows.articles[article.entry_id] = article
            rows.index.enqueue([article.entry_id])
            rows.leased.discard(article.entry_id)
        self.commit_hits(plan.hits)

    @_alone
    def due_articles(self, *, now: datetime) -> int:
        """Return how many pages may be claimed now."""
        return len(self._rows.pages(now=now))

    @_alone
    def pending_articles(self) -> int:
        """Return how many pages are still to be read."""
        return len(self._rows.pages())

    @_alone
    def waiting(self, *, limit: int) -> Sequence[WaitingHit]:
        """Return hits in state WAITING, oldest first."""
        rows = self._rows
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

    @_alone
    def stories_sharing(self, keys: Sequence[int], *, since: datetime) -> Sequence[Story]:
        """Return whole stories opened or joined since then that share one of these numbers."""
        asked = set(keys)
        found = [
            story
            for story in self._rows.stories.values()
            if rules.last_at(story) >= since
            and any(asked & set(telling.fingerprint.numbers()) for telling in story.entries)
        ]
        return sorted(found, key=lambda story: (story.opened_at, story.id))

    @_alone
    def commit_announcement(self, plan: AnnouncementPlan) -> None:
        """Store stories, alerts, deliveries and the end of the hits' wait: all of it or nothing."""
        self._rows.take_announcement(tidy(plan))

    @_alone
    def claim(
        self, channel: str, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Move deliveries of a channel that are due (or whose lease ended) to SENDING, oldest first."""
        ways = self._rows.deliveries
        due = [way for way in self._rows.open() if way.channel == channel and way.due_at <= now]
        due.sort(key=lambda way: (way.due_at, way.created_at, way.key))
        for way in due[:limit]:
            ways[way.key] = rules.claimed(way, now=now, lease=lease)
        return [self._rows.parcel(way.key) for way in due[:limit]]

    @_alone
    def settle(self, plan: AttemptPlan) -> None:
        """Store the state of a delivery after an attempt, the attempt, and an alarm if there is one."""
        plan = tidy(plan)
        rows = self._rows
        stored = rows.deliveries.get(plan.delivery.key)
        if stored is None:
            raise LookupError(f"there is no delivery {plan.delivery.key}")
        rows.attempts.setdefault((plan.attempt.delivery, plan.attempt.at), plan.attempt)
        if not rules.is_overtaken(stored, plan.delivery):
            rows.deliveries[stored.key] = plan.delivery
            rows.post([plan.alarm] if plan.alarm else [], plan.alarm_deliveries)

    @_alone
    def release(self, delivery: Delivery, *, due_at: datetime) -> None:
        """Give a claimed delivery back untried: as if it had not been claimed."""
        stored = self._rows.deliveries.get(delivery.key)
        if stored is not None and rules.is_held(stored, delivery):
            self._rows.deliveries[stored.key] = rules.released(stored, due_at=due_at)

    @_alone
    def recover(self, *, now: datetime) -> int:
        """End every lease at once, of deliveries and of pages; return how many there were."""
        rows = self._rows
        sending = [
            way
            for way in self._rows.open()
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

    @_alone
    def next_due(self) -> Mapping[str, datetime]:
        """Return for each channel with open deliveries when the earliest of them may be tried."""
        first: dict[str, datetime] = {}
        for way in self._rows.open():
            first[way.channel] = min(way.due_at, first.get(way.channel, way.due_at))
        return first

    @_alone
    def resume(
        self, keys: Sequence[DeliveryKey] | None, *, state: DeliveryState, now: datetime
    ) -> int:
        """Move dead deliveries (None: all) to PENDING (try again) or DROPPED; return how many."""
        ways = self._rows.deliveries
        dead = [
            way
            for way in ways.values()
            if way.state is DeliveryState.DEAD and (keys is None or way.key in keys)
        ]
        ways.update((way.key, rules.resumed(way, state=state, now=now)) for way in dead)
        return len(dead)

    @_alone
    def counts(self) -> Counts:
        """Count everything."""
        return self._rows.counts()

    @_alone
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
        rows = self._rows
        found = rows.matching(watch=watch, feed=feed, state=state, since=since)
        return [
            HitView(hit=hit, entry=rows.entries[hit.entry_id], outlet=rows.outlet(hit.entry_id))
            for hit in found[:limit]
        ]

    @_alone
    def polls(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[PollRecord]:
        """Return the last polls of a feed, newest first."""
        found = [record for record in self._rows.polls.values() if record.feed_id == feed_id]
        return sorted(found, key=lambda record: record.at, reverse=True)[:limit]

    @_alone
    def deliveries(
        self, *, state: DeliveryState | None = None, channel: str | None = None, limit: int = 50
    ) -> Sequence[Parcel]:
        """Return deliveries with their alerts, newest first."""
        found = [
            way
            for way in self._rows.deliveries.values()
            if state in {None, way.state} and channel in {None, way.channel}
        ]
        found.sort(key=lambda way: (way.created_at, way.key), reverse=True)
        return [self._rows.parcel(way.key) for way in found[:limit]]

    @_alone
    def attempts(self, key: DeliveryKey) -> Sequence[Attempt]:
        """Return what came of each attempt at a delivery, oldest first."""
        found = [attempt for attempt in self._rows.attempts.values() if attempt.delivery == key]
        return sorted(found, key=lambda attempt: attempt.at)

    @_alone
    def story(self, story_id: StoryId) -> Story | None:
        """Return a story whole."""
        return self._rows.stories.get(story_id)

    @_alone
    def texts(
        self,
        *,
        since: datetime | None = None,
        after: EntryId | None = None,
        needs: Needs | None = None,
        limit: int = 500,
    ) -> Sequence[StoredText]:
        """Return stored entries with their article texts, newest first, a page at a time."""
        place = None if after is None else self._bookmarks.place(after, self._found_at(after))
        found = self._rows.newest_entries(since=since, before=place, needs=needs)
        texts = [self._text(entry) for entry in found[:limit]]
        self._bookmarks.put(texts)
        return texts

    @_alone
    def to_index(self, *, limit: int) -> Sequence[ToIndex]:
        """Return texts that wait for the index of words, those that wait longest first."""
        waiting = list(self._rows.index.queue.items())[:limit]
        entries = self._rows.entries
        return [ToIndex(turn=turn, text=self._text(entries[id_])) for id_, turn in waiting]

    @_alone
    def commit_index(self, indexed: Sequence[Indexed]) -> None:
        """Store the words of texts; a text that changed after its *turn* waits on."""
        for one in indexed:
            self._rows.index.put(one.entry_id, one.turn, one.words)

    @_alone
    def index_anew(self) -> None:
        """Forget the index: every stored text waits for it again."""
        self._rows.index = MemoryIndex()
        self._rows.index.enqueue(self._rows.entries)

    @_alone
    def commit_hits(self, hits: Sequence[Hit]) -> int:
        """Store hits found in stored text; known ones stay as they are. Return how many are new."""
        return self._rows.take_hits(tidy(tuple(hits)))

    @_alone
    def note(self, name: str, value: Mapping[str, object]) -> None:
        """Remember a small JSON object under a name."""
        self._notes[name] = json.loads(to_json(dict(value)))

    @_alone
    def notes(self) -> Mapping[str, Mapping[str, object]]:
        """Return all notes."""
        return dict(self._notes)

    @_alone
    def prune(
        self, *, entries_before: datetime, hits_before: datetime, polls_before: datetime
    ) -> int:
        """Delete what is past keeping; return how many rows went."""
        return self._rows.prune(
            entries_before=entries_before, hits_before=hits_before, polls_before=polls_before
        )

    def check(self) -> Sequence[str]:
        """Return nothing: a dictionary is sound."""
        return ()

    def compact(self) -> None:
        """Do nothing: there is no free space."""

    def backup(self, path: str) -> None:
        """Raise StoreError: there is no file to copy."""
        raise StoreError(f"what is only in memory is not copied to {path}")

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def _spec(self, id_: FeedId) -> FeedSpec:
        return self._specs.get(id_, self._rows.feeds[id_].stored.spec)

    def _text(self, entry: Entry) -> StoredText:
        return StoredText(
            entry=entry,
            feed=self._spec(entry.feed_id),
            article_text=self._rows.article_text(entry.id),
        )

    def _feeds(self, rows: Iterable[FeedRow]) -> list[Feed]:
        return [row.feed(self._spec(row.stored.id)) for row in rows]

    def _found_at(self, id_: EntryId) -> datetime | None:
        entry = self._rows.entries.get(id_)
        return None if entry is None else entry.found_at
