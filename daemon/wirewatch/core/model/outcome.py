"""What came of reaching out to the world: closed unions, so that no case is forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from wirewatch.core.model.access import PUBLIC, Access


class Problem(StrEnum):
    """Why something did not work: the closed list. The value is what tables and JSON carry."""

    # reaching the server
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    PROTOCOL = "protocol"
    FORBIDDEN_ADDRESS = "forbidden-address"
    BAD_URL = "bad-url"
    # what the server said
    REDIRECTS = "redirects"
    HTTP_CLIENT = "http-client-error"
    UNAUTHORIZED = "unauthorized"
    GONE = "gone"
    RATE_LIMITED = "rate-limited"
    HTTP_SERVER = "http-server-error"
    UNEXPECTED_STATUS = "unexpected-status"
    # what it sent
    TOO_LARGE = "too-large"
    BAD_ENCODING = "bad-encoding"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    NOT_A_FEED = "not-a-feed"
    NOT_A_PAGE = "not-a-page"
    NO_TEXT = "no-text"
    UNPARSABLE = "unparsable"
    TOO_COSTLY = "too-costly"
    ROBOTS = "robots"
    PAYWALL = "paywall"
    # ourselves
    BUG = "bug"


@dataclass(frozen=True, slots=True, kw_only=True)
class CachingHints:
    """What a response says about when to ask again; None where it says nothing usable."""

    retry_after: timedelta | None = None
    max_age: timedelta | None = None
    """From Cache-Control, or Expires relative to Date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to fetch, and how. *accept* names the media types that serve."""

    url: str = field(repr=False)
    """May hold credentials: never shown or logged."""
    accept: str
    etag: str | None = None
    last_modified: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Secrets among them: never shown or logged."""
    user_agent: str | None = None
    access: Access = PUBLIC
    timeout: timedelta | None = None
    """For the whole request, redirects included; None: the fetcher's own limit."""
    max_body: int | None = None
    """Decoded bytes; None: the fetcher's own limit."""
    form: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Fields to post, secrets among them; then the body of the answer is not read. Empty: nothing is posted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """A response with a body, read whole and decoded within the limits."""

    url: str
    """Where it came from after redirects."""
    status: int
    body: bytes
    content_type: str
    """The header as sent, or an empty string."""
    etag: str | None = None
    last_modified: str | None = None
    hints: CachingHints = CachingHints()
    hubs: tuple[str, ...] = ()
    """Who pushes this document, by its Link headers."""
    topic: str | None = None
    """Under which address they know it."""
    moved_to: str | None = None
    """Where an unbroken chain of permanent redirects (301, 308) leads, if there was one."""
    wire_bytes: int = 0
    took: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The server said 304: what we have is what there is."""

    url: str
    hints: CachingHints = CachingHints()
    moved_to: str | None = None
    wire_bytes: int = 0
    took: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """No usable response. *detail* is one line a person can act on, without secrets."""

    problem: Problem
    detail: str
    status: int | None = None
    host: str = ""
    """The host that was asked last, after redirects."""
    hints: CachingHints = CachingHints()
    wire_bytes: int = 0
    took: timedelta = timedelta()


Fetched: TypeAlias = Got | Unchanged | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    r"""An entry as its feed tells it: plain text in blocks, absolute links, aware dates in UTC.

    In every text a blank line (``\n\n``) ends a block (paragraph, list item, table cell, heading) and a
    single newline is white space inside one (``<br>``, a wrapped line).
    """

    guid: str | None = None
    link: str | None = None
    title: str = ""
    summary: str = ""
    body: str = ""
    """The full text where the feed carries one beside the summary, else empty."""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    image: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A feed that could be read, in document order. *flaw* says what was wrong with it, if anything."""

    entries: tuple[ParsedEntry, ...]
    format: str
    """Such as ``rss20``, ``atom10``, ``cdf``, ``json11``."""
    title: str = ""
    link: str | None = None
    language: str | None = None
    ttl: timedelta | None = None
    """How long the feed asks to be left alone (RSS ``ttl``, ``sy:updatePeriod``)."""
    flaw: Problem | None = None
    flaw_detail: str | None = None
    items: tuple[bytes, ...] | None = None
    """Hashes of all raw entries, to be known next time; None where the document could not be cut with certainty."""
    left_out: int = 0
    """How many raw entries were known by their hashes and not read."""
    archive: str | None = None
    """Where older entries are (RFC 5005 ``prev-archive``, ``next``; JSON Feed ``next_url``)."""
    hubs: tuple[str, ...] = ()
    """Who pushes this feed, as it says itself."""
    topic: str | None = None
    """Under which address they know it."""
    more: tuple[str, ...] = ()
    """Further documents of the same kind: what the index of a sitemap lists, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A document in which no feed, or a page in which no article, could be read."""

    problem: Problem
    detail: str


Parsed: TypeAlias = ParsedFeed | Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPage:
    """An article page: its body as text in blocks (see ParsedEntry), and what it says of itself."""

    text: str
    title: str = ""
    canonical: str | None = None
    language: str | None = None
    site: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    boilerplate: str = ""
    """Text of the page outside the body: shown by ``article check``, never matched by default."""


PageResult: TypeAlias = ParsedPage | Unreadable
