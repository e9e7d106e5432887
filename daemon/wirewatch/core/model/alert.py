"""One thing to tell, and its way to each channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from wirewatch.core.model.hit import AlertId, HitId, Snippet, StoryId
from wirewatch.core.model.policy import ChannelPolicy

DeliveryKey = NewType("DeliveryKey", str)
"""Derived from alert and channel; travels in the message where a channel can carry it."""


class AlertKind(StrEnum):
    """What an alert tells."""

    STORY = "story"
    """A story a watch was waiting for."""
    OPERATOR = "operator"
    """Wirewatch about itself: a dead letter, a feed long dead, a refused configuration."""
    TEST = "test"
    DIGEST = "digest"
    """What gathered for a channel until its time of day."""
    SUMMARY = "summary"
    """What a policy or a mute had kept back."""
    BURST = "burst"
    """A watch finds its words far more often than usual: something is happening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One alert among several in a summary."""

    headline: str
    link: str | None = None
    outlet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told, free of any dialect: renderers turn it into HTML, Markdown or plain text.

    Every text in it may come from a stranger and is escaped by the renderer, never before.
    """

    subject: str
    headline: str
    link: str | None = None
    outlet: str | None = None
    also_in: tuple[str, ...] = ()
    """Other outlets that carry the story."""
    watches: tuple[str, ...] = ()
    """The names of the watches it rang for."""
    matched: tuple[str, ...] = ()
    """The words that were found, as they stand in the text."""
    snippets: tuple[Snippet, ...] = ()
    published_at: datetime | None = None
    found_at: datetime | None = None
    timezone: str = "UTC"
    """IANA name of the zone in which times are shown."""
    note: str | None = None
    """One line about the circumstances: "page not read: timeout", "new watch on a story told before"."""
    body: str | None = None
    """Free text in blocks, for operator and test messages."""
    lists: tuple[str, ...] = ()
    """The watchlists, for List-Id."""
    items: tuple[Item, ...] = ()
    """What a summary names, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing to tell. Its message is frozen with it, so that every attempt says the same."""

    id: AlertId
    kind: AlertKind
    story_id: StoryId | None
    hits: tuple[HitId, ...]
    message: Message
    created_at: datetime


class DeliveryState(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    SENDING = "sending"
    """Committed before the provider is asked: after a crash it is perhaps sent."""
    SENT = "sent"
    DEAD = "dead"
    """Given up or refused for good; waits for the operator."""
    DROPPED = "dropped"
    """Discarded by the operator."""
    HELD = "held"
    """Kept back by a policy or a mute; ``due_at`` says when it is looked at again."""
    GATHERED = "gathered"
    """Told together with others, in a summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert on its way to one channel."""

    key: DeliveryKey
    alert_id: AlertId
    channel: str
    state: DeliveryState
    created_at: datetime
    due_at: datetime
    """When it may be tried; while SENDING, when its lease ends."""
    attempts: int = 0
    first_attempt_at: datetime | None = None
    done_at: datetime | None = None
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A delivery with what it carries, as the sender needs it."""

    delivery: Delivery
    alert: Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The provider took the message."""

    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """The provider did not take it, or we cannot know. *detail* holds the provider's own words."""

    detail: str
    permanent: bool = False
    """It would be refused again: the wrong recipient, a revoked token."""


Receipt = Sent | NotSent


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one attempt, kept for ``why``."""

    delivery: DeliveryKey
    at: datetime
    ok: bool
    detail: str
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """Where alerts go, as the owner asked for it: one or more Apprise URLs under one name."""

    name: str
    urls: tuple[str, ...]
    """Apprise URLs with their secrets in place: never shown or logged."""
    timeout_s: float = 30.0
    subject: str | None = None
    """The owner's own template for titles; None: ours."""
    template: str | None = None
    """The owner's own template for messages."""
    policy: ChannelPolicy = field(default_factory=ChannelPolicy)
    fallback: str | None = None
    """The channel that stands in for it when it fails."""
    fallback_after: timedelta = timedelta(minutes=10)

    def __repr__(self) -> str:
        return f"ChannelSpec(name={self.name!r}, urls=<{len(self.urls)} hidden>)"
