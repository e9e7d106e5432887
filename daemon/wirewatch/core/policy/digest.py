"""Digest: gather everything, tell it at the channel's times of day."""

from __future__ import annotations

from wirewatch.core.model.alert import AlertKind
from wirewatch.core.model.hit import Why
from wirewatch.core.model.hold import Asked, HoldBack
from wirewatch.core.policy.wall_clock import next_of


def digest(asked: Asked) -> HoldBack | None:
    """Hold until the next time of day after it was found, and after the last digest: each time is told at once only."""
    if not asked.channel.digest or asked.urgent:
        return None
    last = [told.at for told in asked.told if told.kind is AlertKind.DIGEST]
    due = next_of(
        asked.channel.digest,
        after=max([asked.since, *last]),
        timezone=asked.channel.timezone,
    )
    return HoldBack(why=Why.DIGEST, until=due) if asked.now < due else None
