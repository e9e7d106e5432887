"""A site with a feed and a hub for it, on loopback: it pushes as the standard says, or as badly as told."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import httpx

CHALLENGE = "aN3-challenge"


@dataclass
class HubSite:
    """What it serves and remembers."""

    port: int = 0
    feed: bytes = b"<rss/>"
    header: bool = True
    """Whether the feed names its hub in a Link header."""
    status: int = 202
    lease: int = 864_000
    asks_back: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    polls: int = 0
    answers: list[int] = field(default_factory=list)
    """What our verifications were answered with."""

    @property
    def base(self) -> str:
        """Return the address of the site."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def topic(self) -> str:
        """Return the address of the feed."""
        return f"{self.base}/feed"

    @property
    def callback(self) -> str:
        """Return where the last subscriber wants its news."""
        return self.asked[-1]["hub.callback"]

    async def verify(self, **changed: str) -> httpx.Response:
        """Ask the last subscriber whether it meant it."""
        query = {
            "hub.mode": "subscribe",
            "hub.topic": self.asked[-1]["hub.topic"],
            "hub.challenge": CHALLENGE,
            "hub.lease_seconds": str(self.lease),
            **{name.replace("_", ".", 1): value for name, value in changed.items()},
        }
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.get(self.callback, params=query)

    async def push(
        self,
        body: bytes,
        *,
        method: str = "sha256",
        secret: str | None = None,
        callback: str | None = None,
        signature: str | None = None,
    ) -> httpx.Response:
        """Send news to the last subscriber."""
        key = self.asked[-1]["hub.secret"] if secret is None else secret
        signed = f"{method}={hmac.new(key.encode(), body, method).hexdigest()}"
        headers = {"content-type": "application/rss+xml"}
        if signature != "":
            headers["x-hub-signature"] = signature or signed
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.post(callback or self.callback, content=body, headers=headers)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines if line)
        body = await reader.readexactly(int(fields.get("content-length", "0")))
        if first.startswith("POST /hub "):
            self.asked.append(dict(parse_qsl(body.decode())))
            if self.asks_back and self.status == 202:
                self.answers.append((await self.verify()).status_code)
            await _send(writer, b"", f"{self.status} Told")
            return
        self.polls += 1
        named = f'Link: <{self.base}/hub>; rel="hub", <{self.topic}>; rel="self"\r\n'
        await _send(writer, self.feed, "200 OK", named if self.header else "")


async def _send(writer: asyncio.StreamWriter, body: bytes, status: str, more: str = "") -> None:
    head = (
        f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: application/rss+xml\r\n"
    )
    writer.write(f"{head}{more}Connection: close\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()


@asynccontextmanager
async def hub_site() -> AsyncIterator[HubSite]:
    """Open the site."""
    site = HubSite()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        await server.wait_closed()
