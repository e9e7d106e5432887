"""How quick alerts were, for ``status``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from wirewatch.cli import show

if TYPE_CHECKING:
    from wirewatch.core.model.vitals import Latency

SPAN: Final = timedelta(days=7)
"""Over so long the alerts are timed."""


def as_json(latencies: Sequence[Latency]) -> dict[str, object]:
    """Return the seconds from publication to alert for programs; None where nothing with a date was told."""
    from wirewatch.core.latency import alert_delays, percentile

    delays = alert_delays(latencies)
    shares = {f"p{share}": percentile(delays, share / 100) for share in (50, 95, 99)}
    return {"alerts": len(delays), "over_s": SPAN.total_seconds(), **shares}


def in_words(latencies: Sequence[Latency]) -> str | None:
    """Say how long alerts took from publication, None where none can be timed."""
    from wirewatch.core.latency import alert_delays, percentile

    delays = alert_delays(latencies)
    half, most = percentile(delays, 0.5), percentile(delays, 0.95)
    if half is None or most is None:
        return None
    return (
        f"half of {len(delays)} messages arrived within {show.length(half)} of publication, "
        f"95 % within {show.length(most)} (7 days)"
    )
