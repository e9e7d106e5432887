"""Which of several dates a person is told, and why. No date ever decides whether to tell."""

from __future__ import annotations

from datetime import datetime, timedelta

FUTURE = timedelta(days=1)
"""Time zones and clocks explain a date this far ahead; beyond it the date is wrong."""


def told_date(
    *,
    published_at: datetime | None,
    updated_at: datetime | None,
    page_published_at: datetime | None,
    found_at: datetime,
) -> datetime | None:
    """Return the date of publication to show: the feed's, else the page's, else the feed's last update.

    The feed comes first because page headers are often those of a template. A date in the future is not believed.
    """
    for date in (published_at, page_published_at, updated_at):
        if date is not None and date <= found_at + FUTURE:
            return date
    return None
