"""The part of the store in a database that says how the daemon is doing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wirewatch.core.model.alert import DeliveryKey
from wirewatch.core.model.vitals import Latency, Vitals
from wirewatch.store import vitals
from wirewatch.store.sql_holds import SqlHolds


class SqlVitals(SqlHolds):
    """Figures, each a quick look."""

    def vitals(self) -> Vitals:
        """Return what waits, and since when."""
        return self.database.read(vitals.vitals)

    def latencies(
        self,
        *,
        keys: Sequence[DeliveryKey] | None = None,
        since: datetime | None = None,
        limit: int = 10_000,
    ) -> Sequence[Latency]:
        """Return how long messages about news took that were sent, newest first."""
        return self.database.read(
            lambda tx: vitals.latencies(tx, keys=keys, since=since, limit=limit)
        )
