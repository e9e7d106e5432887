"""How long and how large, as people write it: ``15 min``, ``1 h 30 min``, ``8 MiB``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from wirewatch.settings.suggest import did_you_mean

_SECONDS: Final[Mapping[str, tuple[str, ...]]] = {
    "w": ("week", "weeks", "wk"),
    "d": ("day", "days"),
    "h": ("hour", "hours", "hr", "hrs"),
    "min": ("minute", "minutes", "mins", "m"),
    "s": ("second", "seconds", "sec", "secs"),
    "ms": ("millisecond", "milliseconds"),
}
_LENGTH: Final[Mapping[str, timedelta]] = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "min": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_UNITS: Final[Mapping[str, timedelta]] = {
    spelling: _LENGTH[unit]
    for unit, spellings in _SECONDS.items()
    for spelling in (unit, *spellings)
}
_LONGEST: Final = timedelta(days=36_500)
_PART: Final = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*([^\W\d_]+)")
_GAP: Final = re.compile(r"\s*(?:,|and\b)?\s*")

_SIZES: Final[Mapping[str, int]] = {
    "b": 1,
    "byte": 1,
    "bytes": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "k": 1024,
    "m": 1024**2,
    "g": 1024**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_LARGEST: Final = 2**50


def parse_duration(text: str) -> timedelta:
    """Read a length of time; raise ValueError that says how to write it.

    >>> parse_duration("1 h 30 min")
    datetime.timedelta(seconds=5400)
    """
    parts = _parts(text)
    if parts is None:
        raise ValueError(_not_a_duration(text))
    if wrong := [unit for _, unit in parts if unit not in _UNITS]:
        raise ValueError(_no_unit(text, wrong[0]))
    if (
        sum(amount * _UNITS[unit].total_seconds() for amount, unit in parts)
        > _LONGEST.total_seconds()
    ):
        raise ValueError(f'"{_clip(text)}" is longer than a hundred years')
    return sum((_UNITS[unit] * amount for amount, unit in parts), timedelta(0))


def spell_duration(length: timedelta) -> str:
    """Write a length of time so that `parse_duration` reads it back.

    >>> spell_duration(timedelta(seconds=5400))
    '1 h 30 min'
    """
    words = []
    rest = length // timedelta(milliseconds=1)
    for unit, one in _LENGTH.items():
        if unit == "w":
            continue
        count, rest = divmod(rest, one // timedelta(milliseconds=1))
        if count:
            words.append(f"{count} {unit}")
    return " ".join(words) or "0 s"


def parse_size(text: str) -> int:
    """Read a number of bytes; raise ValueError that says how to write it.

    >>> parse_size("8 MiB")
    8388608
    """
    found = _PART.fullmatch(text.strip())
    unit = found[2].casefold() if found else ""
    if found is None or unit not in _SIZES:
        raise ValueError(f'"{_clip(text)}" is not a size; write it as "16 MiB" or "500 KiB"')
    size = float(found[1]) * _SIZES[unit]
    if size > _LARGEST:
        raise ValueError(f'"{_clip(text)}" is too large')
    return int(size)


def spell_size(size: int) -> str:
    """Write a number of bytes so that `parse_size` reads it back.

    >>> spell_size(16 * 1024 * 1024)
    '16 MiB'
    """
    for unit in ("GiB", "MiB", "KiB"):
        if size and size % _SIZES[unit.casefold()] == 0:
            return f"{size // _SIZES[unit.casefold()]} {unit}"
    return f"{size} B"


def _parts(text: str) -> list[tuple[float, str]] | None:
    """Split into amounts and units, or None where something else stands between them."""
    parts: list[tuple[float, str]] = []
    at = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    while at < end:
        found = _PART.match(text, at, end)
        if found is None:
            return None
        parts.append((float(found[1]), found[2].casefold()))
        gap = _GAP.match(text, found.end(), end)
        at = gap.end() if gap else end
    return parts or None


def _not_a_duration(text: str) -> str:
    bare = text.strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", bare):
        return f'"{bare}" lacks its unit; write "{bare} s", "{bare} min" or "{bare} h"'
    return f'"{_clip(text)}" is not a duration; write it as "15 min", "2 h" or "90 d"'


def _no_unit(text: str, unit: str) -> str:
    nearest = did_you_mean(unit, _UNITS)
    mend = f'did you mean "{text.casefold().replace(unit, nearest)}"?' if nearest else ""
    return f'"{_clip(text)}" is not a duration; ' + (
        mend or 'write it as "15 min", "2 h" or "90 d"'
    )


def _clip(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
