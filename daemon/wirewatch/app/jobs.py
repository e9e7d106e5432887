"""The clock: a handful of fixed jobs that only start work. APScheduler lives here.

The state of all schedules is in our database, so the job store is memory: nothing of it is missed after a restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger


class Clock:
    """Calls functions at intervals on the running event loop."""

    def __init__(self) -> None:
        self._stopped = False
        # A grace time of None: a loop that was late still runs the job, once, instead of skipping it.
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, interval: timedelta, name: str, call: Callable[[], Awaitable[None]]) -> None:
        """Call now and then after every interval; a call still running is not started again."""
        self._scheduler.add_job(
            self._until_stopped,
            IntervalTrigger(seconds=interval.total_seconds(), timezone="UTC"),
            args=[call],
            id=name,
            name=name,
            next_run_time=datetime.now(UTC),
        )

    async def _until_stopped(self, call: Callable[[], Awaitable[None]]) -> None:
        try:
            await call()
        except asyncio.CancelledError:
            if not self._stopped:
                raise
            # The scheduler would log our own stop as a job's failure.

    def start(self) -> None:
        """Begin calling."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing any more. A call under way is cancelled: what it would have begun is found at the next start."""
        self._stopped = True
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=False)
