"""News sitemaps, and where feeds say their older entries are."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wirewatch.core.model.outcome import ParsedFeed, Problem, Unreadable
from wirewatch.parse.feeds import parse_feed
from wirewatch.parse.limits import ParseLimits
from wirewatch.parse.sitemap import parse_sitemap
from wirewatch.parse.workers import ParserPool

URL = "https://news.example/sitemap.xml"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
)


def an_url(number: int, *, title: str = "River talks", more: str = "") -> str:
    return (
        f"<url><loc>https://news.example/{number}</loc><news:news><news:publication><news:name>News</news:name>"
        "<news:language>en</news:language></news:publication>"
        f"<news:publication_date>2026-01-23T11:0{number}:00+04:00</news:publication_date>"
        f"<news:title>{title} {number}</news:title><news:keywords>river, talks</news:keywords></news:news>{more}</url>"
    )


def read(text: str) -> ParsedFeed:
    parsed = parse_sitemap(text.encode(), url=URL, content_type="application/xml")
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def test_a_news_sitemap_is_read_as_entries() -> None:
    """What slipped out of a feed still stands there for two days."""
    parsed = read(f"{HEAD}{an_url(1)}{an_url(2)}</urlset>")

    assert parsed.format == "news-sitemap"
    assert [(one.title, one.link) for one in parsed.entries] == [
        ("River talks 1", "https://news.example/1"),
        ("River talks 2", "https://news.example/2"),
    ]
    first = parsed.entries[0]
    assert first.published_at == datetime(2026, 1, 23, 7, 1, tzinfo=UTC)
    assert (first.language, first.categories, first.guid) == ("en", ("river", "talks"), None)


def test_pages_that_are_no_news_are_left_out() -> None:
    """A sitemap of the whole site lists its imprint, too."""
    parsed = read(f"{HEAD}<url><loc>https://news.example/imprint</loc></url>{an_url(1)}</urlset>")

    assert len(parsed.entries) == 1


def test_an_index_names_its_parts_newest_first() -> None:
    """Of hundreds of parts only the last few can hold what was missed."""
    parsed = read(
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>/old.xml</loc><lastmod>2026-01-01</lastmod></sitemap>"
        "<sitemap><loc>/new.xml</loc><lastmod>2026-01-23</lastmod></sitemap>"
        "<sitemap><loc>/sitemap.xml</loc></sitemap><sitemap><loc>javascript:1</loc></sitemap></sitemapindex>"
    )

    assert parsed.more == ("https://news.example/new.xml", "https://news.example/old.xml")
    assert parsed.entries == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", Problem.EMPTY),
        ("<html><body>Not found</body></html>", Problem.NOT_A_FEED),
        ("<rss><channel/></rss>", Problem.NOT_A_FEED),
        ("plain words", Problem.NOT_A_FEED),
        ("<", Problem.NOT_A_FEED),
    ],
)
def test_what_is_no_sitemap_is_said_to_be_none(text: str, problem: Problem) -> None:
    """Most sites answer a missing sitemap with a page."""
    parsed = parse_sitemap(text.encode(), url=URL, content_type="text/html")

    assert isinstance(parsed, Unreadable)
    assert parsed.problem is problem


def test_a_sitemap_that_breaks_off_gives_what_it_has() -> None:
    """Its first entries are news whatever became of the rest."""
    assert len(read(f"{HEAD}{an_url(1)}{an_url(2)}<url><loc>https://news").entries) == 2


def test_entities_are_neither_read_from_files_nor_blown_up() -> None:
    """A sitemap is a stranger's document like any other."""
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(9))
    text = (
        f'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY file SYSTEM "file:///etc/passwd">{bomb}]>'
        f"{HEAD.partition('?>')[2]}{an_url(1, title='&file;&e8;')}</urlset>"
    )
    parsed = parse_sitemap(text.encode(), url=URL, content_type="application/xml")

    assert "root:" not in repr(parsed)
    assert len(repr(parsed)) < 2_000


def test_a_sitemap_is_read_in_part_when_it_is_endless() -> None:
    """The limit of a feed holds here, too."""
    parsed = parse_sitemap(
        f"{HEAD}{''.join(an_url(n) for n in range(9))}</urlset>".encode(),
        url=URL,
        content_type="application/xml",
        limits=ParseLimits(entries=4),
    )

    assert isinstance(parsed, ParsedFeed)
    assert [one.title[-1] for one in parsed.entries] == ["5", "6", "7", "8"]


async def test_a_sitemap_is_read_in_a_worker_and_comes_back_whole() -> None:
    """What is read of strangers is read where it can be killed."""
    pool = ParserPool()
    index = "<sitemapindex><sitemap><loc>/a.xml</loc></sitemap></sitemapindex>"
    try:
        parts = await pool.sitemap(index.encode(), url=URL, content_type="application/xml")
        news = await pool.sitemap(f"{HEAD}{an_url(1)}</urlset>".encode(), url=URL, content_type="")
    finally:
        await pool.aclose()

    assert isinstance(parts, ParsedFeed)
    assert parts.more == ("https://news.example/a.xml",)
    assert news == read(f"{HEAD}{an_url(1)}</urlset>")


ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title>{}<entry><id>1</id><title>A</title></entry></feed>'
RSS = (
    '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>N</title>{}'
    "<item><guid>1</guid><title>A</title></item></channel></rss>"
)


@pytest.mark.parametrize(
    ("text", "archive"),
    [
        (
            ATOM.format('<link rel="prev-archive" href="/2025.atom"/>'),
            "https://news.example/2025.atom",
        ),
        (ATOM.format('<link rel="next" href="?page=2"/>'), "https://news.example/feed?page=2"),
        (
            ATOM.format('<link rel="next" href="?p=2"/><link rel="prev-archive" href="/a"/>'),
            "https://news.example/a",
        ),
        (RSS.format('<atom:link rel="next" href="/2"/>'), "https://news.example/2"),
        (ATOM.format('<link rel="next" href="javascript:alert(1)"/>'), None),
        (ATOM.format('<link rel="next" href="/feed"/>'), None),
        (ATOM.format('<link rel="self" href="/2"/>'), None),
        (
            '{"version":"https://jsonfeed.org/version/1.1","next_url":"/2.json","items":[{"id":"1"}]}',
            "https://news.example/2.json",
        ),
    ],
)
def test_a_feed_says_where_its_older_entries_are(text: str, archive: str | None) -> None:
    """There is what slipped out of it (RFC 5005)."""
    parsed = parse_feed(text.encode(), url="https://news.example/feed", content_type="")

    assert isinstance(parsed, ParsedFeed)
    assert parsed.archive == archive
