"""The daemon's HTTP port. Starlette and uvicorn live here.

Bound in every direction: bytes of a head, of a body, seconds of a connection, connections at once. It answers only
under names it knows, so that a page in somebody's browser cannot reach it under a name of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import Generator, Sequence
from typing import Final
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from wirewatch.app.context import Context
from wirewatch.app.health import unhealthy
from wirewatch.app.logs import get_logger
from wirewatch.app.metrics import CONTENT_TYPE, exposition
from wirewatch.core.urls import host_of
from wirewatch.errors import StoreError
from wirewatch.settings.listen import parse_listen
from wirewatch.settings.settings import Settings

log = get_logger(__name__)

HEAD_BYTES: Final = 16 * 1024
CONNECTION_S: Final = 30.0
"""Longer no connection lasts, however slowly its other end speaks."""

CONNECTIONS: Final = 64
STOP_S: Final = 3
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def _bounded(seconds: float) -> type[H11Protocol]:
    """Return a kind of connection that ends in time."""

    class Bounded(H11Protocol):
        _end: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._end = asyncio.get_running_loop().call_later(seconds, transport.abort)

        def connection_lost(self, exc: Exception | None) -> None:
            if self._end is not None:
                self._end.cancel()
            super().connection_lost(exc)

    return Bounded


class _Server(uvicorn.Server):
    """A server inside a program that heeds signals itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals to the daemon."""
        yield


class Front:
    """The open port. What stands behind it is asked anew for each request."""

    def __init__(
        self,
        context: Context,
        *,
        more: Sequence[BaseRoute] = (),
        connection_s: float = CONNECTION_S,
    ) -> None:
        self._context = context
        self._connection_s = connection_s
        self._more = tuple(more)
        self._server: _Server | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.address: tuple[str, int] | None = None
        """Where it listens; None while it does not."""

    async def start(self) -> None:
        """Open the port if there is to be one. News does not wait for it: where it cannot be had, the log says so."""
        settings = self._context.world.settings
        place = parse_listen(settings.http.listen)
        if place is None:
            return
        try:
            bound = _bound(*place)
        except OSError as exc:
            where = settings.http.listen
            log.error("the HTTP port cannot be opened", listen=where, error=exc.strerror)
            self._context.front_trouble = f"{where} cannot be opened: {exc.strerror}"
            return
        self.address = bound.getsockname()[:2]
        self._server = _Server(_config(self._app(), self._connection_s))
        self._tasks = [
            asyncio.create_task(self._server.serve(sockets=[bound]), name="http-port"),
            asyncio.create_task(self._context.meters.watch_loop(), name="loop-lag"),
        ]
        log.info("listening", at=f"{self.address[0]}:{self.address[1]}")

    async def stop(self) -> None:
        """Answer what is asked, then close the port."""
        if self._server is None:
            return
        self._server.should_exit = True
        serving, lag = self._tasks
        lag.cancel()
        await asyncio.gather(serving, lag, return_exceptions=True)
        self._server, self.address = None, None

    def _app(self) -> ASGIApp:
        routes: list[BaseRoute] = [
            Route("/healthz", self._healthz, methods=["GET"]),
            Route("/metrics", self._metrics, methods=["GET"]),
            *self._more,
        ]
        return _Known(self._context, Starlette(routes=routes))

    async def _healthz(self, request: Request) -> Response:
        del request
        reasons = await unhealthy(self._context)
        told = json.dumps({"ok": not reasons, "reasons": reasons}) + "\n"
        return Response(told, status_code=503 if reasons else 200, media_type="application/json")

    async def _metrics(self, request: Request) -> Response:
        del request
        try:
            told = await exposition(self._context)
        except StoreError:
            return PlainTextResponse("the database refuses\n", status_code=503)
        return Response(told, headers={"content-type": CONTENT_TYPE})


class _Known:
    """Lets only those in who ask under a name that is ours, and tells nobody of our bugs."""

    def __init__(self, context: Context, app: ASGIApp) -> None:
        self._context = context
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        names = [value for name, value in scope["headers"] if name == b"host"]
        if len(names) != 1 or host_in(names[0]) not in names_of(self._context.world.settings):
            refused = PlainTextResponse("not a name of this server\n", status_code=421)
            await refused(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except Exception:  # a bug behind one path must not take the port down, nor reach who asks
            log.exception("bug while answering a request")


def names_of(settings: Settings) -> frozenset[str]:
    """Return the names under which the port answers."""
    place = parse_listen(settings.http.listen)
    own = [place[0]] if place is not None else []
    if settings.websub.callback:
        own.append(host_of(settings.websub.callback))
    return LOOPBACK | {name.lower() for name in (*settings.http.hosts, *own)}


def host_in(header: bytes) -> str | None:
    """Return the host that a Host header names, in lower case without its port; None for what is none."""
    try:
        text = header.decode("ascii")
        parts = urlsplit(f"//{text}")
        _ = parts.port
    except ValueError:
        return None
    return parts.hostname if parts.netloc == text and not parts.username else None


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens: uvicorn would end the whole program where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(CONNECTIONS)
        bound.setblocking(False)
    except BaseException:
        bound.close()
        raise
    return bound


def _config(app: ASGIApp, connection_s: float) -> uvicorn.Config:
    # What strangers send wrongly is no news for the log.
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    return uvicorn.Config(
        app,
        http=_bounded(connection_s),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=STOP_S,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )
