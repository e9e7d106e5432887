"""News as a test tells it, and the documents it becomes: RSS, Atom, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

THEN = datetime(2026, 1, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsEntry:
    """A piece of news. *text* stands on its page only, paragraphs parted by blank lines."""

    guid: str
    title: str
    summary: str = ""
    text: str = ""
    published_at: datetime = THEN

    @property
    def path(self) -> str:
        """Return where its page is."""
        return f"/news/{self.guid}.html"


def rss(title: str, entries: Sequence[NewsEntry], base: str) -> bytes:
    """Return an RSS 2.0 document, newest entry first."""
    items = "".join(
        f"<item><title>{escape(one.title)}</title><link>{base}{one.path}</link>"
        f'<guid isPermaLink="false">{escape(one.guid)}</guid>'
        f"<pubDate>{format_datetime(one.published_at, usegmt=True)}</pubDate>"
        f"<description>{escape(one.summary)}</description></item>\n"
        for one in reversed(entries)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>{base}/</link><description>{escape(title)}</description>\n{items}</channel></rss>\n"
    ).encode()


def atom(title: str, entries: Sequence[NewsEntry], base: str) -> bytes:
    """Return an Atom document, newest entry first."""
    items = "".join(
        f"<entry><id>urn:news:{escape(one.guid)}</id><title>{escape(one.title)}</title>"
        f'<link rel="alternate" href="{base}{one.path}"/>'
        f"<published>{one.published_at.isoformat()}</published>"
        f"<updated>{one.published_at.isoformat()}</updated>"
        f"<summary>{escape(one.summary)}</summary></entry>\n"
        for one in reversed(entries)
    )
    updated = max((one.published_at for one in entries), default=THEN)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>urn:feed:{escape(title)}</id><title>{escape(title)}</title>"
        f"<updated>{updated.isoformat()}</updated>\n{items}</feed>\n"
    ).encode()


def page(entry: NewsEntry) -> bytes:
    """Return the article page of an entry."""
    paragraphs = (entry.text or entry.summary).split("\n\n")
    body = "\n".join(f"<p>{escape(one, quote=False)}</p>" for one in paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(entry.title)}</title>\n'
        f'<meta property="article:published_time" content="{entry.published_at.isoformat()}"></head>\n'
        f"<body><nav><a href='/'>Home</a></nav><main><article><h1>{escape(entry.title)}</h1>\n{body}\n"
        "</article></main><footer><p>All rights reserved.</p></footer></body></html>\n"
    ).encode()
