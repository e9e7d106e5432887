"""Finds the feeds of a web site: the address itself, what its page names, and where feeds usually are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urljoin

from wirewatch.app.online import Look, look_at_feed
from wirewatch.core.model.outcome import Got, ParsedFeed
from wirewatch.core.urls import canonical_url
from wirewatch.ports import FeedFinder, Fetcher

USUAL: Final = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
"""Where feeds usually are, for sites that name none; asked one after the other until one is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that can be read, and what helps to choose among several."""

    url: str
    format: str
    title: str
    entries: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The feeds that were found; *error* says why there are none."""

    feeds: tuple[FoundFeed, ...] = ()
    error: str | None = None


async def find_feeds(url: str, *, fetcher: Fetcher, parser: FeedFinder) -> Discovery:
    """Look at an address: a feed is itself the answer, of a page its feeds are looked for."""
    look = await look_at_feed(url, None, fetcher=fetcher, parser=parser)
    if (found := _found(url, look)) is not None:
        return Discovery(feeds=(found,))
    if not isinstance(look.fetched, Got):
        return Discovery(error=look.error)
    page = look.fetched
    named = await parser.feed_links(page.body, url=page.url, content_type=page.content_type)
    feeds = await _readable(named, fetcher=fetcher, parser=parser)
    if not feeds:
        usual = [urljoin(page.url, path) for path in USUAL]
        feeds = await _readable(usual, fetcher=fetcher, parser=parser, enough=1)
    if feeds:
        return Discovery(feeds=feeds)
    return Discovery(error=f"{look.error}; it names no feed, and none is where feeds usually are")


async def _readable(
    urls: Sequence[str], *, fetcher: Fetcher, parser: FeedFinder, enough: int = 1_000
) -> tuple[FoundFeed, ...]:
    """Return those that are feeds, each once however many addresses lead to it."""
    feeds: dict[str, FoundFeed] = {}
    for url in urls:
        look = await look_at_feed(url, None, fetcher=fetcher, parser=parser)
        found = _found(url, look)
        if found is not None and isinstance(look.fetched, Got):
            feeds.setdefault(canonical_url(look.fetched.url), found)
        if len(feeds) >= enough:
            break
    return tuple(feeds.values())


def _found(url: str, look: Look) -> FoundFeed | None:
    if not isinstance(look.parsed, ParsedFeed):
        return None
    entries = look.parsed.entries
    dates = [at for entry in entries if (at := entry.published_at or entry.updated_at)]
    return FoundFeed(
        url=url,
        format=look.parsed.format,
        title=look.parsed.title,
        entries=len(entries),
        newest_at=max(dates, default=None),
    )
