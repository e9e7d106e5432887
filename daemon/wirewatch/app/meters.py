"""What the loops count while they run, for /metrics and /healthz: plain numbers, touched on the event loop only."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from wirewatch.core.latency import delay_s
from wirewatch.core.model.alert import DeliveryKey, DeliveryState
from wirewatch.core.model.plan import AttemptPlan, PollPlan
from wirewatch.core.model.push import PushPlan

QUICK_S: Final = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
DELAYS_S: Final = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 14_400.0)
LAGS_S: Final = (0.001, 0.005, 0.025, 0.1, 0.25, 1.0, 5.0)
LOOK_S: Final = 0.5
"""How often the event loop is tried for its lag."""

MOST_KEYS: Final = 5_000
"""So many messages sent since the last look are remembered; of more the oldest are not timed."""


@dataclass(slots=True)
class Histogram:
    """How often a value fell under each bound."""

    bounds: Sequence[float]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[str, float]]:
        """Return how many values were at most each bound, as Prometheus writes it."""
        found, sum_ = [], 0
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            sum_ += count
            found.append(("+Inf" if bound == float("inf") else str(bound), float(sum_)))
        return found


@dataclass(slots=True)
class Meters:
    """Counts since the start."""

    polls: Counter[str] = field(default_factory=Counter)
    """By outcome: how far down the ladder a poll had to go, or its problem. Both are closed lists."""
    poll_s: Histogram = field(default_factory=lambda: Histogram(QUICK_S))
    wire_bytes: int = 0
    entries: int = 0
    hits: int = 0
    gaps: int = 0
    alerts: int = 0
    attempts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By channel and what came of it."""
    pushes: Counter[str] = field(default_factory=Counter)
    """By what became of them: a closed list."""
    detect_s: Histogram = field(default_factory=lambda: Histogram(DELAYS_S))
    alert_s: Histogram = field(default_factory=lambda: Histogram(DELAYS_S))
    loop_lag_s: Histogram = field(default_factory=lambda: Histogram(LAGS_S))
    sent: deque[DeliveryKey] = field(default_factory=lambda: deque(maxlen=MOST_KEYS))
    """Messages whose way from publication is still to be timed."""
    ticked_at: float | None = None
    """When the clock last found out what is due, by the monotonic clock."""
    polled_at: float | None = None
    """When a poll was last committed, by the monotonic clock."""

    def polled(self, plans: Iterable[PollPlan]) -> None:
        """Count polls that were committed."""
        for plan in plans:
            record = plan.record
            self.polls[record.outcome] += 1
            self.poll_s.observe(record.took_s)
            self.wire_bytes += record.wire_bytes
            self.entries += len(plan.new)
            self.hits += len(plan.hits)
            self.gaps += plan.gap is not None
            for entry in plan.new:
                delay = None if entry.baseline else delay_s(entry.published_at, entry.found_at)
                if delay is not None:
                    self.detect_s.observe(delay)
        self.polled_at = monotonic()

    def pushed(self, plan: PushPlan) -> None:
        """Count what a push brought that was committed."""
        self.pushes["news" if plan.new else "nothing-new"] += 1
        self.wire_bytes += plan.record.wire_bytes
        self.entries += len(plan.new)
        self.hits += len(plan.hits)
        for entry in plan.new:
            delay = delay_s(entry.published_at, entry.found_at)
            if delay is not None:
                self.detect_s.observe(delay)

    def attempted(self, channel: str, plan: AttemptPlan) -> None:
        """Count an attempt at a delivery that was settled."""
        state = plan.delivery.state
        result = {DeliveryState.SENT: "sent", DeliveryState.DEAD: "dead"}.get(state, "again")
        self.attempts[channel, result] += 1
        if state is DeliveryState.SENT:
            self.sent.append(plan.delivery.key)

    def ticked(self) -> None:
        """Note that the clock ticks and the store answers."""
        self.ticked_at = monotonic()

    async def watch_loop(self) -> None:
        """Measure how late the event loop is, until cancelled."""
        while True:
            due = monotonic() + LOOK_S
            await asyncio.sleep(LOOK_S)
            self.loop_lag_s.observe(max(monotonic() - due, 0.0))
