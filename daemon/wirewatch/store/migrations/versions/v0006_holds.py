"""Deliveries that are kept back, mutes, and what people made of alerts and hits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.BigInteger().with_variant(TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "holds",
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("told_in", sa.BigInteger()),
        sa.PrimaryKeyConstraint("delivery", name="holds_pk"),
        sa.ForeignKeyConstraint(["delivery"], ["deliveries.key"], name="holds_delivery_fk"),
    )
    op.create_table(
        "mutes",
        sa.Column("id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="mutes_pk"),
    )
    op.create_table(
        "acks",
        sa.Column("alert_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="acks_pk"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="acks_alert_id_fk"),
    )
    op.create_table(
        "marks",
        sa.Column("hit_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hit_id", name="marks_pk"),
        sa.ForeignKeyConstraint(["hit_id"], ["hits.id"], name="marks_hit_id_fk"),
    )
    op.create_table(
        "escalations",
        sa.Column("alert_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("every", sa.Float(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="escalations_pk"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name="escalations_alert_id_fk"),
    )
    op.create_index("escalations_due_at_ix", "escalations", ["due_at"])
