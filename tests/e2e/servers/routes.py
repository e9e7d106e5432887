"""A server whose routes a test writes while it runs: documents, redirects, and pages that never come."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.e2e.servers.http import HttpServer, Reply, Request
from tests.e2e.servers.ledger import Ledger

XML = {"Content-Type": "application/xml; charset=utf-8"}


class RouteServer:
    """Serves what it was told to, 404 for the rest. Thread-safe; may be started once."""

    def __init__(self) -> None:
        self._http = HttpServer(self._serve, name="route-server")
        self._lock = threading.Lock()
        self._documents: dict[str, bytes] = {}
        self._moved: dict[str, str] = {}
        self._hanging: set[str] = set()
        self._gone: set[str] = set()
        self.requests: Ledger[Request] = Ledger("requests to the route server")

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return self._http.url(path)

    def serve(self, path: str, text: str) -> None:
        """Serve a document; every ``{base}`` in it becomes this server's address. What hung there hangs no more."""
        with self._lock:
            self._documents[path] = text.replace("{base}", self._http.url()).encode()
            self._hanging.discard(path)
            self._gone.discard(path)

    def move(self, path: str, to: str) -> None:
        """Redirect for good."""
        with self._lock:
            self._moved[path] = to

    def hang(self, path: str) -> None:
        """Take requests and never answer."""
        with self._lock:
            self._hanging.add(path)

    def close(self, path: str) -> None:
        """Say that a document is gone for good."""
        with self._lock:
            self._gone.add(path)

    def asked(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(_path(one) == path for one in self.requests.rows())

    def wait_asked(self, path: str, times: int, timeout: float) -> None:
        """Wait until a path was asked for so often. Raise AssertionError after *timeout* seconds."""

        def enough(rows: tuple[Request, ...]) -> bool:
            return sum(_path(one) == path for one in rows) >= times

        self.requests.wait_for(enough, timeout)

    def __enter__(self) -> Self:
        self._http.loopback.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.loopback.stop()

    async def _serve(self, request: Request, reply: Reply) -> None:
        path = _path(request)
        self.requests.add(request)
        with self._lock:
            hangs, to = path in self._hanging, self._moved.get(path)
            gone, document = path in self._gone, self._documents.get(path)
        if hangs:
            await reply.until_client_leaves()
        elif gone:
            await reply.whole(410, b"Gone.\n", {"Content-Type": "text/plain"})
        elif to is not None:
            await reply.whole(301, headers={"Location": to})
        elif document is None:
            await reply.whole(404, b"There is nothing here.\n", {"Content-Type": "text/plain"})
        else:
            await reply.whole(200, document, XML)


def _path(request: Request) -> str:
    return f"{request.path}?{request.query}" if request.query else request.path


def rss(numbers: list[int], *, archive: str | None = None, name: Callable[[int], str] = str) -> str:
    """Return a feed of numbered entries about river talks; *name* makes a guid and a link of a number."""
    items = "".join(
        f"<item><guid isPermaLink='false'>urn:{name(n)}</guid><title>River talks, day {n}</title>"
        f"<link>{{base}}/news/{name(n)}.html</link><description>{told(n)}</description></item>"
        for n in numbers
    )
    link = f'<atom:link rel="prev-archive" href="{archive}"/>' if archive else ""
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>News</title>{link}{items}</channel></rss>"
    )


def told(number: int) -> str:
    """Return words that make each entry a story of its own."""
    words = ("ox", "yak", "elk", "emu", "gnu", "bee", "ant", "cod", "eel", "owl", "hen", "ram")
    word = words[number % len(words)]
    return " ".join(f"{word}{number} {word}{n * number}" for n in range(1, 12))
