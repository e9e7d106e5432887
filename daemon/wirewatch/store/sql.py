"""The store on SQLite and PostgreSQL: each method one transaction of the module it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, text

from wirewatch.core.model.alert import Delivery, DeliveryKey, DeliveryState, Parcel
from wirewatch.core.model.article import ArticleJob
from wirewatch.core.model.entry import EntryId, EntryKey, Known
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
from wirewatch.ports import Counts, HitView, StoredText
from wirewatch.store import announce, articles, browse, feeds, keep, outbox, polls
from wirewatch.store.engine import Database


class SqlStore:
    """Everything in a database. Safe to call from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._specs: dict[FeedId, FeedSpec] = {}

    def sync_feeds(self, specs: Sequence[FeedSpec], *, now: datetime, spread: timedelta) -> None:
        """Make the stored feeds those of the configuration."""
        self._specs = self._database.write(lambda c: feeds.sync(c, specs, now=now, spread=spread))

    def feeds(self) -> Sequence[Feed]:
        """Return the configured feeds by name."""
        return self._database.read(lambda c: feeds.all_feeds(c, self._specs))

    def due_shards(self, *, now: datetime) -> Sequence[int]:
        """Return the shards that hold due feeds."""
        return self._database.read(lambda c: feeds.due_shards(c, now=now))

    def due(
        self, shard: int, *, now: datetime, limit: int, skip: frozenset[FeedId] = frozenset()
    ) -> Sequence[Feed]:
        """Return due feeds of a shard."""
        return self._database.read(
            lambda c: feeds.due(c, self._specs, shard, now=now, limit=limit, skip=skip)
        )

    def known(self, feed_id: FeedId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, Known]:
        """Return what is remembered of these keys."""
        return self._database.read(lambda c: polls.known(c, feed_id, keys))

    def commit_polls(self, plans: Sequence[PollPlan]) -> None:
        """Store what polls lead to."""
        self._database.write(lambda c: polls.commit(c, plans))

    def poll_now(self, feed_ids: Sequence[FeedId] | None, *, now: datetime) -> int:
        """Make feeds due at once."""
        return self._database.write(lambda c: feeds.poll_now(c, feed_ids, now=now))

    def claim_articles(
        self, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[ArticleJob]:
        """Return due pages."""
        return self._database.write(
            lambda c: articles.claim(c, self._specs, now=now, lease=lease, limit=limit)
        )

    def commit_article(self, plan: ArticlePlan) -> None:
        """Store what was read."""
        self._database.write(lambda c: articles.commit(c, plan))

    def due_articles(self, *, now: datetime) -> int:
        """Return how many pages may be claimed now."""
        return self._database.read(lambda c: articles.count_due(c, now=now))

    def pending_articles(self) -> int:
        """Return how many pages are still to be read."""
        return self._database.read(articles.count_pending)

    def waiting(self, *, limit: int) -> Sequence[WaitingHit]:
        """Return hits nobody was told about."""
        return self._database.read(lambda c: announce.waiting(c, limit=limit))

    def stories_sharing(self, keys: Sequence[int], *, since: datetime) -> Sequence[Story]:
        """Return stories that share a number with these."""
        return self._database.read(lambda c: announce.stories_sharing(c, keys, since=since))

    def commit_announcement(self, plan: AnnouncementPlan) -> None:
        """Store what was decided of waiting hits."""
        self._database.write(lambda c: announce.commit(c, plan))

    def claim(
        self, channel: str, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Move due deliveries to SENDING."""
        return self._database.write(
            lambda c: outbox.claim(c, channel, now=now, lease=lease, limit=limit)
        )

    def settle(self, plan: AttemptPlan) -> None:
        """Store what came of an attempt."""
        self._database.write(lambda c: outbox.settle(c, plan))

    def release(self, delivery: Delivery, *, due_at: datetime) -> None:
        """Give a claimed delivery back untried."""
        self._database.write(lambda c: outbox.release(c, delivery, due_at=due_at))

    def recover(self, *, now: datetime) -> int:
        """End every lease."""
        return self._database.write(
            lambda c: outbox.recover(c, now=now) + articles.recover(c, now=now)
        )

    def next_due(self) -> Mapping[str, datetime]:
        """Return when each channel's earliest open delivery may be tried."""
        return self._database.read(outbox.next_due)

    def resume(
        self, keys: Sequence[DeliveryKey] | None, *, state: DeliveryState, now: datetime
    ) -> int:
        """Move dead deliveries to another state."""
        return self._database.write(lambda c: outbox.resume(c, keys, state=state, now=now))

    def counts(self) -> Counts:
        """Count everything."""
        return self._database.read(browse.counts)

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
        return self._database.read(
            lambda c: browse.find_hits(
                c, watch=watch, feed=feed, state=state, since=since, limit=limit
            )
        )

    def polls(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[PollRecord]:
        """Return the last polls of a feed."""
        return self._database.read(lambda c: browse.polls(c, feed_id, limit=limit))

    def deliveries(
        self, *, state: DeliveryState | None = None, channel: str | None = None, limit: int = 50
    ) -> Sequence[Parcel]:
        """Return deliveries, newest first."""
        return self._database.read(
            lambda c: browse.find_deliveries(c, state=state, channel=channel, limit=limit)
        )

    def story(self, story_id: StoryId) -> Story | None:
        """Return a story whole."""
        return self._database.read(lambda c: announce.story_of(c, story_id))

    def texts(
        self,
        *,
        since: datetime | None = None,
        after: EntryId | None = None,
        limit: int = 500,
    ) -> Sequence[StoredText]:
        """Return a page of stored entries."""
        return self._database.read(
            lambda c: browse.texts(c, self._specs, since=since, after=after, limit=limit)
        )

    def commit_hits(self, hits: Sequence[Hit]) -> int:
        """Store hits found in stored text."""
        return self._database.write(lambda c: polls.put_late_hits(c, hits))

    def note(self, name: str, value: Mapping[str, object]) -> None:
        """Remember a small object."""
        self._database.write(lambda c: keep.note(c, name, value))

    def notes(self) -> Mapping[str, Mapping[str, object]]:
        """Return all notes."""
        return self._database.read(keep.all_notes)

    def prune(
        self, *, entries_before: datetime, hits_before: datetime, polls_before: datetime
    ) -> int:
        """Delete what is past keeping."""
        return self._database.write(
            lambda c: keep.prune(
                c,
                entries_before=entries_before,
                hits_before=hits_before,
                polls_before=polls_before,
            )
        )

    def check(self) -> Sequence[str]:
        """Return what is wrong with the database."""
        if not self._database.is_sqlite:
            self._database.read(lambda c: c.execute(text("SELECT 1")))
            return []
        said = self._database.read(
            lambda c: [
                *c.exec_driver_sql("PRAGMA integrity_check").scalars(),
                *(
                    f"row without parent: {row}"
                    for row in c.exec_driver_sql("PRAGMA foreign_key_check")
                ),
            ]
        )
        return [line for line in said if line != "ok"]

    def compact(self) -> None:
        """Give free space back."""
        statement = "VACUUM" if self._database.is_sqlite else "VACUUM ANALYZE"
        self._outside(statement)

    def backup(self, path: str) -> None:
        """Write a consistent copy."""
        if not self._database.is_sqlite:
            raise StoreError("a PostgreSQL database is not backed up here", hint="use pg_dump")
        self._outside("VACUUM INTO :path", path=str(Path(path)))

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def _outside(self, statement: str, **values: str) -> None:
        """Run a statement that must stand outside a transaction."""
        url = self._database.writer.url
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement), values)
        finally:
            engine.dispose()
