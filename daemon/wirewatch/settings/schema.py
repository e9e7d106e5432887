"""Every setting there is: its name, kind, default and what it is for.

To add one: a field here and its line in ``config/wirewatch.toml``; the tests compare the two, and the reference in
``docs/configuration.md`` is made from the sentences below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from wirewatch.core.model.feed import ArticleMode, FirstPoll
from wirewatch.core.model.watch import Priority, Scattered
from wirewatch.settings.durations import parse_size
from wirewatch.settings.fields import (
    Count,
    Days,
    DayTimeField,
    Duration,
    FeedName,
    HeaderName,
    HeaderValue,
    Label,
    Language,
    Length,
    NetworkField,
    Number,
    Pin,
    ProxyUrl,
    Query,
    QuietField,
    Size,
    Switch,
    Tag,
    WebUrl,
    Zone,
)
from wirewatch.settings.schema_http import Http, Websub

_CONFIG: Final = ConfigDict(extra="forbid")


class CadenceKind(StrEnum):
    """How the interval of a feed comes about."""

    LEARNT = "learnt"
    FIXED = "fixed"


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class General:
    """What concerns everything."""

    timezone: Zone = "UTC"
    """The time zone of the times in alerts, by its IANA name: "Asia/Dubai"."""
    contact: HeaderValue = ""
    """An address or page for the owners of the sites that are polled; it is sent with every request."""
    channels: tuple[Label, ...] = ()
    """The channels of every watchlist that names none itself. Empty: all channels."""
    operator: tuple[Label, ...] = ()
    """The channels where Wirewatch reports about itself: an alert that could not be sent. Empty: those above."""
    opml: tuple[Label, ...] = ()
    """OPML files whose feeds are polled too. A [[feed]] with the same address takes precedence."""
    watchlists: tuple[Label, ...] = ("watchlists/*.txt", "watchlists/*.toml")
    """Files that hold one watchlist each, named after the file. * stands for any name."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Database:
    """Where everything is remembered."""

    url: str = field(default="", repr=False)
    """sqlite:////path/to/file.db or postgresql://user@host/name. Empty: wirewatch.db in the state directory."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Poll:
    """How feeds are asked."""

    cadence: CadenceKind = CadenceKind.LEARNT
    """"learnt": feeds that bring much are asked more often, each at its hours; "fixed": all at the same interval."""
    every: Length = timedelta(minutes=15)
    """How often a feed is asked, unless it has an interval of its own."""
    min_every: Length = timedelta(minutes=2)
    """No feed is asked more often than this."""
    max_every: Length = timedelta(hours=6)
    """The longest wait after failures. A feed that is dead is asked again once a day."""
    timeout: Length = timedelta(seconds=30)
    """How long a whole request may take, from name look-up to the last byte."""
    connect_timeout: Length = timedelta(seconds=10)
    """How long a connection may take to come about."""
    max_wire: Size = parse_size("16 MiB")
    """The largest response that is read, as it comes over the wire."""
    max_body: Size = parse_size("64 MiB")
    """The largest response that is read, once it is unpacked."""
    max_redirects: Count = 5
    """How many redirects are followed."""
    per_host: Number = 1
    """How many requests to one host may run at once."""
    host_gap: Duration = timedelta(seconds=1)
    """How long a host is left alone between two requests."""
    in_flight: Number = 64
    """How many requests may run at once in all."""
    first_poll: FirstPoll = FirstPoll.SILENT
    """What happens with the entries a new feed already holds: "silent" remembers them, "alert" treats them as new."""
    allow_networks: tuple[NetworkField, ...] = ()
    """Private networks that may be asked: "127.0.0.0/8" for a feed server on this machine."""
    user_agent: HeaderValue = ""
    """What Wirewatch calls itself. Empty: its name, version and your contact."""
    proxy: ProxyUrl = field(default="", repr=False)
    """An HTTP proxy for feeds without one of their own, and for pages: "http://proxy.example.org:3128"."""
    parse_workers: Number = 1
    """How many processes read documents."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class ArticleSettings:
    """How the pages behind entries are read."""

    mode: ArticleMode = ArticleMode.AUTO
    """"auto" reads a page when the feed carries only a summary; "always"; "never"."""
    deadline: Length = timedelta(minutes=2)
    """How long an alert waits for its page; then it goes out with what the feed told."""
    timeout: Length = timedelta(seconds=30)
    """How long a whole request for a page may take."""
    max_body: Size = parse_size("16 MiB")
    """The largest page that is read, once it is unpacked."""
    attempts: Number = 5
    """How often a page that cannot be read is tried."""
    retry_after: Length = timedelta(minutes=2)
    """How long after the first failure; the wait doubles with each further one."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class MatchSettings:
    """When words count as found, for watches that do not say it themselves."""

    near_words: Count = 50
    """How far apart the bare words of a query may stand and still ring; 0 is anywhere in the entry."""
    scattered: Scattered = Scattered.STORE
    """What happens when all words are there, but farther apart: "store" keeps the hit quietly, "alert" rings."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Alerts:
    """How alerts are put together."""

    settle: Duration = timedelta(seconds=5)
    """How long a fresh hit waits for copies of the story and for other watches."""
    settle_max: Duration = timedelta(seconds=30)
    """How long it waits at most when more keep coming."""
    story_window: Length = timedelta(days=3)
    """How long later copies of a story join it instead of ringing again."""
    snippets: Number = 4
    """How many sentences an alert quotes at most."""
    rolling_max: Length = timedelta(hours=4)
    """The longest time for which hits of a noisy watch are gathered, where rolling is set."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class DeliverySettings:
    """How alerts are sent, and sent again."""

    timeout: Length = timedelta(seconds=30)
    """How long one attempt may take."""
    lease: Length = timedelta(minutes=2)
    """How long an attempt is taken to be under way before another is made. Longer than any timeout."""
    give_up_after: Length = timedelta(hours=72)
    """How long an alert is tried before it waits for the operator."""
    max_retry: Length = timedelta(minutes=5)
    """The longest wait between two attempts."""
    per_channel_in_flight: Number = 1
    """How many alerts may be on their way to one channel at once."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Retention:
    """How long what was found is kept. What is still to be told is never deleted."""

    entries: Days = timedelta(days=90)
    """The texts of entries without a hit."""
    hits: Days = timedelta(days=730)
    """Hits with their entries, alerts and deliveries."""
    polls: Days = timedelta(days=14)
    """The record of single polls."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Log:
    """What is logged."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important lines that are written."""
    format: Literal["auto", "console", "journald", "logfmt", "json"] = "auto"
    """"auto": "console" on a terminal, "journald" under systemd, otherwise "logfmt"."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class FeedTable:
    """A feed: one [[feed]] for each."""

    url: WebUrl
    """The address of the feed. A user and password in it are sent as a header and shown nowhere."""
    name: FeedName | None = None
    """What the feed is called in alerts, lists and logs; unique. Default: its host."""
    tags: tuple[Tag, ...] = ()
    """Words by which watchlists choose feeds: feeds = ["tag:gulf"]."""
    every: Length | None = None
    """An interval of its own. Not shorter than min_every of [poll]."""
    language: Language | None = None
    """The language of the feed, where it says it wrongly or not: "ar"."""
    article: ArticleMode | None = None
    """Whether pages are read: "auto", "always" or "never". Default: mode of [article]."""
    first_poll: FirstPoll | None = None
    """What happens with the entries it already holds: "silent" or "alert". Default: first_poll of [poll]."""
    paused: Switch = False
    """Do not ask this feed for now."""
    news_sitemap: WebUrl | None = None
    """A Google news sitemap of the site: it fills the gap when the feed listed more than was seen in time."""
    headers: Mapping[HeaderName, HeaderValue] = field(default_factory=dict, repr=False)
    """Further request headers; their values are shown nowhere."""
    user_agent: HeaderValue | None = None
    """What Wirewatch calls itself to this feed."""
    username: str | None = field(default=None, repr=False)
    """The user for a feed behind a log-in (HTTP Basic)."""
    password: str | None = field(default=None, repr=False)
    """The password for it."""
    cookie: HeaderValue | None = field(default=None, repr=False)
    """A cookie of a session: "id=4711". Like the password it goes to this server alone."""
    proxy: ProxyUrl | None = field(default=None, repr=False)
    """An HTTP proxy for this feed, and for its pages: "http://user:password@proxy.example.org:3128"."""
    ca_file: Label | None = None
    """A file of authorities (PEM) that are believed besides the well-known ones."""
    client_cert: Label | None = None
    """A file with the certificate (PEM) that is shown to the server."""
    client_key: Label | None = None
    """A file with its key, where that is not in the same file."""
    client_key_password: str | None = field(default=None, repr=False)
    """The password of that key."""
    tls_minimum: Literal["1.2", "1.3"] | None = None
    """The oldest TLS that is spoken: "1.2" or "1.3". Default: "1.2"."""
    tls_pin: Pin | None = None
    """The SHA-256 of the one certificate that is believed, whoever signed it."""
    tls_insecure: Switch = False
    """Believe any certificate: anybody on the way can then read along and change what the feed says."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class WatchTable:
    """A watch: one [[watch]] for each."""

    query: Query
    """What to watch for: Abu Dhabi talks, or "territorial issue" with its quotes."""
    name: Label | None = None
    """What the watch is called; unique in its list. Default: the query."""
    watchlist: Label = "main"
    """The list it belongs to. Only in wirewatch.toml: in a watchlist's own file the list is the file."""
    near_words: Count | None = None
    """As in [match], for this watch."""
    scattered: Scattered | None = None
    """As in [match], for this watch."""
    expect_match: tuple[Query, ...] = ()
    """Texts for which the watch must ring: checked whenever the configuration is read, which is refused otherwise."""
    expect_no_match: tuple[Query, ...] = ()
    """Texts for which it must not ring."""
    priority: Priority | None = None
    """"urgent" breaks through quiet hours and digests. Default: priority of its list."""
    max_per_hour: Count | None = None
    """As for its list, for this watch."""
    cooldown: Duration | None = None
    """As for its list, for this watch."""
    rolling: Duration | None = None
    """As for its list, for this watch."""
    burst: Count | None = None
    """As for its list, for this watch."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class ListTable:
    """A watchlist: [watchlist.NAME], or the head of its own file."""

    channels: tuple[Label, ...] | None = None
    """The channels its alerts go to. Default: channels of [general]."""
    feeds: tuple[Label, ...] = ()
    """The names of the feeds it watches, or tag:NAME for all with a tag. Empty: every feed."""
    priority: Priority = Priority.NORMAL
    """How urgent its alerts are: "low", "normal", "high", or "urgent": that breaks through quiet hours and digests."""
    paused: Switch = False
    """Do not watch for now."""
    near_words: Count | None = None
    """As in [match], for the watches of this list."""
    scattered: Scattered | None = None
    """As in [match], for the watches of this list."""
    max_per_hour: Count = 0
    """So many messages about each watch in any hour on each channel; more are told together. 0: no limit."""
    cooldown: Duration = timedelta(0)
    """How long a watch that rang is silent on that channel; then what came is told together."""
    rolling: Duration = timedelta(0)
    """The first hit of a quiet watch rings at once; what follows is gathered for this long, longer while it goes on."""
    burst: Count = 0
    """So many hits in ten minutes, if unusual for a watch, are told as one: something is happening. 0: never."""
    escalate: tuple[Label, ...] = ()
    """The channels that are told next, one after the other, while nobody acknowledges an alert (wirewatch ack)."""
    escalate_after: Length = timedelta(minutes=15)
    """How long each of them has."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class ChannelTable:
    """A channel: [channel.NAME]. Other keys fill the {placeholders} of its addresses."""

    url: str | None = field(default=None, repr=False)
    """The Apprise address: "mailtos://user:{password}@smtp.example.org?to=desk@example.org"."""
    urls: tuple[str, ...] = field(default=(), repr=False)
    """Several addresses that are all told."""
    timeout: Length | None = None
    """How long one attempt may take. Default: timeout of [delivery]."""
    subject: str | None = None
    """A template for the title: "{{ outlet }}: {{ headline }}". See docs/channels.md."""
    template: str | None = None
    """A template for the message, also { file = "desk.txt" }."""
    fallback: Label | None = None
    """The channel that is told instead when this one fails for a while or for good; it keeps its own policies."""
    fallback_after: Length = timedelta(minutes=10)
    """How long it may fail before that. What it missed it still gets afterwards."""
    timezone: Zone | None = None
    """The time zone of its digests and quiet hours. Default: timezone of [general]."""
    digest: tuple[DayTimeField, ...] = ()
    """Tell everything together at these times: ["08:00", "mon-fri 18:00"]. Empty: each alert at once."""
    quiet_hours: tuple[QuietField, ...] = ()
    """When it must be quiet: ["22:00-07:00", "sat,sun 00:00-24:00"]. What came is told together afterwards."""
    max_per_hour: Count = 0
    """So many messages in any hour; more are told together as soon as there is room. 0: no limit."""
    cooldown: Duration = timedelta(0)
    """How long a watch that rang is silent here; then what came is told together."""
    rolling: Duration = timedelta(0)
    """The first hit of a quiet watch rings at once; what follows is gathered for this long, longer while it goes on."""


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class RouteTable:
    """A route: one [[route]] for each. They are tried from top to bottom; the first that fits decides.

    `wirewatch channel route --explain` says for an entry or a text who would be told, and why.
    """

    channels: tuple[Label, ...]
    """Where the hits go that meet every condition below, instead of to the channels of their watchlist."""
    watches: tuple[Label, ...] = ()
    """Only hits of these watchlists, or of these watches (LIST/NAME)."""
    feeds: tuple[Label, ...] = ()
    """Only hits in these feeds, or tag:NAME for all with a tag."""
    priority: Priority | None = None
    """Only hits of lists that are at least as urgent."""
    languages: tuple[Language, ...] = ()
    """Only hits in entries in these languages; those of unknown language do not fit."""
    min_mentions: Count = 0
    """Only hits whose words were found in at least so many places."""
    besides: Switch = False
    """Tell these channels besides, and go on with the next route."""


SECTIONS: Final[Mapping[str, type[Any]]] = MappingProxyType(
    {
        "general": General,
        "database": Database,
        "poll": Poll,
        "article": ArticleSettings,
        "match": MatchSettings,
        "alerts": Alerts,
        "delivery": DeliverySettings,
        "retention": Retention,
        "log": Log,
        "http": Http,
        "websub": Websub,
    }
)
"""The tables of single settings, in the order in which they are explained."""

TABLES: Final[Mapping[str, type[Any]]] = MappingProxyType(
    {
        "channel": ChannelTable,
        "feed": FeedTable,
        "watchlist": ListTable,
        "watch": WatchTable,
        "route": RouteTable,
    }
)
"""The tables of which there may be many."""

TOP_LEVEL: Final = (*SECTIONS, *TABLES, "terms")

SECRET: Final = frozenset(
    {
        "url",
        "urls",
        "headers",
        "username",
        "password",
        "user_agent",
        "cookie",
        "proxy",
        "client_key_password",
    }
)
"""Settings whose values are never shown (the addresses of feeds and the database: without user and password)."""


def names_of(table: type[Any]) -> tuple[str, ...]:
    """Return the settings of a table."""
    return tuple(table.__pydantic_fields__)


HARMLESS: Final = (
    frozenset(name for table in (*SECTIONS.values(), *TABLES.values()) for name in names_of(table))
    - SECRET
)
"""Settings that may be shown when they are wrong."""
