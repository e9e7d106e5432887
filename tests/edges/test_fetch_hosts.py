"""Politeness: so many at once, so much rest between, and nobody waits for a stranger."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.edges.fetch_server import (
    SOON,
    Talk,
    a_request,
    all_on_loopback,
    fetching,
    response,
    routes,
    serving,
)
from wirewatch.core.model.outcome import Failed, Got, Problem
from wirewatch.fetch.hosts import HostQueue


class Clock:
    """A time that passes only when somebody sleeps, or not even then."""

    def __init__(self, *, frozen: bool = False) -> None:
        self.frozen = frozen
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += 0 if self.frozen else seconds
        await asyncio.sleep(0)


def a_queue(clock: Clock, *, per_host: int = 1, gap: float = 0.0) -> HostQueue:
    return HostQueue(per_host=per_host, gap=timedelta(seconds=gap), clock=clock, sleep=clock.sleep)


async def test_a_host_rests_between_two_visits() -> None:
    """Publishers block whoever hammers them; the rest counts from the end of the last visit."""
    clock = Clock()
    queue = a_queue(clock, gap=2)

    async with queue.turn("a"):
        clock.now += 5
    clock.now += 0.5
    async with queue.turn("a"):
        pass

    assert clock.slept == [1.5]


async def test_another_host_need_not_wait() -> None:
    """One slow publisher must not delay the rest of the world."""
    clock = Clock()
    queue = a_queue(clock, gap=2)

    async with queue.turn("a"):
        pass
    async with queue.turn("b"):
        pass

    assert clock.slept == []


async def test_visits_at_the_same_time_begin_apart() -> None:
    """Three at once is allowed here, three in one instant is not."""
    clock = Clock(frozen=True)
    queue = a_queue(clock, per_host=3, gap=2)

    async def visit() -> None:
        async with queue.turn("a"):
            pass

    await asyncio.gather(visit(), visit(), visit())

    assert clock.slept == [2, 4]


@pytest.mark.parametrize("most", [1, 3])
async def test_no_more_than_so_many_are_at_one_host(most: int) -> None:
    """The promise to every publisher, kept whatever the rest of the daemon does."""
    queue = a_queue(Clock(), per_host=most)
    there = worst = 0

    async def visit() -> None:
        nonlocal there, worst
        async with queue.turn("a"):
            there += 1
            worst = max(worst, there)
            await asyncio.sleep(0)
            there -= 1

    await asyncio.gather(*(visit() for _ in range(20)))

    assert worst == most


async def test_a_visitor_that_gives_up_leaves_no_trace() -> None:
    """Cancellation while waiting or talking must not shut a host for ever."""
    queue = a_queue(Clock())
    async with queue.turn("a"):
        waiting = asyncio.create_task(queue.turn("a").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    async with queue.turn("a"):
        assert len(queue) == 1
    assert len(queue) == 0


async def test_hosts_that_have_rested_are_forgotten() -> None:
    """A daemon that reads pages of all the web for months must not remember all the web."""
    clock = Clock()
    queue = a_queue(clock, gap=1)

    for number in range(5000):
        clock.now += 1
        async with queue.turn(f"host{number}"):
            pass

    assert len(queue) <= 1025


async def test_requests_to_one_host_go_one_after_the_other() -> None:
    """One at a time by default, over real connections."""
    async with serving(response()) as server, fetching() as fetcher:
        await asyncio.gather(*(fetcher.fetch(a_request(server.url(f"/{n}"))) for n in range(8)))

    assert server.most_at_once == 1
    assert server.connections == 8


async def test_waiting_for_ones_turn_does_not_count_as_time_of_the_visit() -> None:
    """Else the last of many feeds on one host would always time out, through no fault of anybody."""
    limits = replace(SOON, total=timedelta(milliseconds=400))

    async def slowly(talk: Talk) -> None:
        await talk.take_time(0.1)
        await talk.send(response())

    async with serving(slowly) as server, fetching(limits) as fetcher:
        outcomes = await asyncio.gather(
            *(fetcher.fetch(a_request(server.url(f"/{n}"))) for n in range(6))
        )

    assert all(isinstance(outcome, Got) for outcome in outcomes)
    assert max(outcome.took for outcome in outcomes) < timedelta(milliseconds=400)


async def test_no_more_than_so_many_requests_are_under_way() -> None:
    """A thousand feeds due at once must not open a thousand connections."""
    limits = replace(SOON, in_flight=3, per_host=50)
    async with serving(response()) as server, fetching(limits) as fetcher:
        await asyncio.gather(*(fetcher.fetch(a_request(server.url(f"/{n}"))) for n in range(12)))

    assert server.most_at_once <= 3


async def test_hosts_that_redirect_to_each_other_do_not_lock_each_other_out() -> None:
    """A visit that held its place at one host while it waits at the next would wait for ever."""
    both_asked = asyncio.Event()

    async def over(talk: Talk) -> None:
        if len(server.asked) >= 2:
            both_asked.set()
        await both_asked.wait()
        other = "b.test" if talk.asked.headers["host"].startswith("a.test") else "a.test"
        await talk.send(response(status="302 Found", location=server.url("/1", host=other)))

    async with (
        serving(routes({"/0": over, "/1": response()})) as server,
        fetching(lookup=all_on_loopback) as fetcher,
    ):
        urls = (server.url("/0", host="a.test"), server.url("/0", host="b.test"))
        outcomes = await asyncio.gather(*(fetcher.fetch(a_request(url)) for url in urls))

    assert [type(outcome) for outcome in outcomes] == [Got, Got]


async def test_a_redirect_within_a_host_is_one_visit() -> None:
    """From example.org to www.example.org the rest between visits must not be waited out."""
    limits = replace(SOON, host_gap=timedelta(hours=1))
    table = {"/": response(b"", status="301 Moved", location="/1"), "/1": response(b"<rss/>")}
    async with serving(routes(dict(table))) as server, fetching(limits) as fetcher:
        outcome = await asyncio.wait_for(fetcher.fetch(a_request(server.url("/"))), 10)

    assert isinstance(outcome, Got)


async def test_a_silent_host_does_not_hold_up_another() -> None:
    """One feed that misbehaves delays no other."""
    limits = replace(SOON, total=timedelta(milliseconds=150))

    async def silent(talk: Talk) -> None:
        asked.set()
        await talk.until_hung_up()

    asked = asyncio.Event()
    async with (
        serving(silent) as bad,
        serving(response()) as good,
        fetching(limits, lookup=all_on_loopback) as fetcher,
    ):
        stuck = asyncio.create_task(fetcher.fetch(a_request(bad.url(host="bad.test"))))
        await asked.wait()
        outcome = await fetcher.fetch(a_request(good.url(host="good.test")))
        still_waiting = not stuck.done()
        failed = await stuck

    assert isinstance(outcome, Got)
    assert still_waiting
    assert isinstance(failed, Failed)
    assert failed.problem is Problem.TIMEOUT


async def test_a_host_that_asks_for_rest_is_not_asked_for_its_other_feeds() -> None:
    """Forty feeds of one host that are due at once would be forty more offences."""
    busy = response(b"", status="429 Too Many Requests", retry_after="60")
    async with serving(busy) as server, fetching() as fetcher:
        outcomes = await asyncio.gather(
            *(fetcher.fetch(a_request(server.url(f"/{number}"))) for number in range(5))
        )

    assert len(server.asked) == 1
    assert {(one.problem, one.host) for one in outcomes if isinstance(one, Failed)} == {
        (Problem.RATE_LIMITED, "127.0.0.1")
    }
    assert all(
        isinstance(one, Failed)
        and one.hints.retry_after is not None
        and timedelta(seconds=50) < one.hints.retry_after <= timedelta(minutes=1)
        for one in outcomes
    )


async def test_a_host_that_has_rested_is_asked_again() -> None:
    """Rest ends by itself."""
    clock = Clock()
    queue = a_queue(clock)
    async with queue.turn("a"):
        queue.close("a", timedelta(seconds=60))

    resting = queue.closed_for("a")
    clock.now += 60

    assert (resting, queue.closed_for("a")) == (timedelta(seconds=60), timedelta())
