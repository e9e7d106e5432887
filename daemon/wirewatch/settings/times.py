"""Times of day as people write them: ``08:00``, ``mon-fri 18:30``, ``sat,sun 22:00-09:00``."""

from __future__ import annotations

import re
from datetime import time
from typing import Final

from wirewatch.core.model.policy import EVERY_DAY, DayTime, QuietSpan

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME: Final = re.compile(r"(?:(\S.*)\s+)?(\d{1,2}):(\d{2})")
_SPAN: Final = re.compile(r"(?:(\S.*)\s+)?(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})")


def parse_day_time(text: str) -> DayTime:
    """Read a time of day; raise ValueError that says how to write it.

    >>> parse_day_time("sat 08:00")
    DayTime(at=datetime.time(8, 0), days=frozenset({5}))
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text[:40]}" is not a time of day; write "08:00" or "mon-fri 08:00"')
    days, hours, minutes = found.groups()
    return DayTime(at=_time(hours, minutes), days=_days(days))


def parse_span(text: str) -> QuietSpan:
    """Read a span of the day; raise ValueError that says how to write it."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        mend = 'write "22:00-07:00" or "sat,sun 22:00-09:00"'
        raise ValueError(f'"{text[:40]}" is not a span of the day; {mend}')
    days, *clock = found.groups()
    begins, ends = _time(clock[0], clock[1]), _time(clock[2], clock[3])
    return QuietSpan(begins=begins, ends=ends, days=_days(days))


def _time(hours: str, minutes: str) -> time:
    if int(hours) == 24 and int(minutes) == 0:
        return time(0)
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError(f'"{hours}:{minutes}" is not a time of day; the last one is 23:59')
    return time(int(hours), int(minutes))


def _days(text: str | None) -> frozenset[int]:
    if text is None or text.casefold() in {"daily", "every day"}:
        return EVERY_DAY
    found: set[int] = set()
    for part in re.split(r"\s*,\s*|\s+and\s+", text.casefold()):
        first, dash, last = part.partition("-")
        begin = _day(first)
        end = _day(last) if dash else begin
        found |= {(begin + step) % 7 for step in range((end - begin) % 7 + 1)}
    return frozenset(found)


def _day(text: str) -> int:
    name = text.strip()[:3]
    if name not in _DAYS:
        raise ValueError(f'"{text.strip()[:40]}" is not a day; there are {", ".join(_DAYS)}')
    return _DAYS.index(name)
