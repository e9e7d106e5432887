"""Whose turn it is: jobs by kind, at most one queued or running for each key."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from wirewatch.app.logs import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of work: a kind, what it is about, and a key under which it is done once at a time."""

    kind: str
    about: str = ""
    """A shard's number or a channel's name."""
    priority: int = 0
    """Lower goes first."""

    @property
    def key(self) -> str:
        """Return under which name at most one such job is queued or running."""
        return f"{self.kind}:{self.about}" if self.about else self.kind


Handler: TypeAlias = Callable[[Job], Awaitable[None]]


@dataclass(slots=True)
class _Lane:
    """Jobs of one kind: so many at once, the others waiting by priority."""

    handler: Handler
    at_once: int
    waiting: list[tuple[int, int, Job]] = field(default_factory=list)
    running: int = 0


class LocalDispatcher:
    """Runs jobs in this process. A job submitted while its like runs is run once more afterwards."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}
        self._queued: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: dict[str, Job] = {}
        self._order = 0
        self._stopping = False

    def handle(self, kind: str, handler: Handler, *, at_once: int) -> None:
        """Say who does jobs of a kind, and how many of them at a time."""
        self._lanes[kind] = _Lane(handler=handler, at_once=at_once)

    def submit(self, *jobs: Job) -> None:
        """Queue jobs; one whose like is queued is forgotten, one whose like is running is done again after it."""
        for job in jobs:
            if self._stopping or job.key in self._queued:
                continue
            if job.key in self._running:
                self._again[job.key] = job
                continue
            self._order += 1
            self._queued.add(job.key)
            lane = self._lanes[job.kind]
            heapq.heappush(lane.waiting, (job.priority, self._order, job))
            self._start(lane)

    def is_idle(self) -> bool:
        """Say whether nothing is queued or running."""
        return not self._queued and not self._running

    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        """Return the jobs that run now."""
        return tuple(self._running.values())

    async def drain(self, timeout_s: float) -> int:
        """Take no more jobs, wait for the running ones, cancel what is late. Return how many were cancelled."""
        self._stopping = True
        self._again.clear()
        for lane in self._lanes.values():
            lane.waiting.clear()
        self._queued.clear()
        tasks = list(self._running.values())
        if not tasks:
            return 0
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return len(late)

    def _start(self, lane: _Lane) -> None:
        while lane.waiting and lane.running < lane.at_once:
            _, _, job = heapq.heappop(lane.waiting)
            self._queued.discard(job.key)
            lane.running += 1
            self._running[job.key] = asyncio.create_task(self._run(lane, job), name=job.key)

    async def _run(self, lane: _Lane, job: Job) -> None:
        try:
            await lane.handler(job)
        except Exception:  # bulkhead: a bug in one job must not stop the others
            log.exception("bug in a job", job=job.key)
        finally:
            lane.running -= 1
            self._running.pop(job.key, None)
            again = self._again.pop(job.key, None)
            if again is not None:
                self.submit(again)
            self._start(lane)
