"""What bounds a request whatever the server does (O-01 to O-09): time, bytes on the wire, bytes unpacked."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta

import brotli
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edges.fetch_server import (
    SOON,
    Answer,
    Talk,
    a_request,
    failure_of,
    fetching,
    got_of,
    response,
    routes,
    serving,
)
from wirewatch.core.model.outcome import Failed, Got, Problem, Unchanged
from wirewatch.fetch.client import HttpFetcher
from wirewatch.fetch.limits import FetchLimits, spell_bytes, spell_time
from wirewatch.fetch.talktime import TalkTime

MIB = 1024 * 1024
SHORT = replace(SOON, total=timedelta(milliseconds=150))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n"


async def silent(talk: Talk) -> None:
    await talk.until_hung_up()


async def drip_head(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await talk.send(b"X-A: b\r\n")
        await asyncio.sleep(0)


async def drip_body(talk: Talk) -> None:
    await talk.send(response(b"", content_length="40000000"))
    while True:
        await talk.send(b"x")
        await asyncio.sleep(0)


async def endless_body(talk: Talk) -> None:
    await talk.send(HEAD)
    while True:
        await talk.send(b"<item>filler</item>" * 3000)


async def endless_head(talk: Talk) -> None:
    await talk.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await talk.send(b"X-H: " + b"y" * 1000 + b"\r\n")


async def endless_hints(talk: Talk) -> None:
    while True:
        await talk.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100)


@pytest.mark.parametrize(
    ("answer", "detail"),
    [
        (silent, "no answer within 0.15 s"),
        (drip_head, "no answer within 0.15 s"),
        (drip_body, "the body did not end within 0.15 s"),
    ],
)
async def test_a_server_that_takes_its_time_is_left(answer: Answer, detail: str) -> None:
    """O-02, O-03, O-04: only a limit on the whole visit stops one byte a second."""
    limits = replace(SHORT, header_bytes=50 * MIB, wire_bytes=50 * MIB)

    failed = await failure_of(answer, limits=limits)

    assert (failed.problem, failed.detail) == (Problem.TIMEOUT, detail)
    assert timedelta(milliseconds=140) < failed.took < timedelta(seconds=10)


async def test_the_time_of_a_visit_includes_its_redirects() -> None:
    """O-10: five slow hops must not make five times thirty seconds."""
    slow: dict[str, bytes | Answer] = {
        "/feed": response(b"", status="302 Found", location="/silent"),
        "/silent": silent,
    }

    failed = await failure_of(routes(slow), limits=SHORT)

    assert failed.problem is Problem.TIMEOUT
    assert failed.took < timedelta(seconds=10)


async def test_a_refused_connection_is_named() -> None:
    """O-01: the commonest sight when a server restarts."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        async with fetching() as fetcher:
            outcome = await fetcher.fetch(a_request(f"http://127.0.0.1:{unused.getsockname()[1]}/"))

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.CONNECT
    assert outcome.detail == "connection refused: nothing listens on that port"


@contextmanager
def deaf() -> Iterator[int]:
    """Listen so that the kernel leaves further connections unanswered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        callers = [socket.socket() for _ in range(8)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            for caller in callers:
                caller.close()


async def test_a_connection_that_is_never_answered_ends_with_the_time_to_connect() -> None:
    """O-01: a full backlog or a dropping firewall; the visit's whole time must not go into it."""
    limits = replace(SOON, connect=timedelta(milliseconds=80))
    with deaf() as port:
        async with fetching(limits) as fetcher:
            outcome = await fetcher.fetch(a_request(f"http://127.0.0.1:{port}/"))

    assert isinstance(outcome, Failed)
    assert outcome.problem is Problem.TIMEOUT
    assert outcome.detail == "the host did not answer the connection within 0.08 s"


async def test_an_endless_body_is_cut_at_the_socket() -> None:
    """O-05: what is not read cannot fill anything."""
    limits = replace(SOON, wire_bytes=MIB)

    failed = await failure_of(endless_body, limits=limits)

    assert (failed.problem, failed.detail) == (Problem.TOO_LARGE, "response over 1 MiB")
    assert MIB < failed.wire_bytes <= MIB + 64 * 1024


async def test_bytes_on_the_wire_are_counted_over_all_redirects() -> None:
    """O-05: otherwise five hops make five times the limit."""
    padding = b"x" * 900
    table: dict[str, bytes | Answer] = {
        f"/{n}": response(padding, status="302 Found", location=f"/{n + 1}") for n in range(4)
    }
    limits = replace(SOON, wire_bytes=3000)

    failed = await failure_of(routes(table), limits=limits, path="/0")

    assert failed.problem is Problem.TOO_LARGE


async def test_a_body_that_announces_too_much_is_not_even_begun() -> None:
    """O-05: 16 MiB less for every poll of a feed that became a video."""
    limits = replace(SOON, wire_bytes=MIB)

    failed = await failure_of(response(b"x", content_length=str(MIB + 1)), limits=limits)

    assert failed.problem is Problem.TOO_LARGE
    assert failed.wire_bytes < 1000


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
async def test_a_bomb_is_cut_at_the_limit_of_unpacked_bytes(encoding: str, pack) -> None:  # type: ignore[no-untyped-def]
    """O-06: kilobytes on the wire that unpack to more than there is memory."""
    bomb = response(pack(bytes(8 * MIB)), content_encoding=encoding)
    limits = replace(SOON, body_bytes=2 * MIB)

    failed = await failure_of(bomb, limits=limits)

    assert (failed.problem, failed.detail) == (
        Problem.TOO_LARGE,
        "body over 2 MiB when unpacked",
    )


async def test_a_body_of_exactly_the_limit_is_read() -> None:
    """A limit is the last value that works, or its documentation is wrong."""
    limits = replace(SOON, body_bytes=5000)

    assert len((await got_of(response(b"x" * 5000), limits=limits)).body) == 5000
    assert (await failure_of(response(b"x" * 5001), limits=limits)).problem is Problem.TOO_LARGE


@pytest.mark.parametrize(
    "answer",
    [
        endless_head,
        endless_hints,
        response(b"<rss/>", x_big="z" * 300_000),
        HEAD[:-2]
        + b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 4000) for n in range(90))
        + b"\r\n",
    ],
)
async def test_endless_headers_are_cut(answer: Answer | bytes) -> None:
    """O-08, O-09: one long header, many, or many heads before the answer."""
    failed = await failure_of(answer)

    assert (failed.problem, failed.detail) == (Problem.TOO_LARGE, "headers over 100000 bytes")
    assert failed.wire_bytes <= 100_000 + 2 * 64 * 1024


async def test_headers_within_the_limit_are_read_with_a_body_beyond_it() -> None:
    """The limit is the headers' own: a body that came in the same packet is not among them."""
    limits = replace(SOON, header_bytes=1000)

    assert len((await got_of(response(b"x" * 60_000), limits=limits)).body) == 60_000


async def test_a_body_in_crumbs_is_refused() -> None:
    """A chunk of one byte costs us a thousand times what it costs the sender."""

    async def crumbs(talk: Talk) -> None:
        await talk.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(30):
            await talk.send(b"1\r\nx\r\n" * 1000)

    failed = await failure_of(crumbs)

    assert (failed.problem, failed.detail) == (Problem.PROTOCOL, "the body comes in crumbs")


@asynccontextmanager
async def a_heartbeat() -> AsyncIterator[list[float]]:
    """Measure how long the event loop keeps others waiting."""
    gaps: list[float] = []
    loop = asyncio.get_running_loop()

    async def beat() -> None:
        while True:
            before = loop.time()
            await asyncio.sleep(0.001)
            gaps.append(loop.time() - before)

    heart = asyncio.create_task(beat())
    try:
        yield gaps
    finally:
        heart.cancel()


async def test_a_bomb_does_not_hold_up_the_event_loop() -> None:
    """O-06: every other feed is polled by the same loop; unpacking must give way again and again."""
    bomb = response(gzip.compress(bytes(64 * MIB)), content_encoding="gzip")
    async with a_heartbeat() as gaps:
        failed = await failure_of(bomb, limits=replace(SOON, body_bytes=60 * MIB))

    assert failed.problem is Problem.TOO_LARGE
    assert len(gaps) >= 10


class Parts(httpx.AsyncByteStream):
    """A body in two parts; somebody watches when the second is asked for, and may hold it back."""

    def __init__(self, first: bytes, asked: Callable[[], Awaitable[None]]) -> None:
        self.first = first
        self.asked = asked

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.first
        await self.asked()
        yield b"the rest"


async def test_large_bodies_are_read_a_few_at_a_time() -> None:
    """O-06: many bombs at once must not fill the memory that each alone would not."""
    limits = replace(SOON, per_host=9, large_bytes=1000, large_at_once=2)
    reading = most = 0
    two_large, go_on = asyncio.Event(), asyncio.Event()

    async def watch() -> None:
        nonlocal reading, most
        reading += 1
        most = max(most, reading)
        if reading == 2:
            two_large.set()
        await go_on.wait()
        reading -= 1

    async def nothing() -> None:
        pass

    def answer(request: httpx.Request) -> httpx.Response:
        large = request.url.path == "/large"
        return httpx.Response(
            200, stream=Parts(b"x" * 1001, watch) if large else Parts(b"x", nothing)
        )

    async with fetching(limits, transport=httpx.MockTransport(answer)) as fetcher:
        asked = [fetcher.fetch(a_request("http://a.test/large")) for _ in range(5)]
        large = [asyncio.create_task(fetch) for fetch in asked]
        await two_large.wait()
        small = await fetcher.fetch(a_request("http://a.test/small"))
        go_on.set()
        outcomes = await asyncio.gather(*large)

    assert most == 2
    assert isinstance(small, Got)
    assert all(isinstance(outcome, Got) for outcome in outcomes)


async def test_the_clock_of_a_visit_stands_still_while_it_waits() -> None:
    """Waiting for room is nobody's fault and must not end as "too slow"."""
    talk = TalkTime(timedelta(milliseconds=60))
    never = asyncio.Event()

    async with talk.running(), talk.paused():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(never.wait(), 0.1)

    assert talk.spent < timedelta(milliseconds=50)
    with pytest.raises(TimeoutError):
        async with talk.running():
            await never.wait()
    assert talk.spent >= timedelta(milliseconds=60)


async def test_a_fetch_that_is_cancelled_hangs_up_at_once() -> None:
    """A daemon that stops must leave no connection behind, and a cancellation is not a failure."""
    asked, hung_up = asyncio.Event(), asyncio.Event()

    async def wait(talk: Talk) -> None:
        asked.set()
        await talk.until_hung_up()
        hung_up.set()

    async with serving(wait) as server, fetching() as fetcher:
        task = asyncio.create_task(fetcher.fetch(a_request(server.url())))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(hung_up.wait(), 10)
        again = asyncio.create_task(fetcher.fetch(a_request(server.url())))
        asked.clear()
        await asked.wait()
        again.cancel()

    assert hung_up.is_set()


async def test_every_way_to_fail_hangs_up() -> None:
    """A leak of one socket a poll ends the daemon in a day."""
    gone: asyncio.Queue[str] = asyncio.Queue()

    async def bad(talk: Talk) -> None:
        await talk.send(answers[talk.asked.target])
        await talk.until_hung_up()
        gone.put_nowait(talk.asked.target)

    answers = {
        "/never-ends": HEAD,
        "/garbage": b"garbage\r\n\r\n",
        "/missing": response(b"long page" * 9999, status="404 No"),
        "/too-long": response(b"", content_length="99999999"),
        "/nowhere": response(b"", status="302 Found"),
        "/unknown": response(b"", content_encoding="foo"),
    }
    async with serving(bad) as server, fetching(SHORT) as fetcher:
        for target in answers:
            assert isinstance(await fetcher.fetch(a_request(server.url(target))), Failed)
        left = {await asyncio.wait_for(gone.get(), 10) for _ in answers}

    assert left == set(answers)


pieces = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [
                b"HTTP/1.1 200 OK\r\n",
                b"HTTP/1.0 304 Not Modified\r\n",
                b"HTTP/1.1 302 Found\r\n",
                b"HTTP/1.1 100 Continue\r\n\r\n",
                b"Location: /x\r\n",
                b"Location: http://[::1\r\n",
                b"Content-Length: 5\r\n",
                b"Content-Length: -1\r\n",
                b"Transfer-Encoding: chunked\r\n",
                b"Content-Encoding: gzip\r\n",
                b"Content-Encoding: br\r\n",
                b"Retry-After: 9e9\r\n",
                b"\r\n",
                b"5\r\nhello\r\n",
                b"0\r\n\r\n",
                b"\x1f\x8b\x08",
                b"hello",
            ]
        ),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(pieces)
def test_whatever_a_server_sends_there_is_an_outcome(parts: list[bytes]) -> None:
    """The promise of the port: never an exception, for anything a server can do."""

    async def attempt() -> None:
        async with serving(b"".join(parts)) as server, fetching() as fetcher:
            outcome = await fetcher.fetch(a_request(server.url(), etag='"a"'))

        assert isinstance(outcome, Got | Unchanged | Failed)
        if isinstance(outcome, Failed):
            assert outcome.problem is not Problem.BUG
            assert outcome.detail
            assert outcome.detail.isprintable()

    asyncio.run(attempt())


@settings(max_examples=200)
@given(
    st.one_of(
        st.text(max_size=40),
        st.builds("http://{}".format, st.text(max_size=40)),
        st.builds("{}://{}.invalid:{}/{}".format, *[st.text(max_size=9)] * 4),
    )
)
def test_whatever_a_url_is_there_is_an_outcome(url: str) -> None:
    """O-24: URLs come from feeds, so they are strangers' words too."""

    def nowhere(
        host: bytes, port: int, family: int, kind: int
    ) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    async def attempt() -> None:
        fetcher = HttpFetcher(
            user_agent="x", lookup=nowhere, limits=FetchLimits(connect=timedelta(milliseconds=50))
        )
        outcome = await fetcher.fetch(a_request(url))
        await fetcher.aclose()

        assert isinstance(outcome, Failed)
        assert outcome.problem is not Problem.BUG

    asyncio.run(attempt())


@pytest.mark.parametrize(
    ("count", "words"),
    [(16 * MIB, "16 MiB"), (2048, "2 KiB"), (1000, "1000 bytes"), (0, "0 bytes")],
)
def test_sizes_are_spelled_as_a_person_would(count: int, words: str) -> None:
    """They stand in messages people read."""
    assert spell_bytes(count) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (30, "30 s"),
        (0.15, "0.15 s"),
        (90, "90 s"),
        (120, "2 min"),
        (5400, "90 min"),
        (3600, "1 h"),
        (86399, "86399 s"),
    ],
)
def test_spans_are_spelled_as_a_person_would(seconds: float, words: str) -> None:
    """They stand in messages people read."""
    assert spell_time(timedelta(seconds=seconds)) == words
