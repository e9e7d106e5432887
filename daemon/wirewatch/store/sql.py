"""The store in a database: each method is one transaction of the module it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from wirewatch.core.match.kept_words import Needs
from wirewatch.core.model.alert import Attempt, Delivery, DeliveryKey, DeliveryState, Parcel
from wirewatch.core.model.article import ArticleJob
from wirewatch.core.model.coverage import (
    FeedCoverage,
    FillPlan,
    Gap,
    GapId,
    GapJob,
    Memory,
    Revision,
)
from wirewatch.core.model.entry import EntryId, EntryKey, Known
from wirewatch.core.model.feed import Feed, FeedId, FeedSpec
from wirewatch.core.model.history import Fate, History
from wirewatch.core.model.hit import Hit, HitState, StoryId
from wirewatch.core.model.plan import (
    AnnouncementPlan,
    ArticlePlan,
    AttemptPlan,
    PollPlan,
    PollRecord,
    WaitingHit,
)
from wirewatch.core.model.push import PushId, PushJob
from wirewatch.core.model.story import Story
from wirewatch.ports import Counts, HitView, Indexed, StoredText, ToIndex
from wirewatch.store import (
    announce,
    articles,
    browse,
    coverage,
    feeds,
    history,
    keep,
    outbox,
    polls,
    push,
    search,
    upkeep,
)
from wirewatch.store.bookmarks import Bookmarks
from wirewatch.store.engine import Database
from wirewatch.store.sql_push import SqlPush


class SqlStore(SqlPush):
    """Everything in SQLite or PostgreSQL. Safe to call from several threads."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._specs: Mapping[FeedId, FeedSpec] = {}
        self._bookmarks = Bookmarks()

    def sync_feeds(self, specs: Sequence[FeedSpec], *, now: datetime, spread: timedelta) -> None:
        """Make the stored feeds those of the configuration."""
        plan = self.database.read(lambda tx: feeds.look(tx, specs))
        if not plan.is_empty:
            plan = self.database.write(lambda tx: feeds.sync(tx, specs, now=now, spread=spread))
        self._specs = plan.specs

    def feeds(self) -> Sequence[Feed]:
        """Return the configured feeds by name."""
        return self._with_secrets(self.database.read(feeds.all_feeds))

    def due_shards(self, *, now: datetime) -> Sequence[int]:
        """Return the shards that hold feeds whose time has come, longest due first."""
        return self.database.read(lambda tx: feeds.due_shards(tx, now=now))

    def due(
        self, shard: int, *, now: datetime, limit: int, skip: frozenset[FeedId] = frozenset()
    ) -> Sequence[Feed]:
        """Return at most *limit* due feeds of a shard, longest due first."""
        found = self.database.read(lambda tx: feeds.due(tx, shard, now=now, limit=limit, skip=skip))
        return self._with_secrets(found)

    def known(self, feed_id: FeedId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, Known]:
        """Return what is remembered of those *keys* that were seen before in this feed."""
        return self.database.read(lambda tx: polls.known(tx, feed_id, keys))

    def known_items(self, feed_id: FeedId) -> frozenset[bytes]:
        """Return the hashes of the raw entries of the last document of a feed that was committed."""
        return self.database.read(lambda tx: polls.known_items(tx, feed_id))

    def memory(self, feed_id: FeedId) -> Memory:
        """Return what the last document of a feed listed."""
        return self.database.read(lambda tx: coverage.memory(tx, feed_id))

    def due_gaps(self, *, now: datetime, limit: int) -> Sequence[GapId]:
        """Return open gaps whose next page may be read, longest due first."""
        return self.database.read(lambda tx: coverage.due_gaps(tx, now=now, limit=limit))

    def gap_job(self, gap_id: GapId) -> GapJob | None:
        """Return an open gap with its feed, None where there is none (any more)."""
        job = self.database.read(lambda tx: coverage.gap_job(tx, gap_id))
        return None if job is None else replace(job, feed=self._with_secrets([job.feed])[0])

    def push_job(self, push_id: PushId) -> PushJob | None:
        """Return a push that is not done with its feed; None where there is none (any more)."""
        job = self.database.read(lambda tx: push.push_job(tx, push_id))
        return None if job is None else replace(job, feed=self._with_secrets([job.feed])[0])

    def links_since(self, feed_id: FeedId, since: datetime) -> Sequence[str]:
        """Return the links of a feed's stored entries found since then."""
        return self.database.read(lambda tx: coverage.links_since(tx, feed_id, since))

    def commit_fill(self, plan: FillPlan) -> None:
        """Store what a page brought for a gap, and how far the gap is: all of it or nothing."""
        self.database.write(lambda tx: polls.commit_fill(tx, plan))

    def gaps(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[Gap]:
        """Return the last gaps of a feed, newest first."""
        return self.database.read(lambda tx: coverage.gaps_of(tx, feed_id, limit=limit))

    def coverage(self) -> Sequence[FeedCoverage]:
        """Return how much of each feed was seen for certain."""
        return self.database.read(coverage.coverage)

    def revisions(self, entry_id: EntryId) -> Sequence[Revision]:
        """Return what an entry said before it was edited, oldest first."""
        return self.database.read(lambda tx: coverage.history(tx, entry_id))

    def commit_polls(self, plans: Sequence[PollPlan]) -> None:
        """Store entries, hits, pages to read, feed states and records: all of it or nothing."""
        self.database.write(lambda tx: polls.commit(tx, plans))

    def poll_now(self, feed_ids: Sequence[FeedId] | None, *, now: datetime) -> int:
        """Make these feeds (None: all) due at once, paused ones excepted; return how many are."""
        return self.database.write(lambda tx: feeds.poll_now(tx, feed_ids, now=now))

    def claim_articles(
        self, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[ArticleJob]:
        """Return pages that are due, oldest first, hidden from other claims for *lease*."""
        jobs = self.database.write(lambda tx: articles.claim(tx, now=now, lease=lease, limit=limit))
        return [replace(job, feed=self._specs.get(job.entry.feed_id, job.feed)) for job in jobs]

    def commit_article(self, plan: ArticlePlan) -> None:
        """Store what was read and the hits it brought."""
        self.database.write(lambda tx: articles.commit(tx, plan))

    def due_articles(self, *, now: datetime) -> int:
        """Return how many pages may be claimed now."""
        return self.database.read(lambda tx: articles.count_due(tx, now=now))

    def pending_articles(self) -> int:
        """Return how many pages are still to be read."""
        return self.database.read(articles.count_pending)

    def waiting(self, *, limit: int) -> Sequence[WaitingHit]:
        """Return hits in state WAITING, oldest first."""
        return self.database.read(lambda tx: announce.waiting(tx, limit=limit))

    def stories_sharing(self, keys: Sequence[int], *, since: datetime) -> Sequence[Story]:
        """Return whole stories opened or joined since then that share one of these numbers."""
        return self.database.read(lambda tx: announce.stories_sharing(tx, keys, since=since))

    def commit_announcement(self, plan: AnnouncementPlan) -> None:
        """Store stories, alerts, deliveries and the end of the hits' wait: all of it or nothing."""
        self.database.write(lambda tx: announce.commit(tx, plan))

    def claim(
        self, channel: str, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Move deliveries of a channel that are due (or whose lease ended) to SENDING, oldest first."""
        return self.database.write(
            lambda tx: outbox.claim(tx, channel, now=now, lease=lease, limit=limit)
        )

    def settle(self, plan: AttemptPlan) -> None:
        """Store the state of a delivery after an attempt, the attempt, and an alarm if there is one."""
        self.database.write(lambda tx: outbox.settle(tx, plan))

    def release(self, delivery: Delivery, *, due_at: datetime) -> None:
        """Give a claimed delivery back untried: as if it had not been claimed."""
        self.database.write(lambda tx: outbox.release(tx, delivery, due_at=due_at))

    def recover(self, *, now: datetime) -> int:
        """End every lease at once, of deliveries and of pages; return how many there were."""
        return self.database.write(
            lambda tx: outbox.recover(tx, now=now) + articles.recover(tx, now=now)
        )

    def next_due(self) -> Mapping[str, datetime]:
        """Return for each channel with open deliveries when the earliest of them may be tried."""
        return self.database.read(outbox.next_due)

    def resume(
        self, keys: Sequence[DeliveryKey] | None, *, state: DeliveryState, now: datetime
    ) -> int:
        """Move dead deliveries (None: all) to PENDING (try again) or DROPPED; return how many."""
        return self.database.write(lambda tx: outbox.resume(tx, keys, state=state, now=now))

    def counts(self) -> Counts:
        """Count everything."""
        return self.database.read(browse.counts)

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
        return self.database.read(
            lambda tx: browse.find_hits(
                tx, watch=watch, feed=feed, state=state, since=since, limit=limit
            )
        )

    def polls(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[PollRecord]:
        """Return the last polls of a feed, newest first."""
        return self.database.read(lambda tx: browse.polls(tx, feed_id, limit=limit))

    def deliveries(
        self, *, state: DeliveryState | None = None, channel: str | None = None, limit: int = 50
    ) -> Sequence[Parcel]:
        """Return deliveries with their alerts, newest first."""
        return self.database.read(
            lambda tx: browse.find_deliveries(tx, state=state, channel=channel, limit=limit)
        )

    def attempts(self, key: DeliveryKey) -> Sequence[Attempt]:
        """Return what came of each attempt at a delivery, oldest first."""
        return self.database.read(lambda tx: outbox.history(tx, key))

    def story(self, story_id: StoryId) -> Story | None:
        """Return a story whole."""
        found = self.database.read(lambda tx: announce.whole_stories(tx, [story_id]))
        return next(iter(found), None)

    def texts(
        self,
        *,
        since: datetime | None = None,
        after: EntryId | None = None,
        needs: Needs | None = None,
        limit: int = 500,
    ) -> Sequence[StoredText]:
        """Return stored entries with their article texts, newest first, a page at a time."""
        place = None
        if after is not None:
            stored = self.database.read(lambda tx: browse.found_at(tx, after))
            place = self._bookmarks.place(after, stored)
        page = self.database.read(
            lambda tx: browse.texts(tx, since=since, after=place, needs=needs, limit=limit)
        )
        self._bookmarks.put(page)
        return [replace(text, feed=self._specs.get(text.entry.feed_id, text.feed)) for text in page]

    def commit_hits(self, hits: Sequence[Hit]) -> int:
        """Store hits found in stored text; known ones stay as they are. Return how many are new."""
        return self.database.write(lambda tx: polls.put_late_hits(tx, hits))

    def to_index(self, *, limit: int) -> Sequence[ToIndex]:
        """Return texts that wait for the index of words, those that wait longest first."""
        found = self.database.read(lambda tx: search.to_index(tx, limit=limit))
        return [
            replace(one, text=replace(one.text, feed=self._specs.get(feed, one.text.feed)))
            for one in found
            for feed in [one.text.entry.feed_id]
        ]

    def commit_index(self, indexed: Sequence[Indexed]) -> None:
        """Store the words of texts; a text that changed after its *turn* waits on."""
        self.database.write(lambda tx: search.commit(tx, indexed))

    def index_anew(self) -> None:
        """Forget the index: every stored text waits for it again."""
        self.database.write(search.index_anew)

    def entries_at(self, link: str, *, limit: int = 10) -> Sequence[EntryId]:
        """Return entries that lead to the page of a link, newest first."""
        return self.database.read(lambda tx: history.entries_at(tx, link, limit=limit))

    def entry_numbered(self, number: int) -> EntryId | None:
        """Return the entry that has this id, or whose hit has it."""
        return self.database.read(lambda tx: history.entry_numbered(tx, number))

    def history(self, entry_id: EntryId) -> History | None:
        """Return everything that is kept about an entry, None when it is not stored (any more)."""
        found = self.database.read(lambda tx: history.history(tx, entry_id))
        if found is None:
            return None
        return replace(found, feed=self._specs.get(found.entry.feed_id, found.feed))

    def fates(self, *, since: datetime) -> Mapping[Fate, int]:
        """Count the hits found since then by where they are."""
        return self.database.read(lambda tx: history.fates(tx, since=since))

    def note(self, name: str, value: Mapping[str, object]) -> None:
        """Remember a small JSON object under a name."""
        self.database.write(lambda tx: keep.note(tx, name, value))

    def notes(self) -> Mapping[str, Mapping[str, object]]:
        """Return all notes."""
        return self.database.read(keep.all_notes)

    def prune(
        self, *, entries_before: datetime, hits_before: datetime, polls_before: datetime
    ) -> int:
        """Delete what is past keeping, a slice at a time so that nobody waits long; return how many rows went."""
        gone = 0
        for step in keep.prune_steps(
            entries_before=entries_before, hits_before=hits_before, polls_before=polls_before
        ):
            while went := self.database.write(step):
                gone += went
        return gone

    def check(self) -> Sequence[str]:
        """Return what is wrong with the database, one line each; empty when it is sound."""
        return upkeep.check(self.database)

    def compact(self) -> None:
        """Give free space back."""
        upkeep.compact(self.database)

    def backup(self, path: str) -> None:
        """Write a consistent copy while others read and write. Raise StoreError where that is not possible."""
        upkeep.backup(self.database, path)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def _with_secrets(self, found: Sequence[Feed]) -> Sequence[Feed]:
        return [replace(feed, spec=self._specs.get(feed.id, feed.spec)) for feed in found]
