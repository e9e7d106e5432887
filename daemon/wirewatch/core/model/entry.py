"""One piece of news in one feed, and its name for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from wirewatch.core.model.feed import FeedId

EntryId = NewType("EntryId", int)
"""63 bits derived from the feed and the entry's key: the same entry always gets the same id."""

EntryKey = NewType("EntryKey", bytes)
"""16 bytes that name an entry within its feed for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A piece of news as one feed listed it. Texts are in blocks, see ``ParsedEntry``."""

    id: EntryId
    feed_id: FeedId
    key: EntryKey
    guid: str | None
    link: str | None
    title: str
    summary: str
    body: str
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    found_at: datetime
    """When a poll first listed it."""
    baseline: bool = False
    """It stood in the feed at the first poll: remembered and searchable, but it does not ring."""
    text_hash: bytes
    """8-byte hash of title, summary and body: a different one is an edit."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store remembers of a key: the hash of the text it had, and whether that text is still kept."""

    text_hash: bytes
    stored: bool
    key: EntryKey | None = None
    """The key under which it was first stored, where that is another (its feed renamed it)."""
