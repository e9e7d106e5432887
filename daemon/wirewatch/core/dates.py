"""Which of several dates a person is told, and why. No date ever decides whether to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

FUTURE: Final = timedelta(days=1)
"""Time zones and clocks explain a date this far ahead; beyond it the date is wrong."""

ANCIENT: Final = datetime(1995, 1, 1, tzinfo=UTC)
"""Before there was news on the web, a date is a computer's zero."""


class DateSource(StrEnum):
    """Who says it."""

    FEED_PUBLISHED = "feed-published"
    PAGE_PUBLISHED = "page-published"
    FEED_UPDATED = "feed-updated"


class DateWhy(StrEnum):
    """Why a date is told, or not."""

    FEED_FIRST = "feed-first"
    """The feed says when it was published: page headers are often those of a template."""
    PAGE_NEXT = "page-next"
    """The feed says nothing that can be believed; the page does."""
    UPDATE_LEFT = "update-left"
    """All there is says when it was last changed."""
    IN_THE_FUTURE = "in-the-future"
    BEFORE_THE_WEB = "before-the-web"
    BETTER_ONE = "better-one"
    """It can be believed, but there is a better one."""


_REASONS: Final = {
    DateSource.FEED_PUBLISHED: DateWhy.FEED_FIRST,
    DateSource.PAGE_PUBLISHED: DateWhy.PAGE_NEXT,
    DateSource.FEED_UPDATED: DateWhy.UPDATE_LEFT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedBy:
    """A date, who says it, and why it is told or not."""

    at: datetime
    source: DateSource
    why: DateWhy
    told: bool = False


def weigh_dates(
    *,
    published_at: datetime | None,
    updated_at: datetime | None,
    page_published_at: datetime | None,
    found_at: datetime,
) -> tuple[DatedBy, ...]:
    """Return every date there is with its source and the reason why it is told or not, best source first.

    At most one is told: the feed's, else the page's, else the feed's last update.
    """
    found: list[DatedBy] = []
    for source, at in (
        (DateSource.FEED_PUBLISHED, published_at),
        (DateSource.PAGE_PUBLISHED, page_published_at),
        (DateSource.FEED_UPDATED, updated_at),
    ):
        if at is not None:
            found.append(_weighed(at, source, found, found_at=found_at))
    return tuple(found)


def _weighed(
    at: datetime, source: DateSource, better: Sequence[DatedBy], *, found_at: datetime
) -> DatedBy:
    if at > found_at + FUTURE:
        return DatedBy(at=at, source=source, why=DateWhy.IN_THE_FUTURE)
    if at < ANCIENT:
        return DatedBy(at=at, source=source, why=DateWhy.BEFORE_THE_WEB)
    if any(other.told for other in better):
        return DatedBy(at=at, source=source, why=DateWhy.BETTER_ONE)
    return DatedBy(at=at, source=source, why=_REASONS[source], told=True)


def told_date(
    *,
    published_at: datetime | None,
    updated_at: datetime | None,
    page_published_at: datetime | None,
    found_at: datetime,
) -> datetime | None:
    """Return the date of publication to show, None where no date can be believed."""
    weighed = weigh_dates(
        published_at=published_at,
        updated_at=updated_at,
        page_published_at=page_published_at,
        found_at=found_at,
    )
    return next((date.at for date in weighed if date.told), None)
