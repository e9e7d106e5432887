"""All the providers of the world on a loopback port: a proxy that ends TLS and answers as each of them would."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

HOSTS = (
    "hooks.slack.com",
    "discord.com",
    "api.telegram.org",
    "flows.example.com",
    "matrix.example.org",
    "ntfy.example.org",
    "team.example.org",
    "chat.googleapis.com",
)


@dataclass(frozen=True, slots=True)
class Posted:
    """A request that arrived."""

    method: str
    host: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class Providers:
    """Takes what is posted to any of the hosts, through the proxy that the environment names."""

    context: ssl.SSLContext
    posted: list[Posted] = field(default_factory=list)
    server: ThreadingHTTPServer = field(init=False)

    @property
    def url(self) -> str:
        """Return the address of the proxy."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        outer = self

        class Handler(_Handler):
            providers = outer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    providers: Providers
    protocol_version = "HTTP/1.1"
    host = ""

    def do_CONNECT(self) -> None:
        """Open a tunnel that ends here."""
        self.host = self.path.partition(":")[0]
        self.send_response(200)
        self.end_headers()
        self.connection = self.providers.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]
        self.close_connection = False

    def finish(self) -> None:
        """Close the tunnel, which the server does not know of."""
        super().finish()
        self.connection.close()

    def do_POST(self) -> None:
        """Take a message."""
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            body = json.loads(raw)
        except ValueError:
            body = raw.decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.providers.posted.append(Posted(self.command, self.host, self.path, headers, body))
        status, answer = _answer(self.host, self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_PUT = do_POST  # noqa: N815  the name is the library's
    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _answer(host: str, path: str) -> tuple[int, bytes]:
    if host == "discord.com":
        return 204, b""
    if host == "hooks.slack.com":
        return 200, b"ok"
    if host == "matrix.example.org":
        told = {
            "access_token": "t",
            "user_id": "@u:matrix.example.org",
            "home_server": "matrix.example.org",
            "room_id": "!r:matrix.example.org",
            "event_id": "$e",
            "joined_rooms": [],
            "device_id": "d",
            "m.homeserver": {"base_url": "https://matrix.example.org"},
        }
        return 200, json.dumps(told).encode()
    return 200, json.dumps({"ok": True, "result": {"message_id": 1}, "id": "x"}).encode()
