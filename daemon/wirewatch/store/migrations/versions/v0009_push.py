"""Hubs, what was agreed with them, and what they sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "hubs",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("pushed_at", INSTANT),
        sa.Column("news_at", INSTANT),
        sa.Column("missed_at", INSTANT),
        sa.Column("pushes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="hubs_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="hubs_feed_id_fk"),
    )
    op.create_table(
        "subscriptions",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", INSTANT),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", INSTANT),
        sa.Column("detail", sa.Text()),
        sa.PrimaryKeyConstraint("feed_id", name="subscriptions_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="subscriptions_feed_id_fk"),
    )
    op.create_index("subscriptions_token_ix", "subscriptions", ["token"])
    op.create_index("subscriptions_due_at_ix", "subscriptions", ["due_at"])
    op.create_table(
        "pushes",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary()),
        sa.Column("done_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name="pushes_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="pushes_feed_id_fk"),
    )
    op.create_index("pushes_done_at_at_ix", "pushes", ["done_at", "at"])
