"""What people look up in the memory store, the index of words, and housekeeping."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from wirewatch.core.match.kept_words import Needs
from wirewatch.core.model.alert import Attempt, DeliveryKey, DeliveryState, Parcel
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.feed import FeedId
from wirewatch.core.model.hit import Hit, HitState, StoryId
from wirewatch.core.model.plan import (
    PollRecord,
)
from wirewatch.core.model.story import Story
from wirewatch.errors import StoreError
from wirewatch.ports import Counts, HitView, Indexed, StoredText, ToIndex
from wirewatch.store.kinds import to_json
from wirewatch.store.memory_base import alone
from wirewatch.store.memory_history import MemoryHistory
from wirewatch.store.memory_holds import MemoryHolds
from wirewatch.store.memory_index import MemoryIndex
from wirewatch.store.memory_push import MemoryPush
from wirewatch.store.memory_vitals import MemoryVitals
from wirewatch.store.rules import tidy


class MemoryBrowse(MemoryHolds, MemoryHistory, MemoryVitals, MemoryPush):
    """The part of the store that is read."""

    @alone
    def counts(self) -> Counts:
        """Count everything."""
        return self.rows.counts()

    @alone
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
        rows = self.rows
        found = rows.matching(watch=watch, feed=feed, state=state, since=since)
        return [
            HitView(hit=hit, entry=rows.entries[hit.entry_id], outlet=rows.outlet(hit.entry_id))
            for hit in found[:limit]
        ]

    @alone
    def polls(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[PollRecord]:
        """Return the last polls of a feed, newest first."""
        found = [record for record in self.rows.polls.values() if record.feed_id == feed_id]
        return sorted(found, key=lambda record: record.at, reverse=True)[:limit]

    @alone
    def deliveries(
        self, *, state: DeliveryState | None = None, channel: str | None = None, limit: int = 50
    ) -> Sequence[Parcel]:
        """Return deliveries with their alerts, newest first."""
        found = [
            way
            for way in self.rows.deliveries.values()
            if state in {None, way.state} and channel in {None, way.channel}
        ]
        found.sort(key=lambda way: (way.created_at, way.key), reverse=True)
        return [self.rows.parcel(way.key) for way in found[:limit]]

    @alone
    def attempts(self, key: DeliveryKey) -> Sequence[Attempt]:
        """Return what came of each attempt at a delivery, oldest first."""
        found = [attempt for attempt in self.rows.attempts.values() if attempt.delivery == key]
        return sorted(found, key=lambda attempt: attempt.at)

    @alone
    def story(self, story_id: StoryId) -> Story | None:
        """Return a story whole."""
        return self.rows.stories.get(story_id)

    @alone
    def texts(
        self,
        *,
        since: datetime | None = None,
        after: EntryId | None = None,
        needs: Needs | None = None,
        limit: int = 500,
    ) -> Sequence[StoredText]:
        """Return stored entries with their article texts, newest first, a page at a time."""
        place = None if after is None else self.bookmarks.place(after, self.found_at_of(after))
        found = self.rows.newest_entries(since=since, before=place, needs=needs)
        texts = [self.text_of(entry) for entry in found[:limit]]
        self.bookmarks.put(texts)
        return texts

    @alone
    def to_index(self, *, limit: int) -> Sequence[ToIndex]:
        """Return texts that wait for the index of words, those that wait longest first."""
        waiting = list(self.rows.index.queue.items())[:limit]
        entries = self.rows.entries
        return [ToIndex(turn=turn, text=self.text_of(entries[id_])) for id_, turn in waiting]

    @alone
    def commit_index(self, indexed: Sequence[Indexed]) -> None:
        """Store the words of texts; a text that changed after its *turn* waits on."""
        for one in indexed:
            self.rows.index.put(one.entry_id, one.turn, one.words)

    @alone
    def index_anew(self) -> None:
        """Forget the index: every stored text waits for it again."""
        self.rows.index = MemoryIndex()
        self.rows.index.enqueue(self.rows.entries)

    @alone
    def commit_hits(self, hits: Sequence[Hit]) -> int:
        """Store hits found in stored text; known ones stay as they are. Return how many are new."""
        return self.rows.take_hits(tidy(tuple(hits)))

    @alone
    def note(self, name: str, value: Mapping[str, object]) -> None:
        """Remember a small JSON object under a name."""
        self.kept_notes[name] = json.loads(to_json(dict(value)))

    @alone
    def notes(self) -> Mapping[str, Mapping[str, object]]:
        """Return all notes."""
        return dict(self.kept_notes)

    @alone
    def prune(
        self, *, entries_before: datetime, hits_before: datetime, polls_before: datetime
    ) -> int:
        """Delete what is past keeping; return how many rows went."""
        return self.rows.prune(
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
