"""Burst: a watch that finds its words far more often than usual is told once: something is happening."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import sqrt

from wirewatch.core.model.alert import AlertKind
from wirewatch.core.model.hit import Why
from wirewatch.core.model.hold import Asked, HoldBack, WatchAsked

LATELY = timedelta(minutes=10)
"""The span in which hits are counted."""

USUALLY = timedelta(days=7)
"""The span before it, from which is learnt what is usual."""

GATHER = timedelta(minutes=30)
"""How long what follows the one alert is gathered."""

DEVIATIONS = 5.0
"""How far above the usual a number of hits must be, in standard deviations of hits that come by chance."""


def bursting(watch: WatchAsked) -> bool:
    """Say whether a watch has had unusually many hits lately."""
    rate, least = watch.rate, watch.policy.burst
    if not least or rate is None or rate.recent < least:
        return False
    return rate.recent > rate.usual + DEVIATIONS * sqrt(rate.usual)


def is_first_of_burst(asked: Asked) -> bool:
    """Say whether this alert is to be told as "something is happening": all its watches burst, one untold so far."""
    if asked.urgent or not asked.watches or not all(map(bursting, asked.watches)):
        return False
    return any(_told_at(watch, asked) is None for watch in asked.watches)


def burst(asked: Asked) -> HoldBack | None:
    """Hold what follows the one alert about a burst, until it was gathered for a while."""
    if asked.urgent or not asked.watches:
        return None
    until = min(_gathered_until(watch, asked) for watch in asked.watches)
    return HoldBack(why=Why.BURST, until=until) if until > asked.now else None


def _gathered_until(watch: WatchAsked, asked: Asked) -> datetime:
    said = _told_at(watch, asked)
    if not watch.policy.burst or said is None:
        return asked.now
    rang = [told.at for told in asked.told if watch.id in told.watches and told.at >= said]
    return max(rang) + GATHER if bursting(watch) or asked.now < said + GATHER else asked.now


def _told_at(watch: WatchAsked, asked: Asked) -> datetime | None:
    """Return when it was said that something is happening, as long as nothing but that was told since."""
    said: datetime | None = None
    for told in asked.told:
        if watch.id not in told.watches:
            continue
        if told.kind is AlertKind.BURST:
            said = told.at
        elif said is not None and told.kind is AlertKind.STORY:
            said = None  # it rang singly again: the burst was over
    return said
