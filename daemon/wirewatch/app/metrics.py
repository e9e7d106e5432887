"""What Prometheus is told. prometheus_client lives here.

Labels are names from closed lists or of the owner's channels, never an address or a text of a feed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from wirewatch import __version__
from wirewatch.app.context import Context
from wirewatch.app.meters import Histogram, Meters
from wirewatch.core.latency import delay_s
from wirewatch.core.model.alert import DeliveryState
from wirewatch.core.model.coverage import GapState
from wirewatch.core.model.push import SubscriptionState
from wirewatch.core.model.vitals import Vitals

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
REMOVED: Final = "(removed)"
"""Stands for every channel that is no longer configured, so that old names do not pile up."""

LADDER: Final = frozenset({"unchanged", "same-body", "known-items", "partial", "ok"})
"""How far a poll had to go; every other outcome is a problem."""


async def exposition(context: Context) -> bytes:
    """Return all figures as text. Raises StoreError."""
    meters = context.meters
    vitals = await context.off(context.store.vitals)
    keys = list(meters.sent)
    if keys:
        # Taken off only when the store has answered: a figure is late rather than lost.
        timed = await context.off(context.store.latencies, keys=keys[:500])
        for _ in keys[:500]:
            meters.sent.popleft()
        for one in timed:
            delay = delay_s(one.published_at, one.sent_at)
            if delay is not None:
                meters.alert_s.observe(delay)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Look(context, vitals))
    return generate_latest(registry)


class _Look(Collector):
    """One look at everything."""

    def __init__(self, context: Context, vitals: Vitals) -> None:
        self._meters: Meters = context.meters
        self._vitals = vitals
        self._now = context.now()
        self._channels = frozenset(context.world.channels)
        self._watches = len(context.world.wanted.watches)
        self._workers = context.parser.processes()
        self._jobs = len(context.dispatcher.tasks())
        self._up_s = (self._now - context.started_at).total_seconds()

    def collect(self) -> Iterable[Metric]:
        """Return every figure."""
        yield from self._polling()
        yield from self._telling()
        yield from self._waiting()
        yield from self._process()

    def _polling(self) -> Iterator[Metric]:
        meters = self._meters
        polls = CounterMetricFamily(
            "wirewatch_polls", "Polls committed, by how far they had to go.", labels=["rung"]
        )
        failed = CounterMetricFamily(
            "wirewatch_polls_failed", "Polls that failed, by problem.", labels=["problem"]
        )
        for outcome, many in sorted(meters.polls.items()):
            (polls if outcome in LADDER else failed).add_metric([outcome], many)
        yield from (polls, failed)
        yield _histogram("wirewatch_poll_seconds", "How long requests took.", meters.poll_s)
        yield CounterMetricFamily(
            "wirewatch_wire_bytes", "Bytes received from feeds.", meters.wire_bytes
        )
        yield CounterMetricFamily("wirewatch_entries", "New entries.", meters.entries)
        yield CounterMetricFamily("wirewatch_gaps_seen", "Gaps seen by polls.", meters.gaps)
        yield _histogram(
            "wirewatch_detect_seconds",
            "From the publication of an entry, as its feed dates it, to its detection.",
            meters.detect_s,
        )
        pushes = CounterMetricFamily(
            "wirewatch_pushes", "What hubs sent, by what became of it.", labels=["result"]
        )
        for result, many in sorted(meters.pushes.items()):
            pushes.add_metric([result], many)
        yield pushes

    def _telling(self) -> Iterator[Metric]:
        meters = self._meters
        yield CounterMetricFamily("wirewatch_hits", "Hits found by polls.", meters.hits)
        yield CounterMetricFamily("wirewatch_alerts", "Alerts written.", meters.alerts)
        attempts = CounterMetricFamily(
            "wirewatch_attempts",
            "Attempts at sending, by channel and result.",
            labels=["channel", "result"],
        )
        for (channel, result), many in sorted(self._configured(meters.attempts).items()):
            attempts.add_metric([channel, result], many)
        yield attempts
        ways = GaugeMetricFamily(
            "wirewatch_deliveries",
            "Messages kept, by channel and state.",
            labels=["channel", "state"],
        )
        stored = {(name, state.value): n for (name, state), n in self._vitals.deliveries.items()}
        for channel in self._channels:
            stored.setdefault((channel, DeliveryState.PENDING.value), 0)
        for (channel, state), many in sorted(self._configured(stored).items()):
            ways.add_metric([channel, state], many)
        yield ways
        yield _histogram(
            "wirewatch_alert_seconds",
            "From the publication of an entry, as its feed dates it, to the sent alert.",
            meters.alert_s,
        )

    def _configured(self, counted: Mapping[tuple[str, str], int]) -> Counter[tuple[str, str]]:
        found: Counter[tuple[str, str]] = Counter()
        for (channel, what), many in counted.items():
            found[channel if channel in self._channels else REMOVED, what] += many
        return found

    def _waiting(self) -> Iterator[Metric]:
        vitals = self._vitals
        ages = GaugeMetricFamily(
            "wirewatch_backlog_age_seconds",
            "How long what waits longest has waited; 0 when nothing does.",
            labels=["of"],
        )
        for of, since in (
            ("hit", vitals.oldest_hit_at),
            ("delivery", vitals.oldest_delivery_at),
            ("poll", vitals.oldest_due_at),
        ):
            ages.add_metric([of], self._age(since))
        yield ages
        gaps = GaugeMetricFamily("wirewatch_gaps", "Gaps kept, by state.", labels=["state"])
        for state in GapState:
            gaps.add_metric([state.value], vitals.gaps.get(state, 0))
        yield gaps
        agreed = GaugeMetricFamily(
            "wirewatch_subscriptions", "Agreed with hubs, by state.", labels=["state"]
        )
        for standing in SubscriptionState:
            agreed.add_metric([standing.value], vitals.subscriptions.get(standing, 0))
        yield agreed
        yield GaugeMetricFamily(
            "wirewatch_pushes_waiting", "Pushes stored and not read yet.", vitals.pushes_waiting
        )
        feeds = GaugeMetricFamily("wirewatch_feeds", "Feeds polled, by health.", labels=["health"])
        feeds.add_metric(["ok"], vitals.feeds - vitals.feeds_failing)
        feeds.add_metric(["failing"], vitals.feeds_failing)
        yield feeds

    def _age(self, since: datetime | None) -> float:
        return 0.0 if since is None else max((self._now - since).total_seconds(), 0.0)

    def _process(self) -> Iterator[Metric]:
        meters = self._meters
        told = GaugeMetricFamily("wirewatch_build", "Always 1.", labels=["version"])
        told.add_metric([__version__], 1)
        yield told
        yield GaugeMetricFamily("wirewatch_up_seconds", "Since the start.", self._up_s)
        ticked = meters.ticked_at
        yield GaugeMetricFamily(
            "wirewatch_tick_age_seconds",
            "Since the clock last found out what is due.",
            self._up_s if ticked is None else monotonic() - ticked,
        )
        yield GaugeMetricFamily("wirewatch_watches", "Watches in force.", self._watches)
        yield GaugeMetricFamily("wirewatch_jobs_running", "Jobs under way.", self._jobs)
        yield GaugeMetricFamily(
            "wirewatch_workers", "Processes that read documents.", len(self._workers)
        )
        yield _histogram(
            "wirewatch_loop_lag_seconds", "How late the event loop is.", meters.loop_lag_s
        )


def _histogram(name: str, words: str, counted: Histogram) -> Metric:
    return HistogramMetricFamily(name, words, buckets=counted.buckets(), sum_value=counted.total)
