"""The demonstration: what it serves, and how."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape

import feedparser
import httpx
import pytest

from wirewatch.demo.content import FEEDS, WATCHES, documents, stories
from wirewatch.demo.server import DemoServer

NOW = datetime(2026, 3, 4, 9, 30, 15, 123456, tzinfo=UTC)
PHRASES = tuple(query.strip('"') for query in WATCHES)


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(now=NOW) as running:
        yield running


@pytest.fixture
def client(server: DemoServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base_url, trust_env=False) as client:
        yield client


def entries(body: bytes) -> list[feedparser.FeedParserDict]:
    parsed = feedparser.parse(io.BytesIO(body))
    assert (parsed.version, parsed.bozo) == ("rss20", False)
    found: list[feedparser.FeedParserDict] = parsed.entries
    return found


def test_the_two_good_feeds_list_twelve_and_twenty_entries(
    server: DemoServer, client: httpx.Client
) -> None:
    """The first run shows these numbers; a broken document would show none."""
    courier, desk, _ = (client.get(url) for _, url in server.feeds)

    assert [name for name, _ in server.feeds] == ["Gulf Courier", "World Desk", "Broken Wire"]
    assert (len(entries(courier.content)), len(entries(desk.content))) == (12, 20)


def test_the_broken_feed_says_503_for_itself_alone(
    server: DemoServer, client: httpx.Client
) -> None:
    """The demonstration has to show what a failing feed looks like."""
    answer = client.get(server.feeds[2][1])

    assert (answer.status_code, answer.headers.get("retry-after")) == (503, None)


def test_every_link_leads_to_a_page_with_the_headline(
    server: DemoServer, client: httpx.Client
) -> None:
    """People click on what they see."""
    links = [
        (entry.link, entry.title)
        for _, url in server.feeds[:2]
        for entry in entries(client.get(url).content)
    ]

    assert len(links) == 32
    for link, title in links:
        page = client.get(link)
        assert page.status_code == 200
        assert f"<h1>{escape(title)}</h1>" in page.text


def test_the_words_stand_in_one_page_of_the_summary_feed_and_never_in_the_feed_itself(
    server: DemoServer, client: httpx.Client
) -> None:
    """This is the point of the demonstration: an alert that a reader of the feed alone would never get."""
    feed = client.get(server.feeds[1][1])
    pages = [client.get(entry.link).text for entry in entries(feed.content)]

    assert not any(phrase in feed.text for phrase in PHRASES)
    assert sum(all(phrase in page for phrase in PHRASES) for page in pages) == 1
    assert sum(any(phrase in page for phrase in PHRASES) for page in pages) == 1


def test_the_second_outlet_carries_a_cut_copy_of_the_same_agency_story() -> None:
    """One story, one alert: the copy must be recognisable by its text, not by its headline."""
    courier = next(one for one in stories(now=NOW) if one.slug == "envoys-gather")
    desk = next(one for one in stories(now=NOW) if one.slug == "divided-envoys")

    assert courier.title != desk.title
    assert set(courier.paragraphs) < set(desk.paragraphs)
    assert any(PHRASES[0] in text for text in courier.paragraphs)


def test_times_count_back_from_now() -> None:
    """Old dates would make the demonstration look broken in a year."""
    told = stories(now=NOW)

    assert max(one.published_at for one in told) < NOW
    assert NOW - min(one.published_at for one in told) < timedelta(days=1)
    assert stories(now=NOW + timedelta(days=400))[0].published_at == told[
        0
    ].published_at + timedelta(days=400)


def test_the_same_moment_serves_the_same_bytes() -> None:
    """A demonstration that differs from run to run cannot be documented."""
    assert documents("http://127.0.0.1:1", now=NOW) == documents("http://127.0.0.1:1", now=NOW)


def test_every_story_belongs_to_a_feed_and_has_a_page_of_its_own() -> None:
    """A slug used twice would hide a page."""
    told = stories(now=NOW)

    assert {one.feed for one in told} == {feed.slug for feed in FEEDS if not feed.broken}
    assert len({one.path for one in told}) == len(told) == 32


@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_a_second_poll_gets_304(server: DemoServer, client: httpx.Client, header: str) -> None:
    """The second round of the demonstration shows "unchanged"."""
    url = server.feeds[0][1]
    value = client.get(url).headers[header]
    asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[header]

    again = client.get(url, headers={asked: value})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": "Tue, 03 Mar 2026 09:30:15 GMT"},
        {"If-None-Match": '"other"', "If-Modified-Since": "Wed, 04 Mar 2026 09:30:15 GMT"},
    ],
)
def test_a_validator_of_another_document_gets_the_whole(
    server: DemoServer, client: httpx.Client, headers: dict[str, str]
) -> None:
    """A 304 to the wrong question would hide news."""
    assert client.get(server.feeds[0][1], headers=headers).status_code == 200


def test_what_is_not_there_is_404(client: httpx.Client) -> None:
    """A wrong address must not look like an empty feed."""
    assert client.get("/nowhere").status_code == 404


def test_a_stopped_server_has_freed_its_port(server: DemoServer) -> None:
    """Ctrl-C ends the demonstration whole."""
    url = server.base_url
    server.stop()
    server.stop()

    with pytest.raises(httpx.ConnectError), httpx.Client(trust_env=False) as client:
        client.get(url)
