"""Whether the daemon is alive and polling, and if not, why."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from wirewatch.app.context import Context
from wirewatch.app.meters import Meters
from wirewatch.errors import StoreError

TICK_LATE_S: Final = 30.0
"""The clock ticks every second: a minute's half without is a standstill."""

POLLS_LATE: Final = timedelta(minutes=10)
"""Feeds that are due so long while no poll is committed are not being polled."""


async def unhealthy(context: Context) -> list[str]:
    """Return why the daemon is not well, nothing when it is. Names no address, file or text of a stranger."""
    meters, now = context.meters, monotonic()
    if context.store_trouble is not None:
        return ["the database refuses; the log says why"]
    if meters.ticked_at is None:
        return ["the clock has not ticked yet"]
    if now - meters.ticked_at > TICK_LATE_S:
        return [f"the clock has not ticked for {now - meters.ticked_at:.0f} s"]
    try:
        vitals = await context.off(context.store.vitals)
    except StoreError:
        return ["the database refuses; the log says why"]
    return _standstill(meters, vitals.oldest_due_at, context)


def _standstill(meters: Meters, due_at: datetime | None, context: Context) -> list[str]:
    if due_at is None or context.now() - due_at < POLLS_LATE:
        return []
    began = meters.polled_at
    if began is not None and monotonic() - began < POLLS_LATE.total_seconds():
        return []
    late = (context.now() - due_at).total_seconds()
    return [f"no feed is polled, though one is due since {late / 60:.0f} min"]
