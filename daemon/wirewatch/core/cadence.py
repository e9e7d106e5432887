"""When to ask a feed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from wirewatch.core.habit import present_rate, wait_by_habit
from wirewatch.core.identity import number
from wirewatch.core.model.feed import FeedId, FeedSpec
from wirewatch.core.model.habit import Habit
from wirewatch.core.model.outcome import CachingHints

JITTER = 0.05
"""Waits vary by this share either way, so that feeds added together drift apart."""

QUIET = 4
"""A silent feed is still asked this many times its normal interval apart: news must not wait for hours."""

WINDOW_SHARE = 0.5
"""Of the time in which a document would be full of new entries, the share that may pass between two polls."""

MAX_HINT = timedelta(hours=1)
"""How long a healthy server may ask us to stay away; beyond that we look anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceRules:
    """What the owner decided about polling."""

    every: timedelta = timedelta(minutes=15)
    min_every: timedelta = timedelta(minutes=2)
    max_every: timedelta = timedelta(hours=6)
    learnt: bool = True
    """Whether *every* is the pace of a feed that brings one entry an hour, the others' following from their habit."""


def interval_of(spec: FeedSpec, rules: CadenceRules) -> timedelta:
    """Return how often a healthy feed is polled: as its owner says, else as for all."""
    return max(spec.every or rules.every, rules.min_every)


def learnt_interval(
    spec: FeedSpec, rules: CadenceRules, habit: Habit | None, *, weight: float, now: datetime
) -> timedelta:
    """Return how long to wait by what is known of a feed, and never so long that entries scroll out unseen."""
    if spec.every is not None or not rules.learnt or habit is None:
        return interval_of(spec, rules)
    most = max(min(QUIET * rules.every, rules.max_every), rules.min_every)
    wait = wait_by_habit(habit, now=now, pace=rules.every, weight=weight, most=most)
    if habit.window:
        in_view = timedelta(hours=habit.window / max(present_rate(habit, now=now), 1e-6))
        wait = min(wait, in_view * WINDOW_SHARE)
    return max(wait, rules.min_every)


def wait_after_success(
    spec: FeedSpec,
    rules: CadenceRules,
    hints: CachingHints,
    *,
    ttl: timedelta | None,
    feed_id: FeedId,
    polls: int,
    now: datetime,
    habit: Habit | None = None,
    weight: float = 1.0,
) -> timedelta:
    """Return how long to wait after a poll that worked.

    A server's wish (``Cache-Control``, RSS ``ttl``, ``Retry-After``) lengthens the wait up to an hour, unless the owner
    set the interval of this feed by hand.
    """
    base = learnt_interval(spec, rules, habit, weight=weight, now=now)
    wishes = [wish for wish in (hints.max_age, hints.retry_after, ttl) if wish]
    wished = min(max(wishes), MAX_HINT) if wishes and spec.every is None else timedelta()
    return _jittered(max(base, wished), feed_id, polls)


def wait_after_gap(
    spec: FeedSpec,
    rules: CadenceRules,
    hints: CachingHints,
    *,
    feed_id: FeedId,
    polls: int,
    now: datetime,
    habit: Habit | None = None,
    weight: float = 1.0,
) -> timedelta:
    """Return how long to wait while a feed outruns us: a quarter of its usual interval.

    Of the server's wishes only ``Retry-After`` lengthens it: the others made us late.
    """
    usual = learnt_interval(spec, rules, habit, weight=weight, now=now)
    faster = max(min(usual, interval_of(spec, rules)) / 4, rules.min_every)
    asked = min(hints.retry_after or timedelta(), MAX_HINT)
    return _jittered(max(faster, asked), feed_id, polls)


def _jittered(wait: timedelta, feed_id: FeedId, polls: int) -> timedelta:
    share = number("jitter", feed_id, polls) % 10_001 / 10_000
    return wait * (1 - JITTER + 2 * JITTER * share)
