"""What hubs change: what a push leads to, and how seldom a feed is polled whose hub can be relied upon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from wirewatch.core.coverage import NEWEST
from wirewatch.core.identity import Listed, trace_of
from wirewatch.core.model.coverage import Memory
from wirewatch.core.model.entry import EntryKey, Known
from wirewatch.core.model.feed import Feed
from wirewatch.core.model.outcome import Fetched, Got, Parsed, ParsedFeed, Unreadable
from wirewatch.core.model.plan import Hub, PollPlan, PollRecord
from wirewatch.core.model.push import Pushing, PushJob, PushPlan
from wirewatch.core.plan.article import ArticleRules, pages_of
from wirewatch.core.plan.learn import learnt_habit
from wirewatch.core.plan.listing import entry_of, seen_of
from wirewatch.core.plan.subscribe import is_leased
from wirewatch.core.plan.wanted import Wanted, find_hits
from wirewatch.core.urls import is_web_url

PUSHED = "pushed"
"""The outcome that the record of polls shows for a push."""


def offer_of(fetched: Fetched, parsed: Parsed | None) -> tuple[str, str] | None:
    """Return the hub and the topic that a poll came with: its headers are asked first, then the document."""
    if not isinstance(fetched, Got):
        return None
    own = parsed if isinstance(parsed, ParsedFeed) else None
    hubs = fetched.hubs or (own.hubs if own else ())
    topic = fetched.topic or (own.topic if own else None)
    if topic is None and "?" not in fetched.url:  # what stands behind it may be a secret of ours
        topic = fetched.url
    hub = next((url for url in hubs if is_web_url(url)), None)
    return (hub, topic) if hub is not None and topic is not None and is_web_url(topic) else None


def is_relied_upon(pushing: Pushing, *, now: datetime) -> bool:
    """Say whether a hub has shown that it is quicker than polling, and has missed nothing since."""
    hub, agreed = pushing.hub, pushing.subscription
    if hub is None or agreed is None or not is_leased(agreed, now=now):
        return False
    if (agreed.hub, agreed.topic) != (hub.url, hub.topic) or hub.news_at is None:
        return False
    return hub.missed_at is None or hub.missed_at < hub.news_at


def with_pushing(
    plan: PollPlan,
    feed: Feed,
    offer: tuple[str, str] | None,
    pushing: Pushing,
    *,
    slow: timedelta,
    now: datetime,
) -> PollPlan:
    """Return a poll's plan with what it means for the hub, and what the hub means for the next poll.

    While a hub can be relied upon the feed is asked every *slow* only, and never later than the lease ends. A poll that
    finds something the hub did not push ends that, until the hub is quicker again.
    """
    hub = _offered(pushing.hub, feed, offer, now=now)
    relied = is_relied_upon(replace(pushing, hub=hub), now=now)
    state = plan.state
    if relied and hub is not None and plan.new:
        hub = replace(hub, missed_at=now)
    elif relied and pushing.subscription is not None and not _in_doubt(plan):
        until = pushing.subscription.lease_until or now
        at = max(state.next_poll_at, min(now + slow, until))
        state = replace(state, next_poll_at=at, interval=at - now)
    changed = hub if hub != pushing.hub else None
    return replace(plan, state=state, hub=changed)


def _in_doubt(plan: PollPlan) -> bool:
    """Say whether the feed needs a nearer look: it failed, or entries slipped past."""
    state = plan.state
    return bool(state.failures) or state.problem is not None or state.fast_until is not None


def _offered(
    hub: Hub | None, feed: Feed, offer: tuple[str, str] | None, *, now: datetime
) -> Hub | None:
    if offer is None or (hub is not None and (hub.url, hub.topic) == offer):
        return hub
    return Hub(feed_id=feed.id, url=offer[0], topic=offer[1], found_at=now)


def plan_push(
    job: PushJob,
    parsed: Parsed,
    items: tuple[Listed, ...],
    *,
    known: Mapping[EntryKey, Known],
    memory: Memory,
    wanted: Wanted,
    articles: ArticleRules,
    now: datetime,
) -> PushPlan:
    """Decide what a push leads to: what a poll would have, had it come at this moment.

    A push may hold the new entries only. So that something is missing from it means nothing, and no entry is taken for
    another one renamed.
    """
    feed = job.feed
    if isinstance(parsed, Unreadable):
        return _nothing(job, parsed.problem.value, now=now)
    fresh = tuple(item for item in items if item.key not in known and item.alias not in known)
    new = tuple(entry_of(feed, parsed, item, item.key, now=now) for item in fresh)
    edited = tuple(
        entry_of(feed, parsed, item, before.key or item.key, now=now)
        for item in items
        if (before := known.get(item.key)) is not None
        and before.stored
        and before.text_hash != item.text_hash
    )
    brought = tuple(trace_of(item) for item in fresh)
    window = feed.state.habit.window if feed.state.habit is not None else len(items)
    plan = _nothing(job, PUSHED, entries=len(items), new=len(new), now=now)
    return replace(
        plan,
        hub=replace(plan.hub, news_at=now) if new else plan.hub,
        seen=seen_of(items, known),
        new=new,
        edited=edited,
        articles=pages_of(feed, new, wanted, articles, now=now),
        hits=tuple(
            hit for entry in (*new, *edited) for hit in find_hits(wanted, entry, feed.spec, now=now)
        ),
        memory=replace(memory, newest=(*brought, *memory.newest)[:NEWEST]) if brought else None,
        habit=learnt_habit(feed, new, listed=window, now=now) if new else None,
    )


def _nothing(
    job: PushJob, outcome: str, *, entries: int = 0, new: int = 0, now: datetime
) -> PushPlan:
    return PushPlan(
        feed_id=job.feed.id,
        push_id=job.push.id,
        hub=replace(job.hub, pushed_at=now, pushes=job.hub.pushes + 1),
        record=PollRecord(
            feed_id=job.feed.id,
            at=now,
            outcome=outcome,
            status=None,
            wire_bytes=len(job.push.body),
            entries=entries,
            new=new,
            overlap=None,
            took_s=0.0,
        ),
    )
