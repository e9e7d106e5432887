"""Looking after the database file: is it sound, is it small, is there a copy."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, exists, func, select, text

from wirewatch.core.model.hit import HitState
from wirewatch.errors import StoreError
from wirewatch.store.engine import Database
from wirewatch.store.migrate import differences
from wirewatch.store.tables import alerts, feed_schedule, feeds, hits

MOST_PROBLEMS: Final = 100
"""Lines about a damaged file: a hundred tell as much as a million."""


def check(database: Database) -> Sequence[str]:
    """Return what is wrong with the database, one line each; empty when it is sound."""
    found: list[str] = []
    for look in (_damage, _orphans, differences, _loose_ends):
        if look in (_damage, _orphans) and not database.is_sqlite:
            continue  # PostgreSQL checks both at every write
        try:
            found += database.read(look)
        except StoreError as exc:
            return [*found, str(exc)]
    return found[:MOST_PROBLEMS]


def _damage(tx: Connection) -> list[str]:
    said = tx.exec_driver_sql(f"PRAGMA integrity_check({MOST_PROBLEMS})").scalars()
    return [f"damaged: {line}" for line in said if line != "ok"]


def _orphans(tx: Connection) -> list[str]:
    rows = tx.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [f"a row of {row[0]} refers to one of {row[2]} that is not there" for row in rows]


def _loose_ends(tx: Connection) -> list[str]:
    untold = hits.c.state == HitState.ALERTED, ~exists().where(alerts.c.id == hits.c.alert_id)
    unplanned = ~exists().where(feed_schedule.c.feed_id == feeds.c.id)
    lost = tx.execute(select(func.count()).select_from(hits).where(*untold)).scalar_one()
    stuck = tx.execute(select(func.count()).select_from(feeds).where(unplanned)).scalar_one()
    found = []
    if lost:
        found.append(f"{lost} hits count as told in alerts that are not there")
    if stuck:
        found.append(f"{stuck} feeds are in no schedule: they are never polled")
    return found


def compact(database: Database) -> None:
    """Give free space back."""
    database.outside(lambda bare: bare.execute(text("VACUUM")))
    if database.is_sqlite:
        database.outside(lambda bare: bare.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).all())


def backup(database: Database, path: str) -> None:
    """Write a consistent copy of a SQLite database while others read and write."""
    target = Path(path)
    if not database.is_sqlite:
        raise StoreError(
            "a PostgreSQL database is not copied to a file here", hint="use pg_dump instead"
        )
    if target.exists():
        raise StoreError(f"{target} exists already", hint="name another file, or move it away")
    if not target.parent.is_dir():
        raise StoreError(f"there is no folder {target.parent}", hint="make it, or name another")
    # A copy has its name only when it is whole and on the disk.
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        database.outside(lambda bare: bare.execute(text("VACUUM INTO :to"), {"to": str(part)}))
        part.chmod(0o600)
        flush(part)
        part.rename(target)
        flush(target.parent)
    except OSError as exc:
        raise StoreError(f"{target}: {exc.strerror}", hint="name another place") from exc
    finally:
        part.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Return when a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
