"""The tables: narrow where every poll writes, wide where few do. A noun's columns bear the names of its fields."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from wirewatch.core.model.alert import AlertKind, DeliveryState
from wirewatch.core.model.article import ArticleStatus
from wirewatch.core.model.coverage import GapState
from wirewatch.core.model.feed import ArticleMode, FirstPoll
from wirewatch.core.model.hit import HitState, Strength, Why
from wirewatch.core.model.outcome import Problem
from wirewatch.store import codec
from wirewatch.store.kinds import Bytes, Choice, Duration, Instant, Packed, Words

metadata: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    }
)
"""Constraints have names, so that a migration can speak of them on both databases."""

STRINGS: Final = Packed(codec.pack_words, codec.unpack_words)
NUMBERS: Final = Packed(codec.pack_numbers, codec.unpack_numbers)
OBJECT: Final = Packed(codec.pack_object, codec.unpack_object)
SPANS: Final = Packed(codec.pack_spans, codec.unpack_spans)
SNIPPETS: Final = Packed(codec.pack_snippets, codec.unpack_snippets)
FINGERPRINT: Final = Packed(codec.pack_fingerprint, codec.unpack_fingerprint)
MESSAGE: Final = Packed(codec.pack_message, codec.unpack_message)
KEYS: Final = Packed(codec.pack_keys, codec.unpack_keys)
GAP_PAGES: Final = Packed(codec.pack_gap_pages, codec.unpack_gap_pages)
MEMORY: Final = Bytes(codec.pack_memory, codec.unpack_memory)

COUNTER: Final = BigInteger().with_variant(Integer, "sqlite")
"""A number the database gives; SQLite counts only what it calls an integer."""


def _id(name: str = "id", *, of: str | None = None, key: bool = False) -> Column[int]:
    """Return a column for a number of 63 bits that the caller derived."""
    parent = () if of is None else (ForeignKey(of),)
    return Column(name, BigInteger, *parent, primary_key=key, autoincrement=False, nullable=False)


def _must(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


feeds: Final = Table(
    "feeds",
    metadata,
    _id(key=True),
    _must("url_key", LargeBinary(16)),
    _must("url", Words),
    _must("name", Words),
    _must("tags", STRINGS),
    Column("every_s", Duration),
    Column("language", Words),
    _must("article", Choice(ArticleMode)),
    _must("first_poll", Choice(FirstPoll)),
    _must("paused", Boolean),
    Column("retired_at", Instant),
    Column("said_title", Words),
    Column("said_language", Words),
    Column("format", Words),
    Column("moved_to", Words),
)
"""As the owner asked for it, without its secrets, and what seldom changes of what polling learned."""

feed_schedule: Final = Table(
    "feed_schedule",
    metadata,
    _id("feed_id", of="feeds.id", key=True),
    _must("shard", Integer),
    _must("active", Boolean),
    _must("next_poll_at", Instant),
    _must("interval_s", Duration),
    _must("polls", BigInteger),
    _must("failures", BigInteger),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("body_hash", LargeBinary(16)),
    Column("problem", Choice(Problem)),
    Column("problem_detail", Words),
    Column("problem_at", Instant),
    Column("last_poll_at", Instant),
    Column("last_ok_at", Instant),
    Column("last_new_at", Instant),
    Column("baseline_at", Instant),
    _must("moved_seen", BigInteger),
    Index(None, "shard", "active", "next_poll_at"),
    sqlite_with_rowid=False,
)
"""Rewritten by every poll. *active*: neither retired nor paused."""

feed_habits: Final = Table(
    "feed_habits",
    metadata,
    _id("feed_id", of="feeds.id", key=True),
    _must("habit", OBJECT),
)
"""When each feed brings entries: written only when it brought some."""

seen: Final = Table(
    "seen",
    metadata,
    _id("feed_id", of="feeds.id", key=True),
    Column("key", LargeBinary(16), primary_key=True),
    _must("text_hash", LargeBinary(8)),
    sqlite_with_rowid=False,
)
"""Every name an entry ever went by: kept when its text is long gone."""

feed_items: Final = Table(
    "feed_items",
    metadata,
    _id("feed_id", of="feeds.id", key=True),
    _must("hashes", LargeBinary),
)
"""Hashes of the raw entries of each feed's last document, joined: what is among them need not be read again."""

feed_care: Final = Table(
    "feed_care",
    metadata,
    _id("feed_id", of="feeds.id", key=True),
    _must("weight", Float),
    *(Column(name, Instant) for name in ("dead_told_at", "fast_until")),
)
"""Feeds that need care: those in trouble, and those that outran us. No row: all is well."""

feed_memory: Final = Table(
    "feed_memory",
    metadata,
    _id("feed_id", of="feeds.id", key=True),
    _must("traces", MEMORY),
)
"""What each feed's last document listed, in hashes."""

renamed: Final = Table(
    "renamed",
    metadata,
    _id("feed_id", of="feeds.id", key=True),
    Column("key", LargeBinary(16), primary_key=True),
    _must("entry_key", LargeBinary(16)),
    sqlite_with_rowid=False,
)
"""From a new name of an entry to the key under which it is stored."""

gaps: Final = Table(
    "gaps",
    metadata,
    _id(key=True),
    _id("feed_id", of="feeds.id"),
    *(_must(name, Instant) for name in ("from_at", "to_at", "due_at")),
    _must("state", Choice(GapState)),
    _must("found_by", Words),
    *(_must(name, BigInteger) for name in ("filled", "pages", "tries")),
    _must("goal", KEYS),
    _must("todo", GAP_PAGES),
    Column("detail", Words),
    Index(None, "state", "due_at"),
    Index(None, "feed_id", "to_at"),
)
"""Spans of time in which a feed may have listed entries that no poll saw."""

gap_entries: Final = Table(
    "gap_entries",
    metadata,
    _id("entry_id", of="entries.id", key=True),
    _id("gap_id", of="gaps.id"),
    Index(None, "gap_id"),
)
"""Entries that were found in a gap, afterwards."""

revisions: Final = Table(
    "revisions",
    metadata,
    _id("entry_id", of="entries.id", key=True),
    Column("at", Instant, primary_key=True),
    *(_must(name, Words) for name in ("title", "summary", "body")),
    _must("text_hash", LargeBinary(8)),
)
"""What entries said before they were edited: the last few."""

entries: Final = Table(
    "entries",
    metadata,
    _id(key=True),
    _id("feed_id", of="feeds.id"),
    _must("key", LargeBinary(16)),
    Column("guid", Words),
    Column("link", Words),
    *(_must(name, Words) for name in ("title", "summary", "body")),
    _must("authors", STRINGS),
    _must("categories", STRINGS),
    Column("language", Words),
    Column("published_at", Instant),
    Column("updated_at", Instant),
    _must("found_at", Instant),
    _must("baseline", Boolean),
    _must("text_hash", LargeBinary(8)),
    UniqueConstraint("feed_id", "key"),
    Index(None, "found_at", "id"),
)

entry_links: Final = Table(
    "entry_links",
    metadata,
    _id("number", key=True),
    _id("entry_id", of="entries.id", key=True),
    Index(None, "entry_id"),
    sqlite_with_rowid=False,
)
"""From the number of a link to the entries that lead to its page."""

search_queue: Final = Table(
    "search_queue",
    metadata,
    Column("turn", COUNTER, primary_key=True),
    _id("entry_id", of="entries.id"),
    Index(None, "entry_id"),
    sqlite_autoincrement=True,
)
"""Entries whose text is new or changed: their words are still to be put into the index of words."""

search_passages: Final = Table(
    "search_passages",
    metadata,
    Column("id", COUNTER, primary_key=True),
    _id("entry_id", of="entries.id"),
    UniqueConstraint("entry_id"),
    sqlite_autoincrement=True,
)
"""Entries by the small numbers under which the index of words knows them. A number is never given twice."""

articles: Final = Table(
    "articles",
    metadata,
    _id("entry_id", of="entries.id", key=True),
    _must("status", Choice(ArticleStatus)),
    _must("url", Words),
    _must("due_at", Instant),
    _must("deadline_at", Instant),
    _must("attempts", BigInteger),
    *(_must(name, Words) for name in ("text", "title")),
    *(Column(name, Words) for name in ("canonical", "language", "site")),
    Column("published_at", Instant),
    Column("fetched_at", Instant),
    Column("problem", Choice(Problem)),
    Column("problem_detail", Words),
    _must("leased", Boolean),
    Index(None, "status", "due_at"),
)
"""*leased*: somebody is reading it, and *due_at* is when that counts as given up."""

hits: Final = Table(
    "hits",
    metadata,
    _id(key=True),
    *(_must(name, Words) for name in ("watch", "watchlist", "watch_name", "query")),
    _id("entry_id", of="entries.id"),
    _id("feed_id", of="feeds.id"),
    _must("channels", STRINGS),
    _must("found_at", Instant),
    _must("strength", Choice(Strength)),
    _must("spans", SPANS),
    _must("snippets", SNIPPETS),
    _must("state", Choice(HitState)),
    Column("why", Choice(Why)),
    Column("story_id", BigInteger),
    Column("alert_id", BigInteger),
    UniqueConstraint("entry_id", "watch"),
    Index(None, "state", "found_at", "id"),
    Index(None, "found_at", "id"),
    Index(None, "watchlist", "found_at"),
    Index(None, "story_id"),
    Index(None, "alert_id"),
)

stories: Final = Table(
    "stories",
    metadata,
    _id(key=True),
    _must("title", Words),
    _must("opened_at", Instant),
    _must("last_at", Instant),
    Index(None, "last_at"),
)
"""*last_at*: when it was opened or last joined."""

story_entries: Final = Table(
    "story_entries",
    metadata,
    _id("story_id", of="stories.id", key=True),
    _id("entry_id", key=True),
    _must("outlet", Words),
    Column("link", Words),
    Column("joined_by", Words),
    _must("at", Instant),
    _must("fingerprint", FINGERPRINT),
)
"""No foreign key to entries: a story outlives the texts."""

story_keys: Final = Table(
    "story_keys",
    metadata,
    _id("number", key=True),
    _id("story_id", of="stories.id", key=True),
    Index(None, "story_id"),
    sqlite_with_rowid=False,
)
"""From a number of a fingerprint to the stories that have it."""

told: Final = Table(
    "told",
    metadata,
    _id("story_id", of="stories.id", key=True),
    Column("watch", Words, primary_key=True),
    Column("channel", Words, primary_key=True),
)

alerts: Final = Table(
    "alerts",
    metadata,
    _id(key=True),
    _must("kind", Choice(AlertKind)),
    Column("story_id", BigInteger),
    _must("hits", NUMBERS),
    _must("message", MESSAGE),
    _must("created_at", Instant),
    Index(None, "created_at"),
    Index(None, "story_id"),
)

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("key", Words, primary_key=True),
    _id("alert_id", of="alerts.id"),
    _must("channel", Words),
    _must("state", Choice(DeliveryState)),
    _must("created_at", Instant),
    _must("due_at", Instant),
    _must("attempts", BigInteger),
    Column("first_attempt_at", Instant),
    Column("done_at", Instant),
    Column("last_error", Words),
    UniqueConstraint("alert_id", "channel"),
    Index(None, "state", "channel", "due_at"),
    Index(None, "created_at"),
)

attempts: Final = Table(
    "attempts",
    metadata,
    Column("delivery", Words, ForeignKey("deliveries.key"), primary_key=True),
    Column("at", Instant, primary_key=True),
    _must("ok", Boolean),
    _must("detail", Words),
    _must("took_s", Float),
)

poll_log: Final = Table(
    "poll_log",
    metadata,
    _id("feed_id", of="feeds.id", key=True),
    Column("at", Instant, primary_key=True),
    _must("outcome", Words),
    Column("status", Integer),
    _must("wire_bytes", BigInteger),
    _must("entries", BigInteger),
    _must("new", BigInteger),
    Column("overlap", Boolean),
    _must("took_s", Float),
    Index(None, "at"),
    sqlite_with_rowid=False,
)

notes: Final = Table(
    "notes",
    metadata,
    Column("name", Words, primary_key=True),
    _must("value", OBJECT),
)
