"""What the loops want of the world: small Protocols named after the caller's wish.

Every store method is synchronous, is one transaction, and is called off the event loop. All times are
aware and UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wirewatch.core.match.kept_words import Needs
from wirewatch.core.model.alert import (
    Attempt,
    ChannelSpec,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Parcel,
    Receipt,
)
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
from wirewatch.core.model.entry import Entry, EntryId, EntryKey, Known
from wirewatch.core.model.feed import Feed, FeedId, FeedSpec
from wirewatch.core.model.history import Fate, History
from wirewatch.core.model.hit import Hit, HitState, StoryId
from wirewatch.core.model.outcome import Fetched, PageResult, Parsed, Request
from wirewatch.core.model.plan import (
    AnnouncementPlan,
    ArticlePlan,
    AttemptPlan,
    PollPlan,
    PollRecord,
    WaitingHit,
)
from wirewatch.core.model.story import Story
from wirewatch.ports_holds import HoldStore
from wirewatch.ports_push import PushStore
from wirewatch.ports_vitals import VitalsStore


class Fetcher(Protocol):
    """Asks the web, within its limits and politely. Never raises for anything a server can do."""

    async def fetch(self, request: Request) -> Fetched:
        """Return the response, "unchanged", or why there is none."""

    async def aclose(self) -> None:
        """Close every connection."""


class Parser(Protocol):
    """Reads documents in a process that can be killed. Never raises for anything a document can be."""

    async def feed(
        self, body: bytes, *, url: str, content_type: str, known: frozenset[bytes] = frozenset()
    ) -> Parsed:
        """Read a feed (RSS, Atom, CDF, JSON Feed); *url* resolves relative links.

        Raw entries whose hashes are *known* may be left out (`ParsedFeed.items`).
        """

    async def sitemap(self, body: bytes, *, url: str, content_type: str) -> Parsed:
        """Read a Google news sitemap, or an index of sitemaps (`ParsedFeed.more`), as a feed."""

    async def page(self, body: bytes, *, url: str, content_type: str) -> PageResult:
        """Extract the article of a page."""

    def processes(self) -> tuple[int, ...]:
        """Return the numbers of the workers' processes that run now."""

    async def aclose(self) -> None:
        """End the workers."""


class FeedFinder(Protocol):
    """Reads feeds, and finds them on pages. Never raises for anything a document can be."""

    async def feed(
        self, body: bytes, *, url: str, content_type: str, known: frozenset[bytes] = frozenset()
    ) -> Parsed:
        """Read a feed."""

    async def feed_links(self, body: bytes, *, url: str, content_type: str) -> tuple[str, ...]:
        """Return the feeds a page names, best first."""


class Notifier(Protocol):
    """Sends one message to one channel. Never raises for anything a provider can do."""

    async def send(self, channel: ChannelSpec, parcel: Parcel) -> Receipt:
        """Send, and say what came of it."""


class FeedStore(Protocol):
    """Which feeds there are."""

    def sync_feeds(self, specs: Sequence[FeedSpec], *, now: datetime, spread: timedelta) -> None:
        """Make the stored feeds those of the configuration.

        A spec is recognised by its URL, else by its name (when the stored feed of that name is no longer
        configured by its URL: the owner corrected the address, and what was seen stays seen). A feed no
        longer configured is retired, not deleted. First polls of new feeds are spread over *spread*.
        """

    def feeds(self) -> Sequence[Feed]:
        """Return the configured feeds (paused ones too) by name."""


class PollStore(FeedStore, Protocol):
    """What the poll loop remembers."""

    def due_shards(self, *, now: datetime) -> Sequence[int]:
        """Return the shards that hold feeds whose time has come, longest due first."""

    def due(
        self, shard: int, *, now: datetime, limit: int, skip: frozenset[FeedId] = frozenset()
    ) -> Sequence[Feed]:
        """Return at most *limit* due feeds of a shard, longest due first; paused ones never."""

    def known(self, feed_id: FeedId, keys: Sequence[EntryKey]) -> Mapping[EntryKey, Known]:
        """Return what is remembered of those *keys* that were seen before in this feed."""

    def known_items(self, feed_id: FeedId) -> frozenset[bytes]:
        """Return the hashes of the raw entries of the last document of a feed that was committed."""

    def commit_polls(self, plans: Sequence[PollPlan]) -> None:
        """Store entries, hits, pages to read, feed states and records: all of it or nothing."""

    def memory(self, feed_id: FeedId) -> Memory:
        """Return what the last document of a feed listed."""

    def poll_now(self, feed_ids: Sequence[FeedId] | None, *, now: datetime) -> int:
        """Make these feeds (None: all that are not paused) due at once; return how many."""


class GapStore(Protocol):
    """What the gap loop remembers."""

    def due_gaps(self, *, now: datetime, limit: int) -> Sequence[GapId]:
        """Return open gaps whose next page may be read, longest due first; those of paused feeds never."""

    def gap_job(self, gap_id: GapId) -> GapJob | None:
        """Return an open gap with its feed, None where there is none (any more)."""

    def links_since(self, feed_id: FeedId, since: datetime) -> Sequence[str]:
        """Return the links of a feed's stored entries found since then."""

    def commit_fill(self, plan: FillPlan) -> None:
        """Store what a page brought for a gap, and how far the gap is: all of it or nothing."""


class ArticleStore(Protocol):
    """What the article loop remembers."""

    def claim_articles(
        self, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[ArticleJob]:
        """Return pages that are due, oldest first, hidden from other claims for *lease*."""

    def commit_article(self, plan: ArticlePlan) -> None:
        """Store what was read and the hits it brought."""

    def due_articles(self, *, now: datetime) -> int:
        """Return how many pages may be claimed now."""

    def pending_articles(self) -> int:
        """Return how many pages are still to be read."""


class AnnounceStore(Protocol):
    """What the announce loop remembers. Hits are themselves the queue."""

    def waiting(self, *, limit: int) -> Sequence[WaitingHit]:
        """Return hits in state WAITING, oldest first."""

    def stories_sharing(self, keys: Sequence[int], *, since: datetime) -> Sequence[Story]:
        """Return whole stories opened or joined since then that share one of these fingerprint keys."""

    def commit_announcement(self, plan: AnnouncementPlan) -> None:
        """Store stories, alerts, deliveries and the end of the hits' wait: all of it or nothing."""


class Outbox(Protocol):
    """What the deliver loop remembers. Every method is one transaction."""

    def claim(
        self, channel: str, *, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Parcel]:
        """Move deliveries of a channel that are due (or whose lease ended) to SENDING, oldest first.

        They are hidden from other claims for *lease*. ``attempts`` counts this one.
        """

    def settle(self, plan: AttemptPlan) -> None:
        """Store the state of a delivery after an attempt, the attempt, and an alarm if there is one."""

    def release(self, delivery: Delivery, *, due_at: datetime) -> None:
        """Give a claimed delivery back untried (the daemon stops): as if it had not been claimed."""

    def recover(self, *, now: datetime) -> int:
        """End every lease at once, of deliveries and of pages; return how many there were.

        Called at the start by the only daemon on this database: whoever held them is dead.
        """

    def next_due(self) -> Mapping[str, datetime]:
        """Return for each channel with open deliveries when the earliest of them may be tried."""

    def resume(
        self, keys: Sequence[DeliveryKey] | None, *, state: DeliveryState, now: datetime
    ) -> int:
        """Move dead deliveries (None: all) to PENDING (try again) or DROPPED; return how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much there is of everything, for ``status``."""

    feeds: int
    feeds_failing: int
    feeds_paused: int
    entries: int
    articles_pending: int
    hits: int
    hits_waiting: int
    stories: int
    deliveries: Mapping[DeliveryState, int]
    oldest_pending_at: datetime | None
    last_poll_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HitView:
    """A hit as it is shown: with its entry and outlet."""

    hit: Hit
    entry: Entry
    outlet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """An entry with everything that is matched of it, for searching and matching again."""

    entry: Entry
    feed: FeedSpec
    article_text: str


class BrowseStore(FeedStore, Protocol):
    """What people look up."""

    def counts(self) -> Counts:
        """Count everything."""

    def hits(
        self,
        *,
        watch: str | None = None,
        feed: str | None = None,
        state: HitState | None = None,
        since: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[HitView]:
        """Return hits, newest first. *watch* is a watch's id, name or watchlist; *feed* a feed's name."""

    def polls(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[PollRecord]:
        """Return the last polls of a feed, newest first."""

    def gaps(self, feed_id: FeedId, *, limit: int = 20) -> Sequence[Gap]:
        """Return the last gaps of a feed, newest first."""

    def coverage(self) -> Sequence[FeedCoverage]:
        """Return how much of each feed was seen for certain, over the kept record of polls."""

    def revisions(self, entry_id: EntryId) -> Sequence[Revision]:
        """Return what an entry said before it was edited, oldest first, at most the last five."""

    def deliveries(
        self, *, state: DeliveryState | None = None, channel: str | None = None, limit: int = 50
    ) -> Sequence[Parcel]:
        """Return deliveries with their alerts, newest first."""

    def attempts(self, key: DeliveryKey) -> Sequence[Attempt]:
        """Return what came of each attempt at a delivery, oldest first."""

    def story(self, story_id: StoryId) -> Story | None:
        """Return a story whole."""

    def texts(
        self,
        *,
        since: datetime | None = None,
        after: EntryId | None = None,
        needs: Needs | None = None,
        limit: int = 500,
    ) -> Sequence[StoredText]:
        """Return stored entries with their article texts, newest first, a page at a time.

        *after* is the last entry of the page before. With *needs* (`core.match.kept_words`) entries may be left out
        that were indexed and do not meet them.
        """

    def commit_hits(self, hits: Sequence[Hit]) -> int:
        """Store hits found in stored text; known ones stay as they are. Return how many are new."""


class WhyStore(Protocol):
    """What is kept to answer "why?"."""

    def entries_at(self, link: str, *, limit: int = 10) -> Sequence[EntryId]:
        """Return entries that lead to the page of a link, newest first.

        Known are the links of feeds, where they led, and what the pages call themselves; scheme, ``www.`` and tracking
        parameters make no difference.
        """

    def entry_numbered(self, number: int) -> EntryId | None:
        """Return the entry that has this id, or whose hit has it."""

    def history(self, entry_id: EntryId) -> History | None:
        """Return everything that is kept about an entry, None when it is not stored (any more)."""

    def fates(self, *, since: datetime) -> Mapping[Fate, int]:
        """Count the hits found since then by where they are: each has one fate and no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToIndex:
    """A stored text whose words are not in the index yet, or are no longer those it has."""

    turn: int
    """Grows whenever the text changes: what was read before does not pass for what came after."""
    text: StoredText


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """The words of a stored text, as numbers."""

    turn: int
    entry_id: EntryId
    words: frozenset[int]


class SearchStore(Protocol):
    """The index of words that lets a search read few texts. It may lag: what waits for it is always read."""

    def to_index(self, *, limit: int) -> Sequence[ToIndex]:
        """Return texts that wait for the index, those that wait longest first."""

    def commit_index(self, indexed: Sequence[Indexed]) -> None:
        """Store the words of texts; a text that changed after its *turn* waits on."""

    def index_anew(self) -> None:
        """Forget the index: every stored text waits for it again."""


class Keeper(Protocol):
    """Housekeeping and notes the daemon leaves for ``status``."""

    def note(self, name: str, value: Mapping[str, object]) -> None:
        """Remember a small JSON object under a name (heartbeat, last reload)."""

    def notes(self) -> Mapping[str, Mapping[str, object]]:
        """Return all notes."""

    def prune(
        self, *, entries_before: datetime, hits_before: datetime, polls_before: datetime
    ) -> int:
        """Delete what is past keeping: texts of old entries without hits, old hits, old poll records.

        Keys in ``seen`` stay, so that a re-appearing entry is not new. Open deliveries and their hits stay.
        Return how many rows went.
        """

    def check(self) -> Sequence[str]:
        """Return what is wrong with the database, one line each; empty when it is sound."""

    def compact(self) -> None:
        """Give free space back."""

    def backup(self, path: str) -> None:
        """Write a consistent copy while others read and write. Raise StoreError where that is not possible."""

    def close(self) -> None:
        """Close every connection."""


class Store(
    PollStore,
    GapStore,
    ArticleStore,
    AnnounceStore,
    Outbox,
    HoldStore,
    PushStore,
    VitalsStore,
    BrowseStore,
    WhyStore,
    SearchStore,
    Keeper,
    Protocol,
):
    """Everything a backend offers; loops ask for their part only."""
