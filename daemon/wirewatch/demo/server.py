"""The loopback server of the demonstration."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from wirewatch.demo.content import FEEDS, PLAIN, Document, documents

NOT_FOUND = Document(body=b"There is nothing here.\n", content_type=PLAIN, status=404)


class DemoServer:
    """Serves the demonstration on 127.0.0.1, at a port the system chooses, from start to stop.

    *now* is when the news is news: the same moment serves the same bytes. May be started once.
    """

    def __init__(self, *, now: datetime) -> None:
        self._now = now.astimezone(UTC)
        self._http: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._base_url = ""

    @property
    def base_url(self) -> str:
        """Return its address without a slash at the end; empty before the start."""
        return self._base_url

    @property
    def feeds(self) -> tuple[tuple[str, str], ...]:
        """Return name and URL of each feed."""
        return tuple((feed.name, f"{self._base_url}{feed.path}") for feed in FEEDS)

    def start(self) -> str:
        """Begin to serve; return the address."""
        served: dict[str, Document] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served, self._now))
        self._base_url = f"http://127.0.0.1:{self._http.server_port}"
        served.update(documents(self._base_url, now=self._now))
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="demo-feeds", daemon=True
        )
        self._thread.start()
        return self._base_url

    def stop(self) -> None:
        """Stop serving and free the port. May be called twice."""
        if self._http is None or self._thread is None:
            return
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        self._http = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _handler(served: Mapping[str, Document], now: datetime) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # a connection that says nothing holds a thread no longer than this
        server_version = "wirewatch-demo"
        sys_version = ""

        def do_GET(self) -> None:
            self._send(with_body=True)

        def do_HEAD(self) -> None:
            self._send(with_body=False)

        def _send(self, *, with_body: bool) -> None:
            answer = _answer(served, self.path.partition("?")[0], self.headers, now)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is inherited
            """Say nothing: the demonstration prints what the daemon finds, not what it asks."""

    return Handler


def _answer(served: Mapping[str, Document], path: str, asked: Message, now: datetime) -> Document:
    """Return the document at a path with all its headers, or 304 when the client has it."""
    found = served.get(path, NOT_FOUND)
    headers = (
        *found.headers,
        ("Content-Type", found.content_type),
        ("Content-Length", str(len(found.body))),
    )
    if found.status != HTTPStatus.OK:
        return replace(found, headers=headers)
    etag = f'"{blake2b(found.body, digest_size=8).hexdigest()}"'
    validators = (("ETag", etag), ("Last-Modified", format_datetime(now, usegmt=True)))
    if _has_it(asked, etag, now):
        return replace(found, status=HTTPStatus.NOT_MODIFIED, body=b"", headers=validators)
    return replace(found, headers=(*headers, *validators))


def _has_it(asked: Message, etag: str, modified: datetime) -> bool:
    tags = asked.get("If-None-Match")
    if tags is not None:  # where both are sent, the tag decides (RFC 9110, 13.2.2)
        return tags.strip() == "*" or etag in [tag.strip() for tag in tags.split(",")]
    header = asked.get("If-Modified-Since")
    try:
        since = parsedate_to_datetime(header) if header else None
    except ValueError:
        return False
    if since is None:
        return False
    return modified.replace(microsecond=0) <= since.replace(tzinfo=since.tzinfo or UTC)
