"""Politeness: who may talk to which host, and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

_MANY = 1024
"""Hosts remembered for their rest before those that have rested are forgotten."""


@dataclass(slots=True)
class _Host:
    turns: asyncio.Semaphore
    users: int = 0
    free_at: float = 0.0
    closed_until: float = 0.0
    """It asked to be left alone until then."""


class HostQueue:
    """Gives turns: at most *per_host* at once to each host, and *gap* of rest between two."""

    def __init__(
        self,
        *,
        per_host: int,
        gap: timedelta,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._per_host = per_host
        self._gap = gap.total_seconds()
        self._clock = clock
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for a turn with a host and hold it."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = _Host(asyncio.Semaphore(self._per_host))
        host.users += 1
        try:
            async with host.turns:
                await self._rest(host)
                try:
                    yield
                finally:
                    host.free_at = max(host.free_at, self._clock() + self._gap)
        finally:
            host.users -= 1
            self._forget(name, host)

    def close(self, name: str, span: timedelta) -> None:
        """Let nobody ask a host for a while; call it while holding a turn."""
        host = self._hosts[name]
        host.closed_until = max(host.closed_until, self._clock() + span.total_seconds())

    def closed_for(self, name: str) -> timedelta:
        """Return how long a host is still to be left alone."""
        host = self._hosts.get(name)
        left = 0.0 if host is None else host.closed_until - self._clock()
        return timedelta(seconds=max(left, 0.0))

    def __len__(self) -> int:
        """Return how many hosts are remembered."""
        return len(self._hosts)

    async def _rest(self, host: _Host) -> None:
        now = self._clock()
        start = max(now, host.free_at)
        host.free_at = start + self._gap  # so that a second visitor at the same time comes later
        if start > now:
            await self._sleep(start - now)

    def _forget(self, name: str, host: _Host) -> None:
        if host.users == 0 and self._gap == 0 and host.closed_until <= self._clock():
            del self._hosts[name]
        elif len(self._hosts) > _MANY:
            now = self._clock()
            rested = [
                n
                for n, h in self._hosts.items()
                if h.users == 0 and max(h.free_at, h.closed_until) <= now
            ]
            for done in rested:
                del self._hosts[done]
