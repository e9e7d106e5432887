"""One connection: a socket, with TLS on it or not, that counts every byte it receives."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Protocol

from wirewatch.core.model.outcome import Problem
from wirewatch.fetch.limits import spell_bytes
from wirewatch.fetch.problems import Setback

CHUNK = 64 * 1024
_TURNS = 4
"""After so many receipts others get their turn: a fast server must not have the event loop for itself."""


class Meter:
    """Counts the bytes of one visit, over all its connections, and stops it at the limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.total = 0

    def count(self, received: int) -> None:
        """Add to the count; Setback when it is over the limit."""
        self.total += received
        if self.total > self._most:
            raise self.over()

    def check_announced(self, length: int) -> None:
        """Refuse at once what announces itself as too long."""
        if length > self._most:
            raise self.over()

    def over(self) -> Setback:
        """Return what to raise when it is too much."""
        return Setback(Problem.TOO_LARGE, f"response over {spell_bytes(self._most)}")


class Wire(Protocol):
    """A connection to one server."""

    async def send(self, message: bytes) -> None:
        """Send it all. Raises OSError."""

    async def receive(self) -> bytes:
        """Return what has come, or nothing at the end. Raises OSError."""

    def close(self) -> None:
        """Hang up."""


class PlainWire:
    """A bare socket."""

    def __init__(self, sock: socket.socket, meter: Meter) -> None:
        self._sock = sock
        self._meter = meter
        self._loop = asyncio.get_running_loop()
        self._received = 0

    async def send(self, message: bytes) -> None:
        """Send it all. Raises OSError."""
        await self._loop.sock_sendall(self._sock, message)

    async def receive(self) -> bytes:
        """Return what has come, or nothing at the end. Raises OSError."""
        self._received += 1
        if self._received % _TURNS == 0:
            await asyncio.sleep(0)
        found = await self._loop.sock_recv(self._sock, CHUNK)
        self._meter.count(len(found))
        return found

    def close(self) -> None:
        """Hang up."""
        self._sock.close()


class TlsWire:
    """TLS over a wire.

    Not asyncio's own TLS: that hides the handshake's bytes from the meter and holds a buffer of 256 KiB
    for each connection.
    """

    def __init__(self, wire: PlainWire, context: ssl.SSLContext, *, host: str) -> None:
        self._wire = wire
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    async def shake_hands(self) -> None:
        """Agree on a key and check the certificate. Raises ssl.SSLError, OSError."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._fill()
            except ssl.SSLError:
                await self._flush()  # the alert that tells the server why
                raise
            else:
                await self._flush()
                return

    async def send(self, message: bytes) -> None:
        """Send it all. Raises OSError."""
        self._tls.write(message)
        await self._flush()

    async def receive(self) -> bytes:
        """Return what has come, or nothing at the end. Raises OSError."""
        while True:
            try:
                return self._tls.read(CHUNK)
            except ssl.SSLWantReadError:
                await self._fill()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                # Many servers hang up without the goodbye TLS asks for. Whether the body is whole is
                # judged by its framing.
                return b""

    def certificate(self) -> bytes | None:
        """Return the server's certificate as it sent it, once hands are shaken."""
        return self._tls.getpeercert(binary_form=True)

    def close(self) -> None:
        """Hang up."""
        self._wire.close()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._wire.send(self._outgoing.read())

    async def _fill(self) -> None:
        await self._flush()
        if found := await self._wire.receive():
            self._incoming.write(found)
        else:
            self._incoming.write_eof()
