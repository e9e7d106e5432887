"""The path at which hubs reach the daemon: ``/websub/TOKEN``. Starlette's requests end here."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from wirewatch.app.websub import TOO_LARGE, Subscriber
from wirewatch.errors import StoreError
from wirewatch.settings.settings import Settings

_PLAIN = {"x-content-type-options": "nosniff"}


def callback_routes(subscriber: Subscriber, settings: Settings) -> tuple[BaseRoute, ...]:
    """Return the paths of callbacks: as hubs know them, and as a proxy may shorten them."""

    async def verify(request: Request) -> Response:
        try:
            reply = await subscriber.verify(
                request.path_params["token"], dict(request.query_params.items())
            )
        except StoreError:
            return PlainTextResponse("later\n", status_code=503)
        if reply is None:
            return PlainTextResponse("not wanted\n", status_code=404)
        return PlainTextResponse(reply, headers=_PLAIN)

    async def take(request: Request) -> Response:
        try:
            status = await subscriber.take(
                request.path_params["token"],
                request.headers.get("content-type", ""),
                request.headers.get("x-hub-signature", ""),
                request.stream(),
            )
        except ClientDisconnect:
            status = 400
        closed = {"connection": "close"} if status == TOO_LARGE else {}
        return Response(status_code=status, headers=closed)

    prefix = urlsplit(settings.websub.callback).path.rstrip("/")
    paths = dict.fromkeys(("/websub/{token}", f"{prefix}/websub/{{token}}"))
    return tuple(
        route
        for path in paths
        for route in (
            Route(path, verify, methods=["GET"]),
            Route(path, take, methods=["POST"]),
        )
    )
