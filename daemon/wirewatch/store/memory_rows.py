"""The dictionaries of the store for tests, and what is looked up in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from wirewatch.core.identity import shard_of
from wirewatch.core.match.kept_words import Needs
from wirewatch.core.model.alert import (
    Alert,
    Attempt,
    Delivery,
    DeliveryKey,
    DeliveryState,
    Parcel,
)
from wirewatch.core.model.article import Article, ArticleStatus
from wirewatch.core.model.coverage import FillPlan, Gap, GapId, GapState, Memory, Revision
from wirewatch.core.model.entry import Entry, EntryId, EntryKey
from wirewatch.core.model.feed import Feed, FeedId, FeedSpec, FeedState
from wirewatch.core.model.hit import AlertId, Hit, HitId, HitState, StoryId, Why
from wirewatch.core.model.hold import Hold
from wirewatch.core.model.mute import Ack, Escalation, Mark, Mute, MuteId
from wirewatch.core.model.plan import (
    AnnouncementPlan,
    HitVerdict,
    HostRest,
    Hub,
    PollPlan,
    PollRecord,
)
from wirewatch.core.model.push import Push, PushId, Subscription
from wirewatch.core.model.story import Story, StoryEntry
from wirewatch.core.urls import politeness_key
from wirewatch.ports import Counts
from wirewatch.store.memory_index import MemoryIndex
from wirewatch.store.rules import (
    KEPT,
    OPEN,
    REVISIONS,
    edited,
    last_at,
    links_of,
    telling_order,
    watchlist_of,
)
from wirewatch.store.syncing import StoredFeed

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class FeedRow:
    """A feed with its state."""

    stored: StoredFeed
    state: FeedState

    @property
    def shard(self) -> int:
        """Return the shard of its host."""
        return shard_of(self.stored.spec.url)

    @property
    def configured(self) -> bool:
        """Say whether it is in the configuration."""
        return self.stored.retired_at is None

    @property
    def active(self) -> bool:
        """Say whether it is polled."""
        return self.configured and not self.stored.spec.paused

    def feed(self, spec: FeedSpec) -> Feed:
        """Return it as a noun, with the spec that has its secrets."""
        return Feed(id=self.stored.id, shard=self.shard, spec=spec, state=self.state)


@dataclass(slots=True)
class Rows:
    """Every table of the database, as a dictionary."""

    feeds: dict[FeedId, FeedRow] = field(default_factory=dict)
    seen: dict[tuple[FeedId, EntryKey], bytes] = field(default_factory=dict)
    items: dict[FeedId, frozenset[bytes]] = field(default_factory=dict)
    entries: dict[EntryId, Entry] = field(default_factory=dict)
    articles: dict[EntryId, Article] = field(default_factory=dict)
    leased: set[EntryId] = field(default_factory=set)
    hits: dict[HitId, Hit] = field(default_factory=dict)
    stories: dict[StoryId, Story] = field(default_factory=dict)
    alerts: dict[AlertId, Alert] = field(default_factory=dict)
    deliveries: dict[DeliveryKey, Delivery] = field(default_factory=dict)
    attempts: dict[tuple[DeliveryKey, datetime], Attempt] = field(default_factory=dict)
    polls: dict[tuple[FeedId, datetime], PollRecord] = field(default_factory=dict)
    traces: dict[FeedId, Memory] = field(default_factory=dict)
    renamed: dict[tuple[FeedId, EntryKey], EntryKey] = field(default_factory=dict)
    gaps: dict[GapId, Gap] = field(default_factory=dict)
    revisions: dict[tuple[EntryId, datetime], Revision] = field(default_factory=dict)
    holds: dict[DeliveryKey, Hold] = field(default_factory=dict)
    mutes: dict[MuteId, Mute] = field(default_factory=dict)
    acks: dict[AlertId, Ack] = field(default_factory=dict)
    marks: dict[HitId, Mark] = field(default_factory=dict)
    escalations: dict[AlertId, Escalation] = field(default_factory=dict)
    index: MemoryIndex = field(default_factory=MemoryIndex)
    links: set[tuple[int, EntryId]] = field(default_factory=set)
    gap_of: dict[EntryId, GapId] = field(default_factory=dict)
    hubs: dict[FeedId, Hub] = field(default_factory=dict)
    subscriptions: dict[FeedId, Subscription] = field(default_factory=dict)
    pushes: dict[PushId, tuple[Push, datetime | None]] = field(default_factory=dict)

    def outlet(self, entry: EntryId) -> str:
        """Return the name of the feed that brought an entry."""
        return self.feeds[self.entries[entry].feed_id].stored.spec.name

    def parcel(self, key: DeliveryKey) -> Parcel:
        """Return a delivery with its alert."""
        delivery = self.deliveries[key]
        return Parcel(delivery=delivery, alert=self.alerts[delivery.alert_id])

    def pages(self, *, now: datetime | None = None) -> list[Article]:
        """Return pages still to be read (that may be claimed *now*), oldest first."""
        found = [
            page
            for page in self.articles.values()
            if page.status is ArticleStatus.PENDING and (now is None or page.due_at <= now)
        ]
        return sorted(found, key=lambda page: (page.due_at, page.entry_id))

    def open(self) -> list[Delivery]:
        """Return deliveries on their way."""
        return [way for way in self.deliveries.values() if way.state in OPEN]

    def article_text(self, id_: EntryId) -> str:
        """Return what was read of the page behind an entry."""
        page = self.articles.get(id_)
        return "" if page is None else page.text

    def newest_entries(
        self,
        *,
        since: datetime | None,
        before: tuple[datetime, EntryId] | None,
        needs: Needs | None,
    ) -> list[Entry]:
        """Return entries that may meet *needs*, newest first, from a place on."""
        found = [
            entry
            for entry in self.entries.values()
            if (since is None or entry.found_at >= since)
            and (before is None or (entry.found_at, entry.id) < before)
            and (needs is None or self.index.may_meet(entry.id, needs))
        ]
        return sorted(found, key=lambda entry: (entry.found_at, entry.id), reverse=True)

    def take_polls(self, plans: Sequence[PollPlan]) -> None:
        """Store what polls lead to."""
        for plan in plans:
            self._require_parents(plan, plans)
        for plan in plans:
            self.feeds[plan.feed_id].state = plan.state
            self.seen |= {(plan.feed_id, key): hash_ for key, hash_ in plan.seen}
            if plan.items is not None:
                self.items[plan.feed_id] = frozenset(plan.items)
            for entry in plan.new:
                self.entries.setdefault(entry.id, entry)
            for entry in plan.edited:
                self.edit(entry)
            for page in plan.articles:
                self.articles.setdefault(page.entry_id, page)
            self.take_hits(plan.hits)
            self.index.enqueue(entry.id for entry in (*plan.new, *plan.edited))
            self.put_links((entry.id, entry.link) for entry in (*plan.new, *plan.edited))
            self.polls.setdefault((plan.feed_id, plan.record.at), plan.record)
            self._take_coverage(plan)
        for plan in plans:
            if plan.rest is not None:
                self._leave_alone(plan.rest)

    def _leave_alone(self, rest: HostRest) -> None:
        for feed in self.feeds.values():
            mine = politeness_key(feed.stored.spec.url) == rest.host and feed.active
            if mine and feed.state.next_poll_at < rest.until:
                feed.state = replace(feed.state, next_poll_at=rest.until)

    def edit(self, entry: Entry) -> None:
        """Store what an entry says now, and what it said before."""
        stored = self.entries.get(entry.id)
        if stored is not None:
            revision = Revision(
                at=entry.found_at,
                title=stored.title,
                summary=stored.summary,
                body=stored.body,
                text_hash=stored.text_hash,
            )
            self.revisions.setdefault((entry.id, revision.at), revision)
            mine = sorted(key for key in self.revisions if key[0] == entry.id)
            _drop(self.revisions, mine[:-REVISIONS])
        self.entries[entry.id] = edited(stored or entry, entry)

    def _take_coverage(self, plan: PollPlan) -> None:
        if plan.memory is not None:
            self.traces[plan.feed_id] = plan.memory
        for key, true in plan.renamed:
            self.renamed.setdefault((plan.feed_id, key), true)
        if plan.gap is not None:
            self.gaps.setdefault(plan.gap.id, plan.gap)
        if plan.hub is not None:
            self.hubs[plan.feed_id] = plan.hub
        self.post(plan.alerts, plan.deliveries)

    def take_fill(self, plan: FillPlan) -> None:
        """Store what a page brought for a gap."""
        self.seen |= {(plan.feed_id, key): hash_ for key, hash_ in plan.seen}
        for entry in plan.new:
            self.entries.setdefault(entry.id, entry)
        for page in plan.articles:
            self.articles.setdefault(page.entry_id, page)
        self.take_hits(plan.hits)
        self.index.enqueue(entry.id for entry in plan.new)
        self.put_links((entry.id, entry.link) for entry in plan.new)
        if plan.gap.id in self.gaps:
            self.gaps[plan.gap.id] = plan.gap
        for entry in plan.new:
            self.gap_of.setdefault(entry.id, plan.gap.id)

    def put_links(self, pairs: Iterable[tuple[EntryId, str | None]]) -> None:
        """Remember under which links entries can be looked up."""
        self.links.update(links_of(pairs))

    def take_hits(self, hits: Sequence[Hit]) -> int:
        """Store hits in stored entries that are not known yet; return how many."""
        before = len(self.hits)
        for hit in hits:
            if hit.entry_id in self.entries:
                self.hits.setdefault(hit.id, hit)
        return len(self.hits) - before

    def take_announcement(self, plan: AnnouncementPlan) -> None:
        """Store what was decided of waiting hits."""
        there = self.stories.keys() | {story.id for story in plan.opened}
        for id_ in (*(id_ for id_, _ in plan.joined), *(id_ for id_, *_ in plan.told)):
            if id_ not in there:
                raise LookupError(f"story {id_} is not stored")
        for story in plan.opened:
            self.stories.setdefault(story.id, replace(story, entries=(), told=frozenset()))
            self.tell(story.id, story.entries, story.told)
        for id_, telling in plan.joined:
            self.tell(id_, [telling], [])
        for id_, watch, channel in plan.told:
            self.tell(id_, [], [(watch, channel)])
        self.post(plan.alerts, plan.deliveries)
        self.holds = {hold.delivery: hold for hold in plan.holds} | self.holds
        self.escalations = {one.alert_id: one for one in plan.escalations} | self.escalations
        for verdict in plan.verdicts:
            self._end_wait(verdict)

    def _require_parents(self, plan: PollPlan, plans: Sequence[PollPlan]) -> None:
        if plan.feed_id not in self.feeds:
            raise LookupError(f"no feed {plan.feed_id} was ever synced")
        brought = {entry.id for other in plans for entry in (*other.new, *other.edited)}
        needed = {hit.entry_id for hit in plan.hits} | {page.entry_id for page in plan.articles}
        missing = needed - brought - self.entries.keys()
        if missing:
            raise LookupError(f"entries that are not stored: {sorted(missing)}")

    def _end_wait(self, verdict: HitVerdict) -> None:
        hit = self.hits.get(verdict.hit_id)
        if hit is not None and hit.state is HitState.WAITING:
            self.hits[hit.id] = replace(
                hit,
                state=verdict.state,
                why=verdict.why,
                story_id=verdict.story_id,
                alert_id=verdict.alert_id,
            )

    def tell(
        self, id_: StoryId, tellings: Iterable[StoryEntry], pairs: Iterable[tuple[str, str]]
    ) -> None:
        """Add to a story what is not there yet."""
        story = self.stories[id_]
        known = {telling.entry_id for telling in story.entries}
        more = [telling for telling in tellings if telling.entry_id not in known]
        self.stories[id_] = replace(
            story,
            entries=tuple(sorted((*story.entries, *more), key=telling_order)),
            told=story.told | frozenset(pairs),
        )

    def post(self, alerts: Iterable[Alert], deliveries: Iterable[Delivery]) -> None:
        """Put alerts into the outbox; those that are there stay as they are."""
        for alert in alerts:
            self.alerts.setdefault(alert.id, alert)
        for delivery in deliveries:
            self.deliveries.setdefault(delivery.key, delivery)

    def hold_back(self, delivery: Delivery, why: Why) -> None:
        """Put a held delivery into the outbox; one that is there stays as it is."""
        if delivery.key not in self.deliveries:
            self.deliveries[delivery.key] = delivery
            self.holds[delivery.key] = Hold(delivery=delivery.key, why=why)

    def matching(
        self,
        *,
        watch: str | None,
        feed: str | None,
        state: HitState | None,
        since: datetime | None,
    ) -> list[Hit]:
        """Return hits that fit, newest first."""
        found = [
            hit
            for hit in self.hits.values()
            if watch in {None, hit.watch, hit.watch_name, watchlist_of(hit.watch)}
            and feed in {None, self.outlet(hit.entry_id)}
            and state in {None, hit.state}
            and (since is None or hit.found_at >= since)
        ]
        return sorted(found, key=lambda hit: (hit.found_at, hit.id), reverse=True)

    def counts(self) -> Counts:
        """Count everything."""
        configured = [feed for feed in self.feeds.values() if feed.configured]
        ways = self.deliveries.values()
        return Counts(
            feeds=len(configured),
            feeds_failing=sum(feed.active and feed.state.failures > 0 for feed in configured),
            feeds_paused=sum(feed.stored.spec.paused for feed in configured),
            entries=len(self.entries),
            articles_pending=len(self.pages()),
            hits=len(self.hits),
            hits_waiting=sum(hit.state is HitState.WAITING for hit in self.hits.values()),
            stories=len(self.stories),
            deliveries={state: sum(way.state is state for way in ways) for state in DeliveryState},
            oldest_pending_at=min(
                (way.created_at for way in ways if way.state in OPEN), default=None
            ),
            last_poll_at=max(
                (feed.state.last_poll_at for feed in configured if feed.state.last_poll_at),
                default=None,
            ),
        )

    def prune(
        self, *, entries_before: datetime, hits_before: datetime, polls_before: datetime
    ) -> int:
        """Delete what is past keeping; return how many rows went, not counting what belongs to them."""
        untold = {way.alert_id for way in self.deliveries.values() if way.state in KEPT}
        gone = _drop(self.polls, [key for key in self.polls if key[1] < polls_before])
        done = [id_ for id_, (_, at) in self.pushes.items() if at is not None and at < polls_before]
        gone += _drop(self.pushes, done)
        gone += _drop(
            self.gaps,
            [
                gap.id
                for gap in self.gaps.values()
                if gap.to_at < hits_before and gap.state is not GapState.OPEN
            ],
        )
        gone += _drop(
            self.hits,
            [
                hit.id
                for hit in self.hits.values()
                if hit.found_at < hits_before
                and hit.state is not HitState.WAITING
                and hit.alert_id not in untold
            ],
        )
        _drop(self.marks, [id_ for id_ in self.marks if id_ not in self.hits])
        gone += self._prune_alerts(hits_before, untold)
        matched = {hit.entry_id for hit in self.hits.values()}
        old = [
            entry.id
            for entry in self.entries.values()
            if entry.found_at < entries_before and entry.id not in matched
        ]
        _drop(self.articles, [id_ for id_ in old if id_ in self.articles])
        _drop(self.revisions, [key for key in self.revisions if key[0] in set(old)])
        self.leased.difference_update(old)
        self.links = {pair for pair in self.links if pair[1] not in set(old)}
        _drop(self.gap_of, [id_ for id_ in old if id_ in self.gap_of])
        self.index.forget(old)
        gone += _drop(self.entries, old)
        kept = {hit.story_id for hit in self.hits.values()}
        kept |= {alert.story_id for alert in self.alerts.values()}
        return gone + _drop(
            self.stories,
            [
                story.id
                for story in self.stories.values()
                if last_at(story) < hits_before and story.id not in kept
            ],
        )

    def _prune_alerts(self, before: datetime, untold: set[AlertId]) -> int:
        shown = {hit.alert_id for hit in self.hits.values()}
        old = {
            alert.id
            for alert in self.alerts.values()
            if alert.created_at < before and alert.id not in untold | shown
        }
        ways = [way.key for way in self.deliveries.values() if way.alert_id in old]
        _drop(self.attempts, [key for key in self.attempts if key[0] in ways])
        _drop(self.holds, [key for key in ways if key in self.holds])
        _drop(self.acks, [key for key in old if key in self.acks])
        _drop(self.escalations, [key for key in old if key in self.escalations])
        _drop(self.deliveries, ways)
        return _drop(self.alerts, old)


def _drop(rows: dict[K, V], keys: Iterable[K]) -> int:
    chosen: Sequence[K] = list(keys)
    for key in chosen:
        del rows[key]
    return len(chosen)
