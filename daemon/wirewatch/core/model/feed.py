"""A source of news: as its owner asked for it, and as polling learned it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from wirewatch.core.model.access import PUBLIC, Access
from wirewatch.core.model.habit import Habit
from wirewatch.core.model.outcome import Problem

FeedId = NewType("FeedId", int)
"""63 bits derived from the URL under which the feed was first configured."""


class ArticleMode(StrEnum):
    """Whether the page behind an entry is read."""

    AUTO = "auto"
    """When the feed carries only a summary."""
    ALWAYS = "always"
    NEVER = "never"


class FirstPoll(StrEnum):
    """What the first poll of a feed does with the entries it finds."""

    SILENT = "silent"
    """Remember them, tell nobody: they are old news."""
    ALERT = "alert"
    """Treat them as new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSpec:
    """A feed as the owner asked for it. Never written by the daemon."""

    url: str
    name: str
    """Unique among the configured feeds; shown to people, used in logs instead of the URL."""
    tags: tuple[str, ...] = ()
    every: timedelta | None = None
    """A fixed interval; None lets the cadence decide."""
    language: str | None = None
    """BCP 47 tag that overrides what the feed says."""
    article: ArticleMode = ArticleMode.AUTO
    first_poll: FirstPoll = FirstPoll.SILENT
    paused: bool = False
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Extra request headers, secrets among them: never shown or logged."""
    user_agent: str | None = None
    access: Access = PUBLIC
    news_sitemap: str | None = None
    """A Google news sitemap that lists what slipped past a poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What the server gave us to ask "has it changed?" with. Sent back byte for byte (RFC 9110 § 13.1)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What polling learned of a feed. Rewritten by every poll."""

    next_poll_at: datetime
    interval: timedelta
    polls: int = 0
    failures: int = 0
    """Polls failed in a row."""
    weight: float = 0.0
    """What those failures weigh: a hard one 1, a soft one 0.5, one that passes by itself 0.25."""
    dead_told_at: datetime | None = None
    """When the owner was told that the feed is dead."""
    fast_until: datetime | None = None
    """Until when it is polled faster, because entries slipped past."""
    validators: Validators = Validators()
    body_hash: bytes | None = None
    """16-byte hash of the last body that was read, parsed and committed whole."""
    problem: Problem | None = None
    problem_detail: str | None = None
    """One line a person can act on."""
    problem_at: datetime | None = None
    """When the present trouble began."""
    last_poll_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    """When a poll last brought an entry that was new."""
    baseline_at: datetime | None = None
    """When the first poll was committed; None until then."""
    moved_to: str | None = None
    """Where permanent redirects lead; the feed is asked there once that was seen often enough."""
    moved_seen: int = 0
    title: str | None = None
    """What the feed calls itself."""
    format: str | None = None
    language: str | None = None
    habit: Habit | None = None
    """Learnt when entries come; None until the first poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A configured feed with what polling learned of it."""

    id: FeedId
    shard: int
    spec: FeedSpec
    state: FeedState
