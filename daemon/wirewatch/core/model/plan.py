"""What was decided, ready to be committed whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wirewatch.core.model.alert import Alert, Attempt, Delivery
from wirewatch.core.model.article import Article
from wirewatch.core.model.coverage import Gap, Memory
from wirewatch.core.model.entry import Entry, EntryKey
from wirewatch.core.model.feed import FeedId, FeedState
from wirewatch.core.model.hit import AlertId, Hit, HitId, HitState, StoryId, Why
from wirewatch.core.model.hold import Hold
from wirewatch.core.model.mute import Escalation
from wirewatch.core.model.outcome import Problem
from wirewatch.core.model.story import Story, StoryEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """One short row about one poll, kept for days: what "why not?" is answered from."""

    feed_id: FeedId
    at: datetime
    outcome: str
    """How far it had to go, or the value of a Problem.

    ``unchanged`` (304), ``same-body`` (the bytes are those of the last one), ``known-items`` (every entry's bytes are
    known), ``partial`` (only the others were read), ``ok`` (read whole).
    """
    status: int | None
    wire_bytes: int
    entries: int
    new: int
    overlap: bool | None
    """Whether the newest entry known before was still listed; None when the poll brought no document."""
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRest:
    """A host that asked to be left alone: by all of its feeds."""

    host: str
    """As `core.urls.politeness_key` names it."""
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """Where a feed says its news is pushed from, and whether that can be relied upon."""

    feed_id: FeedId
    url: str
    topic: str
    """Under which address the hub knows the feed."""
    found_at: datetime
    pushed_at: datetime | None = None
    """When it last sent something."""
    news_at: datetime | None = None
    """When it last sent something that no poll had seen before."""
    missed_at: datetime | None = None
    """When a poll last found something it should have sent."""
    pushes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPlan:
    """What one poll of one feed leads to."""

    feed_id: FeedId
    state: FeedState
    record: PollRecord
    seen: tuple[tuple[EntryKey, bytes], ...] = ()
    """Keys (and aliases) with their text hashes: inserted, or their hash updated."""
    new: tuple[Entry, ...] = ()
    edited: tuple[Entry, ...] = ()
    """Known entries whose text changed; found_at and baseline of the stored row are kept."""
    items: tuple[bytes, ...] | None = None
    """Hashes of the raw entries of the document; None: those that are stored still do."""
    articles: tuple[Article, ...] = ()
    """Pages to read; one that is known already is left as it is."""
    hits: tuple[Hit, ...] = ()
    """A hit that is known already (same watch, same entry) is left as it is."""
    renamed: tuple[tuple[EntryKey, EntryKey], ...] = ()
    """New names of known entries, each with the key under which the entry is stored."""
    memory: Memory | None = None
    """What the document listed; None: as before."""
    gap: Gap | None = None
    """Entries slipped past between the last poll and this one."""
    hub: Hub | None = None
    """What became clear about its hub; None: as before."""
    alerts: tuple[Alert, ...] = ()
    """What its owner is told about the feed, with the deliveries."""
    deliveries: tuple[Delivery, ...] = ()
    rest: HostRest | None = None
    """No feed of this host is asked before then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePlan:
    """What one attempt at one page leads to."""

    article: Article
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingHit:
    """A hit nobody was told about, with what is needed to decide on it."""

    hit: Hit
    entry: Entry
    outlet: str
    article: Article | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HitVerdict:
    """The end of a hit's wait, and the reason."""

    hit_id: HitId
    state: HitState
    why: Why
    story_id: StoryId | None
    alert_id: AlertId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementPlan:
    """What a look at the waiting hits leads to."""

    opened: tuple[Story, ...] = ()
    joined: tuple[tuple[StoryId, StoryEntry], ...] = ()
    told: tuple[tuple[StoryId, str, str], ...] = ()
    """(story, watch, channel) that now count as told."""
    alerts: tuple[Alert, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    verdicts: tuple[HitVerdict, ...] = ()
    look_again_at: datetime | None = None
    """When the earliest hit still waiting will be ripe."""
    holds: tuple[Hold, ...] = ()
    """Why deliveries among these are kept back."""
    escalations: tuple[Escalation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPlan:
    """What one attempt at a delivery leads to."""

    delivery: Delivery
    attempt: Attempt
    alarm: Alert | None = None
    """An operator's alert about a dead letter, with its deliveries."""
    alarm_deliveries: tuple[Delivery, ...] = ()
    fallback: Delivery | None = None
    """The same alert on the channel that stands in: held, so that its policies are asked first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedProblem:
    """A feed in trouble, for ``status``."""

    name: str
    problem: Problem
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPlan:
    """What becomes of alerts nobody took note of in time."""

    steps: tuple[tuple[Escalation, Delivery | None, Escalation | None], ...] = ()
    """An escalation whose time has come, the delivery it leads to, and what is left of it."""
