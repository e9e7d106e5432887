"""Everything a first version remembers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Types are written out: what a table was at this step does not change with the program.
INSTANT = sa.BigInteger().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("story_id", sa.BigInteger()),
        sa.Column("hits", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="alerts_pk"),
    )
    op.create_index("alerts_created_at_ix", "alerts", ["created_at"])
    op.create_index("alerts_story_id_ix", "alerts", ["story_id"])
    op.create_table(
        "feeds",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("url_key", sa.LargeBinary(16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("every_s", sa.Float()),
        sa.Column("language", sa.Text()),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("first_poll", sa.Text(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("retired_at", INSTANT),
        sa.Column("said_title", sa.Text()),
        sa.Column("said_language", sa.Text()),
        sa.Column("format", sa.Text()),
        sa.Column("moved_to", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="feeds_pk"),
    )
    op.create_table(
        "notes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="notes_pk"),
    )
    op.create_table(
        "stories",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="stories_pk"),
    )
    op.create_index("stories_last_at_ix", "stories", ["last_at"])
    op.create_table(
        "deliveries",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("first_attempt_at", INSTANT),
        sa.Column("done_at", INSTANT),
        sa.Column("last_error", sa.Text()),
        sa.PrimaryKeyConstraint("key", name="deliveries_pk"),
        sa.UniqueConstraint("alert_id", "channel", name="deliveries_alert_id_channel_uq"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="deliveries_alert_id_fk"),
    )
    op.create_index("deliveries_created_at_ix", "deliveries", ["created_at"])
    op.create_index(
        "deliveries_state_channel_due_at_ix", "deliveries", ["state", "channel", "due_at"]
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column("guid", sa.Text()),
        sa.Column("link", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("published_at", INSTANT),
        sa.Column("updated_at", INSTANT),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(8), nullable=False),
        sa.PrimaryKeyConstraint("id", name="entries_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="entries_feed_id_fk"),
        sa.UniqueConstraint("feed_id", "key", name="entries_feed_id_key_uq"),
    )
    op.create_index("entries_found_at_id_ix", "entries", ["found_at", "id"])
    op.create_table(
        "feed_schedule",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("next_poll_at", INSTANT, nullable=False),
        sa.Column("interval_s", sa.Float(), nullable=False),
        sa.Column("polls", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("body_hash", sa.LargeBinary(16)),
        sa.Column("problem", sa.Text()),
        sa.Column("problem_detail", sa.Text()),
        sa.Column("problem_at", INSTANT),
        sa.Column("last_poll_at", INSTANT),
        sa.Column("last_ok_at", INSTANT),
        sa.Column("last_new_at", INSTANT),
        sa.Column("baseline_at", INSTANT),
        sa.Column("moved_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="feed_schedule_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="feed_schedule_feed_id_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "feed_schedule_shard_active_next_poll_at_ix",
        "feed_schedule",
        ["shard", "active", "next_poll_at"],
    )
    op.create_table(
        "poll_log",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("wire_bytes", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("new", sa.BigInteger(), nullable=False),
        sa.Column("overlap", sa.Boolean()),
        sa.Column("took_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "at", name="poll_log_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="poll_log_feed_id_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("poll_log_at_ix", "poll_log", ["at"])
    op.create_table(
        "seen",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(8), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "key", name="seen_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="seen_feed_id_fk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "story_entries",
        sa.Column("story_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("link", sa.Text()),
        sa.Column("joined_by", sa.Text()),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("story_id", "entry_id", name="story_entries_pk"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="story_entries_story_id_fk"),
    )
    op.create_table(
        "story_keys",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("number", "story_id", name="story_keys_pk"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="story_keys_story_id_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("story_keys_story_id_ix", "story_keys", ["story_id"])
    op.create_table(
        "told",
        sa.Column("story_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("story_id", "watch", "channel", name="told_pk"),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name="told_story_id_fk"),
    )
    op.create_table(
        "articles",
        sa.Column("entry_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("deadline_at", INSTANT, nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("canonical", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("site", sa.Text()),
        sa.Column("published_at", INSTANT),
        sa.Column("fetched_at", INSTANT),
        sa.Column("problem", sa.Text()),
        sa.Column("problem_detail", sa.Text()),
        sa.Column("leased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="articles_pk"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="articles_entry_id_fk"),
    )
    op.create_index("articles_status_due_at_ix", "articles", ["status", "due_at"])
    op.create_table(
        "attempts",
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("took_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("delivery", "at", name="attempts_pk"),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.key"], name="attempts_delivery_fk"),
    )
    op.create_table(
        "hits",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("watchlist", sa.Text(), nullable=False),
        sa.Column("watch_name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("feed_id", sa.BigInteger(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("snippets", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.Column("story_id", sa.BigInteger()),
        sa.Column("alert_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="hits_pk"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="hits_entry_id_fk"),
        sa.UniqueConstraint("entry_id", "watch", name="hits_entry_id_watch_uq"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="hits_feed_id_fk"),
    )
    op.create_index("hits_alert_id_ix", "hits", ["alert_id"])
    op.create_index("hits_found_at_id_ix", "hits", ["found_at", "id"])
    op.create_index("hits_state_found_at_id_ix", "hits", ["state", "found_at", "id"])
    op.create_index("hits_story_id_ix", "hits", ["story_id"])
    op.create_index("hits_watchlist_found_at_ix", "hits", ["watchlist", "found_at"])
