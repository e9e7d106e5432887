"""The way to a server and back, in httpx's terms: guarded, bounded, one request to a connection.

httpx's own pool takes about twice the processor time for a quiet poll (``benchmarks/fetch.py``) and
knows neither limits nor an address policy; here every address is checked before it is connected to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import h11
import httpx

from wirewatch.core.model.access import PUBLIC, Access
from wirewatch.core.model.outcome import Problem
from wirewatch.fetch.dial import Dialer
from wirewatch.fetch.limits import FetchLimits, spell_bytes
from wirewatch.fetch.problems import Setback, lost_connection
from wirewatch.fetch.proxy import proxy_of, whole_address
from wirewatch.fetch.wire import Meter, Wire

METER = "wirewatch.meter"
"""The request extension that carries the meter of a whole visit."""

ACCESS = "wirewatch.access"
"""The request extension that carries the way to the server."""

_CRUMB = 32
"""A body whose pieces are smaller on average is suspect…"""

_CRUMBS_FREE = 10_000
"""…beyond so many."""

_HEADERS_TOO_LARGE = 431
_BODYLESS = frozenset({204, 304})


class LeanTransport(httpx.AsyncBaseTransport):
    """Sends one request over one new connection, to a checked address only."""

    def __init__(self, *, limits: FetchLimits, dialer: Dialer) -> None:
        self._limits = limits
        self._dialer = dialer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the head of the response, its body still to be read. Raises Setback."""
        meter = request.extensions.get(METER) or Meter(self._limits.wire_bytes)
        wire = await self._dialer.dial(request.url, meter, _access(request))
        try:
            return await self._ask(wire, request, meter)
        except OSError as exc:
            wire.close()
            raise lost_connection(exc) from exc
        except BaseException:
            wire.close()
            raise

    async def aclose(self) -> None:
        """Let the resolver go; no connection outlives its response."""
        self._dialer.close()

    async def _ask(self, wire: Wire, request: httpx.Request, meter: Meter) -> httpx.Response:
        talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=self._limits.header_bytes)
        await wire.send(_written(talk, request))
        head = await self._head(talk, wire)
        stream = Body(talk, wire, meter, announced=_announced(head))
        return httpx.Response(head.status_code, headers=list(head.headers), stream=stream)

    async def _head(self, talk: h11.Connection, wire: Wire) -> h11.Response:
        first, received = b"", 0
        while True:
            try:
                event = talk.next_event()
            except h11.RemoteProtocolError as exc:
                raise self._no_head(exc, first) from exc
            if isinstance(event, h11.Response):
                return event
            if event is h11.NEED_DATA:
                # All that came is head, be it of the answer or of hints before it: no body begins yet.
                if received > self._limits.header_bytes:
                    raise self._headers_too_large()
                found = await wire.receive()
                first, received = first or found, received + len(found)
                talk.receive_data(found)

    def _headers_too_large(self) -> Setback:
        limit = spell_bytes(self._limits.header_bytes)
        return Setback(Problem.TOO_LARGE, f"headers over {limit}")

    def _no_head(self, exc: h11.RemoteProtocolError, first: bytes) -> Setback:
        if exc.error_status_hint == _HEADERS_TOO_LARGE:
            return self._headers_too_large()
        if not first:
            return Setback(Problem.PROTOCOL, "the server closed the connection without an answer")
        if first.startswith(b"\x15\x03"):
            return Setback(
                Problem.PROTOCOL, "the server speaks TLS on this port (https:// instead?)"
            )
        if not first.startswith(b"HTTP/1."):
            return Setback(Problem.PROTOCOL, "the answer is not HTTP/1")
        return Setback(Problem.PROTOCOL, "the head of the answer is malformed or cut off")


class Body(httpx.AsyncByteStream):
    """The body as it comes over the wire, still packed; whole, or a Setback."""

    def __init__(
        self, talk: h11.Connection, wire: Wire, meter: Meter, *, announced: int | None
    ) -> None:
        self._talk = talk
        self._wire = wire
        self._meter = meter
        self._announced = announced
        self._pieces = 0
        self._length = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Begin to read; Setback if what is announced is too much already."""
        if self._announced is not None:
            self._meter.check_announced(self._announced)
        return self

    async def __anext__(self) -> bytes:
        """Return the next piece."""
        while True:
            try:
                event = self._talk.next_event()
            except h11.RemoteProtocolError as exc:
                raise self._cut(exc) from exc
            if isinstance(event, h11.Data):
                return self._counted(bytes(event.data))
            if isinstance(event, h11.EndOfMessage):
                self._require_silence()
                raise StopAsyncIteration
            self._talk.receive_data(await self._receive())

    async def aclose(self) -> None:
        """Hang up."""
        self._wire.close()

    async def _receive(self) -> bytes:
        try:
            return await self._wire.receive()
        except OSError as exc:
            raise Setback(
                Problem.TRUNCATED, "the connection broke in the middle of the body"
            ) from exc

    def _counted(self, piece: bytes) -> bytes:
        self._pieces += 1
        self._length += len(piece)
        # Parsing a chunk of one byte costs as much as one of 64 KiB: crumbs are there to keep us busy.
        if self._pieces > _CRUMBS_FREE and self._length < self._pieces * _CRUMB:
            raise Setback(Problem.PROTOCOL, "the body comes in crumbs")
        return piece

    def _cut(self, exc: h11.RemoteProtocolError) -> Setback:
        if self._announced is not None:
            words = f"the body ended after {self._length} of {self._announced} bytes"
        elif "incomplete" in str(exc):
            words = "the body ended before its last chunk"
        else:
            words = "the chunks of the body are malformed"
        return Setback(Problem.TRUNCATED, words)

    def _require_silence(self) -> None:
        """Refuse a body cut by a Content-Length that is too small, as far as the rest has come already."""
        more, _ = self._talk.trailing_data
        if self._announced is not None and more.strip():
            words = f"the server sent more than the {self._announced} bytes it announced"
            raise Setback(Problem.TRUNCATED, words)


def _written(talk: h11.Connection, request: httpx.Request) -> bytes:
    try:
        target, headers = request.url.raw_path, list(request.headers.raw)
        proxy = proxy_of(_access(request)) if request.url.scheme == "http" else None
        if proxy is not None:
            target = whole_address(request.url)
            headers += [(name.encode(), value.encode()) for name, value in proxy.headers]
        head = h11.Request(method=request.method, target=target, headers=headers)
        body = request.read()
        sent = (talk.send(head) or b"") + (talk.send(h11.Data(data=body)) if body else b"")
        return sent + (talk.send(h11.EndOfMessage()) or b"")
    except h11.LocalProtocolError as exc:
        raise Setback(Problem.BUG, "our own request is malformed") from exc


def _access(request: httpx.Request) -> Access:
    found = request.extensions.get(ACCESS)
    return found if isinstance(found, Access) else PUBLIC


def _announced(head: h11.Response) -> int | None:
    """Return the length of the body that follows, where the server says it."""
    fields = dict(head.headers)
    if b"transfer-encoding" in fields or head.status_code in _BODYLESS:
        return None
    return int(fields[b"content-length"]) if b"content-length" in fields else None
