"""What every rendering says, in words: dates, outlets, how long it took."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wirewatch.core.model.alert import Message


def byline(message: Message) -> str:
    """Return outlet and date: ``Gulf Courier · 23 Jan 2026, 18:04 +04:00``."""
    parts = [message.outlet] if message.outlet else []
    if message.published_at is not None:
        parts.append(shown_time(message.published_at, message.timezone))
    return " · ".join(parts)


def shown_time(moment: datetime, timezone: str) -> str:
    """Return a time as a reader in that zone writes it."""
    try:
        local = moment.astimezone(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        local = moment
    offset = local.strftime("%z")
    return f"{local.day} {local:%b %Y, %H:%M} {offset[:3]}:{offset[3:]}"


def delay(message: Message) -> str | None:
    """Return when it was found: ``found 18:07, 3 min after publication``."""
    if message.published_at is None or message.found_at is None:
        return None
    late = message.found_at - message.published_at
    if late < timedelta(0) or late > timedelta(days=2):
        return f"found {shown_time(message.found_at, message.timezone)}"
    minutes = round(late.total_seconds() / 60)
    at = shown_time(message.found_at, message.timezone).partition(", ")[2].partition(" ")[0]
    if minutes < 1:
        return f"found {at}, within a minute of publication"
    length = f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
    return f"found {at}, {length} after publication"


def watches(message: Message) -> str | None:
    """Return for which watches it rang."""
    if not message.watches:
        return None
    word = "watch" if len(message.watches) == 1 else "watches"
    return f"{word}: {', '.join(message.watches)}"


def also_in(message: Message) -> str | None:
    """Return which other outlets carry it."""
    return f"also in: {', '.join(message.also_in)}" if message.also_in else None
