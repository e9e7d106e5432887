"""The feeds a web page names."""

from __future__ import annotations

import pytest

from wirewatch.core.model.outcome import ParsedFeed
from wirewatch.parse.feedlinks import MOST, find_feed_links

PAGE = "https://site.example/news/"


def links(html: str | bytes) -> tuple[str, ...]:
    body = html if isinstance(html, bytes) else html.encode()
    found = find_feed_links(body, url=PAGE, content_type="text/html; charset=utf-8")
    return found.more if isinstance(found, ParsedFeed) else ()


def test_what_a_page_declares_comes_in_its_order_and_once() -> None:
    """The first is nearly always the one that is meant."""
    html = """<html><head><link rel="alternate" type="application/rss+xml" href="/a.xml">
    <link rel="ALTERNATE nofollow" type="Application/Atom+XML; charset=utf-8" href="b">
    <link rel=alternate type=application/feed+json href=//cdn.example/c.json>
    <link rel=alternate type=application/rss+xml href="https://site.example:443/a.xml#x">
    </head><body><a href="/rss.xml">RSS</a>"""

    assert links(html) == (
        "https://site.example/a.xml",
        "https://site.example/news/b",
        "https://cdn.example/c.json",
    )


@pytest.mark.parametrize(
    "tag",
    [
        '<link rel="alternate" hreflang="ar" href="/ar/">',
        '<link rel="stylesheet" type="text/xml" href="/s.xml">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">',
        '<link rel="alternate" type="application/rss+xml">',
    ],
)
def test_other_alternates_are_no_feeds(tag: str) -> None:
    """Each would be asked for, politely and slowly, for nothing; some must not be asked for at all."""
    assert links(f"<html><head>{tag}</head>") == ()


@pytest.mark.parametrize(
    ("href", "is_one"),
    [
        ("/rss", True),
        ("/world/rss.xml", True),
        ("?feed=rss2", True),
        ("/index.xml", True),
        ("https://feeds.example/x.atom?n=5", True),
        ("/feedback", False),
        ("/rss-explained.html", False),
        ("mailto:rss@site.example", False),
    ],
)
def test_without_a_declaration_links_that_look_like_feeds_count(href: str, is_one: bool) -> None:
    """Many a publisher lists its feeds on a page for people."""
    assert bool(links(f"<p><a href='{href}'>here</a>")) is is_one


def test_the_base_of_a_page_counts() -> None:
    """Relative links mean what a browser makes of them."""
    html = "<base href='https://other.example/x/'><link rel=alternate type=text/xml href=f>"

    assert links(html) == ("https://other.example/x/f",)


@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"<" * 10_000, b"<div>" * 100_000])
def test_no_page_is_too_broken_to_answer_for(body: bytes) -> None:
    """A stranger wrote it."""
    assert links(body) == ()


def test_a_page_of_a_thousand_feeds_is_looked_at_in_part() -> None:
    """Each is a request."""
    html = "".join(f"<a href='/{number}/rss'>x</a>" for number in range(1000))

    assert len(links(html)) == MOST
