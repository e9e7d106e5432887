"""Quiet hours: hold until they end; what is urgent breaks through."""

from __future__ import annotations

from wirewatch.core.model.hit import Why
from wirewatch.core.model.hold import Asked, HoldBack
from wirewatch.core.policy.wall_clock import quiet_until


def quiet_hours(asked: Asked) -> HoldBack | None:
    """Hold while the channel's quiet hours last."""
    if not asked.channel.quiet or asked.urgent:
        return None
    until = quiet_until(asked.channel.quiet, now=asked.now, timezone=asked.channel.timezone)
    return None if until is None else HoldBack(why=Why.QUIET_HOURS, until=until)
