"""Just enough HTTP/1.1 to answer a client honestly, or as dishonestly as a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from tests.e2e.servers.loopback import Loopback

HEAD_S = 30.0
CHUNK = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came; *at* by the monotonic clock."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def base(self) -> str:
        """Return the address under which the client sees the server."""
        return f"http://{self.headers.get('host', '')}"


class Reply:
    """The way back to the client. *sent* counts the bytes given to it, headers included."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.status: int | None = None
        self.sent = 0

    async def write(self, data: bytes) -> None:
        """Send bytes, as fast as the client takes them."""
        for start in range(0, len(data), CHUNK):
            piece = data[start : start + CHUNK]
            self._writer.write(piece)
            await self._writer.drain()
            self.sent += len(piece)

    async def head(self, status: int, headers: Mapping[str, str]) -> None:
        """Send status and headers."""
        self.status = status
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        await self.write("\r\n".join([*lines, "", ""]).encode("latin-1"))

    async def whole(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Send an answer with its length."""
        length = {} if status == HTTPStatus.NOT_MODIFIED else {"Content-Length": str(len(body))}
        await self.head(status, {**(headers or {}), **length})
        await self.write(body)

    def client_left(self) -> bool:
        """Say whether the client has hung up: nobody reads what is sent now."""
        return self._reader.at_eof()

    async def until_client_leaves(self) -> None:
        """Wait until the client has hung up."""
        while await self._reader.read(CHUNK):
            pass

    def reset(self) -> None:
        """Break the connection with an RST."""
        sock: socket.socket | None = self._writer.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Handler = Callable[[Request, Reply], Awaitable[None]]


class HttpServer:
    """Gives every request to *handler*, each in a task of its own; one request a connection."""

    def __init__(self, handler: Handler, *, name: str, hosts: int = 1) -> None:
        self._handler = handler
        self._tasks: set[asyncio.Task[None]] = set()
        self.loopback = Loopback(self._protocol, name=name, hosts=hosts)

    def url(self, path: str = "", *, host: int = 0) -> str:
        """Return the address of a path at one of the hosts."""
        return f"http://{self.loopback.hosts[host]}:{self.loopback.port}{path}"

    def _protocol(self) -> asyncio.BaseProtocol:
        return _Connection(self.loopback, self._accept)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_S):
                request = await _read(reader)
            await self._handler(request, Reply(reader, writer))
        except (OSError, EOFError, TimeoutError):
            pass  # the client went away, or never asked: its right
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


class _Connection(asyncio.StreamReaderProtocol):
    def __init__(
        self,
        loopback: Loopback,
        accept: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None],
    ) -> None:
        super().__init__(asyncio.StreamReader(limit=1 << 20), accept)
        self._loopback = loopback

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._loopback.opened(transport)
        super().connection_made(transport)


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    parts = urlsplit(target)
    return Request(
        method=method,
        path=parts.path,
        query=parts.query,
        headers=headers,
        body=await reader.readexactly(int(headers.get("content-length", "0"))),
        at=time.monotonic(),
    )
