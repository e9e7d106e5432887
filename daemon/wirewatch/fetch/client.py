"""Asks the web on behalf of the daemon: ``HttpFetcher`` is what stands behind the Fetcher port."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import httpx

from wirewatch.core.backoff import rest_of
from wirewatch.core.model.access import Access
from wirewatch.core.model.outcome import (
    CachingHints,
    Failed,
    Fetched,
    Got,
    Problem,
    Request,
    Unchanged,
)
from wirewatch.core.urls import politeness_key
from wirewatch.fetch.addresses import AddressPolicy
from wirewatch.fetch.answers import (
    NOT_MODIFIED,
    READABLE,
    fields_of,
    refusal,
    stream_of,
    validator,
)
from wirewatch.fetch.asking import (
    check_headers,
    headers_for,
    is_conditional,
    is_sendable,
    posted,
)
from wirewatch.fetch.decode import decoder_for
from wirewatch.fetch.dial import Dialer
from wirewatch.fetch.guard import Guard
from wirewatch.fetch.hints import read_hints
from wirewatch.fetch.hosts import HostQueue
from wirewatch.fetch.limits import DEFAULT_LIMITS, FetchLimits, spell_bytes, spell_time
from wirewatch.fetch.links import pushed_by
from wirewatch.fetch.problems import HTTPX_ERRORS, Setback, setback_of
from wirewatch.fetch.redirects import KEEP_METHOD, REDIRECTS, Hop, first_hop, next_hop
from wirewatch.fetch.resolver import Lookup, Resolver
from wirewatch.fetch.talktime import TalkTime
from wirewatch.fetch.transport import ACCESS, METER, LeanTransport
from wirewatch.fetch.trust import Trust
from wirewatch.fetch.wire import Meter

_STEPS = 16
"""After so many steps of unpacking others get their turn."""


_Stop: TypeAlias = Got | Unchanged | Hop
"""Where a step of a visit ends: with an outcome, or with another hop to make."""


@dataclass(slots=True)
class _Visit:
    """What one fetch has cost so far, over all its hops."""

    request: Request
    meter: Meter
    time: TalkTime
    status: int | None = None
    host: str = ""
    hints: CachingHints = field(default_factory=CachingHints)


class HttpFetcher:
    """Fetches over HTTP/1.1, within limits and politely. Never raises for anything a server can do."""

    def __init__(
        self,
        *,
        limits: FetchLimits = DEFAULT_LIMITS,
        user_agent: str,
        allow_networks: Sequence[str] = (),
        ca_file: Path | None = None,
        proxy: str | None = None,
        lookup: Lookup = socket.getaddrinfo,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Make ready. Raises ValueError for a network, user agent or CA file that is none.

        *allow_networks* may be asked although they are not public; *ca_file* holds authorities trusted
        besides the well-known ones; *proxy* is for requests without one of their own.
        A *transport* of the caller's own brings its own guard.
        """
        if not is_sendable(user_agent):
            raise ValueError(f"{user_agent!r} cannot be sent as User-Agent")
        self._limits = limits
        self._user_agent = user_agent
        self._proxy = proxy
        self._hosts = HostQueue(per_host=limits.per_host, gap=limits.host_gap)
        self._slots = asyncio.Semaphore(limits.in_flight)
        self._large = asyncio.Semaphore(limits.large_at_once)
        dialer = Dialer(
            guard=Guard(
                policy=AddressPolicy.of(allow_networks),
                resolver=Resolver(lookup=lookup),
                within=limits.connect,
            ),
            trust=Trust(ca_file),
            within=limits.connect,
        )
        self._transport = transport or LeanTransport(limits=limits, dialer=dialer)

    async def fetch(self, request: Request) -> Fetched:
        """Return the response, "unchanged", or why there is none."""
        total = request.timeout or self._limits.total
        visit = _Visit(request, Meter(self._limits.wire_bytes), TalkTime(total))
        try:
            found = await self._visit(visit)
        except HTTPX_ERRORS as exc:
            return _failed(visit, setback_of(exc))
        return replace(found, wire_bytes=visit.meter.total, took=visit.time.spent)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def _visit(self, visit: _Visit) -> Got | Unchanged:
        check_headers(visit.request.headers)
        stop: _Stop = first_hop(visit.request.url, visit.request.headers, self._access(visit))
        while isinstance(stop, Hop):
            async with self._hosts.turn(_host(stop)), self._slots:
                self._require_open(visit, _host(stop))
                stop = await self._stay(visit, stop)
        return stop

    def _access(self, visit: _Visit) -> Access:
        own = visit.request.access
        return own if own.proxy is not None or not self._proxy else replace(own, proxy=self._proxy)

    async def _stay(self, visit: _Visit, hop: Hop) -> _Stop:
        """Talk to one host, through redirects within it, until it is done or another host's turn."""
        stop: _Stop = hop
        try:
            async with visit.time.running():
                while isinstance(stop, Hop) and _host(stop) == _host(hop):
                    stop = await self._ask(visit, stop)
        except TimeoutError:
            raise self._too_slow(visit) from None
        return stop

    def _require_open(self, visit: _Visit, host: str) -> None:
        """Refuse to ask a host that wants to be left alone: also those who waited for their turn meanwhile."""
        visit.host, visit.status = host, None
        left = self._hosts.closed_for(host)
        if left:
            visit.hints = CachingHints(retry_after=left)
            words = f"{host} told another of its feeds to wait; it is left alone that long"
            raise Setback(Problem.RATE_LIMITED, words)

    def _too_slow(self, visit: _Visit) -> Setback:
        what = "no answer" if visit.status is None else "the body did not end"
        total = visit.request.timeout or self._limits.total
        return Setback(Problem.TIMEOUT, f"{what} within {spell_time(total)}")

    async def _ask(self, visit: _Visit, hop: Hop) -> _Stop:
        visit.status = None
        headers = headers_for(visit.request, hop, user_agent=self._user_agent)
        asked = httpx.Request(
            "POST" if visit.request.form else "GET",
            hop.url,
            headers=headers,
            content=posted(visit.request),
            extensions={METER: visit.meter, ACCESS: hop.access},
        )
        response = await self._transport.handle_async_request(asked)
        try:
            return await self._heed(visit, hop, response)
        finally:
            await response.aclose()

    async def _heed(self, visit: _Visit, hop: Hop, response: httpx.Response) -> _Stop:
        status, fields = response.status_code, fields_of(response)
        hints = read_hints(fields, now=datetime.now(UTC))
        visit.status, visit.hints = status, hints
        if rest := rest_of(status, hints):
            self._hosts.close(visit.host, rest)
        if visit.request.form and 200 <= status < 300:
            return Got(url=str(hop.url), status=status, body=b"", content_type="", hints=hints)
        if status in (REDIRECTS if not visit.request.form else KEEP_METHOD):
            return next_hop(
                hop, status=status, location=fields.get("location"), most=self._limits.redirects
            )
        if status == NOT_MODIFIED and is_conditional(visit.request):
            return Unchanged(url=str(hop.url), hints=hints, moved_to=hop.moved_to)
        if status not in READABLE:
            raise refusal(status, hints)
        hubs, topic = pushed_by(fields.get("link", ""), url=hop.url)
        return Got(
            url=str(hop.url),
            status=status,
            body=await self._read(visit, response, fields.get("content-encoding", "")),
            content_type=fields.get("content-type", ""),
            etag=validator(fields, "etag"),
            last_modified=validator(fields, "last-modified"),
            hints=hints,
            hubs=hubs,
            topic=topic,
            moved_to=hop.moved_to,
        )

    async def _read(self, visit: _Visit, response: httpx.Response, encodings: str) -> bytes:
        decoder = decoder_for(encodings)
        body, steps = BytesIO(), 0
        async with AsyncExitStack() as held:
            async for packed in stream_of(response):
                for piece in decoder.feed(packed):
                    before = body.tell()
                    self._check_length(visit, before + len(piece))
                    body.write(piece)
                    if before <= self._limits.large_bytes < body.tell():
                        await self._await_room(visit, held)
                    steps += 1
                    if steps % _STEPS == 0:
                        await asyncio.sleep(0)
        decoder.finish()
        if not (whole := body.getvalue()) or whole.isspace():
            raise Setback(Problem.EMPTY, "the body is empty")
        return whole

    def _check_length(self, visit: _Visit, length: int) -> None:
        most = visit.request.max_body or self._limits.body_bytes
        if length > most:
            raise Setback(Problem.TOO_LARGE, f"body over {spell_bytes(most)} when unpacked")

    async def _await_room(self, visit: _Visit, held: AsyncExitStack) -> None:
        """Keep the rest of a large body out of memory until few others are in it."""
        async with visit.time.paused():
            await held.enter_async_context(self._large)


def _host(hop: Hop) -> str:
    return politeness_key(str(hop.url))


def _failed(visit: _Visit, setback: Setback) -> Failed:
    return Failed(
        problem=setback.problem,
        detail=setback.detail,
        status=visit.status,
        host=visit.host,
        hints=visit.hints,
        wire_bytes=visit.meter.total,
        took=visit.time.spent,
    )
