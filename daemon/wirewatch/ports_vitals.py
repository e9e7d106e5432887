"""What is asked of the store to see how the daemon is doing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from wirewatch.core.model.alert import DeliveryKey
from wirewatch.core.model.vitals import Latency, Vitals


class VitalsStore(Protocol):
    """Figures, each a quick look."""

    def vitals(self) -> Vitals:
        """Return what waits, and since when."""

    def latencies(
        self,
        *,
        keys: Sequence[DeliveryKey] | None = None,
        since: datetime | None = None,
        limit: int = 10_000,
    ) -> Sequence[Latency]:
        """Return how long messages about news took that were sent (of these, written since then), newest first."""
