"""Bringing a database to this version's schema, with a copy of the old one beside it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from wirewatch.errors import StoreError
from wirewatch.store.engine import Database

HERE = Path(__file__).parent / "migrations"


def config_for(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; it runs on the connection that is passed along."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


def revision_of(connection: Connection) -> str | None:
    """Return the revision a database is at, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the revision this program needs."""
    head = ScriptDirectory.from_config(config_for()).get_current_head()
    assert head is not None  # noqa: S101  there is always a first revision
    return head


def upgrade(database: Database) -> None:
    """Bring a database up to date: all steps in one transaction. Raise StoreError for one that is newer than we are."""
    before = database.read(revision_of)
    if before == newest():
        return
    script = ScriptDirectory.from_config(config_for())
    if before is not None:
        if before not in {step.revision for step in script.walk_revisions()}:
            raise StoreError(
                f"the database was written by a newer Wirewatch (schema {before})",
                hint="install that version again, or restore the copy made before the upgrade",
            )
        _copy(database, before)
    database.write(lambda connection: command.upgrade(config_for(connection), "head"))


def _copy(database: Database, before: str) -> None:
    """Copy a SQLite database before its schema is changed; a PostgreSQL one has its own backups."""
    if not database.is_sqlite or database.url.database is None:
        return
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    target = f"{database.url.database}.before-{before}-{stamp}"
    with closing(sqlite3.connect(database.url.database)) as source:
        source.execute("VACUUM INTO ?", (target,))
