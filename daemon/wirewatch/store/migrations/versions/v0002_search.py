"""An index of words, so that a search reads few texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the index; every stored text waits for it."""
    op.create_table(
        "search_queue",
        sa.Column("turn", COUNTER, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("turn", name="search_queue_pk"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="search_queue_entry_id_fk"),
        sqlite_autoincrement=True,
    )
    op.create_index("search_queue_entry_id_ix", "search_queue", ["entry_id"])
    op.create_table(
        "search_passages",
        sa.Column("id", COUNTER, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="search_passages_pk"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="search_passages_entry_id_fk"),
        sa.UniqueConstraint("entry_id", name="search_passages_entry_id_uq"),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5"
            " (words, content='', columnsize=0, detail=none, tokenize='ascii')"
        )
    else:
        op.execute(
            "CREATE TABLE search_words (id BIGINT PRIMARY KEY"
            " REFERENCES search_passages (id) ON DELETE CASCADE, words BIGINT[] NOT NULL)"
        )
        op.execute("CREATE INDEX search_words_words_ix ON search_words USING gin (words)")
    op.execute("INSERT INTO search_queue (entry_id) SELECT id FROM entries")
