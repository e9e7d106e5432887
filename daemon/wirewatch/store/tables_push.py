"""The tables of what comes by itself: hubs, what was agreed with them, and what they sent."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table

from wirewatch.core.model.push import SubscriptionState
from wirewatch.store.kinds import Choice, Instant, Words
from wirewatch.store.tables import metadata

hubs: Final = Table(
    "hubs",
    metadata,
    Column("feed_id", BigInteger, ForeignKey("feeds.id"), primary_key=True, autoincrement=False),
    *(Column(name, Words, nullable=False) for name in ("url", "topic")),
    Column("found_at", Instant, nullable=False),
    *(Column(name, Instant) for name in ("pushed_at", "news_at", "missed_at")),
    Column("pushes", BigInteger, nullable=False),
)
"""Written by polls and pushes."""

subscriptions: Final = Table(
    "subscriptions",
    metadata,
    Column("feed_id", BigInteger, ForeignKey("feeds.id"), primary_key=True, autoincrement=False),
    *(
        Column(name, Words, nullable=False)
        for name in ("hub", "topic", "callback", "token", "secret")
    ),
    Column("state", Choice(SubscriptionState), nullable=False),
    Column("asked_at", Instant),
    Column("due_at", Instant, nullable=False),
    Column("tries", BigInteger, nullable=False),
    Column("lease_until", Instant),
    Column("detail", Words),
    Index(None, "token"),
    Index(None, "due_at"),
)
"""Written by what talks to hubs."""

pushes: Final = Table(
    "pushes",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("feed_id", BigInteger, ForeignKey("feeds.id"), nullable=False, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("content_type", Words, nullable=False),
    Column("body", LargeBinary),
    Column("done_at", Instant),
    Index(None, "done_at", "at"),
)
"""What hubs sent. Once it is done the body goes and the row stays for a while: the same again is known by it."""
