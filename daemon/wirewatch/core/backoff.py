"""How long a feed in trouble is left alone: by what its failures weigh, and never for ever."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from wirewatch.core.identity import number
from wirewatch.core.model.feed import FeedId, FeedState
from wirewatch.core.model.outcome import CachingHints, Problem

HARD: Final = 1.0
"""The server says plainly that this is not a feed for us."""

SOFT: Final = 0.5
"""It may be a mishap."""

TEMPORARY: Final = 0.25
"""It passes by itself."""

GONE: Final = 4.0
"""The server says that it is gone for good: seen twice, it is believed."""

_WEIGHTS: Final[Mapping[Problem, float]] = MappingProxyType(
    {
        Problem.GONE: GONE,
        **dict.fromkeys(
            (
                Problem.DNS,
                Problem.CONNECT,
                Problem.TLS,
                Problem.PROTOCOL,
                Problem.BAD_ENCODING,
                Problem.EMPTY,
                Problem.UNPARSABLE,
            ),
            SOFT,
        ),
        **dict.fromkeys(
            (
                Problem.TIMEOUT,
                Problem.RATE_LIMITED,
                Problem.HTTP_SERVER,
                Problem.TRUNCATED,
                Problem.BUG,
            ),
            TEMPORARY,
        ),
    }
)

COSTLY: Final = frozenset({Problem.TOO_LARGE, Problem.TOO_COSTLY})
"""Failures that cost us much: a long wait at once."""

SLOW: Final = frozenset({Problem.FORBIDDEN_ADDRESS, Problem.BAD_URL})
"""Failures that another try soon will not mend."""

DEAD: Final = 2 * GONE
"""A feed whose failures weigh this much is dead, if it has also been in trouble for a day."""

DEAD_AFTER: Final = timedelta(days=1)

DAILY: Final = timedelta(days=1)
"""A dead feed is asked this often: some come back after years."""

MAX_RETRY_AFTER: Final = timedelta(hours=24)
"""How long a server in trouble may ask us to stay away."""

REST_STATUSES: Final = frozenset({429, 503})
"""With Retry-After they speak for the whole host, not for one document."""

LONGEST_REST: Final = timedelta(hours=1)
"""How long a host can keep us from its other feeds by an answer to one; each may ask for longer itself."""

JITTER: Final = 0.05


def weight_of(problem: Problem) -> float:
    """Return what one failure weighs."""
    return _WEIGHTS.get(problem, HARD)


def is_dead(state: FeedState, *, now: datetime) -> bool:
    """Say whether a feed counts as dead: gone for good by its own word, or in hard trouble for long."""
    if state.problem is None or state.weight < DEAD:
        return False
    long = state.problem_at is not None and now - state.problem_at >= DEAD_AFTER
    return long or state.problem is Problem.GONE


def rest_of(status: int | None, hints: CachingHints) -> timedelta | None:
    """Return how long a whole host is left alone after an answer, None where that answer does not ask for it."""
    if status not in REST_STATUSES or hints.retry_after is None:
        return None
    return min(hints.retry_after, LONGEST_REST)


def wait_after_failure(
    state: FeedState,
    hints: CachingHints,
    *,
    base: timedelta,
    shortest: timedelta,
    longest: timedelta,
    feed_id: FeedId,
    now: datetime,
) -> timedelta:
    """Return how long to wait after a failure that *state* has counted; *base* is the interval of the healthy feed.

    A hard failure doubles the wait, lighter ones lengthen it less. ``Retry-After`` is obeyed up to a day.
    """
    problem = state.problem or Problem.BUG
    if is_dead(state, now=now):
        wait = max(DAILY, base)
    else:
        steps = min(max(state.weight - weight_of(problem), 0.0), 12.0)
        if problem in COSTLY or problem in SLOW:
            steps = max(steps, 5.0)
        # The first failure is tried again sooner than the interval: most troubles pass in a minute.
        first = min(max(base / 4, shortest), base)
        wait = min(first * 2**steps, max(longest, base))
    asked = min(hints.retry_after or timedelta(), MAX_RETRY_AFTER)
    share = number("jitter", feed_id, state.polls) % 10_001 / 10_000
    return max(wait, asked) * (1 - JITTER + 2 * JITTER * share)
