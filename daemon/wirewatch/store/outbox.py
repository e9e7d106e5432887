"""Messages on their way: claimed before they are sent, settled afterwards, never lost in between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from wirewatch.core.model.alert import Attempt, Delivery, DeliveryKey, DeliveryState, Parcel
from wirewatch.core.model.hit import Why
from wirewatch.core.model.plan import AttemptPlan
from wirewatch.store.announce import hold_back, post
from wirewatch.store.rules import OPEN, claimed, is_held, is_overtaken, released, resumed
from wirewatch.store.shapes import ALERT, ATTEMPT, DELIVERY, chunks, insert_new
from wirewatch.store.tables import alerts, attempts, deliveries


def parcels() -> Select[Any]:
    """Return a query for deliveries with their alerts."""
    return select(*DELIVERY.columns, *ALERT.columns).join(
        alerts, alerts.c.id == deliveries.c.alert_id
    )


def read_parcel(values: Iterable[Any]) -> Parcel:
    """Return one row of that query as a noun."""
    values = iter(values)
    return Parcel(delivery=DELIVERY.read(values), alert=ALERT.read(values))


def claim(
    tx: Connection, channel: str, *, now: datetime, lease: timedelta, limit: int
) -> Sequence[Parcel]:
    """Move deliveries of a channel that are due (or whose lease ended) to SENDING, oldest first."""
    query = (
        parcels()
        .where(
            deliveries.c.state.in_(OPEN),
            deliveries.c.channel == channel,
            deliveries.c.due_at <= now,
        )
        .order_by(deliveries.c.due_at, deliveries.c.created_at, deliveries.c.key)
        .limit(limit)
        .with_for_update(skip_locked=True, of=deliveries)
    )
    found = [read_parcel(row) for row in tx.execute(query)]
    taken = [
        replace(parcel, delivery=claimed(parcel.delivery, now=now, lease=lease)) for parcel in found
    ]
    _write(tx, [parcel.delivery for parcel in taken])
    return taken


def settle(tx: Connection, plan: AttemptPlan) -> None:
    """Store the state of a delivery after an attempt, the attempt, and an alarm if there is one."""
    stored = _lock(tx, plan.delivery.key)
    if stored is None:
        raise LookupError(f"there is no delivery {plan.delivery.key}")
    insert_new(tx, attempts, [ATTEMPT.row(plan.attempt)])
    if is_overtaken(stored, plan.delivery):
        return
    _write(tx, [plan.delivery])
    if plan.fallback is not None:
        hold_back(tx, [plan.fallback], Why.FALLBACK)
    if plan.alarm is not None:
        post(tx, [plan.alarm], plan.alarm_deliveries)


def release(tx: Connection, delivery: Delivery, *, due_at: datetime) -> None:
    """Give a claimed delivery back untried: as if it had not been claimed."""
    stored = _lock(tx, delivery.key)
    if stored is not None and is_held(stored, delivery):
        _write(tx, [released(stored, due_at=due_at)])


def recover(tx: Connection, *, now: datetime) -> int:
    """End every lease at once; return how many there were."""
    held = update(deliveries).where(
        deliveries.c.state == DeliveryState.SENDING, deliveries.c.due_at > now
    )
    return tx.execute(held.values(due_at=now)).rowcount


def next_due(tx: Connection) -> Mapping[str, datetime]:
    """Return for each channel with open deliveries when the earliest of them may be tried."""
    query = (
        select(deliveries.c.channel, func.min(deliveries.c.due_at).label("at"))
        .where(deliveries.c.state.in_(OPEN))
        .group_by(deliveries.c.channel)
    )
    return {row.channel: row.at for row in tx.execute(query)}


def resume(
    tx: Connection,
    keys: Sequence[DeliveryKey] | None,
    *,
    state: DeliveryState,
    now: datetime,
) -> int:
    """Move dead deliveries to PENDING (try again) or DROPPED; return how many."""
    query = select(*DELIVERY.columns).where(deliveries.c.state == DeliveryState.DEAD)
    query = query.with_for_update()
    found: list[Delivery] = []
    if keys is None:
        found = [DELIVERY.read(row) for row in tx.execute(query)]
    else:
        for some in chunks(dict.fromkeys(keys)):
            rows = tx.execute(query.where(deliveries.c.key.in_(some)))
            found += [DELIVERY.read(row) for row in rows]
    _write(tx, [resumed(delivery, state=state, now=now) for delivery in found])
    return len(found)


def history(tx: Connection, key: DeliveryKey) -> Sequence[Attempt]:
    """Return what came of each attempt at a delivery, oldest first."""
    query = select(*ATTEMPT.columns).where(attempts.c.delivery == key).order_by(attempts.c.at)
    return [ATTEMPT.read(row) for row in tx.execute(query)]


def _lock(tx: Connection, key: DeliveryKey) -> Delivery | None:
    query = select(*DELIVERY.columns).where(deliveries.c.key == key).with_for_update()
    row = tx.execute(query).first()
    return None if row is None else DELIVERY.read(row)


def _write(tx: Connection, changed: Sequence[Delivery]) -> None:
    rows = [{"of": delivery.key, **DELIVERY.row(delivery)} for delivery in changed]
    if rows:
        tx.execute(update(deliveries).where(deliveries.c.key == bindparam("of")), rows)
