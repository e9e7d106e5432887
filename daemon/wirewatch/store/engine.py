"""Connections that lose nothing, and transactions that are done whole, tried again, or explained."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from time import monotonic, sleep
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from wirewatch.errors import StoreError
from wirewatch.store.trouble import is_ours, is_standby, passes, trouble

R = TypeVar("R")

PATIENCE: Final = timedelta(seconds=60)
"""How long a database that is locked or away is waited for before a caller is told."""

BUSY_S: Final = 2.0
"""How long SQLite itself waits for a lock; then it counts as one try."""

FIRST_WAIT_S: Final = 0.05
LONGEST_WAIT_S: Final = 2.0

SQLITE_PRAGMAS: Final = (
    "synchronous=FULL",  # NORMAL loses acknowledged commits when the power fails
    "foreign_keys=ON",
    "cache_size=-20000",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
)


POSTGRES_LINE: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that vanished without a word is noticed within a minute; each can be set otherwise in the URL."""

POSTGRES_SESSION: Final = "-c lock_timeout=10s"
"""A table that somebody keeps locked is an error that is told of, not a daemon that stands still."""


class Database:
    """Gives transactions for reading and for writing. Safe to use from several threads."""

    def __init__(self, url: URL, *, patience: timedelta = PATIENCE) -> None:
        self.url: Final = url
        self.is_sqlite: Final = url.get_backend_name() == "sqlite"
        self._patience_s: Final = patience.total_seconds()
        # SQLite lets one write at a time: waiting for a turn here is cheaper and fairer than asking again.
        self._turn: Final[AbstractContextManager[Any]] = (
            threading.Lock() if self.is_sqlite else nullcontext()
        )
        if self.is_sqlite:
            busy_s = min(BUSY_S, self._patience_s)
            self._writer = _sqlite(url, busy_s, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite(url, busy_s, begin="BEGIN", read_only=True)
        else:
            self._writer = self._reader = _postgres(url)

    def write(self, step: Callable[[Connection], R]) -> R:
        """Do a step in one transaction: all of it, or nothing and a StoreError.

        It may be begun several times until it commits once, so it must decide by what it reads inside.
        """
        return self._insist(lambda: self._commit(step))

    def read(self, step: Callable[[Connection], R]) -> R:
        """Do a step that only reads, on one consistent view."""
        return self._insist(lambda: _within(self._reader, step))

    def outside(self, step: Callable[[Connection], R]) -> R:
        """Do a step whose statement must stand outside a transaction (``VACUUM``)."""
        return self._insist(lambda: self._bare(step))

    def listen(self, name: str, listener: Callable[..., Any]) -> None:
        """Have a listener called at each event of this name on connections that write."""
        event.listen(self._writer, name, listener)

    def close(self) -> None:
        """Close every connection."""
        self._writer.dispose()
        self._reader.dispose()

    def _commit(self, step: Callable[[Connection], R]) -> R:
        with self._turn:
            return _within(self._writer, step)

    def _bare(self, step: Callable[[Connection], R]) -> R:
        engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            return step(connection)

    def _insist(self, attempt: Callable[[], R]) -> R:
        until = monotonic() + self._patience_s
        for wait_s in _waits():
            try:
                return attempt()
            except PoolTimeoutError as exc:
                raise StoreError("every connection to the database is in use") from exc
            except (DBAPIError, sqlite3.Error) as exc:
                if is_ours(exc):
                    raise
                if not passes(exc) or monotonic() + wait_s > until:
                    raise trouble(exc) from exc
                if is_standby(exc):
                    self._writer.dispose()
            sleep(wait_s)
        raise AssertionError("the waits never end")


def _within(engine: Engine, step: Callable[[Connection], R]) -> R:
    with engine.begin() as tx:
        return step(tx)


def _waits() -> Iterator[float]:
    wait_s = FIRST_WAIT_S
    while True:
        yield wait_s
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


def _sqlite(url: URL, busy_s: float, *, begin: str, read_only: bool = False) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=1 if not read_only else 5,
        max_overflow=20,
        # We say BEGIN ourselves: by default the driver begins late, and then a lock cannot be waited for.
        connect_args={"isolation_level": None, "timeout": busy_s},
    )
    pragmas = ("query_only=ON",) if read_only else ("journal_mode=WAL",)

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (*SQLITE_PRAGMAS, *pragmas):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres(url: URL) -> Engine:
    defaults = {name: value for name, value in POSTGRES_LINE.items() if name not in url.query}
    options = f"{POSTGRES_SESSION} {url.query.get('options', '')} -c timezone=UTC"
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=8,
        isolation_level="READ COMMITTED",
        connect_args={**defaults, "options": options},
    )
