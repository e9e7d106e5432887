"""The clock on the wall: when a local time comes, on days when clocks are changed too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wirewatch.core.model.policy import DayTime, QuietSpan

DAY = timedelta(days=1)
WEEK_AND_A_DAY = 9


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when a clock on the wall first shows this time on this day, in UTC.

    A time that is skipped when clocks go forward comes as long after midnight as it would on another day; one that
    comes twice counts once, the first time.
    """
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)


def next_of(times: Sequence[DayTime], *, after: datetime, timezone: str) -> datetime:
    """Return the first of these times after a moment."""
    zone = ZoneInfo(timezone)
    return min(found for found in _moments(times, after, zone) if found > after)


def _moments(times: Sequence[DayTime], after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    today = after.astimezone(zone).date()
    for number in range(-1, WEEK_AND_A_DAY):
        day = today + number * DAY
        yield from (moment(day, one.at, zone) for one in times if day.weekday() in one.days)


def quiet_until(spans: Sequence[QuietSpan], *, now: datetime, timezone: str) -> datetime | None:
    """Return when quiet hours that hold now end, those that follow without a break included; None when none hold."""
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    found = sorted(
        (moment(day, span.begins, zone), _end(day, span, zone))
        for number in range(-1, WEEK_AND_A_DAY)
        for day in (today + number * DAY,)
        for span in spans
        if day.weekday() in span.days
    )
    until = now
    for begins, ends in found:
        if begins <= until < ends:
            until = ends
    return until if until > now else None


def _end(day: date, span: QuietSpan, zone: ZoneInfo) -> datetime:
    return moment(day if span.ends > span.begins else day + DAY, span.ends, zone)
