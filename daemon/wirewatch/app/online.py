"""Trying the configuration against the world: fetch every feed, log in to every channel. Nothing is stored or sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from wirewatch.app.poll import FEED_TYPES
from wirewatch.app.wiring import build_fetcher, build_parser
from wirewatch.core.model.access import PUBLIC
from wirewatch.core.model.alert import ChannelSpec
from wirewatch.core.model.feed import FeedSpec
from wirewatch.core.model.outcome import (
    Failed,
    Fetched,
    Got,
    Parsed,
    ParsedFeed,
    Request,
    Unreadable,
)
from wirewatch.notify.check import check_login
from wirewatch.ports import FeedFinder, Fetcher, Parser
from wirewatch.settings.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of trying one feed or channel: *error* is None if it works."""

    kind: str
    name: str
    said: str
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a feed answered when it was looked at."""

    fetched: Fetched
    parsed: Parsed | None

    @property
    def error(self) -> str | None:
        """Return why it is of no use, or None."""
        if isinstance(self.fetched, Failed):
            return self.fetched.detail
        if isinstance(self.parsed, Unreadable):
            return self.parsed.detail
        return None


async def look_at_feed(
    url: str, spec: FeedSpec | None, *, fetcher: Fetcher, parser: Parser | FeedFinder
) -> Look:
    """Fetch and parse a feed once, unconditionally."""
    fetched = await fetcher.fetch(
        Request(
            url=url,
            accept=FEED_TYPES,
            headers=spec.headers if spec else (),
            user_agent=spec.user_agent if spec else None,
            access=spec.access if spec else PUBLIC,
        )
    )
    parsed = None
    if isinstance(fetched, Got):
        parsed = await parser.feed(fetched.body, url=fetched.url, content_type=fetched.content_type)
    return Look(fetched=fetched, parsed=parsed)


async def check_online(settings: Settings, advance: Callable[[], None]) -> list[Finding]:
    """Try every feed and every channel at once, politely; call *advance* after each."""
    fetcher, parser = build_fetcher(settings), build_parser(settings)
    try:
        return list(
            await asyncio.gather(
                *(_try_feed(spec, fetcher, parser, advance) for spec in settings.feeds),
                *(_try_channel(channel, advance) for channel in settings.channels),
            )
        )
    finally:
        await fetcher.aclose()
        await parser.aclose()


async def _try_feed(
    spec: FeedSpec, fetcher: Fetcher, parser: Parser, advance: Callable[[], None]
) -> Finding:
    look = await look_at_feed(spec.url, spec, fetcher=fetcher, parser=parser)
    advance()
    said = ""
    if isinstance(look.parsed, ParsedFeed):
        said = f"{look.parsed.format}, {len(look.parsed.entries)} entries"
        if look.parsed.flaw:
            said += f", flawed: {look.parsed.flaw_detail}"
    return Finding(kind="feed", name=spec.name, said=said, error=look.error)


async def _try_channel(channel: ChannelSpec, advance: Callable[[], None]) -> Finding:
    error = await check_login(channel)
    advance()
    return Finding(kind="channel", name=channel.name, said="reached", error=error)
