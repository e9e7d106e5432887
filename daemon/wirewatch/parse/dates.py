"""Dates as feeds and pages write them: an aware time in UTC, or None; never an exception, never a naive one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from time import struct_time
from typing import Final

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Outside of these a date is a mistake, and sums with it would leave what databases hold."""

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        "jan|feb|mar mär mrz|apr|may mai|jun|jul|aug|sep|oct okt|nov|dec dez".split("|"), start=1
    )
    for name in names.split()
}
_ZONES: Final = {
    "adt": -3, "ast": -4, "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8,
    "akdt": -8, "akst": -9, "hst": -10, "brt": -3, "art": -3, "bst": 1, "wet": 0, "west": 1, "cet": 1, "met": 1,
    "cest": 2, "mest": 2, "sast": 2, "eet": 2, "eest": 3, "msk": 3, "trt": 3, "gst": 4, "pkt": 5, "ict": 7,
    "wib": 7, "hkt": 8, "sgt": 8, "pht": 8, "myt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13,
}  # fmt: skip
"""Hours east of Greenwich. Names that several zones share and that differ much (IST) are read as UTC."""

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
_ZONE = r"(?:\s*(?P<zone>z\b|(?:utc|gmt)?[+-]\d{1,2}:?\d{2}|(?:[a-z]+/)?[a-z]{2,5}\b))?"
_ISO = re.compile(
    rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})(?:[-/](?P<day>\d{{1,2}})(?:(?:\s*t\s*|\s+){_TIME}{_ZONE})?)?",
    re.IGNORECASE,
)
_PLAIN_ISO = re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)")
_DAY_FIRST = re.compile(
    rf"(?:[^\W\d]+\.?,?\s*)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?[\s-]+(?P<name>[^\W\d]{{3,}})\.?,?[\s-]+"
    rf"(?P<year>\d{{4}}|\d{{2}})(?!\d)(?:[\s,]+(?:at\s+)?{_TIME}{_ZONE})?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"(?:[^\W\d]+,\s+)?(?P<name>[^\W\d]{{3,}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
    rf"(?P<year>\d{{4}})(?!\d)(?:[\s,]+(?:at\s+)?{_TIME}{_ZONE})?",
    re.IGNORECASE,
)
_LONGEST: Final = 100
_FOUR_DIGITS = re.compile(r"\d{4}")


def parse_date(raw: str) -> datetime | None:
    """Read a date of RFC 822, ISO 8601 or their usual misspellings.

    >>> parse_date("Fri, 23 Jan 2026 10:00:00 +0100")
    datetime.datetime(2026, 1, 23, 9, 0, tzinfo=datetime.timezone.utc)
    """
    text = raw.strip()[:_LONGEST]
    for form in (_ISO, _PLAIN_ISO, _DAY_FIRST, _MONTH_FIRST):
        if (found := form.match(text)) is not None:
            return _time_of(found)
    return None


def from_struct(raw: str, parsed: object) -> datetime | None:
    """Take what a library read from *raw* where we cannot read it, unless it had to guess the year."""
    if not isinstance(parsed, struct_time) or not _FOUR_DIGITS.search(raw):
        return None
    try:
        return plausible(datetime(*parsed[:6], tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def plausible(when: datetime) -> datetime | None:
    """Return the time in UTC, or None where no news can be from."""
    try:
        moved = when.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moved if EARLIEST <= moved < LATEST else None


def _time_of(found: re.Match[str]) -> datetime | None:
    part = found.groupdict()
    month = part["month"] if "month" in part else _MONTHS.get(part["name"].lower()[:3])
    if month is None:
        return None
    year = int(part["year"])
    if len(part["year"]) == 2:
        year += 1900 if year >= 70 else 2000
    try:
        day = datetime(year, int(month), int(part.get("day") or 1), tzinfo=_zone(part.get("zone")))
        return plausible(day + _clock(part))
    except (ValueError, OverflowError):
        return None


def _clock(part: dict[str, str | None]) -> timedelta:
    """Return the time of day; minute 60 and the like are the sender's way to say the next hour."""
    hour, minute, second = (int(part.get(unit) or 0) for unit in ("hour", "minute", "second"))
    half = (part.get("half") or "").lower()[:1]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 60 or second > 60:
        raise ValueError
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _zone(name: str | None) -> timezone:
    text = (name or "").lower().removeprefix("utc").removeprefix("gmt")
    if text[:1] in ("+", "-"):
        digits = text[1:].replace(":", "").rjust(4, "0")
        offset = timedelta(hours=int(digits[:-2]), minutes=int(digits[-2:]))
        return timezone(-offset if text[0] == "-" else offset)  # a day or more: ValueError, no date
    return timezone(timedelta(hours=_ZONES.get(text, 0)))
