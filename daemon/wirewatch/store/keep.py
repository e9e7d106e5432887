"""Housekeeping: what is past keeping goes, what somebody is still to be told stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from wirewatch.core.model.coverage import GapState
from wirewatch.core.model.hit import HitState
from wirewatch.store import history, push, search, searching
from wirewatch.store.rules import KEPT
from wirewatch.store.tables import (
    alerts,
    articles,
    attempts,
    deliveries,
    entries,
    gap_entries,
    gaps,
    hits,
    notes,
    poll_log,
    revisions,
    stories,
    story_entries,
    story_keys,
    told,
)
from wirewatch.store.tables_holds import acks, escalations, holds, marks

SLICE: Final = 1_000
"""Rows that go in one transaction: others need not wait long for their turn."""

Step = Callable[[Connection], int]


def note(tx: Connection, name: str, value: Mapping[str, object]) -> None:
    """Remember a small JSON object under a name."""
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    put = dialect.insert(notes).values(name=name, value=dict(value))
    tx.execute(
        put.on_conflict_do_update(index_elements=[notes.c.name], set_={"value": put.excluded.value})
    )


def all_notes(tx: Connection) -> Mapping[str, Mapping[str, object]]:
    """Return all notes."""
    rows = tx.execute(select(notes.c.name, notes.c.value))
    return {row.name: row.value for row in rows}


def prune_steps(
    *, entries_before: datetime, hits_before: datetime, polls_before: datetime
) -> Sequence[Step]:
    """Return steps that each delete one slice and say how many rows went, to be repeated until there are none.

    In this order what only an old hit kept goes with it: its alert, its text, its story.
    """
    return (
        lambda tx: _prune_polls(tx, polls_before),
        lambda tx: push.prune(tx, polls_before),
        lambda tx: _prune_gaps(tx, hits_before),
        lambda tx: _prune_hits(tx, hits_before),
        lambda tx: _prune_alerts(tx, hits_before),
        lambda tx: _prune_entries(tx, entries_before),
        lambda tx: _prune_stories(tx, hits_before),
        search.renew,
    )


def _prune_polls(tx: Connection, before: datetime) -> int:
    old = poll_log.c.at < before
    nth = select(poll_log.c.at).where(old).order_by(poll_log.c.at).offset(SLICE).limit(1)
    until = tx.execute(nth).scalar()
    return tx.execute(
        delete(poll_log).where(old if until is None else poll_log.c.at <= until)
    ).rowcount


def _prune_gaps(tx: Connection, before: datetime) -> int:
    ids = _choose(tx, gaps.c.id, (gaps.c.to_at < before) & (gaps.c.state != GapState.OPEN))
    tx.execute(delete(gap_entries).where(gap_entries.c.gap_id.in_(ids)))
    tx.execute(delete(gaps).where(gaps.c.id.in_(ids)))
    return len(ids)


def _prune_hits(tx: Connection, before: datetime) -> int:
    untold = exists().where(deliveries.c.alert_id == hits.c.alert_id, deliveries.c.state.in_(KEPT))
    old = (hits.c.found_at < before) & (hits.c.state != HitState.WAITING) & ~untold
    ids = _choose(tx, hits.c.id, old)
    tx.execute(delete(marks).where(marks.c.hit_id.in_(ids)))
    tx.execute(delete(hits).where(hits.c.id.in_(ids)))
    return len(ids)


def _prune_alerts(tx: Connection, before: datetime) -> int:
    untold = exists().where(deliveries.c.alert_id == alerts.c.id, deliveries.c.state.in_(KEPT))
    shown = exists().where(hits.c.alert_id == alerts.c.id)
    ids = _choose(tx, alerts.c.id, (alerts.c.created_at < before) & ~untold & ~shown)
    ways = select(deliveries.c.key).where(deliveries.c.alert_id.in_(ids))
    tx.execute(delete(attempts).where(attempts.c.delivery.in_(ways)))
    tx.execute(delete(holds).where(holds.c.delivery.in_(ways)))
    for table in (acks, escalations):
        tx.execute(delete(table).where(table.c.alert_id.in_(ids)))
    tx.execute(delete(deliveries).where(deliveries.c.alert_id.in_(ids)))
    tx.execute(delete(alerts).where(alerts.c.id.in_(ids)))
    return len(ids)


def _prune_entries(tx: Connection, before: datetime) -> int:
    matched = exists().where(hits.c.entry_id == entries.c.id)
    ids = _choose(tx, entries.c.id, (entries.c.found_at < before) & ~matched)
    searching.forget(tx, ids)
    history.forget_links(tx, ids)
    for table in (articles, gap_entries, revisions):
        tx.execute(delete(table).where(table.c.entry_id.in_(ids)))
    tx.execute(delete(entries).where(entries.c.id.in_(ids)))
    return len(ids)


def _prune_stories(tx: Connection, before: datetime) -> int:
    matched = exists().where(hits.c.story_id == stories.c.id)
    alerted = exists().where(alerts.c.story_id == stories.c.id)
    ids = _choose(tx, stories.c.id, (stories.c.last_at < before) & ~matched & ~alerted)
    for table in (told, story_keys, story_entries):
        tx.execute(delete(table).where(table.c.story_id.in_(ids)))
    tx.execute(delete(stories).where(stories.c.id.in_(ids)))
    return len(ids)


def _choose(tx: Connection, key: Column[Any], old: ColumnElement[bool]) -> Sequence[int]:
    """Lock a slice of old rows and return their keys."""
    some = select(key).where(old).limit(SLICE).with_for_update(skip_locked=True)
    ids = tx.execute(some).scalars().all()
    # Now nobody can begin to refer to them; who did so just before we had the lock is seen by asking again.
    return tx.execute(select(key).where(key.in_(ids), old)).scalars().all()
