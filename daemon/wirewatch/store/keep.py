"""Housekeeping: what is past keeping goes, what is still to be told stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select, update

from wirewatch.core.model.hit import HitState
from wirewatch.store.outbox import OPEN
from wirewatch.store.tables import (
    alerts,
    articles,
    attempts,
    deliveries,
    entries,
    hits,
    notes,
    poll_log,
    stories,
    story_entries,
    story_keys,
    told,
)


def note(connection: Connection, name: str, value: Mapping[str, object]) -> None:
    """Remember a small object under a name."""
    changed = connection.execute(
        update(notes).where(notes.c.name == name).values(value=dict(value))
    ).rowcount
    if not changed:
        connection.execute(insert(notes).values(name=name, value=dict(value)))


def all_notes(connection: Connection) -> Mapping[str, Mapping[str, Any]]:
    """Return all notes."""
    return {row.name: row.value for row in connection.execute(select(notes))}


def prune(
    connection: Connection,
    *,
    entries_before: datetime,
    hits_before: datetime,
    polls_before: datetime,
) -> int:
    """Delete what is past keeping; return how many rows went."""
    gone = connection.execute(delete(poll_log).where(poll_log.c.at < polls_before)).rowcount
    gone += _prune_deliveries(connection, hits_before)
    has_alert = exists().where(alerts.c.id == hits.c.alert_id)
    gone += connection.execute(
        delete(hits).where(
            hits.c.found_at < hits_before, hits.c.state != HitState.WAITING.value, ~has_alert
        )
    ).rowcount
    old = select(entries.c.id).where(
        entries.c.found_at < entries_before, ~exists().where(hits.c.entry_id == entries.c.id)
    )
    connection.execute(delete(articles).where(articles.c.entry_id.in_(old)))
    gone += connection.execute(delete(entries).where(entries.c.id.in_(old))).rowcount
    return gone + _prune_stories(connection, hits_before)


def _prune_deliveries(connection: Connection, before: datetime) -> int:
    """Delete alerts all of whose deliveries are over. Dead letters wait for the operator."""
    kept = exists().where(
        deliveries.c.alert_id == alerts.c.id, deliveries.c.state.in_((*OPEN, "dead"))
    )
    old = select(alerts.c.id).where(alerts.c.created_at < before, ~kept)
    ways = select(deliveries.c.key).where(deliveries.c.alert_id.in_(old))
    connection.execute(delete(attempts).where(attempts.c.delivery.in_(ways)))
    connection.execute(delete(deliveries).where(deliveries.c.alert_id.in_(old)))
    return connection.execute(delete(alerts).where(alerts.c.id.in_(old))).rowcount


def _prune_stories(connection: Connection, before: datetime) -> int:
    old = select(stories.c.id).where(
        stories.c.updated_at < before, ~exists().where(hits.c.story_id == stories.c.id)
    )
    for table in (told, story_keys, story_entries):
        connection.execute(delete(table).where(table.c.story_id.in_(old)))
    return connection.execute(delete(stories).where(stories.c.id.in_(old))).rowcount
