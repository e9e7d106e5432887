"""Finds out where a request would go, and refuses what is nobody's business to ask."""

from __future__ import annotations

import asyncio
import socket
from datetime import timedelta

import httpx

from wirewatch.core.model.outcome import Problem
from wirewatch.fetch.addresses import Address, AddressPolicy, literal_address
from wirewatch.fetch.limits import spell_time
from wirewatch.fetch.problems import Setback, no_such_host
from wirewatch.fetch.resolver import Endpoint, Resolver

_PORTS = {"http": 80, "https": 443}
_MOST_ENDPOINTS = 6
"""How many of a host's addresses are tried."""


class Guard:
    """Turns a host into checked addresses: only these are connected to, so no later lookup can differ."""

    def __init__(self, *, policy: AddressPolicy, resolver: Resolver, within: timedelta) -> None:
        self._policy = policy
        self._resolver = resolver
        self._within = within

    async def endpoints(self, url: httpx.URL) -> tuple[Endpoint, ...]:
        """Return where to connect; Setback if any address of the host may not be asked."""
        port = url.port or _PORTS[url.scheme]
        host = url.raw_host.decode("ascii")
        literal = literal_address(host)
        if literal is not None:
            self._check(literal, host)
            return (_endpoint(literal, port),)
        found = await self._look_up(host, port)
        for endpoint in found:
            self._check(literal_address(endpoint.figures), endpoint.figures)
        return found[:_MOST_ENDPOINTS]

    async def check_target(self, url: httpx.URL) -> None:
        """Refuse what a proxy may not be asked for, as far as it can be known here.

        A name that only the proxy can look up passes: many networks with a proxy have no name server for the rest.
        """
        try:
            await self.endpoints(url)
        except Setback as setback:
            if setback.problem is not Problem.DNS:
                raise

    async def owners(self, host: str, port: int) -> tuple[Endpoint, ...]:
        """Return where a host of the owner's own is, a proxy: it may be anywhere."""
        literal = literal_address(host)
        if literal is not None:
            return (_endpoint(literal, port),)
        return (await self._look_up(host, port))[:_MOST_ENDPOINTS]

    def close(self) -> None:
        """Let the resolver go."""
        self._resolver.close()

    async def _look_up(self, host: str, port: int) -> tuple[Endpoint, ...]:
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                found = await self._resolver.resolve(host.encode("ascii"), port)
        except TimeoutError:
            words = f"the name servers did not answer for {host} within {spell_time(self._within)}"
            raise Setback(Problem.DNS, words) from None
        except socket.gaierror as exc:
            raise no_such_host(host, exc) from exc
        except (OSError, ValueError, OverflowError) as exc:
            raise Setback(Problem.DNS, f"{host} cannot be looked up") from exc
        if not found:
            raise Setback(Problem.DNS, f"{host} has no address")
        return found

    def _check(self, address: Address | None, figures: str) -> None:
        if address is None or not self._policy.permits(address):
            raise Setback(
                Problem.FORBIDDEN_ADDRESS,
                f"address {figures} is not public (allow it with poll.allow_networks)",
            )


def _endpoint(address: Address, port: int) -> Endpoint:
    if address.version == 4:
        return Endpoint(socket.AF_INET, (str(address), port))
    return Endpoint(socket.AF_INET6, (str(address), port, 0, 0))
