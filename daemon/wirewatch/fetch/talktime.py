"""How long a visit may talk: the clock stands still while it waits for its turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta


class TalkTime:
    """Counts the seconds a visit talks, and ends it with TimeoutError when they are spent."""

    def __init__(self, most: timedelta) -> None:
        self._most = most.total_seconds()
        self._left = self._most
        self._ends_at = 0.0
        self._alarm: asyncio.Timeout | None = None

    @property
    def spent(self) -> timedelta:
        """Return how long it has talked, as of the last time the clock was stopped."""
        return timedelta(seconds=self._most - self._left)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let the clock run."""
        loop = asyncio.get_running_loop()
        self._ends_at = loop.time() + self._left
        try:
            async with asyncio.timeout_at(self._ends_at) as self._alarm:
                yield
        finally:
            self._left = self._ends_at - loop.time()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Stop the clock that runs."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._set(None)
        try:
            yield
        finally:
            self._ends_at += loop.time() - began
            self._set(self._ends_at)

    def _set(self, when: float | None) -> None:
        if self._alarm is not None and not self._alarm.expired():
            self._alarm.reschedule(when)
