"""When a channel wants to be told, and how much of a watch: as the owner asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTime:
    """A time of day on some days of the week (Monday is 0), by the clock on the wall."""

    at: time
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietSpan:
    """From one time of day to another; to one that is not later it reaches into the next day.

    *days* are those on which it begins.
    """

    begins: time
    ends: time
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPolicy:
    """When a channel may be told. The defaults let everything through at once."""

    timezone: str = "UTC"
    digest: tuple[DayTime, ...] = ()
    """Tell everything at these times, in one message."""
    quiet: tuple[QuietSpan, ...] = ()
    max_per_hour: int = 0
    """So many messages in any hour; 0 is no limit."""
    cooldown: timedelta = timedelta()
    """How long a watch that rang is silent here."""
    rolling: timedelta = timedelta()
    """How long what follows the first hit of a quiet watch is gathered at first."""
    rolling_max: timedelta = timedelta(hours=4)
    """How long it is gathered at most while the noise lasts."""

    @property
    def is_plain(self) -> bool:
        """Say whether it holds nothing back."""
        gathers = self.digest or self.quiet or self.cooldown or self.rolling
        return not gathers and self.max_per_hour == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPolicy:
    """How much of a watch is told, on each channel."""

    urgent: bool = False
    """Waits for no digest, quiet hours, cooldown or burst; mutes and budgets hold for it too."""
    max_per_hour: int = 0
    cooldown: timedelta = timedelta()
    rolling: timedelta = timedelta()
    burst: int = 0
    """So many hits within ten minutes, if that is unusual for it, are told as one; 0 is never."""

    @property
    def is_plain(self) -> bool:
        """Say whether it holds nothing back."""
        return not (self.max_per_hour or self.cooldown or self.rolling or self.burst)
