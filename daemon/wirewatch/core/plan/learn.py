"""What the new entries of a poll teach about the habit of their feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from wirewatch.core.habit import observed
from wirewatch.core.model.entry import Entry
from wirewatch.core.model.feed import Feed
from wirewatch.core.model.habit import Habit

FIRST_LOOK = timedelta(days=14)
"""How far back the dates of the entries that a new feed already lists tell of its habit."""


def learnt_habit(feed: Feed, new: Sequence[Entry], *, listed: int, now: datetime) -> Habit | None:
    """Return what the new entries teach. Written only when there are some: a quiet poll costs no write.

    A date counts where it can be true; the entries of the first poll tell of the days before it.
    """
    known, last = feed.state.habit, feed.state.last_ok_at
    if not new:
        return known or Habit(at=now, window=listed)
    since = last or now - FIRST_LOOK
    dates = [at for entry in new if (at := entry.published_at) and since <= at <= now]
    if known is None:
        return observed(Habit(at=min(dates, default=now)), dates, now=now, window=listed)
    undated = [now] * (len(new) - len(dates))
    return observed(known, [*dates, *undated], now=now, window=listed)
