"""When a feed brings entries, as polling learned it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Habit:
    """What is known at a time. Counts and hours fade."""

    at: datetime
    entries: float = 0.0
    hours: float = 0.0
    lately: float = 0.0
    lately_hours: float = 0.0
    by_hour: tuple[float, ...] = (0.0,) * 24
    """Entries by hour of the day, UTC."""
    by_day: tuple[float, ...] = (0.0,) * 7
    window: int = 0
    """How many entries the last document listed."""
