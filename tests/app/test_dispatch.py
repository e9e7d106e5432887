"""Whose turn it is: each key once at a time, no lost request, no job in the way of another."""

from __future__ import annotations

import asyncio

from wirewatch.app.dispatch import Job, LocalDispatcher


class Work:
    """A handler that records who came and holds them until it is told to let go."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.let_go = asyncio.Event()
        self.changed = asyncio.Condition()

    async def __call__(self, job: Job) -> None:
        async with self.changed:
            self.began.append(job.about)
            self.changed.notify_all()
        await self.let_go.wait()

    async def until(self, count: int) -> None:
        async with self.changed:
            await asyncio.wait_for(self.changed.wait_for(lambda: len(self.began) >= count), 5)


async def test_a_key_runs_once_at_a_time_and_once_more_if_it_was_asked_for_meanwhile() -> None:
    """A tick that finds a shard due while it is being polled must neither poll it twice nor forget it."""
    work, dispatcher = Work(), LocalDispatcher()
    dispatcher.handle("poll", work, at_once=9)

    dispatcher.submit(Job(kind="poll", about="1"))
    await work.until(1)
    for _ in range(5):
        dispatcher.submit(Job(kind="poll", about="1"))
    await asyncio.sleep(0)
    assert work.began == ["1"]
    work.let_go.set()

    await work.until(2)
    assert work.began == ["1", "1"]


async def test_a_job_that_hangs_delays_no_other_key() -> None:
    """One channel that hangs must not hold back the others."""
    hanging, quick, dispatcher = Work(), Work(), LocalDispatcher()
    quick.let_go.set()
    dispatcher.handle("hang", hanging, at_once=1)
    dispatcher.handle("quick", quick, at_once=1)

    dispatcher.submit(Job(kind="hang"), Job(kind="quick", about="a"), Job(kind="quick", about="b"))

    await quick.until(2)
    assert not dispatcher.is_idle()


async def test_lower_priorities_wait() -> None:
    """Housekeeping comes after news."""
    work, dispatcher = Work(), LocalDispatcher()
    dispatcher.handle("x", work, at_once=1)
    dispatcher.submit(Job(kind="x", about="first"))
    await work.until(1)

    dispatcher.submit(Job(kind="x", about="late", priority=9), Job(kind="x", about="soon"))
    work.let_go.set()

    await work.until(3)
    assert work.began == ["first", "soon", "late"]


async def test_a_bug_in_a_job_stops_no_other() -> None:
    """The bulkhead holds: the daemon lives on."""

    async def broken(job: Job) -> None:
        raise ZeroDivisionError(job.about)

    work, dispatcher = Work(), LocalDispatcher()
    work.let_go.set()
    dispatcher.handle("broken", broken, at_once=1)
    dispatcher.handle("x", work, at_once=1)

    dispatcher.submit(
        Job(kind="broken"), Job(kind="broken", about="2"), Job(kind="x", about="fine")
    )

    await work.until(1)
    await dispatcher.drain(5)
    assert work.began == ["fine"]
    assert dispatcher.is_idle()


async def test_a_drain_finishes_what_runs_and_takes_nothing_new() -> None:
    """A graceful stop."""
    work, dispatcher = Work(), LocalDispatcher()
    dispatcher.handle("x", work, at_once=1)
    dispatcher.submit(Job(kind="x", about="running"), Job(kind="x", about="queued"))
    await work.until(1)

    drained = asyncio.create_task(dispatcher.drain(5))
    await asyncio.sleep(0)
    dispatcher.submit(Job(kind="x", about="new"))
    work.let_go.set()

    assert await drained == 0
    assert work.began == ["running"]


async def test_a_drain_does_not_wait_for_ever() -> None:
    """A hung provider must not keep the service from stopping."""
    work, dispatcher = Work(), LocalDispatcher()
    dispatcher.handle("x", work, at_once=1)
    dispatcher.submit(Job(kind="x"))
    await work.until(1)

    assert await dispatcher.drain(0.01) == 1
