"""What is kept about one entry, and where every hit is, in the memory store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from wirewatch.core.model.alert import Parcel
from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.history import Fate, History, fate_of
from wirewatch.core.model.hit import Hit
from wirewatch.store.memory_base import MemoryBase, alone
from wirewatch.store.rules import link_number


class MemoryHistory(MemoryBase):
    """The part of the store that tells what became of something."""

    @alone
    def entries_at(self, link: str, *, limit: int = 10) -> Sequence[EntryId]:
        """Return entries that lead to the page of a link, newest first."""
        number = link_number(link)
        found = [
            self.rows.entries[id_]
            for known, id_ in self.rows.links
            if known == number and id_ in self.rows.entries
        ]
        found.sort(key=lambda entry: (entry.found_at, entry.id), reverse=True)
        return [entry.id for entry in found[:limit]]

    @alone
    def entry_numbered(self, number: int) -> EntryId | None:
        """Return the entry that has this id, or whose hit has it."""
        if number in self.rows.entries:
            return EntryId(number)
        return next((hit.entry_id for hit in self.rows.hits.values() if hit.id == number), None)

    @alone
    def history(self, entry_id: EntryId) -> History | None:
        """Return everything that is kept about an entry, None when it is not stored (any more)."""
        rows = self.rows
        entry = rows.entries.get(entry_id)
        if entry is None:
            return None
        polls = sorted(
            (one for one in rows.polls.values() if one.feed_id == entry.feed_id),
            key=lambda one: one.at,
        )
        hits = [hit for hit in rows.hits.values() if hit.entry_id == entry_id]
        stories = [
            story
            for story in rows.stories.values()
            if any(telling.entry_id == entry_id for telling in story.entries)
        ]
        parcels = self._parcels({story.id for story in stories}, hits)
        keys = {parcel.delivery.key for parcel in parcels}
        attempts = (one for one in rows.attempts.values() if one.delivery in keys)
        revisions = rows.revisions
        return History(
            entry=entry,
            feed=self.spec_of(entry.feed_id),
            listed_by=next((one for one in polls if one.at == entry.found_at), None),
            before=next((one for one in reversed(polls) if one.at < entry.found_at), None),
            gap=rows.gaps.get(rows.gap_of[entry_id]) if entry_id in rows.gap_of else None,
            article=rows.articles.get(entry_id),
            revisions=tuple(revisions[key] for key in sorted(revisions) if key[0] == entry_id),
            hits=tuple(sorted(hits, key=lambda hit: hit.watch)),
            stories=tuple(sorted(stories, key=lambda story: (story.opened_at, story.id))),
            parcels=tuple(parcels),
            attempts=tuple(sorted(attempts, key=lambda one: (one.at, one.delivery))),
        )

    def _parcels(self, stories: set[int], hits: Sequence[Hit]) -> list[Parcel]:
        own = {hit.alert_id for hit in hits}
        found = [self.rows.parcel(key) for key in self.rows.deliveries]
        about = [one for one in found if one.alert.story_id in stories or one.alert.id in own]
        return sorted(about, key=lambda one: (one.delivery.created_at, one.delivery.key))

    @alone
    def fates(self, *, since: datetime) -> Mapping[Fate, int]:
        """Count the hits found since then by where they are."""
        rows = self.rows
        ways = [rows.parcel(key) for key in rows.deliveries]
        fresh = [way for way in ways if way.alert.created_at >= since]
        found: Counter[Fate] = Counter()
        for hit in rows.hits.values():
            if hit.found_at >= since:
                mine = [w for w in fresh if hit.id in w.alert.hits or hit.alert_id == w.alert.id]
                found[fate_of(hit.state, [way.delivery.state for way in mine])] += 1
        return dict(found)
