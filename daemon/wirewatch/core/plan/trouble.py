"""Feeds that fail, die, come back or move: what becomes of them, and what their owner is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from wirewatch.core.backoff import is_dead, wait_after_failure, weight_of
from wirewatch.core.cadence import CadenceRules, interval_of
from wirewatch.core.identity import number
from wirewatch.core.model.alert import Alert, Delivery
from wirewatch.core.model.feed import Feed, FeedState
from wirewatch.core.model.outcome import CachingHints, Got, Problem, Unchanged
from wirewatch.core.plan.announce import pending
from wirewatch.core.plan.deliver import operator_alert

ADOPTED_AFTER: Final = 3
"""A permanent redirect is believed when so many polls in a row met it: some are set up by mistake."""

WEEK: Final = timedelta(days=7)
"""How often the configured address is asked again after the feed has moved."""

_EPOCH: Final = datetime(1970, 1, 5, tzinfo=UTC)


class Asked(StrEnum):
    """Which address of a feed was asked."""

    CONFIGURED = "configured"
    ADOPTED = "adopted"


def adopted_url(state: FeedState) -> str | None:
    """Return the address to which a feed has moved for good, None while it has not."""
    return state.moved_to if state.moved_seen >= ADOPTED_AFTER else None


def whom_to_ask(feed: Feed, *, now: datetime) -> Asked:
    """Return which address to ask: where the feed has moved; once a week, and when that fails, the configured one."""
    state = feed.state
    if adopted_url(state) is None:
        return Asked.CONFIGURED
    if state.failures % 2:
        return Asked.CONFIGURED
    weeks = {
        (at - _EPOCH + WEEK * (number("week", feed.id) % 1000) / 1000) // WEEK
        for at in (state.last_poll_at or now, now)
    }
    return Asked.CONFIGURED if len(weeks) > 1 else Asked.ADOPTED


def after_move(state: FeedState, fetched: Got | Unchanged, asked: Asked) -> tuple[str | None, int]:
    """Return where a feed has moved to and how often that was seen, after a poll that worked."""
    if asked is Asked.ADOPTED and fetched.moved_to is None:
        return state.moved_to, state.moved_seen
    if fetched.moved_to is None:
        return None, 0
    same = fetched.moved_to == state.moved_to
    return fetched.moved_to, state.moved_seen + 1 if same else 1


def is_idle_probe(feed: Feed, asked: Asked) -> bool:
    """Say whether a failure means nothing: the old address of a feed that is well at its new one was asked."""
    state = feed.state
    moved = adopted_url(state) is not None
    return moved and asked is Asked.CONFIGURED and not state.failures


def failed_state(
    feed: Feed,
    problem: Problem,
    detail: str,
    hints: CachingHints,
    *,
    cadence: CadenceRules,
    now: datetime,
) -> FeedState:
    """Return the state of a feed after a failure."""
    before = feed.state
    failed = replace(
        before,
        polls=before.polls + 1,
        failures=before.failures + 1,
        weight=before.weight + weight_of(problem),
        problem=problem,
        problem_detail=detail,
        problem_at=before.problem_at if before.problem else now,
        last_poll_at=now,
    )
    base = interval_of(feed.spec, cadence)
    wait = wait_after_failure(
        failed,
        hints,
        base=base,
        shortest=cadence.min_every,
        longest=cadence.max_every,
        feed_id=feed.id,
        now=now,
    )
    if is_dead(failed, now=now) and failed.dead_told_at is None:
        failed = replace(failed, dead_told_at=now)
    return replace(failed, next_poll_at=now + wait, interval=wait)


def still_incomplete(before: FeedState, after: FeedState) -> FeedState:
    """Return the state after a poll that brought nothing else: an entry that had to be left out still is."""
    if before.problem is not Problem.TOO_COSTLY or before.failures:
        return after
    return replace(
        after,
        problem=before.problem,
        problem_detail=before.problem_detail,
        problem_at=before.problem_at,
    )


def notices(
    feed: Feed, after: FeedState, operator: Sequence[str], *, now: datetime
) -> tuple[tuple[Alert, ...], tuple[Delivery, ...]]:
    """Return what the owner is told about a feed: once that it is dead, once that it is back."""
    before = feed.state
    name = feed.spec.name
    if after.dead_told_at is not None and before.dead_told_at is None:
        began = after.problem_at.isoformat(timespec="minutes") if after.problem_at else "unknown"
        alert = operator_alert(
            f"the feed {name} is dead",
            f"{after.problem_detail}\n\nThis is so since {began}. It is asked once a day from now on. "
            f"Correct its address, or remove it: wirewatch feed remove {name!r}",
            about=("feed-dead", feed.id, began),
            now=now,
        )
    elif after.dead_told_at is None and before.dead_told_at is not None:
        told = before.dead_told_at.isoformat(timespec="minutes")
        alert = operator_alert(
            f"the feed {name} is back",
            f"It was told to be dead on {told}; now it answers again and is polled as before.",
            about=("feed-back", feed.id, told),
            now=now,
        )
    else:
        return (), ()
    return told_to(alert, operator, now=now)


def renaming_notice(
    feed: Feed, count: int, operator: Sequence[str], *, now: datetime
) -> tuple[tuple[Alert, ...], tuple[Delivery, ...]]:
    """Return what the owner is told when a feed gave its entries new names: once for a feed, however often it does."""
    alert = operator_alert(
        f"the feed {feed.spec.name} gave its entries new names",
        f"{count} entries came under new identifiers; they were recognised by their headlines, links and texts, "
        "and did not ring again. Nothing needs to be done.",
        about=("feed-renamed", feed.id),
        now=now,
    )
    return told_to(alert, operator, now=now)


def told_to(
    alert: Alert, channels: Sequence[str], *, now: datetime
) -> tuple[tuple[Alert, ...], tuple[Delivery, ...]]:
    """Return an alert with its deliveries; nothing where there is nobody to tell."""
    if not channels:
        return (), ()
    return (alert,), tuple(pending(alert, channel, now=now) for channel in channels)
