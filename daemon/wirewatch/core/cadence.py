"""When to ask a feed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from wirewatch.core.identity import number
from wirewatch.core.model.feed import FeedId, FeedSpec
from wirewatch.core.model.outcome import CachingHints, Problem

JITTER = 0.05
"""Waits vary by this share either way, so that feeds added together drift apart."""

MAX_HINT = timedelta(hours=1)
"""How long a healthy server may ask us to stay away; beyond that we look anyway."""

MAX_RETRY_AFTER = timedelta(hours=24)
"""How long a server in trouble may ask us to stay away."""

COSTLY = frozenset({Problem.TOO_LARGE, Problem.TOO_COSTLY})
"""Failures that cost us much: a long wait at once."""

SLOW = frozenset({Problem.GONE, Problem.FORBIDDEN_ADDRESS, Problem.BAD_URL})
"""Failures that another try soon will not mend."""


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


def wait_after_failure(
    spec: FeedSpec,
    rules: CadenceRules,
    problem: Problem,
    hints: CachingHints,
    *,
    failures: int,
    feed_id: FeedId,
    polls: int,
) -> timedelta:
    """Return how long to wait after the *failures*-th failure in a row: doubling, never for ever."""
    base = interval_of(spec, rules)
    longest = max(rules.max_every, base)
    step = 6 if problem in COSTLY or problem in SLOW else min(failures, 6)
    # The first failure is tried again sooner than the interval: most troubles pass in a minute.
    wait = min(max(base / 4, rules.min_every), base) * 2 ** (step - 1) if failures else base
    asked = min(hints.retry_after or timedelta(), MAX_RETRY_AFTER)
    return _jittered(max(min(wait, longest), asked), feed_id, polls)


def _jittered(wait: timedelta, feed_id: FeedId, polls: int) -> timedelta:
    share = number("jitter", feed_id, polls) % 10_001 / 10_000
    return wait * (1 - JITTER + 2 * JITTER * share)
