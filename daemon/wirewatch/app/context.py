"""What every loop is given: the world, the clock, the store behind a thread, and the dispatcher."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar

from wirewatch.app.dispatch import LocalDispatcher
from wirewatch.app.logs import get_logger
from wirewatch.app.meters import Meters
from wirewatch.app.world import World
from wirewatch.errors import StoreError
from wirewatch.ports import Fetcher, Notifier, Parser, Store

P = ParamSpec("P")
R = TypeVar("R")

log = get_logger(__name__)

STORE_THREADS = 4
MAX_STORE_WAIT_S = 30.0


@dataclass(slots=True, kw_only=True)
class Context:
    """The daemon's parts. Only *world* and *fetcher* ever change: a reload swaps them."""

    world: World
    store: Store
    fetcher: Fetcher
    parser: Parser
    notifier: Notifier
    now: Callable[[], datetime]
    started_at: datetime
    dispatcher: LocalDispatcher = field(default_factory=LocalDispatcher)
    threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(STORE_THREADS, thread_name_prefix="store")
    )

    writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while what polls and pushes brought is decided on and committed: neither takes the other's news for new."""
    meters: Meters = field(default_factory=Meters)
    front_trouble: str | None = None
    """Why the HTTP port could not be opened, None while all is well."""

    store_trouble: str | None = None
    """What the database said when it last refused, None while all is well."""

    async def insist(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do a step of the store, again and again while the database refuses (disk full, locked, away)."""
        wait = 0.5
        while True:
            try:
                result = await self.off(function, *args, **kwargs)
            except StoreError as exc:
                self.store_trouble = str(exc)
                log.error("the database refuses", error=str(exc), retry_in_s=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, MAX_STORE_WAIT_S)
            else:
                self.store_trouble = None
                return result

    async def off(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run something slow (the store, matching) in a thread, so that the event loop goes on."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, partial(function, *args, **kwargs))
