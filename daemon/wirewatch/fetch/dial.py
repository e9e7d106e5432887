"""Opens connections: to a checked address, with TLS where it is asked for."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta

import httpx

from wirewatch.core.model.access import PUBLIC, Access
from wirewatch.core.model.outcome import Problem
from wirewatch.fetch.certificates import expires_at
from wirewatch.fetch.guard import Guard
from wirewatch.fetch.limits import spell_time
from wirewatch.fetch.problems import CERTIFICATE_EXPIRED, Setback, no_connection, no_tls
from wirewatch.fetch.proxy import Proxy, open_tunnel, proxy_of
from wirewatch.fetch.resolver import Endpoint
from wirewatch.fetch.trust import Trust, blind_context, check_pin
from wirewatch.fetch.wire import Meter, PlainWire, TlsWire, Wire


class Dialer:
    """Connects to the host of a URL. Name, connection and handshake may take *within* each."""

    def __init__(self, *, guard: Guard, trust: Trust, within: timedelta) -> None:
        self._guard = guard
        self._trust = trust
        self._within = within

    async def dial(self, url: httpx.URL, meter: Meter, access: Access = PUBLIC) -> Wire:
        """Return a connection over which the request can go. Raises Setback."""
        proxy = proxy_of(access)
        if proxy is None:
            endpoints = await self._guard.endpoints(url)
        else:
            await self._guard.check_target(url)
            endpoints = await self._guard.owners(proxy.host, proxy.port)
        if url.scheme != "https":
            return await self._connect(endpoints, meter)
        context = await self._trust.context(access)
        # A certificate never names the dot that ends a host name, and SNI must not.
        host = url.raw_host.decode("ascii").rstrip(".")
        wire = await self._connect(endpoints, meter)
        if proxy is not None:
            await self._tunnel(wire, proxy, url)
        try:
            tls = await self._secure(wire, context, host)
        except Setback as setback:
            if proxy is not None or not _is_expiry(setback):
                raise
            raise await self._dated(setback, endpoints, host, meter) from setback.__cause__
        try:
            check_pin(access, tls.certificate())
        except Setback:
            tls.close()
            raise
        return tls

    def close(self) -> None:
        """Let the resolver go."""
        self._guard.close()

    async def _connect(self, endpoints: tuple[Endpoint, ...], meter: Meter) -> PlainWire:
        """Connect to the first that answers; an address that is silent leaves time for the others."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._within.total_seconds()
        setback: Setback | None = None
        for tried, endpoint in enumerate(endpoints):
            share = (ends_at - loop.time()) / (len(endpoints) - tried)
            try:
                async with asyncio.timeout(share):
                    return PlainWire(await _connected(endpoint), meter)
            except TimeoutError:
                words = f"the host did not answer the connection within {spell_time(self._within)}"
                setback = Setback(Problem.TIMEOUT, words)
            except OSError as exc:
                setback = no_connection(exc)
        raise setback or Setback(Problem.DNS, "the host has no address")

    async def _tunnel(self, wire: PlainWire, proxy: Proxy, url: httpx.URL) -> None:
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                await open_tunnel(wire, proxy, url)
        except BaseException as exc:
            wire.close()
            if isinstance(exc, TimeoutError):
                words = f"the proxy did not connect us within {spell_time(self._within)}"
                raise Setback(Problem.TIMEOUT, words) from exc
            if isinstance(exc, OSError):
                raise Setback(Problem.CONNECT, "the proxy closed the connection") from exc
            raise

    async def _secure(self, wire: PlainWire, context: ssl.SSLContext, host: str) -> TlsWire:
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                tls = TlsWire(wire, context, host=host)
                await tls.shake_hands()
        except BaseException as exc:
            wire.close()
            if setback := self._handshake_setback(exc):
                raise setback from exc
            raise
        return tls

    def _handshake_setback(self, exc: BaseException) -> Setback | None:
        if isinstance(exc, TimeoutError):
            words = f"the TLS handshake was not done within {spell_time(self._within)}"
            return Setback(Problem.TIMEOUT, words)
        if isinstance(exc, ssl.SSLError):
            return no_tls(exc)
        if isinstance(exc, OSError | ValueError):
            return Setback(Problem.TLS, "the connection broke during the TLS handshake")
        return None

    async def _dated(
        self, setback: Setback, endpoints: tuple[Endpoint, ...], host: str, meter: Meter
    ) -> Setback:
        """Say when the certificate expired. Python shows it only to who connects without checking it.

        So we do, ask nothing and hang up.
        """
        try:
            wire = await self._connect(endpoints, meter)
            tls = await self._secure(wire, blind_context(), host)
        except Setback:
            return setback
        try:
            ended_at = expires_at(tls.certificate() or b"")
        finally:
            tls.close()
        if ended_at is None or ended_at > datetime.now(UTC):
            return setback  # it is one further up the chain that has expired
        return Setback(Problem.TLS, f"the certificate expired {ended_at:%Y-%m-%d}")


def _is_expiry(setback: Setback) -> bool:
    cause = setback.__cause__
    return (
        isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code == CERTIFICATE_EXPIRED
    )


async def _connected(endpoint: Endpoint) -> socket.socket:
    sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, endpoint.address)
    except BaseException:
        sock.close()
        raise
    return sock
