"""How delays are reckoned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wirewatch.core.latency import alert_delays, delay_s, percentile
from wirewatch.core.model.vitals import Latency

NOON = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("published", "seconds"),
    [
        (NOON - timedelta(minutes=3), 180.0),
        (NOON + timedelta(minutes=2), 0.0),  # their clock is ahead
        (NOON + timedelta(hours=1), None),  # a date of the future
        (NOON - timedelta(days=9), None),  # published again, or a wrong date
        (None, None),
    ],
)
def test_only_dates_that_can_be_true_count(
    published: datetime | None, seconds: float | None
) -> None:
    """One entry dated 1970 would make every percentile nonsense."""
    assert delay_s(published, NOON) == seconds


@pytest.mark.parametrize(("share", "value"), [(0.5, 5.0), (0.95, 10.0), (0.01, 1.0), (1.0, 10.0)])
def test_a_percentile_is_a_value_that_was_there(share: float, value: float) -> None:
    """A promise of "95 % within" must hold for the figures it is made of."""
    assert percentile([float(n) for n in range(1, 11)], share) == value


def test_delays_come_in_order_and_without_those_that_cannot_be_told() -> None:
    """Percentiles need order."""
    latencies = [
        Latency(published_at=NOON - timedelta(seconds=n), found_at=NOON, sent_at=NOON)
        for n in (30, 10, 20)
    ]
    latencies.append(Latency(published_at=None, found_at=NOON, sent_at=NOON))

    assert alert_delays(latencies) == [10.0, 20.0, 30.0]
