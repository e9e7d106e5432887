"""When each feed brings entries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "feed_habits",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("habit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="feed_habits_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="feed_habits_feed_id_fk"),
    )
