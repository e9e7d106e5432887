"""Connections that lose nothing: WAL with full sync on SQLite, whole transactions tried again on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from wirewatch.errors import StoreError

R = TypeVar("R")

BUSY_MS = 15_000
TRIES = 5
RETRIABLE = ("40001", "40P01", "57P01", "57P02", "57P03", "08003", "08006", "08001", "25006")
"""Serialization failure, deadlock, server going down or restarting, lost connection, failed over (PostgreSQL)."""


class Database:
    """Gives transactions for reading and for writing, and turns what the database says into StoreError."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        if self.is_sqlite:
            self.writer = _sqlite(self.url, begin="BEGIN IMMEDIATE")
            self.reader = _sqlite(self.url, begin="BEGIN")
        else:
            self.writer = self.reader = _postgres(self.url)

    def write(self, step: Callable[[Connection], R]) -> R:
        """Do a step in one transaction, all of it or nothing. Raise StoreError."""
        if self.is_sqlite:
            with self._writing, self._told(), self.writer.begin() as connection:
                return step(connection)
        return self._insist(self.writer, step)

    def read(self, step: Callable[[Connection], R]) -> R:
        """Do a step that only reads, on one consistent view. Raise StoreError."""
        if self.is_sqlite:
            with self._told(), self.reader.begin() as connection:
                return step(connection)
        return self._insist(self.reader, step)

    def close(self) -> None:
        """Close every connection."""
        self.writer.dispose()
        self.reader.dispose()

    def _insist(self, engine: Engine, step: Callable[[Connection], R]) -> R:
        for left in reversed(range(TRIES)):
            try:
                with engine.begin() as connection:
                    return step(connection)
            except DBAPIError as exc:
                if left == 0 or not _passes(exc):
                    raise trouble(exc) from exc
            except SQLAlchemyError as exc:
                raise trouble(exc) from exc
        raise AssertionError("unreachable: the last try returns or raises")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as exc:
            raise trouble(exc) from exc


def _passes(exc: DBAPIError) -> bool:
    state = getattr(exc.orig, "sqlstate", None)
    return exc.connection_invalidated or state in RETRIABLE


def trouble(exc: SQLAlchemyError) -> StoreError:
    """Say in a person's words what the database said."""
    said = " ".join(str(getattr(exc, "orig", None) or exc).split())
    hints = {
        "locked": "another process holds the database; it is tried again",
        "full": "free some space on the disk; Wirewatch goes on by itself",
        "readonly": "the user that runs Wirewatch must be able to write the file and its folder",
        "read-only": "the user that runs Wirewatch must be able to write the file and its folder",
        "malformed": "restore a backup, or see `wirewatch db check`",
        "not a database": "database.url points to another file",
        "unable to open": "the folder must exist and be writable for the user that runs Wirewatch",
        "connection": "is the database server running, and is database.url right?",
    }
    hint = next((hint for word, hint in hints.items() if word in said.lower()), None)
    return StoreError(f"database: {said}", hint=hint)


def _sqlite(url: URL, *, begin: str) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False}, pool_size=4
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, and which one
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # NORMAL loses acknowledged commits when the power fails
            f"busy_timeout={BUSY_MS}",
            "foreign_keys=ON",
            "cache_size=-20000",
            "temp_store=MEMORY",
            "journal_size_limit=67108864",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=8,
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 10},
    )
