"""What a feed's last document held, so that only what is new in the next one is read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "feed_items",
        sa.Column("feed_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", name="feed_items_pk"),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="feed_items_feed_id_fk"),
    )
