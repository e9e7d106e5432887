"""Messages on their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, insert, literal, select, update

from wirewatch.core.model.alert import Delivery, DeliveryKey, DeliveryState, Parcel
from wirewatch.core.model.plan import AttemptPlan
from wirewatch.store.announce import post
from wirewatch.store.codec import alert_of, delivery_of, delivery_values
from wirewatch.store.tables import Moment, alerts, attempts, deliveries

OPEN = (DeliveryState.PENDING.value, DeliveryState.SENDING.value)


def parcels() -> Select[tuple[object, ...]]:
    """Return a query for deliveries with their alerts."""
    return select(
        *(column.label(f"d_{column.name}") for column in deliveries.c),
        *(column.label(f"a_{column.name}") for column in alerts.c),
    ).join(alerts, alerts.c.id == deliveries.c.alert_id)


def read_parcels(connection: Connection, query: Select[tuple[object, ...]]) -> list[Parcel]:
    """Return what a query of parcels finds."""
    return [
        Parcel(delivery=delivery_of(row, "d_"), alert=alert_of(row, "a_"))
        for row in connection.execute(query).mappings()
    ]


def claim(
    connection: Connection, channel: str, *, now: datetime, lease: timedelta, limit: int
) -> Sequence[Parcel]:
    """Move due deliveries to SENDING, oldest first."""
    chosen = list(
        connection.execute(
            select(deliveries.c.key)
            .where(
                deliveries.c.state.in_(OPEN),
                deliveries.c.channel == channel,
                deliveries.c.due_at <= now,
            )
            .order_by(deliveries.c.due_at, deliveries.c.created_at, deliveries.c.key)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
    if not chosen:
        return []
    connection.execute(
        update(deliveries)
        .where(deliveries.c.key.in_(chosen))
        .values(
            state=DeliveryState.SENDING.value,
            due_at=now + lease,
            attempts=deliveries.c.attempts + 1,
            first_attempt_at=func.coalesce(deliveries.c.first_attempt_at, literal(now, Moment())),
        )
    )
    query = (
        parcels()
        .where(deliveries.c.key.in_(chosen))
        .order_by(deliveries.c.created_at, deliveries.c.key)
    )
    return read_parcels(connection, query)


def settle(connection: Connection, plan: AttemptPlan) -> None:
    """Store what came of an attempt."""
    delivery = plan.delivery
    connection.execute(
        update(deliveries).where(deliveries.c.key == delivery.key).values(delivery_values(delivery))
    )
    attempt = plan.attempt
    connection.execute(
        insert(attempts).values(
            delivery=attempt.delivery,
            at=attempt.at,
            ok=attempt.ok,
            detail=attempt.detail,
            took_s=attempt.took_s,
        )
    )
    if plan.alarm is not None:
        post(connection, [plan.alarm], plan.alarm_deliveries)


def release(connection: Connection, delivery: Delivery, *, due_at: datetime) -> None:
    """Give a claimed delivery back untried."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.key == delivery.key)
        .values(
            state=DeliveryState.PENDING.value,
            due_at=due_at,
            attempts=deliveries.c.attempts - 1,
        )
    )


def recover(connection: Connection, *, now: datetime) -> int:
    """End every lease; return how many there were."""
    return connection.execute(
        update(deliveries)
        .where(deliveries.c.state == DeliveryState.SENDING.value, deliveries.c.due_at > now)
        .values(due_at=now)
    ).rowcount


def next_due(connection: Connection) -> Mapping[str, datetime]:
    """Return when each channel's earliest open delivery may be tried."""
    query = (
        select(deliveries.c.channel, func.min(deliveries.c.due_at).label("at"))
        .where(deliveries.c.state.in_(OPEN))
        .group_by(deliveries.c.channel)
    )
    return {row.channel: row.at for row in connection.execute(query)}


def resume(
    connection: Connection,
    keys: Sequence[DeliveryKey] | None,
    *,
    state: DeliveryState,
    now: datetime,
) -> int:
    """Move dead deliveries to another state; return how many."""
    change = update(deliveries).where(deliveries.c.state == DeliveryState.DEAD.value)
    if keys is not None:
        change = change.where(deliveries.c.key.in_(list(keys)))
    values = {"state": state.value, "due_at": now, "created_at": now, "done_at": None}
    if state is DeliveryState.DROPPED:
        values = {"state": state.value, "done_at": now}
    return connection.execute(change.values(values)).rowcount
