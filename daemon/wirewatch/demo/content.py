"""What the demonstration serves: feeds and article pages, rendered for an address and a moment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from importlib.resources import files
from typing import Final

WATCHES: Final = ('"Abu Dhabi talks"', '"territorial issue"')
"""The queries of the demonstration's watchlist."""

RSS: Final = "application/rss+xml; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"
PLAIN: Final = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFeed:
    """One of the feeds: what it is called, where it is, and whether it carries whole texts."""

    name: str
    slug: str
    full_text: bool = False
    broken: bool = False

    @property
    def path(self) -> str:
        """Return where the server has it."""
        return f"/{self.slug}/feed.xml"


FEEDS: Final = (
    DemoFeed(name="Gulf Courier", slug="gulf-courier", full_text=True),
    DemoFeed(name="World Desk", slug="world-desk"),
    DemoFeed(name="Broken Wire", slug="broken-wire", broken=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStory:
    """A piece of news as ``stories.toml`` has it, with its time."""

    feed: str
    slug: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    published_at: datetime

    @property
    def path(self) -> str:
        """Return where the server has its page."""
        return f"/{self.feed}/{self.slug}.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One answer of the server."""

    body: bytes
    content_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


def stories(*, now: datetime) -> tuple[DemoStory, ...]:
    """Return all the news, newest first, as it stands at *now*."""
    text = files(__package__).joinpath("stories.toml").read_text(encoding="utf-8")
    told = (
        DemoStory(
            feed=story["feed"],
            slug=story["slug"],
            title=story["title"],
            summary=story["summary"],
            paragraphs=tuple(story["text"].strip().split("\n\n")),
            published_at=now.replace(microsecond=0) - timedelta(minutes=story["minutes_ago"]),
        )
        for story in tomllib.loads(text)["story"]
    )
    return tuple(sorted(told, key=lambda story: story.published_at, reverse=True))


def documents(base_url: str, *, now: datetime) -> Mapping[str, Document]:
    """Return everything the server has, by path. *base_url* has no slash at its end."""
    told = stories(now=now)
    served = {feed.path: _feed(feed, told, base_url) for feed in FEEDS}
    names = {feed.slug: feed.name for feed in FEEDS}
    for story in told:
        served[story.path] = _page(story, names[story.feed], base_url)
    return served


def _feed(feed: DemoFeed, told: Sequence[DemoStory], base_url: str) -> Document:
    if feed.broken:
        return Document(
            body=b"The wire is down for repairs.\n",
            content_type=PLAIN,
            # Without Retry-After: it would speak for the whole host, and all of the demonstration is on one.
            status=503,
        )
    items = "".join(_item(feed, story, base_url) for story in told if story.feed == feed.slug)
    text = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>
<title>{escape(feed.name)}</title>
<link>{base_url}/{feed.slug}/</link>
<description>Invented news for a demonstration</description>
<language>en</language>
{items}</channel>
</rss>
"""
    return Document(body=text.encode(), content_type=RSS)


def _item(feed: DemoFeed, story: DemoStory, base_url: str) -> str:
    whole = f"<content:encoded>{escape(_paragraphs(story))}</content:encoded>\n"
    return f"""<item>
<title>{escape(story.title)}</title>
<link>{base_url}{story.path}</link>
<guid isPermaLink="false">{story.feed}:{story.slug}</guid>
<pubDate>{format_datetime(story.published_at)}</pubDate>
<description>{escape(story.summary)}</description>
{whole if feed.full_text else ""}</item>
"""


def _paragraphs(story: DemoStory) -> str:
    return "\n".join(f"<p>{escape(text, quote=False)}</p>" for text in story.paragraphs)


def _page(story: DemoStory, outlet: str, base_url: str) -> Document:
    at = story.published_at.isoformat()
    text = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{escape(story.title)} - {escape(outlet)}</title>
<meta property="og:type" content="article">
<meta property="og:site_name" content="{escape(outlet)}">
<meta property="og:title" content="{escape(story.title)}">
<meta property="article:published_time" content="{at}">
<link rel="canonical" href="{base_url}{story.path}">
</head>
<body>
<header><a href="{base_url}/{story.feed}/">{escape(outlet)}</a></header>
<nav><ul><li><a href="#">World</a></li><li><a href="#">Business</a></li><li><a href="#">Culture</a></li></ul></nav>
<main>
<article>
<h1>{escape(story.title)}</h1>
<p><time datetime="{at}">{story.published_at:%d %B %Y, %H:%M}</time></p>
{_paragraphs(story)}
</article>
</main>
<footer><p>This newspaper does not exist. It is part of the demonstration of Wirewatch.</p></footer>
</body>
</html>
"""
    return Document(body=text.encode(), content_type=HTML)
