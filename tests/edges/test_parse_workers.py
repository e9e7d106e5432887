"""Real processes: a document that is too costly, or kills its reader, is that document's failure and no other's."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from wirewatch.core.model.outcome import ParsedFeed, ParsedPage, Problem, Unreadable
from wirewatch.parse.limits import MIB, ParseLimits
from wirewatch.parse.workers import ParserPool, ReadersError
from wirewatch.ports import Parser

GOOD = b'<rss version="2.0"><channel><item><title>Abu Dhabi talks</title></item></channel></rss>'
PAGE = (
    b"<html><body><article>"
    + b"<p>Some words of an article that go on for a while.</p>" * 9
    + b"</article></body></html>"
)
COSTLY = (
    b'<rss version="2.0"><channel>'
    + b"<item><title>x</title><!-- --></item>" * 400_000
    + b"</channel></rss>"
)
"""Takes feedparser minutes."""
ALL = ParseLimits(entries=10**9)
FAST = ParseLimits(entries=10**9, cpu_s=1, wall_s=60)


@pytest.fixture
async def pool_of() -> AsyncIterator[Callable[[ParseLimits], ParserPool]]:
    """Make pools, and end them after the test."""
    made: list[ParserPool] = []

    def make(limits: ParseLimits) -> ParserPool:
        made.append(ParserPool(limits=limits))
        return made[-1]

    yield make
    for pool in made:
        await pool.aclose()


PoolOf = Callable[[ParseLimits], ParserPool]


async def feed(pool: Parser, body: bytes) -> ParsedFeed | Unreadable:
    return await pool.feed(body, url="https://e.org/feed", content_type="text/xml")


async def page(pool: Parser, body: bytes) -> ParsedPage | Unreadable:
    return await pool.page(body, url="https://e.org/1", content_type="text/html")


def is_good(found: ParsedFeed | Unreadable) -> bool:
    return isinstance(found, ParsedFeed) and found.entries[0].title == "Abu Dhabi talks"


def alive(pid: int) -> bool:
    """Say whether a process lives; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_feeds_and_pages_are_read_by_a_pool_that_nobody_started(pool_of: PoolOf) -> None:
    """The first call starts what it needs."""
    pool = pool_of(ParseLimits())

    assert is_good(await feed(pool, GOOD))
    found = await page(pool, PAGE)
    assert isinstance(found, ParsedPage)
    assert found.text.startswith("Some words")
    assert len(pool.processes()) == 2


async def test_a_started_pool_is_warm_for_feeds_and_has_loaded_nothing_for_pages(
    pool_of: PoolOf,
) -> None:
    """The library for pages takes memory that a daemon without pages shall keep."""
    pool = pool_of(ParseLimits())
    await pool.start()
    (pid,) = pool.processes()

    assert "trafilatura" not in Path(f"/proc/{pid}/maps").read_text()
    assert is_good(await feed(pool, GOOD))
    assert pool.processes() == (pid,)


async def test_a_document_that_takes_too_much_processor_time_is_given_up(pool_of: PoolOf) -> None:
    """One poisoned feed must not stop the others for an hour (O-30)."""
    pool = pool_of(FAST)

    found = await feed(pool, COSTLY)

    assert found == Unreadable(
        problem=Problem.TOO_COSTLY, detail="took more than 1 s of processor time to read"
    )
    assert is_good(await feed(pool, GOOD))


async def test_processor_time_is_counted_per_document(pool_of: PoolOf) -> None:
    """The kernel counts the life of a process; a worker that has read a thousand feeds is not slow."""
    pool = pool_of(FAST)
    a_fifth_of_a_second = (
        b'<rss version="2.0"><channel>'
        + b"<item><title>x</title></item>" * 2_000
        + b"</channel></rss>"
    )

    found = [await feed(pool, a_fifth_of_a_second) for _ in range(12)]

    assert all(isinstance(one, ParsedFeed) for one in found)
    assert len(pool.processes()) == 1


async def test_a_pool_whose_processes_cannot_start_says_why() -> None:
    """A limit set too low must be told at the start, not guessed from failing feeds."""
    pool = ParserPool(limits=ParseLimits(memory_bytes=20 * MIB))
    try:
        with pytest.raises(ReadersError, match="a reader did not start"):
            await pool.start()
        found = await feed(pool, GOOD)
    finally:
        await pool.aclose()

    assert isinstance(found, Unreadable)
    assert found.problem is Problem.BUG


async def test_a_document_that_takes_too_long_is_given_up(pool_of: PoolOf) -> None:
    """A reader that waits for ever uses no processor time at all."""
    pool = pool_of(ParseLimits(entries=10**9, wall_s=0.5, cpu_s=100))
    await pool.start()

    found = await feed(pool, COSTLY)

    assert found == Unreadable(problem=Problem.TOO_COSTLY, detail="took more than 0.5 s to read")
    assert is_good(await feed(pool, GOOD))


async def test_a_document_that_needs_too_much_memory_is_given_up(pool_of: PoolOf) -> None:
    """The daemon and its neighbours keep theirs (O-32)."""
    pool = pool_of(ParseLimits(memory_bytes=128 * MIB))

    found = await feed(
        pool,
        b'<rss version="2.0"><channel><title>' + b"x" * (60 * MIB) + b"</title></channel></rss>",
    )

    assert found == Unreadable(
        problem=Problem.TOO_COSTLY, detail="needed more than 128 MB of memory to read"
    )
    assert is_good(await feed(pool, GOOD))


async def test_a_reader_that_is_killed_while_it_waits_is_replaced(pool_of: PoolOf) -> None:
    """The kernel kills the largest process when memory runs out; no document is to blame (O-72)."""
    pool = pool_of(ParseLimits())
    await pool.start()
    (pid,) = pool.processes()

    os.kill(pid, signal.SIGKILL)

    assert is_good(await feed(pool, GOOD))
    assert pid not in pool.processes()


async def test_a_reader_that_is_killed_at_work_reads_again_in_a_new_process(
    pool_of: PoolOf,
) -> None:
    """A worn-out worker must not cost a document."""
    pool = pool_of(ParseLimits(entries=10**9, cpu_s=2))
    await pool.start()
    (first,) = pool.processes()
    reading = asyncio.create_task(feed(pool, COSTLY))
    await until_busy(first)

    os.kill(first, signal.SIGSEGV)
    found = await reading

    # killed from outside it was tried again, and then found out to be too costly by itself
    assert found == Unreadable(
        problem=Problem.TOO_COSTLY, detail="took more than 2 s of processor time to read"
    )


async def test_a_document_that_crashes_a_fresh_reader_is_given_up(pool_of: PoolOf) -> None:
    """A parser written in C can die of a document; the second try is the last."""
    pool = pool_of(ParseLimits(entries=10**9, cpu_s=20))
    reading = asyncio.create_task(feed(pool, COSTLY))
    (pid,) = await processes_of(pool)
    await until_busy(pid)

    os.kill(pid, signal.SIGSEGV)

    assert await reading == Unreadable(
        problem=Problem.TOO_COSTLY, detail="crashed its reader (SIGSEGV)"
    )
    assert is_good(await feed(pool, GOOD))


async def test_a_worker_is_replaced_after_so_many_documents(pool_of: PoolOf) -> None:
    """Memory that libraries never give back is given back by the end of a process."""
    pool = pool_of(ParseLimits(jobs_per_worker=2))
    seen: list[int] = []
    for _ in range(4):
        reading = asyncio.create_task(feed(pool, GOOD))
        seen += await processes_of(pool)
        assert is_good(await reading)

    assert len(set(seen)) == 2
    assert not any(alive(pid) for pid in set(seen) - set(pool.processes()))


async def test_slow_pages_do_not_delay_feeds(pool_of: PoolOf) -> None:
    """A lane each: news comes through while a page is being chewed on."""
    pool = pool_of(ParseLimits(cpu_s=30))
    slow = (
        b"<html><body>" + b"<p>Words and <b>words</b> and words.</p>" * 60_000 + b"</body></html>"
    )
    reading = asyncio.create_task(page(pool, slow))
    (pid,) = await processes_of(pool)
    await until_busy(pid)

    assert is_good(await feed(pool, GOOD))
    assert not reading.done()
    reading.cancel()


async def test_readers_work_side_by_side() -> None:
    """Two workers, two documents at a time."""
    pool = ParserPool(workers=2, limits=ParseLimits(entries=10**9, cpu_s=30))
    try:
        await pool.start()
        assert len(pool.processes()) == 2
        slow = asyncio.create_task(feed(pool, COSTLY))
        for _ in range(3):
            assert is_good(await feed(pool, GOOD))
        assert not slow.done()
        slow.cancel()
    finally:
        await pool.aclose()


async def test_a_reading_that_is_cancelled_leaves_no_half_answer(pool_of: PoolOf) -> None:
    """The next document must not get the answer of the one before."""
    pool = pool_of(ParseLimits(entries=10**9, cpu_s=30))
    await pool.start()
    (pid,) = pool.processes()
    reading = asyncio.create_task(feed(pool, COSTLY))
    await until_busy(pid)

    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert is_good(await feed(pool, GOOD))
    assert not alive(pid)


async def test_a_closed_pool_leaves_no_process() -> None:
    """A daemon that stops leaves nothing behind."""
    pool = ParserPool()
    await feed(pool, GOOD)
    await page(pool, PAGE)
    pids = pool.processes()
    assert len(pids) == 2

    await pool.aclose()

    assert pool.processes() == ()
    assert not any(alive(pid) for pid in pids)
    found = await feed(pool, GOOD)
    assert found == Unreadable(problem=Problem.BUG, detail="the readers are closed")


async def test_a_worker_does_not_heed_the_signals_of_a_terminal(pool_of: PoolOf) -> None:
    """Ctrl-C is for the daemon, which ends its workers when it is done with them (O-62)."""
    pool = pool_of(ParseLimits())
    await pool.start()
    (pid,) = pool.processes()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        os.kill(pid, number)

    assert is_good(await feed(pool, GOOD))
    assert pool.processes() == (pid,)
    assert os.getsid(pid) == pid


async def test_a_worker_knows_no_secrets(pool_of: PoolOf, monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads hostile documents is told nothing worth stealing."""
    monkeypatch.setenv("WIREWATCH_PASSWORD", "hunter2")
    pool = pool_of(ParseLimits())
    await pool.start()
    (pid,) = pool.processes()

    environment = Path(f"/proc/{pid}/environ").read_bytes()

    assert b"hunter2" not in environment
    assert b"PYTHONPATH" in environment


async def test_reading_opens_no_connection(pool_of: PoolOf) -> None:
    """A document that makes us fetch is a document that knows where we are, and reaches what only we can (O-29)."""
    callers: list[str] = []

    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append("called")
        writer.close()

    async with await asyncio.start_server(note, "127.0.0.1", 0) as canary:
        at = f"http://127.0.0.1:{canary.sockets[0].getsockname()[1]}/"
        doctype = f'<!DOCTYPE rss SYSTEM "{at}dtd" [<!ENTITY x SYSTEM "{at}x"><!ENTITY % p SYSTEM "{at}p">%p;]>'
        pool = pool_of(ParseLimits())
        item = f'<item><title>&x;</title><link>{at}</link><description>&lt;img src="{at}"&gt;</description></item>'
        rss = (
            f'<?xml version="1.0"?><?xml-stylesheet href="{at}"?>{doctype}'
            f'<rss version="2.0"><channel>{item}</channel></rss>'
        )
        html = (
            f'{doctype}<html><head><base href="{at}"><link rel="stylesheet" href="{at}">'
            f'<link rel="canonical" href="{at}1"></head><body><article><img src="{at}">'
            f'<iframe src="{at}"></iframe>{PAGE.decode()}</article></body></html>'
        )

        assert isinstance(await feed(pool, rss.encode()), ParsedFeed)
        assert isinstance(await feed(pool, at.encode()), Unreadable)
        assert isinstance(await page(pool, html.encode()), ParsedPage)

    assert callers == []


PARENT = """
import asyncio, sys
from wirewatch.parse.workers import ParserPool

async def main():
    pool = ParserPool(workers=2)
    await pool.start()
    print(*pool.processes(), flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


def test_the_workers_of_a_parent_that_is_killed_are_gone() -> None:
    """A kill -9 of the daemon must not leave readers behind."""
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        watched = [os.pidfd_open(pid) for pid in pids]

        parent.kill()

        import select

        for handle in watched:
            assert select.select([handle], [], [], 20)[0], "a worker outlived its parent"
            os.close(handle)


async def processes_of(pool: ParserPool) -> tuple[int, ...]:
    """Wait until a process of the pool has been started."""
    async with asyncio.timeout(30):
        while not pool.processes():  # noqa: ASYNC110  the kernel tells nobody
            await asyncio.sleep(0)
    return pool.processes()


async def until_busy(pid: int) -> None:
    """Wait until a process has used a third of a second of processor time: it is at work."""
    async with asyncio.timeout(60):
        while ticks(pid) < 0.33 * os.sysconf("SC_CLK_TCK"):  # noqa: ASYNC110  the kernel tells nobody
            await asyncio.sleep(0)


def ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
