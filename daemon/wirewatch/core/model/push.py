"""News that comes by itself: hubs (W3C WebSub), subscriptions with them, and what they send."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from wirewatch.core.model.article import Article
from wirewatch.core.model.coverage import Memory
from wirewatch.core.model.entry import Entry, EntryKey
from wirewatch.core.model.feed import Feed, FeedId
from wirewatch.core.model.habit import Habit
from wirewatch.core.model.hit import Hit
from wirewatch.core.model.plan import Hub, PollRecord

PushId = NewType("PushId", int)
"""63 bits derived from the feed and the bytes: the same push twice is one."""


class SubscriptionState(StrEnum):
    """How a subscription stands."""

    ASKED = "asked"
    """The hub was asked, or is about to be; it has not confirmed yet."""
    ACTIVE = "active"
    DENIED = "denied"
    """The hub refused, or ended it. It is asked again a day later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What was agreed with a hub about a feed."""

    feed_id: FeedId
    hub: str
    topic: str
    callback: str = field(repr=False)
    """Where the hub pushes to; its last part is the token, which nobody can guess."""
    token: str = field(repr=False)
    secret: str = field(repr=False)
    """What pushes are signed with."""
    state: SubscriptionState
    asked_at: datetime | None
    """Since when an answer is awaited; None while none is."""
    due_at: datetime
    """When the hub is asked again: to renew, or because it did not answer."""
    tries: int = 0
    lease_until: datetime | None = None
    detail: str | None = None
    """What went wrong last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """What is known about pushes of a feed."""

    hub: Hub | None = None
    subscription: Subscription | None = None


UNPUSHED = Pushing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a hub sent, as it came; its signature has been checked."""

    id: PushId
    feed_id: FeedId
    at: datetime
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushJob:
    """A push with its feed and what is known of its hub."""

    push: Push
    feed: Feed
    hub: Hub


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPlan:
    """What a push leads to."""

    feed_id: FeedId
    push_id: PushId
    hub: Hub
    record: PollRecord
    seen: tuple[tuple[EntryKey, bytes], ...] = ()
    new: tuple[Entry, ...] = ()
    edited: tuple[Entry, ...] = ()
    articles: tuple[Article, ...] = ()
    hits: tuple[Hit, ...] = ()
    memory: Memory | None = None
    """What the feed listed, with what the push brought as its newest; None: as before."""
    habit: Habit | None = None
