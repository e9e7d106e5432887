"""Which date is told."""

from __future__ import annotations

from datetime import timedelta

from tests.core.make import NOON
from wirewatch.core.dates import told_date

DAY = timedelta(days=1)


def test_the_feed_is_believed_before_the_page() -> None:
    """Page headers carry the dates of templates."""
    date = told_date(
        published_at=NOON, updated_at=None, page_published_at=NOON - 730 * DAY, found_at=NOON
    )

    assert date == NOON


def test_a_date_in_the_future_is_not_believed() -> None:
    """A wrong clock at the publisher must not put nonsense into the alert."""
    date = told_date(
        published_at=NOON + 400 * DAY, updated_at=None, page_published_at=NOON, found_at=NOON
    )

    assert date == NOON
    assert (
        told_date(published_at=None, updated_at=None, page_published_at=None, found_at=NOON) is None
    )
