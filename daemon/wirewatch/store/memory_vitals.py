"""How the daemon is doing, in the memory store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from wirewatch.core.model.alert import Delivery, DeliveryKey, DeliveryState
from wirewatch.core.model.hit import HitState
from wirewatch.core.model.vitals import Latency, Vitals
from wirewatch.store.memory_base import MemoryBase, alone
from wirewatch.store.rules import OPEN


class MemoryVitals(MemoryBase):
    """Figures, each a quick look."""

    @alone
    def vitals(self) -> Vitals:
        """Return what waits, and since when."""
        rows = self.rows
        active = [row for row in rows.feeds.values() if row.active]
        waiting = [hit for hit in rows.hits.values() if hit.state is HitState.WAITING]
        ways = rows.deliveries.values()
        return Vitals(
            deliveries=Counter((way.channel, way.state) for way in ways),
            gaps=Counter(gap.state for gap in rows.gaps.values()),
            feeds=len(active),
            feeds_failing=sum(row.state.failures > 0 for row in active),
            subscriptions=Counter(one.state for one in rows.subscriptions.values()),
            pushes_waiting=sum(done_at is None for _, done_at in rows.pushes.values()),
            oldest_hit_at=min((hit.found_at for hit in waiting), default=None),
            oldest_delivery_at=min(
                (way.created_at for way in ways if way.state in OPEN), default=None
            ),
            oldest_due_at=min((row.state.next_poll_at for row in active), default=None),
        )

    @alone
    def latencies(
        self,
        *,
        keys: Sequence[DeliveryKey] | None = None,
        since: datetime | None = None,
        limit: int = 10_000,
    ) -> Sequence[Latency]:
        """Return how long messages about news took that were sent, newest first."""
        sent = [
            way
            for way in self.rows.deliveries.values()
            if way.state is DeliveryState.SENT
            and way.done_at is not None
            and (keys is None or way.key in keys)
            and (since is None or way.created_at >= since)
        ]
        found = [one for way in sent for one in self._latency(way)]
        return sorted(found, key=lambda one: one.sent_at, reverse=True)[:limit]

    def _latency(self, way: Delivery) -> list[Latency]:
        hits = [hit for hit in self.rows.hits.values() if hit.alert_id == way.alert_id]
        if not hits or way.done_at is None:
            return []
        dates = [self.rows.entries[hit.entry_id].published_at for hit in hits]
        return [
            Latency(
                published_at=min((date for date in dates if date is not None), default=None),
                found_at=min(hit.found_at for hit in hits),
                sent_at=way.done_at,
            )
        ]
