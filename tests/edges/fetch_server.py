"""A web server on loopback that sends exactly what a test tells it to, wrong or right."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from wirewatch.core.model.outcome import Failed, Fetched, Got, Request
from wirewatch.fetch.client import HttpFetcher
from wirewatch.fetch.limits import FetchLimits

SOON = FetchLimits(total=timedelta(seconds=20), connect=timedelta(seconds=10))
"""Limits of time that no test reaches unless it wants to."""


@dataclass
class Asked:
    """A request as it came."""

    target: str
    headers: dict[str, str]
    names: list[str]


@dataclass
class Talk:
    """One request and the connection to answer it on."""

    asked: Asked
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, message: bytes) -> None:
        self.writer.write(message)
        await self.writer.drain()

    async def until_hung_up(self) -> None:
        """Wait until the client closes the connection."""
        with contextlib.suppress(ConnectionError):
            await self.reader.read()

    async def take_time(self, seconds: float) -> None:
        """Be slow, unless the client gives up before."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.until_hung_up(), seconds)


Answer = Callable[[Talk], Awaitable[None]]


@dataclass
class Loopback:
    """A server that runs."""

    port: int
    scheme: str
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    at_once: int = 0
    most_at_once: int = 0

    def url(self, path: str = "/feed", *, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


def response(body: bytes = b"<rss/>", *, status: str = "200 OK", **headers: str) -> bytes:
    """Write a response; ``content_length=""`` leaves a header out."""
    fields = {"Content-Length": str(len(body)), "Content-Type": "application/rss+xml"}
    fields |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in fields.items() if value]
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines])
    return head.encode("latin-1") + b"\r\n\r\n" + body


@asynccontextmanager
async def serving(
    answer: Answer | bytes, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Loopback]:
    """Serve on a port of 127.0.0.1: the same bytes to everybody, or what *answer* sends."""
    server: Loopback
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        server.at_once += 1
        server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            # The client may leave when it likes.
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await _answer(server, answer, reader, writer)
        finally:
            server.at_once -= 1
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(talk(reader, writer))
        talks.add(task)
        task.add_done_callback(talks.discard)

    listener = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    port = listener.sockets[0].getsockname()[1]
    server = Loopback(port, "http" if tls is None else "https")
    try:
        yield server
    finally:
        listener.close()
        left = tuple(talks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _answer(
    server: Loopback,
    answer: Answer | bytes,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    asked = _read(await reader.readuntil(b"\r\n\r\n"))
    server.asked.append(asked)
    if isinstance(answer, bytes):
        writer.write(answer)
        await writer.drain()
    else:
        await answer(Talk(asked, reader, writer))


def _read(head: bytes) -> Asked:
    first, *lines = head.decode("latin-1").rstrip().split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    headers = {name.lower(): value for name, value in pairs}
    return Asked(first.split(" ")[1], headers, [name for name, _ in pairs])


def routes(table: dict[str, bytes | Answer]) -> Answer:
    """Answer by path (the query aside)."""

    async def answer(talk: Talk) -> None:
        found = table[talk.asked.target.split("?")[0]]
        if isinstance(found, bytes):
            await talk.send(found)
        else:
            await found(talk)

    return answer


def all_on_loopback(
    host: bytes, port: int, family: int, kind: int
) -> list[tuple[int, int, int, str, tuple[str, int]]]:
    """Find every host on loopback, in place of the system's resolver."""
    return [(socket.AF_INET, kind, 0, "", ("127.0.0.1", port))]


@asynccontextmanager
async def fetching(limits: FetchLimits = SOON, **settings: Any) -> AsyncIterator[HttpFetcher]:
    """Give a fetcher that may talk to loopback."""
    settings.setdefault("allow_networks", ["127.0.0.0/8"])
    fetcher = HttpFetcher(limits=limits, user_agent="Wirewatch-Test/1", **settings)
    try:
        yield fetcher
    finally:
        await fetcher.aclose()


def a_request(url: str, **wishes: Any) -> Request:
    return Request(url=url, accept="application/rss+xml", **wishes)


async def outcome_of(
    answer: Answer | bytes, *, limits: FetchLimits = SOON, path: str = "/feed", **wishes: Any
) -> Fetched:
    """Fetch once from a server that answers so."""
    async with serving(answer) as server, fetching(limits) as fetcher:
        return await fetcher.fetch(a_request(server.url(path), **wishes))


async def failure_of(
    answer: Answer | bytes, *, limits: FetchLimits = SOON, **wishes: Any
) -> Failed:
    outcome = await outcome_of(answer, limits=limits, **wishes)
    assert isinstance(outcome, Failed), outcome
    return outcome


async def got_of(answer: Answer | bytes, *, limits: FetchLimits = SOON, **wishes: Any) -> Got:
    outcome = await outcome_of(answer, limits=limits, **wishes)
    assert isinstance(outcome, Got), outcome
    return outcome
