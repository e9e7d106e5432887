"""A news server: feeds that grow, pages, static files, and routes that misbehave."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from tests.e2e.servers.documents import THEN, NewsEntry, atom, page, rss
from tests.e2e.servers.hostile import HOSTILE
from tests.e2e.servers.http import HttpServer, Reply, Request
from tests.e2e.servers.ledger import Ledger

Kind = Literal["rss", "atom"]

TYPES: Final[Mapping[str, str]] = {
    ".xml": "application/xml",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a request: *status* None when there was none, *whole* when all of it was sent."""

    path: str
    status: int | None
    sent: int
    whole: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An entry and the feed it was added to; *at* by the monotonic clock."""

    path: str
    entry: NewsEntry
    at: float


@dataclass(slots=True)
class _Feed:
    title: str
    kind: Kind
    window: int | None
    entries: list[NewsEntry] = field(default_factory=list)
    version: int = 0


@dataclass(frozen=True, slots=True)
class _Document:
    body: bytes
    content_type: str
    version: int = 0


class NewsServer:
    """Serves feeds a test adds to while it runs. Thread-safe; may be started once.

    Its 304 is honest: it is sent only for the validators of the very bytes that would be sent now. A client that keeps
    validators but loses the entries they came with will never see those entries again.
    """

    def __init__(self, *, hosts: int = 1) -> None:
        self._http = HttpServer(self._serve, name="news-server", hosts=hosts)
        self._lock = threading.Lock()
        self._feeds: dict[str, _Feed] = {}
        self._pages: dict[str, NewsEntry] = {}
        self._static: dict[str, _Document] = {}
        self.requests: Ledger[Request] = Ledger("requests to the news server")
        self.published: Ledger[Published] = Ledger("what the news server published")
        self.answers: Ledger[Answer] = Ledger("answers of the news server")

    @property
    def base_url(self) -> str:
        """Return the address of the first host."""
        return self._http.url()

    def url(self, path: str, *, host: int = 0) -> str:
        """Return the address of a path at one of the hosts (127.0.0.1 is the first)."""
        return self._http.url(path, host=host)

    def start(self) -> str:
        """Begin to serve; return the address of the first host."""
        self._http.loopback.start()
        return self.base_url

    def stop(self) -> None:
        """End everything, hanging answers too."""
        self._http.loopback.stop()

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

    def add_feed(self, name: str, *, kind: Kind = "rss", window: int | None = None) -> str:
        """Open an empty feed; return its path. It lists its newest *window* entries, or all."""
        with self._lock:
            self._feeds[f"/feeds/{name}"] = _Feed(name, kind, window)
        return f"/feeds/{name}"

    def publish(self, path: str, *entries: NewsEntry) -> None:
        """Add entries to the feed at *path*, with a page for each."""
        with self._lock:
            feed = self._feeds[path]
            feed.entries.extend(entries)
            feed.version += 1
            self._pages.update((entry.path, entry) for entry in entries)
        for entry in entries:
            self.published.add(Published(path=path, entry=entry, at=time.monotonic()))

    def publish_every(self, seconds: float, news: Iterable[tuple[str, NewsEntry]]) -> None:
        """Publish one (path, entry) after another while the server runs."""

        async def publishing() -> None:
            for path, entry in news:
                self.publish(path, entry)
                await asyncio.sleep(seconds)

        self._http.loopback.spawn(publishing())

    def add_static(self, path: str, body: bytes, content_type: str) -> None:
        """Serve *body* at *path*; every ``{base}`` in it becomes the address the client asked."""
        with self._lock:
            self._static[path] = _Document(body, content_type)

    def add_directory(self, directory: Path) -> None:
        """Serve the files below a directory."""
        for file in sorted(directory.rglob("*")):
            if file.suffix in TYPES:
                path = f"/{file.relative_to(directory).as_posix()}"
                self.add_static(path, file.read_bytes(), TYPES[file.suffix])

    def ledger(self, path: str | None = None) -> tuple[Request, ...]:
        """Return the requests so far, of one path or all."""
        return tuple(one for one in self.requests.rows() if path in (None, one.path))

    def wait_for(
        self, predicate: Callable[[tuple[Request, ...]], bool], timeout: float
    ) -> tuple[Request, ...]:
        """Wait until the requests so far satisfy *predicate*. Raise AssertionError after *timeout* seconds."""
        return self.requests.wait_for(predicate, timeout)

    async def _serve(self, request: Request, reply: Reply) -> None:
        self.requests.add(request)
        whole = False
        try:
            misbehave = HOSTILE.get(request.path)
            if misbehave is not None:
                await misbehave(request, reply)
            else:
                await self._send(request, reply)
            whole = reply.status is not None
        finally:
            self.answers.add(
                Answer(path=request.path, status=reply.status, sent=reply.sent, whole=whole)
            )

    async def _send(self, request: Request, reply: Reply) -> None:
        document = self._document(request)
        if document is None:
            await reply.whole(404, b"There is nothing here.\n", {"Content-Type": "text/plain"})
            return
        etag = f'"{blake2b(document.body, digest_size=12).hexdigest()}"'
        # A version is a second: two versions never share a Last-Modified, as they may on real servers.
        modified = format_datetime(THEN + timedelta(seconds=document.version), usegmt=True)
        validators = {"ETag": etag, "Last-Modified": modified}
        if _has_it(request, etag, modified):
            await reply.whole(304, headers=validators)
        else:
            headers = {"Content-Type": document.content_type, **validators}
            await reply.whole(200, document.body, headers)

    def _document(self, request: Request) -> _Document | None:
        with self._lock:
            feed = self._feeds.get(request.path)
            if feed is not None:
                return _render(feed, request.base)
            entry = self._pages.get(request.path)
            static = self._static.get(request.path)
        if entry is not None:
            return _Document(page(entry), TYPES[".html"])
        if static is not None:
            return replace(static, body=static.body.replace(b"{base}", request.base.encode()))
        return None


def _render(feed: _Feed, base: str) -> _Document:
    listed = feed.entries[-feed.window :] if feed.window else feed.entries
    render = atom if feed.kind == "atom" else rss
    content_type = f"application/{feed.kind}+xml; charset=utf-8"
    return _Document(render(feed.title, listed, base), content_type, feed.version)


def _has_it(request: Request, etag: str, modified: str) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:  # where both are sent, the tag decides (RFC 9110, 13.2.2)
        return etag in [tag.strip().removeprefix("W/") for tag in tags.split(",")]
    since = request.headers.get("if-modified-since")
    try:
        return since is not None and parsedate_to_datetime(since) >= parsedate_to_datetime(modified)
    except ValueError:
        return False
