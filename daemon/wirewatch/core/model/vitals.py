"""How the daemon is doing, in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.coverage import GapState
from wirewatch.core.model.push import SubscriptionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What waits, and since when."""

    deliveries: Mapping[tuple[str, DeliveryState], int]
    """How many there are, by channel and state."""
    gaps: Mapping[GapState, int]
    feeds: int
    """Those that are polled."""
    feeds_failing: int
    subscriptions: Mapping[SubscriptionState, int]
    pushes_waiting: int
    oldest_hit_at: datetime | None
    """When the oldest hit was found that nobody was told about yet."""
    oldest_delivery_at: datetime | None
    """When the oldest message was written that is not sent yet."""
    oldest_due_at: datetime | None
    """When the feed that is due longest, or next, should be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """How long one message took from the news to its reader."""

    published_at: datetime | None
    """What the first entry it tells of says; None where no entry has a date."""
    found_at: datetime
    sent_at: datetime
