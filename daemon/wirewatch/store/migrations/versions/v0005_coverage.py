"""What feeds list and what slipped past, entries under other names, revisions, and feeds that need care."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the tables. What the failures of feeds in trouble weighed is not known: as little as any failure."""
    op.create_table(
        "feed_care",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("dead_told_at", INSTANT),
        sa.Column("fast_until", INSTANT),
        sa.PrimaryKeyConstraint("feed_id", name="feed_care_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="feed_care_feed_id_fk"),
    )
    op.create_table(
        "feed_memory",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("traces", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="feed_memory_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="feed_memory_feed_id_fk"),
    )
    op.create_table(
        "renamed",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        sa.Column("entry_key", sa.LargeBinary(16), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "key", name="renamed_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="renamed_feed_id_fk"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "gaps",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("to_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found_by", sa.Text(), nullable=False),
        sa.Column("filled", sa.BigInteger(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column("todo", sa.Text(), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("detail", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="gaps_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="gaps_feed_id_fk"),
    )
    op.create_index("gaps_state_due_at_ix", "gaps", ["state", "due_at"])
    op.create_index("gaps_feed_id_to_at_ix", "gaps", ["feed_id", "to_at"])
    op.create_table(
        "gap_entries",
        sa.Column("entry_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("gap_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("entry_id", name="gap_entries_pk"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="gap_entries_entry_id_fk"),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"], name="gap_entries_gap_id_fk"),
    )
    op.create_index("gap_entries_gap_id_ix", "gap_entries", ["gap_id"])
    op.create_table(
        "revisions",
        sa.Column("entry_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(8), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "at", name="revisions_pk"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="revisions_entry_id_fk"),
    )
    op.execute(
        "INSERT INTO feed_care (feed_id, weight) "
        "SELECT feed_id, failures * 0.25 FROM feed_schedule WHERE failures > 0"
    )
