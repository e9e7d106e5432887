"""Opening a store by its address, with a clear word when that cannot be done."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from wirewatch.errors import StoreError
from wirewatch.store.engine import Database
from wirewatch.store.migrate import upgrade
from wirewatch.store.sql import SqlStore

OLDEST_POSTGRES = 15


def open_store(url: str, *, migrate: bool = True) -> SqlStore:
    """Open a database: ``sqlite:////path/file.db`` or ``postgresql://user@host/name``. Raise StoreError."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError as exc:
        raise StoreError(f"database.url: {exc}", hint="sqlite:////path/to/file.db") from exc
    if backend == "sqlite":
        _check_file(parsed)
    elif backend != "postgresql":
        raise StoreError(
            f"database.url: {backend} is not supported", hint="sqlite:////… or postgresql://…"
        )
    try:
        database = Database(url)
    except (NoSuchModuleError, ModuleNotFoundError) as exc:
        raise StoreError(
            "PostgreSQL needs the psycopg package", hint="pip install 'wirewatch[postgres]'"
        ) from exc
    try:
        if backend == "postgresql":
            _check_version(database)
        if migrate:
            upgrade(database)
    except BaseException:
        database.close()
        raise
    return SqlStore(database)


def _check_file(url: URL) -> None:
    if not url.database or url.database == ":memory:":
        raise StoreError(
            "database.url names no file", hint="sqlite:////path/to/file.db, with four slashes"
        )
    path = Path(url.database)
    folder = path.absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise StoreError(
            f"{folder}: {exc.strerror}", hint="make the folder, or set database.url"
        ) from exc
    for place in (folder, path):
        if place.exists() and not os.access(place, os.W_OK):
            raise StoreError(
                f"{place} is not writable", hint="it must belong to the user that runs Wirewatch"
            )
    if path.exists() and path.stat().st_size:
        _check_sound(path)


def _check_sound(path: Path) -> None:
    """Look quickly whether the file is a database that hangs together."""
    try:
        with closing(sqlite3.connect(path, timeout=15)) as connection:
            said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as exc:
        if "locked" in str(exc) or "busy" in str(exc):
            return  # another process works with it: it is sound enough for that
        said = str(exc)
    if said != "ok":
        raise StoreError(
            f"{path} is damaged or not a database: {said}",
            hint="move it aside and restore a backup; Wirewatch never replaces it by itself",
        )


def _check_version(database: Database) -> None:
    version = database.read(lambda c: c.dialect.server_version_info)
    if version and int(version[0]) < OLDEST_POSTGRES:
        raise StoreError(
            f"PostgreSQL {version[0]} is too old", hint=f"version {OLDEST_POSTGRES} or newer"
        )
