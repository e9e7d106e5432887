"""Entries, across feeds, that tell the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.hit import StoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """By what an entry is recognised as a copy: equal numbers mean equal things.

    Every number is 63 bits, so that a store can find the stories that share one by an index.
    """

    links: tuple[int, ...] = ()
    """Canonical URL and normalised links: sharing one is proof."""
    title: int | None = None
    """The folded headline; proof only together with some likeness of the texts."""
    shingles: tuple[int, ...] = ()
    """A sample of the word shingles of the longest text, chosen by value, sorted."""

    def numbers(self) -> tuple[int, ...]:
        """Return all numbers by which a copy might be found."""
        title = () if self.title is None else (self.title,)
        return (*self.links, *title, *self.shingles)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """One telling of a story: an entry, the outlet that told it, and how we know."""

    entry_id: EntryId
    outlet: str
    """The publisher as a reader knows it: the feed's name."""
    link: str | None
    joined_by: str | None
    """``link``, ``title`` or ``body``; None for the first."""
    at: datetime
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Entries that tell the same thing, oldest first."""

    id: StoryId
    title: str
    opened_at: datetime
    entries: tuple[StoryEntry, ...]
    told: frozenset[tuple[str, str]] = frozenset()
    """(watch, channel) pairs that have been told this story."""
