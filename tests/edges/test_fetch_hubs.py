"""Who pushes a feed: its headers, or what it says itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx
import pytest

from tests.edges.fetch_server import Talk, outcome_of, response
from wirewatch.core.model.outcome import Got, ParsedFeed
from wirewatch.core.plan.push import offer_of
from wirewatch.fetch.links import pushed_by
from wirewatch.parse.feeds import parse_feed

URL = "https://a.example/feed"
HUB, SELF = "https://hub.example/", "https://a.example/self"


@pytest.mark.parametrize(
    ("header", "hubs", "topic"),
    [
        (f'<{HUB}>; rel="hub", <{SELF}>; rel="self"', (HUB,), SELF),
        (f"<{HUB}>; rel=hub", (HUB,), None),
        (
            f'<{SELF}>; rel="alternate self", </hub>; title="x"; REL="HUB"',
            ("https://a.example/hub",),
            SELF,
        ),
        ("<javascript:alert(1)>; rel=hub, <ftp://x/>; rel=hub", (), None),
        ("nonsense", (), None),
        ("<>; rel=hub", (), None),
        (f"<{HUB}> rel=hub", (), None),
        ("", (), None),
    ],
)
def test_hubs_are_read_from_headers(header: str, hubs: tuple[str, ...], topic: str | None) -> None:
    """The standard asks the headers first."""
    assert pushed_by(header, url=httpx.URL(URL)) == (hubs, topic)


def test_a_header_of_a_thousand_links_costs_little() -> None:
    """A header may be as long as a server likes."""
    hubs, topic = pushed_by(
        ", ".join(f"<https://h{n}.example/>; rel=hub" for n in range(1000)), url=httpx.URL(URL)
    )

    assert len(hubs) == 5
    assert topic is None


ATOM = 'xmlns:atom="http://www.w3.org/2005/Atom"'
DOCUMENTS = {
    "rss": f'<rss version="2.0" {ATOM}><channel><title>A</title><atom:link rel="hub" href="{HUB}"/>'
    f'<atom:link rel="self" href="{SELF}"/><item><guid>1</guid><title>T</title></item></channel></rss>',
    "atom": f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><link rel="hub" href="{HUB}"/>'
    f'<link rel="self" href="{SELF}"/><entry><id>1</id><title>T</title></entry></feed>',
    "json": '{"version": "https://jsonfeed.org/version/1.1", "title": "A", "feed_url": "/self", "items": [{"id": "1"}],'
    f'"hubs": [{{"type": "rssCloud", "url": "https://no.example"}}, null, {{"type": "WebSub", "url": "{HUB}"}}]}}',
}


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
def test_hubs_are_read_from_documents(kind: str) -> None:
    """Most feeds name their hub there."""
    parsed = parse_feed(DOCUMENTS[kind].encode(), url=URL, content_type="")

    assert isinstance(parsed, ParsedFeed)
    assert (parsed.hubs, parsed.topic) == ((HUB,), SELF)


def got(url: str = URL, **parts: object) -> Got:
    """Return a response."""
    return Got(url=url, status=200, body=b"x", content_type="", **parts)  # type: ignore[arg-type]


def test_headers_come_before_the_document() -> None:
    """So the standard says."""
    document = ParsedFeed(entries=(), format="rss20", hubs=("https://old.example/",), topic=SELF)

    assert offer_of(got(hubs=(HUB,)), document) == (HUB, SELF)
    assert offer_of(got(), document) == ("https://old.example/", SELF)
    assert offer_of(got(hubs=(HUB,), topic=URL), document) == (HUB, URL)


def test_an_address_that_may_hold_a_secret_is_told_to_no_hub() -> None:
    """The key of a private feed stands in its address; the hub need not be its owner's."""
    assert offer_of(got(f"{URL}?key=s3cr3t", hubs=(HUB,)), None) is None
    assert offer_of(got(hubs=(HUB,)), None) == (HUB, URL)


FORM = (("hub.mode", "subscribe"), ("hub.secret", "a b&c"))


@dataclass
class Posts:
    """A server that takes forms, and redirects once where told to."""

    first: str
    taken: list[tuple[str, str]] = field(default_factory=list)

    async def answer(self, talk: Talk) -> None:
        """Note what was posted."""
        length = int(talk.asked.headers.get("content-length", "0"))
        self.taken.append((talk.asked.target, (await talk.reader.readexactly(length)).decode()))
        moved = "" if talk.asked.target == "/two" else "/two"
        status = "204 No Content" if talk.asked.target == "/two" else self.first
        await talk.send(response(b"", status=status, location=moved))


@pytest.mark.parametrize(
    ("first", "came", "visits"),
    [
        ("202 Accepted", True, 1),
        ("307 Go", True, 2),
        ("308 Go", True, 2),
        ("302 Go", False, 1),
        ("500 No", False, 1),
    ],
)
async def test_a_form_is_posted_whole_and_again_only_where_the_standard_says_so(
    first: str, came: bool, visits: int
) -> None:
    """A secret must not be turned into a GET, nor an answer without a body into a failure."""
    posts = Posts(first)
    outcome = await outcome_of(posts.answer, path="/one", form=FORM)

    assert isinstance(outcome, Got) is came
    assert [target for target, _ in posts.taken] == ["/one", "/two"][:visits]
    assert {body for _, body in posts.taken} == {"hub.mode=subscribe&hub.secret=a+b%26c"}
