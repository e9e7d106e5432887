"""Cooldown: a watch that rang on a channel is silent there for a while."""

from __future__ import annotations

from datetime import datetime

from wirewatch.core.model.hit import Why
from wirewatch.core.model.hold import Asked, HoldBack, WatchAsked


def cooldown(asked: Asked) -> HoldBack | None:
    """Hold while every watch of the alert rang a moment ago; one that did not rings."""
    if asked.urgent or not asked.watches:
        return None
    until = min(_silent_until(watch, asked) for watch in asked.watches)
    return HoldBack(why=Why.COOLDOWN, until=until) if until > asked.now else None


def _silent_until(watch: WatchAsked, asked: Asked) -> datetime:
    wait = max(watch.policy.cooldown, asked.channel.cooldown)
    rang = [told.at for told in asked.told if watch.id in told.watches]
    return max(rang) + wait if wait and rang else asked.now
