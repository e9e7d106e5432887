"""Rolling: the first hit of a quiet watch rings at once; what follows is gathered, longer and longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from wirewatch.core.model.hit import Why
from wirewatch.core.model.hold import Asked, HoldBack, WatchAsked

QUIET = 2
"""A watch is quiet again when so many intervals passed without a message."""


def rolling(asked: Asked) -> HoldBack | None:
    """Hold until the interval of the noise has passed; nobody waits for the first hit of a quiet watch."""
    if asked.urgent or not asked.watches:
        return None
    until = min(_gathered_until(watch, asked) for watch in asked.watches)
    return HoldBack(why=Why.ROLLING, until=until) if until > asked.now else None


def _gathered_until(watch: WatchAsked, asked: Asked) -> datetime:
    first = max(watch.policy.rolling, asked.channel.rolling)
    rang = sorted(told.at for told in asked.told if watch.id in told.watches)
    if not first or not rang:
        return asked.now
    return rang[-1] + interval(rang, first=first, longest=max(first, asked.channel.rolling_max))


def interval(rang: Sequence[datetime], *, first: timedelta, longest: timedelta) -> timedelta:
    """Return how long is gathered after the last of these moments: it doubles while each follows soon on another.

    >>> from datetime import UTC
    >>> noon, minute = datetime(2026, 1, 23, 12, tzinfo=UTC), timedelta(minutes=1)
    >>> interval([noon, noon + 5 * minute, noon + 15 * minute], first=5 * minute, longest=60 * minute)
    datetime.timedelta(seconds=1200)
    """
    wait = first
    for before, after in pairwise(rang):
        wait = min(2 * wait, longest) if after - before <= QUIET * wait else first
    return wait
