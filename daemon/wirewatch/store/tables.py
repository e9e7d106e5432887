"""The tables, as design and measurements ask for them: narrow where every poll writes, wide where few do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.types import JSON

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC, stored as microseconds since 1970: exact, sortable, the same in both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive times."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        return round(value.timestamp() * 1_000_000)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return it aware."""
        if value is None:
            return None
        seconds, micro = divmod(int(value), 1_000_000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro)


class Span(TypeDecorator[Any]):
    """A duration, stored as seconds."""

    impl = Float
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> float | None:
        """Return its seconds."""
        return None if value is None else value.total_seconds()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the duration."""
        from datetime import timedelta

        return None if value is None else timedelta(seconds=value)


def _id(name: str = "id", *, fk: str | None = None, pk: bool = False) -> Column[int]:
    args = (ForeignKey(fk),) if fk else ()
    return Column(name, BigInteger, *args, primary_key=pk, nullable=False, autoincrement=False)


feeds = Table(
    "feeds",
    metadata,
    _id(pk=True),
    Column("url_number", BigInteger, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("spec", JSON, nullable=False),
    Column("retired", Boolean, nullable=False),
)

feed_schedule = Table(
    "feed_schedule",
    metadata,
    _id("feed_id", fk="feeds.id", pk=True),
    Column("shard", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("next_poll_at", Moment, nullable=False),
    Column("interval", Span, nullable=False),
    Column("polls", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", LargeBinary),
    Column("problem", Text),
    Column("problem_detail", Text),
    Column("problem_at", Moment),
    Column("last_poll_at", Moment),
    Column("last_ok_at", Moment),
    Column("last_new_at", Moment),
    Column("baseline_at", Moment),
    Column("moved_to", Text),
    Column("moved_seen", Integer, nullable=False),
    Column("title", Text),
    Column("format", Text),
    Column("language", Text),
    Index("feed_schedule_due", "shard", "next_poll_at"),
)

seen = Table(
    "seen",
    metadata,
    _id("feed_id", pk=True),
    Column("key", LargeBinary(16), primary_key=True),
    Column("text_hash", LargeBinary(8), nullable=False),
    sqlite_with_rowid=False,
)

entries = Table(
    "entries",
    metadata,
    _id(pk=True),
    _id("feed_id", fk="feeds.id"),
    Column("key", LargeBinary(16), nullable=False),
    Column("guid", Text),
    Column("link", Text),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("language", Text),
    Column("published_at", Moment),
    Column("updated_at", Moment),
    Column("found_at", Moment, nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("text_hash", LargeBinary(8), nullable=False),
    Index("entries_feed_key", "feed_id", "key", unique=True),
    Index("entries_found", "found_at", "id"),
)


articles = Table(
    "articles",
    metadata,
    _id("entry_id", fk="entries.id", pk=True),
    Column("status", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("deadline_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("leased", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("canonical", Text),
    Column("language", Text),
    Column("site", Text),
    Column("published_at", Moment),
    Column("fetched_at", Moment),
    Column("problem", Text),
    Column("problem_detail", Text),
    Index("articles_due", "status", "due_at"),
)

stories = Table(
    "stories",
    metadata,
    _id(pk=True),
    Column("title", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

story_entries = Table(
    "story_entries",
    metadata,
    _id("story_id", fk="stories.id", pk=True),
    _id("entry_id", pk=True),
    Column("outlet", Text, nullable=False),
    Column("link", Text),
    Column("joined_by", Text),
    Column("at", Moment, nullable=False),
    Column("fingerprint", JSON, nullable=False),
    Index("story_entries_entry", "entry_id"),
)

story_keys = Table(
    "story_keys",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _id("story_id", fk="stories.id", pk=True),
    Index("story_keys_story", "story_id"),
    sqlite_with_rowid=False,
)

told = Table(
    "told",
    metadata,
    _id("story_id", fk="stories.id", pk=True),
    Column("watch", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
)

alerts = Table(
    "alerts",
    metadata,
    _id(pk=True),
    Column("kind", Text, nullable=False),
    Column("story_id", BigInteger),
    Column("hits", JSON, nullable=False),
    Column("message", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
)

hits = Table(
    "hits",
    metadata,
    _id(pk=True),
    Column("watch", Text, nullable=False),
    Column("watch_name", Text, nullable=False),
    Column("query", Text, nullable=False),
    _id("entry_id", fk="entries.id"),
    _id("feed_id"),
    Column("channels", JSON, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("strength", Text, nullable=False),
    Column("spans", JSON, nullable=False),
    Column("snippets", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text),
    Column("story_id", BigInteger),
    Column("alert_id", BigInteger),
    Index("hits_state", "state", "found_at"),
    Index("hits_found", "found_at"),
    Index("hits_once", "watch", "entry_id", unique=True),
    Index("hits_entry", "entry_id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("key", Text, primary_key=True),
    _id("alert_id", fk="alerts.id"),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_attempt_at", Moment),
    Column("done_at", Moment),
    Column("last_error", Text),
    Index("deliveries_once", "alert_id", "channel", unique=True),
    Index("deliveries_due", "state", "channel", "due_at"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("delivery", Text, ForeignKey("deliveries.key"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("took_s", Float, nullable=False),
)

poll_log = Table(
    "poll_log",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _id("feed_id"),
    Column("at", Moment, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer),
    Column("wire_bytes", BigInteger, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("overlap", Boolean),
    Column("took_s", Float, nullable=False),
    Index("poll_log_feed", "feed_id", "at"),
    Index("poll_log_at", "at"),
)

notes = Table(
    "notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)
