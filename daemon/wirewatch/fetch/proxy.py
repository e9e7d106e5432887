"""Goes through the owner's HTTP proxy: a tunnel for https, whole addresses for http."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

import h11
import httpx

from wirewatch.core.model.access import Access
from wirewatch.core.model.outcome import Problem
from wirewatch.fetch.problems import Setback
from wirewatch.fetch.wire import PlainWire

_LONGEST_HEAD = 16 * 1024
_DEFAULT_PORT = 8080
_PORTS = {"http": 80, "https": 443}
_OK = range(200, 300)
_ASKS_WHO = 407


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy listens, and what it wants to be told."""

    host: str
    port: int
    authorization: str | None = field(default=None, repr=False)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Return what is said to the proxy alone."""
        return [] if self.authorization is None else [("Proxy-Authorization", self.authorization)]


def proxy_of(access: Access) -> Proxy | None:
    """Return the proxy of a way, None where there is none. Setback where it cannot be one; it is not repeated."""
    if access.proxy is None:
        return None
    try:
        url = httpx.URL(access.proxy)
    except (httpx.InvalidURL, ValueError) as exc:
        raise Setback(Problem.BAD_URL, "the address of the proxy is malformed") from exc
    if url.scheme != "http" or not url.raw_host:
        raise Setback(Problem.BAD_URL, "the address of the proxy does not begin with http://")
    login = None
    if url.userinfo:
        pair = f"{url.username}:{url.password}".encode()
        login = f"Basic {base64.b64encode(pair).decode('ascii')}"
    return Proxy(url.raw_host.decode("ascii"), url.port or _DEFAULT_PORT, login)


def whole_address(url: httpx.URL) -> bytes:
    """Return what a proxy is asked for when there is no tunnel: the URL without its secrets."""
    return b"http://" + url.netloc + url.raw_path


async def open_tunnel(wire: PlainWire, proxy: Proxy, url: httpx.URL) -> None:
    """Have the proxy connect us to the host of a URL. Raises Setback, OSError."""
    host, port = url.raw_host.decode("ascii"), url.port or _PORTS[url.scheme]
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    talk = h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD)
    headers = [("Host", place), *proxy.headers]
    await wire.send(talk.send(h11.Request(method="CONNECT", target=place, headers=headers)) or b"")
    status = await _status(talk, wire)
    if status == _ASKS_WHO:
        raise Setback(Problem.UNAUTHORIZED, "the proxy wants a user and password, or others")
    if status not in _OK:
        raise Setback(Problem.CONNECT, f"the proxy did not connect us: HTTP {status}")
    if talk.trailing_data[0]:
        raise Setback(Problem.PROTOCOL, "the proxy spoke before its turn")


async def _status(talk: h11.Connection, wire: PlainWire) -> int:
    received = 0
    while received <= _LONGEST_HEAD:
        try:
            event = talk.next_event()
        except h11.RemoteProtocolError as exc:
            raise Setback(Problem.PROTOCOL, "the proxy does not speak HTTP/1") from exc
        if isinstance(event, h11.Response):
            return event.status_code
        if event is h11.NEED_DATA:
            found = await wire.receive()
            received += len(found)
            talk.receive_data(found)
    raise Setback(Problem.TOO_LARGE, "the answer of the proxy does not end")
