"""A standing query, and the named set it belongs to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from wirewatch.core.model.hit import WatchId
from wirewatch.core.model.policy import WatchPolicy


class Scattered(StrEnum):
    """What a hit whose words stand far apart does."""

    STORE = "store"
    ALERT = "alert"


class Priority(StrEnum):
    """How urgent the watches of a list are."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"
    """Breaks through quiet hours and digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSpec:
    """A watch as the owner wrote it. ``core.query.parse_query`` turns *query* into a tree."""

    id: WatchId
    name: str
    query: str
    near_words: int = 50
    """How far apart bare words may stand and still ring; 0 is anywhere in the entry."""
    scattered: Scattered = Scattered.STORE
    policy: WatchPolicy = field(default_factory=WatchPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """A named set of watches with their scope, channels and urgency."""

    name: str
    watches: tuple[WatchSpec, ...]
    feeds: tuple[str, ...] = ()
    """Names of feeds, or ``tag:NAME``; empty reads every feed."""
    channels: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    paused: bool = False
    escalate: tuple[str, ...] = ()
    """Where an alert goes next while nobody takes note of it."""
    escalate_after: timedelta = timedelta(minutes=15)

    def reads(self, feed_name: str, feed_tags: tuple[str, ...]) -> bool:
        """Say whether the list watches this feed."""
        if not self.feeds:
            return True
        return feed_name in self.feeds or any(f"tag:{tag}" in self.feeds for tag in feed_tags)
