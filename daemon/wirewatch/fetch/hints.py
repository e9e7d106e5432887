"""What a response says about when to ask again; nonsense is ignored, exaggeration is cut."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from wirewatch.core.model.outcome import CachingHints

LONGEST = timedelta(days=7)
"""No server may keep us away for longer, whatever it says."""

_FIGURES = re.compile(r"[0-9]+\Z")
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?([0-9]+)\"?\s*\Z")
_NEVER_FRESH = frozenset({"no-cache", "no-store"})
_LONGEST_DATE = 64


def read_hints(headers: Mapping[str, str], *, now: datetime) -> CachingHints:
    """Read Retry-After, Cache-Control, Expires, Date and Age; header names are in lower case.

    Every hint that comes back is longer than nothing and at most a week.
    """
    if not headers:
        return CachingHints()
    date = http_date(headers.get("date", "")) or now
    return CachingHints(
        retry_after=_retry_after(headers.get("retry-after", ""), date=date),
        max_age=_max_age(headers, date=date),
    )


def http_date(text: str) -> datetime | None:
    """Read a date as HTTP writes it, in UTC; None if it is none."""
    if not text or len(text) > _LONGEST_DATE:
        return None
    try:
        parsed = parsedate_to_datetime(text)
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _retry_after(text: str, *, date: datetime) -> timedelta | None:
    stripped = text.strip()
    if _FIGURES.match(stripped):
        return _seconds(stripped)
    until = http_date(stripped)
    return None if until is None else _sane(until - date)


def _max_age(headers: Mapping[str, str], *, date: datetime) -> timedelta | None:
    directives = [part.strip().lower() for part in headers.get("cache-control", "").split(",")]
    if not _NEVER_FRESH.isdisjoint(directives):
        return None
    for directive in directives:
        if found := _MAX_AGE.match(directive):
            return _sane((_seconds(found[1]) or timedelta()) - _age(headers))
    expires = http_date(headers.get("expires", ""))
    return None if expires is None else _sane(expires - date)


def _age(headers: Mapping[str, str]) -> timedelta:
    """Return how long a cache on the way has held the response: that much of max-age is gone."""
    text = headers.get("age", "").strip()
    return (_seconds(text) if _FIGURES.match(text) else None) or timedelta()


def _seconds(figures: str) -> timedelta | None:
    if len(figures.lstrip("0")) > 9:
        return LONGEST
    return _sane(timedelta(seconds=int(figures)))


def _sane(span: timedelta) -> timedelta | None:
    return min(span, LONGEST) if span > timedelta() else None
