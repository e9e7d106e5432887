"""The daemon's loops on a table: a web of dictionaries, a provider with a ledger, a clock that is turned by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from wirewatch.app.context import Context
from wirewatch.app.daemon import Daemon
from wirewatch.app.world import World
from wirewatch.core.model.alert import ChannelSpec, NotSent, Parcel, Receipt, Sent
from wirewatch.core.model.outcome import (
    Failed,
    Fetched,
    Got,
    PageResult,
    Parsed,
    Problem,
    Request,
    Unchanged,
)
from wirewatch.parse.limits import ParseLimits
from wirewatch.parse.page import parse_page
from wirewatch.parse.partial import parse_feed_partial
from wirewatch.parse.sitemap import parse_sitemap
from wirewatch.ports import Store
from wirewatch.settings.load import load

NOON = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
FEED = "https://gulf.example/feed"


@dataclass(slots=True)
class Web:
    """What there is on the web: documents and failures by URL, with honest ETags."""

    documents: dict[str, bytes | Problem] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def fetch(self, request: Request) -> Fetched:
        """Answer as a server with ETags would."""
        self.asked.append(request.url)
        document = self.documents.get(request.url, Problem.HTTP_CLIENT)
        if isinstance(document, Problem):
            return Failed(problem=document, detail=f"told to fail: {document.value}")
        etag = f'"{hash(document)}"'
        if request.etag == etag:
            return Unchanged(url=request.url)
        kind = "text/html" if request.url.endswith(".html") else "application/rss+xml"
        return Got(url=request.url, status=200, body=document, content_type=kind, etag=etag)

    async def aclose(self) -> None:
        """Nothing is open."""


class Reading:
    """Parses in this process: the documents of these tests are kind."""

    async def feed(
        self, body: bytes, *, url: str, content_type: str, known: frozenset[bytes] = frozenset()
    ) -> Parsed:
        """Read a feed."""
        return parse_feed_partial(body, url=url, content_type=content_type, known=known)

    async def sitemap(self, body: bytes, *, url: str, content_type: str) -> Parsed:
        """Read a news sitemap."""
        return parse_sitemap(body, url=url, content_type=content_type)

    async def page(self, body: bytes, *, url: str, content_type: str) -> PageResult:
        """Read a page."""
        return parse_page(body, url=url, content_type=content_type, limits=ParseLimits())

    def processes(self) -> tuple[int, ...]:
        """There are none: it is read here."""
        return ()

    async def aclose(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Provider:
    """Takes messages and writes them into a ledger; fails where *mood* says so."""

    ledger: list[tuple[str, str, str]] = field(default_factory=list)
    """(channel, delivery key, subject) in the order of arrival."""
    mood: Callable[[str, int], Receipt | None] = lambda channel, number: None
    calls: int = 0

    async def send(self, channel: ChannelSpec, parcel: Parcel) -> Receipt:
        """Take a message, or refuse it as told."""
        self.calls += 1
        refused = self.mood(channel.name, self.calls)
        if isinstance(refused, NotSent):
            return refused
        self.ledger.append((channel.name, parcel.delivery.key, parcel.alert.message.subject))
        return Sent()

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class Hand:
    """A clock turned by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        """Turn it forward."""
        self.now += timedelta(**by)


CONFIG = """
[poll]
first_poll = "alert"
[alerts]
settle = "5 s"
[channel.desk]
url = "json://127.0.0.1:9/"
[channel.phone]
url = "json://127.0.0.1:9/"
[watchlist.main]
channels = ["desk", "phone"]
"""


def a_world(
    folder: Path, *, feeds: Mapping[str, str], watches: tuple[str, ...], more: str = ""
) -> World:
    """Return a world read from a real configuration file."""
    tables = [CONFIG, more]
    tables += [f'[[feed]]\nname = "{name}"\nurl = "{url}"' for name, url in feeds.items()]
    tables += [f"[[watch]]\nquery = '{query}'" for query in watches]
    path = folder / "wirewatch.toml"
    path.write_text("\n".join(tables), encoding="utf-8")
    return World.of(load(path, {"HOME": str(folder)}))


@dataclass(slots=True)
class Rig:
    """One life of the daemon on a store that outlives it."""

    world: World
    store: Store
    web: Web
    provider: Provider
    hand: Hand
    daemon: Daemon = field(init=False)

    def __post_init__(self) -> None:
        self.daemon = Daemon(
            Context(
                world=self.world,
                store=self.store,
                fetcher=self.web,
                parser=Reading(),
                notifier=self.provider,  # type: ignore[arg-type]
                now=self.hand,
                started_at=self.hand.now,
                threads=ThreadPoolExecutor(1),
            ),
            gather_s=0,
        )

    async def start(self) -> None:
        """Take over the store, as the daemon does."""
        await self.daemon.take_over()

    async def turn(self) -> None:
        """Let the clock tick once and everything that follows from it happen."""
        await self.daemon.tick()
        await self.daemon.pause()

    async def run(self, *, seconds: float) -> None:
        """Let so much time pass, a few seconds at a time."""
        passed = 0.0
        while passed < seconds:
            await self.turn()
            step = min(5.0, seconds - passed)
            self.hand.turn(seconds=step)
            passed += step
        await self.turn()

    def end(self) -> None:
        """Drop everything that was in memory."""
        self.daemon.context.threads.shutdown(wait=True)


def rss(*items: tuple[str, str, str], link: str = "https://gulf.example") -> bytes:
    """Return a feed of (number, title, summary)."""
    listed = "".join(
        f"<item><guid>urn:{number}</guid><title>{title}</title><link>{link}/{number}.html</link>"
        f"<description>{summary}</description><pubDate>Fri, 23 Jan 2026 11:57:00 GMT</pubDate></item>"
        for number, title, summary in items
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Gulf</title>{listed}</channel></rss>'
    ).encode()


def page(text: str) -> bytes:
    """Return an article page."""
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    return (
        f"<html><head><title>T</title></head><body><article><h1>T</h1>{paragraphs}</article></body></html>"
    ).encode()
