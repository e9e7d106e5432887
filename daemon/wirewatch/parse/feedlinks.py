"""Finds the feeds a web page names: those it declares in its head, else those its links look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from wirewatch.core.model.outcome import Parsed, ParsedFeed, Problem, Unreadable
from wirewatch.core.urls import canonical_url
from wirewatch.parse.charset import decode
from wirewatch.parse.clean import clean
from wirewatch.parse.links import absolute

MOST: Final = 20
"""Feeds of one page that are looked at."""

_CHARS: Final = 4_000_000
_TYPES: Final = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "application/json",
        "application/xml",
        "text/xml",
    }
)
_NOT_FEEDS: Final = ("/wp-json/", "oembed", "opensearch")
"""What pages declare as JSON or XML alternates that are no feeds."""

_LOOKS_LIKE_A_FEED: Final = re.compile(
    r"(?:\.(?:rss|atom|rdf)|/(?:rss|atom|feed|feeds)/?|(?:rss|feed|atom|index)\.(?:xml|json)|[?&]feed=\w+)"
    r"(?:$|[?#])",
    re.IGNORECASE,
)


def find_feed_links(body: bytes, *, url: str, content_type: str) -> Parsed:
    """Return the addresses of feeds as `ParsedFeed.more`. Never raises for anything a document can be."""
    text = clean(decode(body, content_type).text)[:_CHARS]
    parser = HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return Unreadable(problem=Problem.NOT_A_PAGE, detail="an empty page")
    base = _base(tree, url)
    found = _unlike(_declared(tree, base)) or _unlike(_linked(tree, base))
    return ParsedFeed(entries=(), format="links", more=found)


def _base(tree: HtmlElement, url: str) -> str:
    for element in tree.iter("base"):
        if href := element.get("href"):
            return absolute(url, href) or url
    return url


def _declared(tree: HtmlElement, base: str) -> Iterator[str]:
    for element in tree.iter("link"):
        relations = element.get("rel", "").lower().split()
        media = element.get("type", "").partition(";")[0].strip().lower()
        href = absolute(base, element.get("href", ""))
        if href is None or any(part in href for part in _NOT_FEEDS):
            continue
        if "feed" in relations or ("alternate" in relations and media in _TYPES):
            yield href


def _linked(tree: HtmlElement, base: str) -> Iterator[str]:
    for element in tree.iter("a"):
        href = absolute(base, element.get("href", ""))
        if href is not None and _LOOKS_LIKE_A_FEED.search(href):
            yield href


def _unlike(links: Iterator[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for link in links:
        kept.setdefault(canonical_url(link), link)
        if len(kept) == MOST:
            break
    return tuple(kept.values())
