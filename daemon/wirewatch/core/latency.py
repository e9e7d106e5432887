"""How quick we were: delays between publication, detection and alert."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from wirewatch.core.model.vitals import Latency

BELIEVED: Final = timedelta(days=2)
"""An entry that says it is older was not late with us: it was published again, or its date is wrong."""


def delay_s(published_at: datetime | None, at: datetime) -> float | None:
    """Return the seconds from publication to *at*, None where the date cannot be believed. Never below zero."""
    if published_at is None or not timedelta(minutes=-5) <= at - published_at <= BELIEVED:
        return None
    return max((at - published_at).total_seconds(), 0.0)


def alert_delays(latencies: Iterable[Latency]) -> list[float]:
    """Return the seconds from publication to the alert, of those that have a date to be believed, in order."""
    delays = (delay_s(one.published_at, one.sent_at) for one in latencies)
    return sorted(delay for delay in delays if delay is not None)


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Return the value that this share of the ordered values does not exceed, None where there are none.

    >>> percentile([1.0, 2.0, 3.0, 40.0], 0.5), percentile([], 0.5)
    (2.0, None)
    """
    if not ordered:
        return None
    return ordered[max(0, min(len(ordered), round(len(ordered) * share + 0.499999)) - 1)]
