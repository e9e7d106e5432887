"""When a feed brings entries: its rate with forgetting, its day and its week, and what just happened.

Two rates are kept as Gamma-Poisson estimates with exponential forgetting: a slow one (three weeks), shaped by the hour
and the day, and a quick one (an hour and a half) that is drawn to it. Polls are spread over time by the square-root law
(J. Cho, H. Garcia-Molina, Effective page refresh policies for web crawlers, 2003, for the sum of delays): the density
of polls is proportional to the root of weight times rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log, sqrt
from typing import Final

from wirewatch.core.model.habit import Habit

SLOW: Final = timedelta(days=21) / timedelta(hours=1)
QUICK: Final = 1.5
"""Half-lives in hours."""

BELIEF: Final = 6.0
"""Hours of one entry each that a feed is believed to have had before anything is known of it."""

HOLD: Final = 1.0
"""Hours by which the quick rate is drawn to the slow one."""

HOUR_BELIEF: Final = 48.0
DAY_BELIEF: Final = 28.0
"""Entries spread evenly over the day, and the week, that are believed before any is seen."""

EVEN_DAYS: Final = 2
"""Days of a busy feed that are believed to be even, as is its first week: what was not lived yet is no silence."""

STEP: Final = timedelta(minutes=15)
_HOUR: Final = timedelta(hours=1)


def observed(
    habit: Habit, published: Sequence[datetime], *, now: datetime, window: int | None = None
) -> Habit:
    """Return what is known after entries came, or none did, until *now*; *window* is how many the document lists."""
    slow, quick = _kept(habit, now, SLOW), _kept(habit, now, QUICK)
    by_hour = [count * slow for count in habit.by_hour]
    by_day = [count * slow for count in habit.by_day]
    lately = habit.lately * quick
    for at in published:
        by_hour[at.hour] += 1
        by_day[at.weekday()] += 1
        lately += 0.5 ** (max((now - at) / _HOUR, 0.0) / QUICK)
    return Habit(
        at=max(now, habit.at),
        entries=habit.entries * slow + len(published),
        hours=_exposed(habit.hours, slow, SLOW),
        lately=lately,
        lately_hours=_exposed(habit.lately_hours, quick, QUICK),
        by_hour=tuple(by_hour),
        by_day=tuple(by_day),
        window=habit.window if window is None else window,
    )


def usual_rate(habit: Habit, at: datetime, *, now: datetime) -> float:
    """Return the entries an hour to expect at a time, by the feed's habit alone."""
    kept = _kept(habit, now, SLOW)
    rate = (habit.entries * kept + BELIEF) / (_exposed(habit.hours, kept, SLOW) + BELIEF)
    hour = _share(habit.by_hour, at.hour, kept, believed=max(HOUR_BELIEF, rate * 24 * EVEN_DAYS))
    day = _share(habit.by_day, at.weekday(), kept, believed=max(DAY_BELIEF, rate * 24 * 7))
    return rate * hour * day


def present_rate(habit: Habit, *, now: datetime) -> float:
    """Return the entries an hour to expect now: the habit, and what just happened."""
    quick = _kept(habit, now, QUICK)
    seen = habit.lately * quick + HOLD * usual_rate(habit, now, now=now)
    return seen / (_exposed(habit.lately_hours, quick, QUICK) + HOLD)


def wait_by_habit(
    habit: Habit, *, now: datetime, pace: timedelta, weight: float, most: timedelta
) -> timedelta:
    """Return how long to wait: polls are as dense as the root of weight times rate.

    *pace* is the interval of a feed of weight one that brings one entry an hour. Times of day at which a feed is
    usually silent stretch the wait, a rush hour ahead shortens it; *most* ends it.
    """
    present = present_rate(habit, now=now)
    usual = usual_rate(habit, now, now=now)
    surplus = present - usual
    due, waited = 0.0, timedelta()
    while waited < most:
        at = now + waited
        fading: float = 0.5 ** (waited / _HOUR / QUICK)
        rate = max(usual_rate(habit, at, now=now) + surplus * fading, 0.0)
        density = sqrt(max(weight * rate, 1e-9)) / (pace / STEP)
        if due + density >= 1.0:
            return min(waited + STEP * ((1.0 - due) / density), most)
        due += density
        waited += STEP
    return most


def _exposed(hours: float, kept: float, half_life: float) -> float:
    """Return the faded hours after more of them passed, of which *kept* is the share that did not fade."""
    return hours * kept + (1.0 - kept) * half_life / log(2)


def _kept(habit: Habit, now: datetime, half_life: float) -> float:
    """Return the share of what was counted that has not faded since."""
    return float(0.5 ** (max((now - habit.at) / _HOUR, 0.0) / half_life))


def _share(counts: Sequence[float], index: int, kept: float, *, believed: float) -> float:
    """Return how many times the average an hour or a day is. So many entries are believed to be spread evenly."""
    slots = len(counts)
    return (counts[index] * kept + believed / slots) / (sum(counts) * kept + believed) * slots
