"""Budget: at most so many messages an hour; what is above is told together as soon as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from wirewatch.core.model.hit import Why
from wirewatch.core.model.hold import Asked, HoldBack, Told

HOUR = timedelta(hours=1)
ROOM = timedelta(minutes=1)
"""How long until one looks again whether a message that is on its way has arrived."""


def budget(asked: Asked) -> HoldBack | None:
    """Hold while the channel, or one of the watches on it, has had its messages of the hour.

    What is still on its way counts, however old: it may arrive in any moment. So no hour sees more messages arrive
    than the budget allows, even after an outage.
    """
    limits = [(asked.channel.max_per_hour, list(asked.told))]
    limits += [
        (watch.policy.max_per_hour, [told for told in asked.told if watch.id in told.watches])
        for watch in asked.watches
    ]
    waits = [_room_at(told, limit, asked.now) for limit, told in limits if limit]
    until = max(waits, default=asked.now)
    return HoldBack(why=Why.BUDGET, until=until) if until > asked.now else None


def _room_at(told: Sequence[Told], limit: int, now: datetime) -> datetime:
    """Return when there may be room for one more."""
    arrived = sorted(one.done_at for one in told if one.done_at is not None)
    lately = [at for at in arrived if at > now - HOUR]
    open_ = sum(one.done_at is None for one in told)
    over = len(lately) + open_ - limit + 1
    if over <= 0:
        return now
    return lately[over - 1] + HOUR if over <= len(lately) else now + ROOM
