"""What a database says when it refuses: whether it passes by itself, and what a person can do."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import DBAPIError

from wirewatch.errors import StoreError

DatabaseSays = DBAPIError | sqlite3.Error
"""SQLAlchemy wraps what a driver raises, except while a connection is being made."""


@dataclass(frozen=True, slots=True)
class _Kind:
    message: str
    hint: str | None
    passes: bool = False


_LOCKED = _Kind(
    "the database is locked by another process",
    "close other programs that hold it open; Wirewatch goes on as soon as it is free",
    passes=True,
)
_FULL = _Kind(
    "the disk that holds the database is full",
    "free some space; nothing was left half done, and Wirewatch goes on by itself",
)
_READ_ONLY = _Kind(
    "the database cannot be written",
    "the file and its folder must belong to the user that runs Wirewatch",
)
_UNREADABLE = _Kind(
    "the database cannot be opened",
    "the file and its folder must exist and belong to the user that runs Wirewatch",
)
_DAMAGED = _Kind(
    "the database is damaged",
    "stop the daemon, move the file aside, and restore a backup; it is never replaced by an empty one",
)
_NO_DATABASE = _Kind(
    "the file is not a SQLite database",
    "database.url points to another file, or it is damaged: restore a backup",
)
_DISK = _Kind(
    "the disk that holds the database does not answer as it should",
    "see the system's log; nothing was left half done",
)
_MEMORY = _Kind("there is not enough memory for the database", "raise the memory limit")

_SQLITE: Final = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_PROTOCOL: _LOCKED,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _UNREADABLE,
    sqlite3.SQLITE_AUTH: _UNREADABLE,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _NO_DATABASE,
    sqlite3.SQLITE_IOERR: _DISK,
    sqlite3.SQLITE_NOMEM: _MEMORY,
}
"""By the primary result code: https://sqlite.org/rescode.html"""

_AWAY = _Kind(
    "PostgreSQL does not answer",
    "is the server running, and is database.url right?",
    passes=True,
)
_CONFLICT = _Kind("the database was changed by another process at the same time", None, passes=True)
_NO_RIGHT = _Kind(
    "the database user has not the rights it needs", "GRANT them, or make it the owner"
)

_READ_ONLY_TRANSACTION: Final = "25006"

_POSTGRES: Final = {
    "08": _AWAY,  # connection exception
    _READ_ONLY_TRANSACTION: _Kind(
        "PostgreSQL only lets us read (a standby?)",
        "point database.url to the primary",
        passes=True,
    ),
    "28": _Kind("PostgreSQL does not let us in", "check user and password in database.url"),
    "3D000": _Kind("there is no such database in PostgreSQL", "create it: createdb NAME"),
    "40": _CONFLICT,  # serialization failure, deadlock
    "42501": _NO_RIGHT,
    "53100": _FULL,
    "53300": _Kind("PostgreSQL has no connection left", "raise max_connections there", passes=True),
    "53": _Kind("PostgreSQL has too little of something", "see its log"),
    "55P03": _LOCKED,
    "57P": _AWAY,  # shut down by the administrator, crashed, still starting
    "58": _DISK,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
"""By the longest prefix of SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html"""

_OURS: Final = frozenset({"IntegrityError", "DataError", "ProgrammingError", "NotSupportedError"})


def is_ours(exc: DatabaseSays) -> bool:
    """Say whether this is a bug of ours, which nobody else can mend: it propagates."""
    if _kind(exc) is not None:
        return False
    orig = _orig(exc)
    return type(exc).__name__ in _OURS or _primary_code(orig) == sqlite3.SQLITE_ERROR


def passes(exc: DatabaseSays) -> bool:
    """Say whether the same step may succeed in a moment."""
    if isinstance(exc, DBAPIError) and exc.connection_invalidated:
        return True
    kind = _kind(exc)
    return kind is not None and kind.passes


def is_standby(exc: DatabaseSays) -> bool:
    """Say whether the server has become one that only lets us read: another connection may lead to the primary."""
    return getattr(_orig(exc), "sqlstate", None) == _READ_ONLY_TRANSACTION


def trouble(exc: DatabaseSays) -> StoreError:
    """Say in a person's words what the database said. Statements and their values stay out of it."""
    kind = _kind(exc)
    said = " ".join(str(_orig(exc)).split())
    if kind is None:
        return StoreError(f"the database refused: {said}")
    return StoreError(f"{kind.message}: {said}", hint=kind.hint)


def _orig(exc: DatabaseSays) -> BaseException:
    orig = exc.orig if isinstance(exc, DBAPIError) else None
    return orig if orig is not None else exc


def _primary_code(orig: BaseException) -> int | None:
    code = getattr(orig, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def _kind(exc: DatabaseSays) -> _Kind | None:
    orig = _orig(exc)
    code = _primary_code(orig)
    if code is not None:
        return _SQLITE.get(code)
    if isinstance(orig, sqlite3.Error):
        return None
    state = getattr(orig, "sqlstate", None)
    if state is None:
        # Without a state the server was never reached, or went away in the middle.
        return _AWAY if type(orig).__name__ == "OperationalError" else None
    prefixes = (state[:length] for length in range(len(state), 1, -1))
    return next((_POSTGRES[prefix] for prefix in prefixes if prefix in _POSTGRES), None)
