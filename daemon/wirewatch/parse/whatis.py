"""Says in a few words what a document is that is not what was asked for."""

from __future__ import annotations

import re
from typing import Final

from wirewatch.parse.clean import clip, one_line
from wirewatch.parse.html import text_of

_MAGIC: Final = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "a media file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "compressed data"),
)
_ROOTS: Final = {
    "html": "an HTML page",
    "head": "an HTML page",
    "body": "an HTML page",
    "div": "an HTML page",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap",
    "opml": "an OPML list of feeds",
    "svg": "an image",
    "rss": "a feed",
    "feed": "a feed",
}
_FIRST_TAG = re.compile(r"<([A-Za-z_][\w.:-]*)")
_HTML_DOCTYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]*>([^<]{1,500})</title", re.IGNORECASE)


def describe(body: bytes, text: str) -> str:
    """Name the kind of a document, and the title of a page, which often tells why it was sent."""
    for magic, name in _MAGIC:
        if body.startswith(magic):
            return name
    head = text[:65536]
    first = _FIRST_TAG.search(head)
    if first is None:
        return "plain text" if "\ufffd" not in head[:1000] and "\x00" not in head else "binary data"
    root = first[1].lower().rpartition(":")[2]
    name = "an HTML page" if _HTML_DOCTYPE.search(head[: first.start()]) else _ROOTS.get(root, "")
    title = _TITLE.search(head)
    if name == "an HTML page" and title is not None and (words := one_line(text_of(title[1]))):
        return f"{name}: “{clip(words, 80)}”"
    return name or f"XML, but no feed: its root is <{clip(first[1], 40)}>"
