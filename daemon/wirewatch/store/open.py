"""Opening a store by its address, with a clear word where that cannot be done."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from wirewatch.errors import StoreError
from wirewatch.ports import Store
from wirewatch.store.engine import PATIENCE, Database
from wirewatch.store.migrate import Steps
from wirewatch.store.sql import SqlStore
from wirewatch.store.upkeep import backup, flush

OLDEST_POSTGRES: Final = 15
EXAMPLES: Final = "sqlite:////var/lib/wirewatch/wirewatch.db or postgresql://user@host/wirewatch"

OURS: Final = Steps()

OPENING_PATIENCE: Final = timedelta(seconds=10)
"""A server that is just starting is waited for; one that is not there is told of soon."""


def open_store(
    url: str,
    *,
    migrate: bool = True,
    examine: bool = True,
    patience: timedelta = PATIENCE,
) -> Store:
    """Open a database, made new or brought up to date if *migrate*. Raise StoreError with the mend.

    *examine* looks a SQLite file through for damage, which takes a moment for each gigabyte. *patience* is how long a
    database that is locked or away is waited for, at every call.
    """
    return open_sql_store(url, migrate=migrate, examine=examine, patience=patience)


def open_sql_store(
    url: str,
    *,
    migrate: bool = True,
    examine: bool = True,
    patience: timedelta = PATIENCE,
    steps: Steps = OURS,
) -> SqlStore:
    """Open a database as ``open_store`` does, for those who want to look behind the store."""
    address = _address(url)
    opening = _Opening(steps=steps, migrate=migrate, patience=patience)
    if address.get_backend_name() == "sqlite":
        return _open_file(address, opening, examine=examine)
    return _open_server(address, opening)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """How a database is opened."""

    steps: Steps
    migrate: bool
    patience: timedelta

    def is_old(self, database: Database) -> bool:
        """Say whether steps are to be done. Raise StoreError where they must not."""
        found = database.read(self.steps.revision)
        if found == self.steps.newest():
            return False
        if not self.migrate:
            state = "empty" if found is None else f"of an older Wirewatch (schema {found})"
            raise StoreError(f"the database is {state}", hint="start the daemon: it upgrades it")
        return True


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as exc:
        raise StoreError("database.url is not an address of a database", hint=EXAMPLES) from exc
    name = address.get_backend_name()
    if name in {"postgres", "postgresql"}:
        return address.set(drivername="postgresql+psycopg")
    if name != "sqlite":
        raise StoreError(f"database.url: {name} is not supported", hint=EXAMPLES)
    if not address.database or address.database == ":memory:":
        raise StoreError(
            "database.url names no file: what is kept in memory is lost at the next stop",
            hint="sqlite:////path/to/file.db, with four slashes",
        )
    if address.query:
        raise StoreError(
            "database.url has settings after the file's name",
            hint="leave out everything from the ?",
        )
    return address


def _open_file(url: URL, opening: _Opening, *, examine: bool) -> SqlStore:
    path = Path(url.database or "").absolute()
    url = url.set(database=str(path))
    _require_folder(path)
    if not path.exists():
        if not opening.migrate:
            raise StoreError(f"there is no database {path}", hint="start the daemon once")
        _create(url, path, opening.steps)
    _require_usable(path)
    database = Database(url, patience=opening.patience)
    try:
        if examine:
            _examine(database, path)
        if opening.is_old(database):
            _keep_copy(database, path, opening.steps)
            database.write(opening.steps.upgrade)
    except BaseException:
        database.close()
        raise
    return SqlStore(database)


def _open_server(url: URL, opening: _Opening) -> SqlStore:
    try:
        database = Database(url, patience=min(opening.patience, OPENING_PATIENCE))
    except ModuleNotFoundError as exc:
        raise StoreError(
            "PostgreSQL needs the psycopg package", hint="pip install 'wirewatch[postgres]'"
        ) from exc
    try:
        database.read(_require_server)
        if opening.is_old(database):
            database.write(opening.steps.upgrade)
    finally:
        database.close()
    return SqlStore(Database(url, patience=opening.patience))


def _keep_copy(database: Database, path: Path, steps: Steps) -> None:
    """Copy the old database beside the one that is upgraded, under a name that says what it is."""
    before = database.read(steps.revision)
    name = f"{path.name}.schema-{before}"
    copy, number = path.with_name(name), 1
    while copy.exists():
        number += 1
        copy = path.with_name(f"{name}-{number}")
    backup(database, str(copy))


def _require_folder(path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        raise StoreError(
            f"there is no folder {folder}", hint=f"mkdir -p {folder}, or correct database.url"
        )
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        raise StoreError(
            f"{folder} cannot be written", hint="it must belong to the user that runs Wirewatch"
        )
    log = path.with_name(f"{path.name}-wal")
    if not path.exists() and log.exists():
        raise StoreError(
            f"{path} is missing, but its log {log.name} is there",
            hint="put the database back, or move the log away too: it holds what was written last",
        )


def _require_usable(path: Path) -> None:
    if not path.is_file():
        raise StoreError(f"{path} is not a file", hint="correct database.url")
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        raise StoreError(
            f"{path} cannot be written", hint="it must belong to the user that runs Wirewatch"
        )
    if path.stat().st_size == 0:
        raise StoreError(
            f"{path} is empty: it was a database once, or never became one",
            hint="restore a backup; or remove it, and everything begins anew",
        )


def _create(url: URL, path: Path, steps: Steps) -> None:
    """Make a new database under another name and give it its own when it is whole: it is never found half made."""
    fresh = path.with_name(f"{path.name}.new-{os.getpid()}")
    for ending in ("", "-wal", "-shm"):
        fresh.with_name(fresh.name + ending).unlink(missing_ok=True)
    try:
        fresh.touch(mode=0o600)
        database = Database(url.set(database=str(fresh)))
        try:
            database.write(steps.upgrade)
        finally:
            database.close()
        _name(fresh, path)
        flush(path.parent)
    except FileExistsError:
        return  # another process was faster; its database is as good
    except OSError as exc:
        raise StoreError(f"{path}: {exc.strerror}", hint="correct database.url") from exc
    finally:
        fresh.unlink(missing_ok=True)


def _name(fresh: Path, path: Path) -> None:
    """Give a file its name, never in the place of another."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        fresh.rename(path)


def _examine(database: Database, path: Path) -> None:
    try:
        said = database.read(_quick_check)
    except StoreError as exc:
        raise StoreError(f"{path}: {exc.message}", hint=exc.hint) from exc
    if said != "ok":
        raise StoreError(
            f"{path} is damaged: {said}",
            hint="stop the daemon, move the file aside, and restore a backup; it is never replaced by an empty one",
        )


def _quick_check(tx: Connection) -> str:
    return str(tx.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())


def _require_server(tx: Connection) -> None:
    version = int(tx.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if version < OLDEST_POSTGRES:
        raise StoreError(
            f"PostgreSQL {version} is too old", hint=f"use version {OLDEST_POSTGRES} or newer"
        )
    encoding = tx.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise StoreError(
            f"the database is encoded in {encoding}, which cannot hold the news of the world",
            hint="create it with: createdb --encoding=UTF8 --template=template0 NAME",
        )
