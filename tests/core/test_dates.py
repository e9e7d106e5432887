"""Which date is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.core.make import NOON
from wirewatch.core.dates import DateSource, DateWhy, told_date, weigh_dates

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


def test_every_date_is_kept_with_its_source_and_a_reason() -> None:
    """Whoever doubts the date in an alert must see where it comes from and what spoke against the others."""
    weighed = weigh_dates(
        published_at=NOON + 400 * DAY,
        page_published_at=datetime(1970, 1, 1, tzinfo=UTC),
        updated_at=NOON,
        found_at=NOON,
    )

    assert [(date.source, date.why, date.told) for date in weighed] == [
        (DateSource.FEED_PUBLISHED, DateWhy.IN_THE_FUTURE, False),
        (DateSource.PAGE_PUBLISHED, DateWhy.BEFORE_THE_WEB, False),
        (DateSource.FEED_UPDATED, DateWhy.UPDATE_LEFT, True),
    ]


def test_of_two_good_dates_the_better_one_is_told() -> None:
    """And the other one says that it was good, too."""
    weighed = weigh_dates(
        published_at=NOON - DAY, page_published_at=NOON, updated_at=None, found_at=NOON
    )

    assert [date.why for date in weighed] == [DateWhy.FEED_FIRST, DateWhy.BETTER_ONE]
