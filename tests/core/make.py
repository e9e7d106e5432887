"""Nouns for tests, each with sensible parts: say only what matters to the case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from wirewatch.core.identity import entry_id, feed_id, hit_id
from wirewatch.core.model.alert import Alert, AlertKind, Message, Parcel
from wirewatch.core.model.article import Article, ArticleStatus
from wirewatch.core.model.entry import Entry, EntryKey
from wirewatch.core.model.feed import Feed, FeedSpec, FeedState
from wirewatch.core.model.hit import Field, Hit, Piece, Snippet, Span, Strength, WatchId
from wirewatch.core.model.outcome import Got, ParsedEntry, ParsedFeed
from wirewatch.core.model.plan import WaitingHit
from wirewatch.core.model.watch import Watchlist, WatchSpec
from wirewatch.core.plan.announce import pending
from wirewatch.core.plan.wanted import Wanted

NOON = datetime(2026, 1, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

STORY_TEXT = (
    "Envoys met behind closed doors on Friday for a second day of negotiations and left without a statement. "
    "Two officials familiar with the file said the territorial issue remains the hardest of the four baskets, and "
    "that drafts on prisoners and ports were close. The delegations return to their capitals over the weekend. "
    "A further round is pencilled in for the first week of next month, the host's foreign ministry said, without "
    "naming a venue. Markets, which had priced in a breakthrough, gave up part of the week's gains at the close."
)


def a_spec(name: str = "Gulf Courier", **parts: Any) -> FeedSpec:
    return FeedSpec(
        **{"url": f"https://{name.replace(' ', '').lower()}.example/feed", "name": name, **parts}
    )


def a_feed(spec: FeedSpec | None = None, **state: Any) -> Feed:
    spec = spec or a_spec()
    told = {
        "next_poll_at": NOON,
        "interval": 15 * MINUTE,
        "baseline_at": NOON - 60 * MINUTE,
        **state,
    }
    return Feed(id=feed_id(spec.url), shard=0, spec=spec, state=FeedState(**told))


def a_parsed(number: int = 1, **parts: Any) -> ParsedEntry:
    told = {
        "guid": f"urn:n:{number}",
        "link": f"https://gulfcourier.example/{number}",
        "title": f"Entry number {number} of the day",
        "summary": f"Summary of entry {number}.",
        "published_at": NOON - 3 * MINUTE,
        **parts,
    }
    return ParsedEntry(**told)


def a_document(*entries: ParsedEntry, **parts: Any) -> ParsedFeed:
    return ParsedFeed(**{"entries": entries, "format": "rss20", "title": "Gulf Courier", **parts})


def got(body: bytes = b"<rss/>", **parts: Any) -> Got:
    return Got(
        **{
            "url": "https://gulfcourier.example/feed",
            "status": 200,
            "body": body,
            "content_type": "application/rss+xml",
            "etag": '"1"',
            **parts,
        }
    )


def wanted(
    *queries: str, channels: tuple[str, ...] = ("desk",), feeds: tuple[str, ...] = ()
) -> Wanted:
    specs = tuple(
        WatchSpec(id=WatchId(f"main/{query}"), name=query, query=query) for query in queries
    )
    lists = [Watchlist(name="main", watches=specs, channels=channels, feeds=feeds)]
    return Wanted.of(lists, terms={})


def an_entry(number: int = 1, *, outlet: str = "Gulf Courier", **parts: Any) -> Entry:
    feed = feed_id(a_spec(outlet).url)
    key = EntryKey(number.to_bytes(16, "big"))
    told = {
        "id": entry_id(feed, key),
        "feed_id": feed,
        "key": key,
        "guid": f"urn:n:{number}",
        "link": f"https://{outlet.replace(' ', '').lower()}.example/{number}",
        "title": f"Talks in the capital highlight deep divide {number}",
        "summary": "Envoys met again.",
        "body": "",
        "found_at": NOON,
        "published_at": NOON - 3 * MINUTE,
        "text_hash": b"12345678",
        **parts,
    }
    return Entry(**told)


def an_article(entry: Entry, **parts: Any) -> Article:
    told = {
        "entry_id": entry.id,
        "status": ArticleStatus.READ,
        "url": entry.link or "",
        "due_at": NOON,
        "deadline_at": NOON + 2 * MINUTE,
        "text": STORY_TEXT,
        "attempts": 1,
        **parts,
    }
    return Article(**told)


def a_hit(entry: Entry, watch: str = "territorial", **parts: Any) -> Hit:
    id_ = WatchId(f"main/{watch}")
    told = {
        "id": hit_id(id_, entry.id),
        "watch": id_,
        "watch_name": watch,
        "query": watch,
        "entry_id": entry.id,
        "feed_id": entry.feed_id,
        "channels": ("desk",),
        "found_at": NOON,
        "strength": Strength.CLOSE,
        "spans": (Span(Field.ARTICLE, 0, 4),),
        "snippets": (a_snippet(watch),),
        **parts,
    }
    return Hit(**told)


def a_snippet(word: str = "territorial") -> Snippet:
    pieces = (Piece("He said the "), Piece(word, hit=True), Piece(" issue remains."))
    return Snippet(field=Field.ARTICLE, pieces=pieces)


def waiting(
    entry: Entry, watch: str = "territorial", *, outlet: str = "Gulf Courier", **parts: Any
) -> WaitingHit:
    article = parts.pop("article", an_article(entry))
    return WaitingHit(hit=a_hit(entry, watch, **parts), entry=entry, outlet=outlet, article=article)


def a_parcel(
    channel: str = "desk", *, kind: AlertKind = AlertKind.STORY, **delivery: Any
) -> Parcel:
    from dataclasses import replace

    from wirewatch.core.identity import alert_id

    message = Message(subject="[w] Headline", headline="Headline")
    alert = Alert(
        id=alert_id("x"), kind=kind, story_id=None, hits=(), message=message, created_at=NOON
    )
    return Parcel(delivery=replace(pending(alert, channel, now=NOON), **delivery), alert=alert)
