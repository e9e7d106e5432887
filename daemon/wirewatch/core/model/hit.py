"""A watch found its words in an entry: the evidence, kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from wirewatch.core.model.entry import EntryId
from wirewatch.core.model.feed import FeedId

WatchId = NewType("WatchId", str)
"""``watchlist/name``: what hits, mutes and logs call a watch."""

HitId = NewType("HitId", int)
"""63 bits derived from the watch and the entry."""

StoryId = NewType("StoryId", int)
AlertId = NewType("AlertId", int)


class Field(StrEnum):
    """A field of text of a Document."""

    TITLE = "title"
    SUMMARY = "summary"
    BODY = "body"
    """The full text a feed carries."""
    ARTICLE = "article"
    """The body of the page behind the link."""


class Strength(StrEnum):
    """How near to each other the words of a bare-word query stand."""

    CLOSE = "close"
    SCATTERED = "scattered"
    """All words are there but far apart: stored, searchable, shown; rings only if the watch says so."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Where words stand: offsets into a field's text as stored, end exclusive, counted in code points."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a snippet's text; *hit* when it is one of the words watched for."""

    text: str
    hit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """The sentence around a match, in pieces, quoted exactly as stored (white space apart)."""

    field: Field
    pieces: tuple[Piece, ...]
    cut_before: bool = False
    cut_after: bool = False

    @property
    def text(self) -> str:
        """Return the sentence without marks."""
        return "".join(piece.text for piece in self.pieces)


class HitState(StrEnum):
    """Where a hit is on its way to a person. All but WAITING are final."""

    WAITING = "waiting"
    ALERTED = "alerted"
    """Told in an alert (its deliveries say what came of it)."""
    JOINED = "joined"
    """The story had been told already by this watch; the copy is listed on it."""
    BASELINE = "baseline"
    """Stood in the feed before we watched it, or in stored text before the watch was made."""
    SCATTERED = "scattered"
    """The words stand too far apart to ring."""
    NO_CHANNEL = "no-channel"
    """The watchlist has no channel: shown by ``hits`` only."""


class Why(StrEnum):
    """The reason of a decision about telling. Every "no" has one."""

    FIRST_OF_STORY = "first-of-story"
    NEW_WATCH_ON_STORY = "new-watch-on-story"
    SETTLING = "settling"
    """Fresh: waiting a few seconds for copies and other watches."""
    READING_ARTICLE = "reading-article"
    """The page behind the entry is being read; it may tell more."""
    STORY_ALREADY_TOLD = "story-already-told"
    BASELINE = "baseline"
    WATCH_IS_NEW = "watch-is-new"
    SCATTERED = "scattered"
    NO_CHANNEL = "no-channel"
    DIGEST = "digest"
    """Gathered until the channel's time of day."""
    QUIET_HOURS = "quiet-hours"
    COOLDOWN = "cooldown"
    """The watch rang on this channel a moment ago."""
    ROLLING = "rolling"
    """The watch is noisy: what follows its first hit is gathered."""
    BURST = "burst"
    """One alert said that something is happening; the rest is gathered."""
    BUDGET = "budget"
    """The channel or the watch has had its messages of the hour."""
    MUTED = "muted"
    FALLBACK = "fallback"
    """Its own channel fails; this one stands in."""
    ESCALATED = "escalated"
    """Nobody took note of it in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A watch found its words in an entry. What rang can be shown for ever, whatever becomes of the watch."""

    id: HitId
    watch: WatchId
    watch_name: str
    query: str
    """The query as it stood then."""
    entry_id: EntryId
    feed_id: FeedId
    channels: tuple[str, ...]
    """Where it is to be told, as configured when it was found."""
    found_at: datetime
    strength: Strength
    spans: tuple[Span, ...]
    snippets: tuple[Snippet, ...]
    state: HitState = HitState.WAITING
    why: Why | None = None
    story_id: StoryId | None = None
    alert_id: AlertId | None = None
