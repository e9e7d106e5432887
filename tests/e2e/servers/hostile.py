"""Routes that behave as no server should. Each ends when the client leaves or the server stops."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from tests.e2e.servers.documents import NewsEntry, rss
from tests.e2e.servers.http import Handler, Reply, Request

HUGE = 100_000_000
BOMB = 1 << 30
DRIP_S = 0.5
FEED: Final[Mapping[str, str]] = {"Content-Type": "application/rss+xml; charset=utf-8"}
MEBIBYTE = 1 << 20


def _feed(count: int) -> bytes:
    entries = [
        NewsEntry(guid=f"hostile-{n}", title=f"Entry {n}", summary="Filler.") for n in range(count)
    ]
    return rss("Hostile", entries, "http://127.0.0.1")


async def hang(_request: Request, reply: Reply) -> None:
    """Take the request and never answer."""
    await reply.until_client_leaves()


async def redirloop(request: Request, reply: Reply) -> None:
    """Redirect to itself, each time under a new address."""
    turn = int(request.query or "0") + 1
    await reply.whole(302, headers={"Location": f"{request.base}/redirloop?{turn}"})


async def huge(_request: Request, reply: Reply) -> None:
    """Send 100 MB of well-formed feed without saying how long it is."""
    await reply.head(200, FEED)
    opening = _feed(0).partition(b"</channel>")[0]
    item = (
        b"<item><title>Filler</title><description>"
        + b"filler " * 9_000
        + b"</description></item>\n"
    )
    await reply.write(opening)
    while reply.sent < HUGE:
        await reply.write(item)
    await reply.write(b"</channel></rss>\n")


async def gzbomb(_request: Request, reply: Reply) -> None:
    """Send a feed of about a megabyte that inflates to a gibibyte."""
    await reply.head(200, {**FEED, "Content-Encoding": "gzip"})
    for piece in _bomb():
        await reply.write(piece)
        await asyncio.sleep(0)  # others want to be served while the bomb is packed


def _bomb() -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    opening = _feed(1).partition(b"</channel>")[0] + b"<item><title>Bomb</title><description>"
    yield packer.compress(opening)
    for _ in range(BOMB // MEBIBYTE):
        yield packer.compress(b" " * MEBIBYTE)
    yield packer.compress(b"</description></item></channel></rss>")
    yield packer.flush()


async def html(_request: Request, reply: Reply) -> None:
    """Send a log-in page where a feed was asked for."""
    body = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form>Password</form></body></html>"
    await reply.whole(200, body, {"Content-Type": "text/html; charset=utf-8"})


async def empty(_request: Request, reply: Reply) -> None:
    """Send nothing at all, successfully."""
    await reply.whole(200, b"", FEED)


async def truncated(_request: Request, reply: Reply) -> None:
    """Break off after six tenths of the promised body."""
    body = _feed(10)
    await reply.head(200, {**FEED, "Content-Length": str(len(body))})
    await reply.write(body[: len(body) * 6 // 10])


async def reset(_request: Request, reply: Reply) -> None:
    """Break the connection without a word."""
    reply.reset()


async def drip(_request: Request, reply: Reply) -> None:
    """Send the promised body, a byte every half second."""
    body = _feed(40)
    await reply.head(200, {**FEED, "Content-Length": str(len(body))})
    for byte in body:
        await reply.write(bytes([byte]))
        await asyncio.sleep(DRIP_S)


async def error500(_request: Request, reply: Reply) -> None:
    """Fail."""
    await reply.whole(500, b"Something broke.\n", {"Content-Type": "text/plain"})


async def gone(_request: Request, reply: Reply) -> None:
    """Say that the feed is gone for good."""
    await reply.whole(410, b"Gone.\n", {"Content-Type": "text/plain"})


async def garbage(_request: Request, reply: Reply) -> None:
    """Answer with bytes that are no HTTP."""
    await reply.write(b"\x15\x03\x01\x00\x02\x02\x28" * 20)


HOSTILE: Final[Mapping[str, Handler]] = {
    "/hang": hang,
    "/redirloop": redirloop,
    "/huge": huge,
    "/gzbomb": gzbomb,
    "/html": html,
    "/empty": empty,
    "/truncated": truncated,
    "/reset": reset,
    "/drip": drip,
    "/500": error500,
    "/410": gone,
    "/garbage": garbage,
}
