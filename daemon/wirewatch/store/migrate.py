"""Bringing a database to this version's schema: all steps in one transaction, a copy of the old file beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from wirewatch.errors import StoreError
from wirewatch.store.tables import metadata

VERSION_TABLE: Final = "wirewatch_schema"
MIGRATIONS: Final = Path(__file__).parent / "migrations"

_LOCK: Final = 0x5757_5343
"""The number under which PostgreSQL lets one process at a time change the schema ("WWSC")."""


def _is_ours(_item: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """Say whether the schema's comparison looks at something: others may have tables beside ours."""
    return kind != "table" or not reflected or name in metadata.tables


_OPTIONS: Final[dict[str, Any]] = {
    "version_table": VERSION_TABLE,
    "compare_type": True,
    "target_metadata": metadata,
    "include_object": _is_ours,
}


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps this program knows, oldest first."""

    folder: Path = MIGRATIONS

    def newest(self) -> str:
        """Return the revision this program needs."""
        head = self._scripts().get_current_head()
        if head is None:
            raise AssertionError(f"there is no step in {self.folder}")
        return head

    def revision(self, tx: Connection) -> str | None:
        """Return the revision a database is at, None for an empty one. Raise StoreError for one that is not ours."""
        if not inspect(tx).has_table(VERSION_TABLE):
            _require_room(tx)
            return None
        current = _context(tx).get_current_revision()
        if current is None:
            raise StoreError(
                f"the table {VERSION_TABLE} is empty: the database is not whole",
                hint="restore a backup",
            )
        if current not in {step.revision for step in self._scripts().walk_revisions()}:
            raise StoreError(
                f"the database was written by a newer Wirewatch (schema {current})",
                hint="install that version again, or restore the copy made before the upgrade",
            )
        return current

    def upgrade(self, tx: Connection) -> None:
        """Do the steps that are missing. Who does the same at the same time waits, and finds it done."""
        if tx.dialect.name == "postgresql":
            tx.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        self.revision(tx)
        scripts = self._scripts()

        def steps(current: Any, _context: MigrationContext) -> Any:
            return scripts._upgrade_revs("head", current)

        context = _context(tx, fn=steps)
        with Operations.context(context):
            context.run_migrations()

    def _scripts(self) -> ScriptDirectory:
        return ScriptDirectory(self.folder, version_locations=[self.folder / "versions"])


def differences(tx: Connection) -> list[str]:
    """Return where the schema is not what this program works with."""
    found = compare_metadata(_context(tx), metadata)
    return [f"the schema differs: {difference}" for difference in found]


def _context(tx: Connection, **more: Any) -> MigrationContext:
    return MigrationContext.configure(tx, opts={**_OPTIONS, **more})


def _require_room(tx: Connection) -> None:
    """Make sure that an empty database is meant: never put our tables among those of another program."""
    there = set(inspect(tx).get_table_names())
    taken = there if tx.dialect.name == "sqlite" else there & set(metadata.tables)
    if taken:
        raise StoreError(
            f"the database holds tables of another program: {', '.join(sorted(taken)[:5])}",
            hint="point database.url to a database of its own",
        )
