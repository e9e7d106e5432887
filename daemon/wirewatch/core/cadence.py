"""When to ask a feed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from wirewatch.core.identity import number
from wirewatch.core.model.feed import FeedId, FeedSpec
from wirewatch.core.model.outcome import CachingHints

JITTER = 0.05
"""Waits vary by this share either way, so that feeds added together drift apart."""

MAX_HINT = timedelta(hours=1)
"""How long a healthy server may ask us to stay away; beyond that we look anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceRules:
    """What the owner decided about polling."""

    every: timedelta = timedelta(minutes=15)
    min_every: timedelta = timedelta(minutes=2)
    max_every: timedelta = timedelta(hours=6)


def interval_of(spec: FeedSpec, rules: CadenceRules) -> timedelta:
    """Return how often a healthy feed is polled: as its owner says, else as for all."""
    return max(spec.every or rules.every, rules.min_every)


def wait_after_success(
    spec: FeedSpec,
    rules: CadenceRules,
    hints: CachingHints,
    *,
    ttl: timedelta | None,
    feed_id: FeedId,
    polls: int,
) -> timedelta:
    """Return how long to wait after a poll that worked.

    A server's wish (``Cache-Control``, RSS ``ttl``, ``Retry-After``) lengthens the wait up to an hour, unless the owner
    set the interval of this feed by hand.
    """
    base = interval_of(spec, rules)
    wishes = [wish for wish in (hints.max_age, hints.retry_after, ttl) if wish]
    wished = min(max(wishes), MAX_HINT) if wishes and spec.every is None else timedelta()
    return _jittered(max(base, wished), feed_id, polls)


def wait_after_gap(
    spec: FeedSpec, rules: CadenceRules, hints: CachingHints, *, feed_id: FeedId, polls: int
) -> timedelta:
    """Return how long to wait while a feed outruns us: a quarter of its interval. Only ``Retry-After`` lengthens it."""
    asked = min(hints.retry_after or timedelta(), MAX_HINT)
    faster = max(interval_of(spec, rules) / 4, rules.min_every)
    return _jittered(max(faster, asked), feed_id, polls)


def _jittered(wait: timedelta, feed_id: FeedId, polls: int) -> timedelta:
    share = number("jitter", feed_id, polls) % 10_001 / 10_000
    return wait * (1 - JITTER + 2 * JITTER * share)
