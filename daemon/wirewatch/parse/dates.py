"""Dates as feeds and pages write them: an aware time in UTC, or None; never an exception, never a naive one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Outside of these a date is a mistake, and sums with it would leave what databases hold."""

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen ιαν янв",
            "feb fév fev φεβ фев",
            "mar mär mrz már μάρ μαρ мар",
            "apr avr abr ápr απρ апр",
            "may mai mag máj μάι μαΐ μαϊ май мая",
            "jun juin giu jún ιουν ιούν июн",
            "jul juil lug júl ιουλ ιούλ июл",
            "aug aoû ago αυγ αύγ авг",
            "sep set sze σεπ сен",
            "oct okt out ott οκτ окт",
            "nov nov νοε νοέ ноя",
            "dec dez dic déc δεκ дек",
        ),
        start=1,
    )
    for name in names.split()
}
"""The beginnings of the names of months in some languages; feedparser guesses at such dates by today's."""
_ZONES: Final = {
    "adt": -3, "ast": -4, "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8,
    "akdt": -8, "akst": -9, "hst": -10, "brt": -3, "art": -3, "bst": 1, "wet": 0, "west": 1, "cet": 1, "met": 1,
    "cest": 2, "mest": 2, "sast": 2, "eet": 2, "eest": 3, "msk": 3, "trt": 3, "gst": 4, "pkt": 5, "ict": 7,
    "wib": 7, "hkt": 8, "sgt": 8, "pht": 8, "myt": 8, "awst": 8, "jst": 9, "kst": 9, "aest": 10, "aedt": 11,
    "nzst": 12, "nzdt": 13,
}  # fmt: skip
"""Hours east of Greenwich. Names that several zones share and that differ much (IST) are read as UTC."""

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
_ZONE = r"(?:\s*(?P<zone>z\b|(?:utc|gmt)?[+-]\d{1,2}(?::?\d{2})?(?!\d)|(?:[a-z]+/)?[a-z]{2,5}\b))?"
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
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})\.?[\s-]+(?P<name>[^\W\d]{{3,}})\.?[\s-]+(?P<day>\d{{1,2}})\.?(?!\d)"
    rf"(?:(?:t|[\s,]+){_TIME}{_ZONE})?",
    re.IGNORECASE,
)
_EAST_ASIAN = re.compile(
    rf"(?P<year>\d{{4}})\s*(?P<east>[年년])\s*(?P<month>\d{{1,2}})\s*[月월]\s*(?P<day>\d{{1,2}})\s*[日号일]"
    rf"(?:\s*{_TIME}{_ZONE})?",
    re.IGNORECASE,
)
_FORMS: Final = (_ISO, _PLAIN_ISO, _DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST, _EAST_ASIAN)
_LONGEST: Final = 100


def parse_date(raw: str) -> datetime | None:
    """Read a date of RFC 822, ISO 8601 or their usual misspellings.

    >>> parse_date("Fri, 23 Jan 2026 10:00:00 +0100")
    datetime.datetime(2026, 1, 23, 9, 0, tzinfo=datetime.timezone.utc)
    """
    text = raw.strip()[:_LONGEST]
    for form in _FORMS:
        if (found := form.match(text)) is not None:
            return _time_of(found)
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
    name = (part.get("name") or "").lower()
    month = part["month"] if "month" in part else _MONTHS.get(name[:4], _MONTHS.get(name[:3]))
    if month is None:
        return None
    year = int(part["year"])
    if len(part["year"]) == 2:
        year += 1900 if year >= 70 else 2000
    try:
        day = datetime(
            year,
            int(month),
            int(part.get("day") or 1),
            tzinfo=_zone(part.get("zone") or ("kst" if part.get("east") == "년" else "")),
        )
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


def _zone(name: str) -> timezone:
    text = name.lower().removeprefix("utc").removeprefix("gmt")
    if text[:1] in ("+", "-"):
        digits = text[1:].replace(":", "")
        split = len(digits) - 2 if len(digits) > 2 else len(digits)
        offset = timedelta(hours=int(digits[:split]), minutes=int(digits[split:] or 0))
        return timezone(-offset if text[0] == "-" else offset)  # a day or more: ValueError, no date
    return timezone(timedelta(hours=_ZONES.get(text, 0)))
