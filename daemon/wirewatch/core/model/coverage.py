"""What a feed's last document listed, and where something may have slipped past us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from wirewatch.core.model.article import Article
from wirewatch.core.model.entry import Entry, EntryKey
from wirewatch.core.model.feed import Feed, FeedId
from wirewatch.core.model.hit import Hit

GapId = NewType("GapId", int)
"""63 bits derived from the feed and the moment at which the gap was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is kept of a listed entry, to know it again under another name. An empty facet says nothing."""

    key: EntryKey
    raw: bytes = b""
    """8-byte hash of its bytes in the document; empty where the document could not be cut."""
    title: bytes = b""
    """4-byte hashes of the headline, the link, the texts and the date."""
    link: bytes = b""
    text: bytes = b""
    date: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The entries of a feed's last document, and those that came last."""

    window: tuple[Trace, ...] = ()
    newest: tuple[Trace, ...] = ()
    """The entries brought by the last poll that brought any: by our own count, not by their dates."""


NOTHING = Memory()


class GapState(StrEnum):
    """What became of a gap."""

    OPEN = "open"
    """Pages are still to be read that may fill it."""
    FILLED = "filled"
    LOST = "lost"
    """Nothing that was asked goes back far enough."""


class PageKind(StrEnum):
    """What a page that fills a gap is."""

    ARCHIVE = "archive"
    """An older page of the feed (RFC 5005)."""
    SITEMAP = "sitemap"
    """A news sitemap, or a list of such."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapPage:
    """A page still to be read."""

    kind: PageKind
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A span of time in which a feed may have listed entries that no poll saw."""

    id: GapId
    feed_id: FeedId
    from_at: datetime
    """The last poll before it."""
    to_at: datetime
    """The poll that saw it."""
    state: GapState = GapState.OPEN
    found_by: str = "poll"
    filled: int = 0
    """Entries that were found in it afterwards."""
    goal: tuple[EntryKey, ...] = ()
    """Entries known before it: a page that lists one of them closes it."""
    todo: tuple[GapPage, ...] = ()
    pages: int = 0
    """Pages read so far."""
    tries: int = 0
    """Failures in a row at the page that is next."""
    due_at: datetime
    detail: str | None = None
    """How it ended, or what went wrong last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapJob:
    """A gap with its feed."""

    gap: Gap
    feed: Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class FillPlan:
    """What one page that may fill a gap leads to."""

    feed_id: FeedId
    gap: Gap
    seen: tuple[tuple[EntryKey, bytes], ...] = ()
    new: tuple[Entry, ...] = ()
    articles: tuple[Article, ...] = ()
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCoverage:
    """How much of a feed was seen for certain."""

    feed_id: FeedId
    polls: int
    """Polls of the kept record that could tell."""
    covered: int
    """Those of them before which nothing can have slipped past."""
    gaps: int = 0
    """Gaps known, of every state."""
    open_gaps: int = 0
    lost_gaps: int = 0
    last_gap: Gap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What an entry said before it was edited."""

    at: datetime
    """When the edit was seen."""
    title: str
    summary: str
    body: str
    text_hash: bytes
