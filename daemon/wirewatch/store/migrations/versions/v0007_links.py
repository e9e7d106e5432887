"""Entries by the links under which a person may ask for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from wirewatch.store.rules import links_of

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PAGE = sa.text(
    "SELECT entries.id, entries.link, articles.url, articles.canonical "
    "FROM entries LEFT JOIN articles ON articles.entry_id = entries.id "
    "WHERE entries.id > :after ORDER BY entries.id LIMIT 1000"
)


def upgrade() -> None:
    """Create the table, and fill it from the entries and pages there are."""
    table = op.create_table(
        "entry_links",
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("number", "entry_id", name="entry_links_pk"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="entry_links_entry_id_fk"),
        sqlite_with_rowid=False,
    )
    op.create_index("entry_links_entry_id_ix", "entry_links", ["entry_id"])
    connection = op.get_bind()
    after = -1
    while page := connection.execute(PAGE, {"after": after}).fetchall():
        pairs = ((id_, link) for id_, *links in page for link in links)
        rows = [{"number": number, "entry_id": id_} for number, id_ in sorted(set(links_of(pairs)))]
        if rows:
            connection.execute(sa.insert(table), rows)
        after = page[-1][0]
